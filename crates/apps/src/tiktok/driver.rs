//! TikTok's driver: its profile, its elements, and the queries that all of its journeys share.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Intent};
use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::{StandardFailure, Username};

use crate::driver::AppDriver;
use crate::journey::{Accounts, FollowJourney, PostJourney};
use crate::profile::file::{Profile, ProfileError};
use crate::tiktok::elements::Elements;

/// For an app that starts, with its first popups.
pub(crate) const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The driver of TikTok.
#[derive(Debug, Clone)]
pub struct TikTok {
    pub(crate) profile: Arc<Profile>,
    pub(crate) elements: Elements,
    pub(crate) share_activity: String,
}

impl TikTok {
    /// Reads the profile that is part of the program.
    ///
    /// # Errors
    /// [`ProfileError`]; a test rules it out.
    pub fn new() -> Result<Self, ProfileError> {
        let profile = Profile::parse("tiktok", include_str!("../../profiles/tiktok.toml"))?;
        let missing = || ProfileError::MissingElement { id: profile.id, element: "share_activity" };
        Ok(Self {
            elements: Elements::of(&profile)?,
            share_activity: profile.share_activity.clone().ok_or_else(missing)?,
            profile: Arc::new(profile),
        })
    }

    pub(crate) async fn wait_for_screen(
        &self,
        context: &mut Context,
        id: &str,
        name: &str,
        timeout: Duration,
    ) -> Result<(), Failure> {
        let is_shown =
            |tree: &UiTree| self.profile.screen(tree).is_some_and(|screen| screen.id == id).then_some(());
        context.wait_until(name, timeout, is_shown).await
    }

    pub(crate) fn is_last_screen(&self, context: &Context, id: &str) -> bool {
        context.last_tree().and_then(|tree| self.profile.screen(tree)).is_some_and(|screen| screen.id == id)
    }

    /// Whether the profile on the screen is that of `username`. A display name may begin with `@` too.
    pub(crate) fn shows_username(&self, tree: &UiTree, username: &Username) -> bool {
        let shown = self.elements.username.find_all(tree);
        shown.iter().any(|node| Username::as_found(&node.text).is_ok_and(|name| name == *username))
    }
}

impl AppDriver for TikTok {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn posting(&self) -> Option<&dyn PostJourney> {
        Some(self)
    }

    fn following(&self) -> Option<&dyn FollowJourney> {
        Some(self)
    }
}

#[async_trait]
impl Accounts for TikTok {
    async fn require_account(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<(), Failure> {
        let link = profile_link(package, username);
        android::start(context.phone(), &link, context.soon()).await?;
        let is_own = context
            .wait_until("the account's own profile", START_TIMEOUT, |tree| {
                match self.profile.screen(tree)?.id.as_str() {
                    "own_profile" => {
                        self.elements.username.find(tree)?;
                        Some(self.shows_username(tree, username))
                    }
                    "other_profile" | "no_account" => Some(false),
                    _ => None,
                }
            })
            .await;
        match is_own {
            Ok(true) => Ok(()),
            Err(failure) if !failure.is_not_found() => Err(failure),
            Ok(false) | Err(_) => {
                let line =
                    format!("accounts are not switched yet: switch to @{username} on the phone by hand");
                context.log(LogLevel::Warn, line);
                let remark = format!("account @{username} is not signed in on this phone");
                Err(Failure::new(StandardFailure::NotSignedIn, remark))
            }
        }
    }
}

/// The request to open a profile by its URL.
pub(crate) fn profile_link(package: &str, username: &Username) -> Intent {
    Intent {
        action: Some("android.intent.action.VIEW".to_owned()),
        data: Some(format!("https://www.tiktok.com/@{username}")),
        package: Some(package.to_owned()),
        ..Intent::default()
    }
}
