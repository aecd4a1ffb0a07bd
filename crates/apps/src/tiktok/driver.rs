//! TikTok's driver: its profile, and the journeys through it.

use std::sync::Arc;

use crate::capability::Capability;
use crate::driver::AppDriver;
use crate::journey::{Accounts, FollowJourney, PostJourney};
use crate::profile::file::{Profile, ProfileError};
use crate::tiktok::accounts::signed_in::SignedIn;
use crate::tiktok::confirm::Confirming;
use crate::tiktok::follow::following::Following;
use crate::tiktok::options::Options;
use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::publish::publishing::Publishing;
use crate::tiktok::screens::Screens;

/// The driver of TikTok.
#[derive(Debug, Clone)]
pub struct TikTok {
    screens: Arc<Screens>,
    accounts: SignedIn,
    publishing: Publishing,
    confirming: Confirming,
    following: Following,
    options: Options,
}

impl TikTok {
    /// Reads the profile that is part of the program.
    ///
    /// # Errors
    /// [`ProfileError`]; a test rules it out.
    pub fn new() -> Result<Self, ProfileError> {
        let screens = Arc::new(Screens::new()?);
        Ok(Self {
            accounts: SignedIn { screens: Arc::clone(&screens) },
            publishing: Publishing::new(Arc::clone(&screens))?,
            confirming: Confirming { own_profile: OwnProfile { screens: Arc::clone(&screens) } },
            following: Following { screens: Arc::clone(&screens) },
            options: Options::new(Arc::clone(&screens))?,
            screens,
        })
    }
}

impl AppDriver for TikTok {
    fn profile(&self) -> &Arc<Profile> {
        &self.screens.profile
    }

    fn further_capabilities(&self) -> &'static [Capability] {
        &[
            Capability::PublishImages,
            Capability::AddButton,
            Capability::SoundPage,
            Capability::ChooseSound,
            Capability::SetVolumes,
            Capability::LinkProduct,
            Capability::ChooseAudience,
            Capability::LabelAsAi,
            Capability::SearchUsers,
        ]
    }

    fn posting(&self) -> Option<PostJourney<'_>> {
        Some(PostJourney {
            accounts: &self.accounts,
            publish: &self.publishing,
            confirm: &self.confirming,
            options: &self.options,
        })
    }

    fn following(&self) -> Option<FollowJourney<'_>> {
        Some(FollowJourney { accounts: &self.accounts, follow: &self.following })
    }

    fn accounts(&self) -> Option<&dyn Accounts> {
        Some(&self.accounts)
    }
}
