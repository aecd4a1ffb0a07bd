//! TikTok's screens: how they are told apart, and the elements on them. All journeys share them.

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::Username;

use crate::profile::file::{Profile, ProfileError};
use crate::tiktok::elements::Elements;

/// For an app that starts, with its first popups.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(30);

/// What TikTok looks like.
#[derive(Debug)]
pub(crate) struct Screens {
    pub(crate) profile: Arc<Profile>,
    pub(crate) elements: Elements,
}

impl Screens {
    /// Reads the profile that is part of the program.
    pub(crate) fn new() -> Result<Self, ProfileError> {
        let profile = Profile::parse("tiktok", include_str!("../../profiles/tiktok.toml"))?;
        Ok(Self { elements: Elements::of(&profile)?, profile: Arc::new(profile) })
    }

    /// Whether the screen in the tree is the one of this id.
    pub(crate) fn is(&self, tree: &UiTree, id: &str) -> bool {
        self.profile.screen(tree).is_some_and(|screen| screen.id == id)
    }

    /// Whether the screen that was read last is the one of this id.
    pub(crate) fn is_last(&self, context: &Context, id: &str) -> bool {
        context.last_tree().is_some_and(|tree| self.is(tree, id))
    }

    /// Waits for the screen of this id.
    pub(crate) async fn wait_for(
        &self,
        context: &mut Context,
        id: &str,
        name: &str,
        timeout: Duration,
    ) -> Result<(), Failure> {
        context.screen().wait_until(name, timeout, |tree: &UiTree| self.is(tree, id).then_some(())).await
    }

    /// Whether the profile on the screen is that of `username`. A display name may begin with `@` too.
    pub(crate) fn shows_username(&self, tree: &UiTree, username: &Username) -> bool {
        let shown = self.elements.username.find_all(tree);
        shown.iter().any(|node| Username::new(&node.text).is_ok_and(|name| name == *username))
    }
}
