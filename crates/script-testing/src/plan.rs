//! What the tests of configurations share.

use std::sync::Arc;

use serde_json::Value;
use tikmatrix_apps::{
    Accounts, AppDriver, Apps, Capability, FollowJourney, PostJourney, Profile, TikTok, instagram,
};
use tikmatrix_device::script::RegisteredScript;

/// Returns the apps of the program: TikTok and Instagram.
///
/// # Panics
/// When the profile of an app cannot be read.
#[must_use]
pub fn apps() -> Apps {
    Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap())
}

/// Returns the same apps as if each could do whatever a script may ask for, for tests of what configurations mean. Their
/// journeys are TikTok's.
///
/// # Panics
/// As [`apps`].
#[must_use]
pub fn able_apps() -> Apps {
    let able =
        |profile: &Arc<Profile>| Able { profile: Arc::clone(profile), journeys: TikTok::new().unwrap() };
    let tiktok = TikTok::new().unwrap();
    Apps::new().unwrap().with(able(tiktok.profile())).with(able(&instagram().unwrap()))
}

/// The driver of an app with every capability.
#[derive(Debug)]
struct Able {
    profile: Arc<Profile>,
    journeys: TikTok,
}

impl AppDriver for Able {
    fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    fn further_capabilities(&self) -> &'static [Capability] {
        Capability::ALL
    }

    fn posting(&self) -> Option<PostJourney<'_>> {
        self.journeys.posting()
    }

    fn following(&self) -> Option<FollowJourney<'_>> {
        self.journeys.following()
    }

    fn accounts(&self) -> Option<&dyn Accounts> {
        self.journeys.accounts()
    }
}

/// Returns the problems of a configuration as `field: reason`, in the order in which the client gets them.
#[must_use]
pub fn problems(script: &RegisteredScript, config: &Value) -> Vec<String> {
    match script.plan(config) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|it| format!("{}: {}", it.field, it.reason)).collect(),
    }
}
