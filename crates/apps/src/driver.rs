//! The drivers of apps, and their registry. The binary registers a driver for each app; a script asks the registry for
//! the driver of its task's app.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android;
use tikmatrix_device::script::serde_json::Value;
use tikmatrix_device::script::{CleanUp, Context, Failure};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::{AppId, StandardFailure};

use crate::capability::Capability;
use crate::journey::{Accounts, FollowJourney, PostJourney};
use crate::profile::file::{Profile, ProfileError};
use crate::profile::guard::AppGuard;

/// For the lock screen to go away after it was dismissed.
const UNLOCK_TIMEOUT: Duration = Duration::from_secs(3);
const LOCKED_REMARK: &str =
    "the phone's screen is locked: unlock it by hand, and set its screen lock to None";

/// One app: its profile, and the journeys through it.
pub trait AppDriver: fmt::Debug + Send + Sync {
    /// The app's profile, which has its id, its name and its official packages.
    fn profile(&self) -> &Arc<Profile>;

    /// What the journeys can do beyond publishing a video and following a user by a URL. Default: nothing.
    fn further_capabilities(&self) -> &'static [Capability] {
        &[]
    }

    /// Publishing. Default: not supported.
    fn posting(&self) -> Option<PostJourney<'_>> {
        None
    }

    /// Following. Default: not supported.
    fn following(&self) -> Option<FollowJourney<'_>> {
        None
    }

    /// Reading the accounts that are signed in. Default: not supported.
    fn accounts(&self) -> Option<&dyn Accounts> {
        None
    }
}

/// The driver of an app that has a profile and no journeys yet.
impl AppDriver for Arc<Profile> {
    fn profile(&self) -> &Arc<Profile> {
        self
    }
}

/// The registered apps. Clones share them.
#[derive(Debug, Clone)]
pub struct Apps {
    android: Arc<Profile>,
    drivers: Vec<Arc<dyn AppDriver>>,
}

impl Apps {
    /// A registry without apps.
    ///
    /// # Errors
    /// [`ProfileError`] of Android's own profile; a test rules it out.
    pub fn new() -> Result<Self, ProfileError> {
        Ok(Self { android: Arc::new(Profile::android()?), drivers: Vec::new() })
    }

    /// The registry with one app more.
    #[must_use]
    pub fn with(mut self, driver: impl AppDriver + 'static) -> Self {
        self.drivers.push(Arc::new(driver));
        self
    }

    /// The ids of the apps, in the order of their registration.
    pub fn ids(&self) -> impl Iterator<Item = &'static str> {
        self.drivers.iter().map(|driver| driver.profile().id)
    }

    /// Lists the ids of the apps in the schema of a configuration, as the values that its property `app` may have.
    pub fn list_in(&self, schema: &mut Value) {
        if let Some(app) = schema["properties"]["app"].as_object_mut() {
            app.remove("type");
            app.insert("enum".to_owned(), self.ids().collect());
        }
    }

    /// The driver of the app with this id.
    #[must_use]
    pub fn driver(&self, app: &str) -> Option<&Arc<dyn AppDriver>> {
        self.drivers.iter().find(|driver| driver.profile().id == app)
    }

    /// The apps that have `capability`, in the order of their registration.
    #[must_use]
    pub fn that_can(&self, capability: Capability) -> Vec<AppId> {
        let has = |driver: &&Arc<dyn AppDriver>| match capability {
            Capability::Publish => driver.posting().is_some(),
            Capability::Follow => driver.following().is_some(),
            Capability::ReadAccounts => driver.accounts().is_some(),
            further => driver.further_capabilities().contains(&further),
        };
        let able = self.drivers.iter().filter(has);
        able.filter_map(|driver| AppId::new(driver.profile().id).ok()).collect()
    }

    /// The driver of `app`, and its journey for publishing.
    ///
    /// # Errors
    /// [`StandardFailure::OptionUnavailable`] when there is none.
    pub fn posting(&self, app: &str) -> Result<(&dyn AppDriver, PostJourney<'_>), Failure> {
        self.journey("publishing", app, AppDriver::posting)
    }

    /// The driver of `app`, and its journey for following.
    ///
    /// # Errors
    /// [`StandardFailure::OptionUnavailable`] when there is none.
    pub fn following(&self, app: &str) -> Result<(&dyn AppDriver, FollowJourney<'_>), Failure> {
        self.journey("following", app, AppDriver::following)
    }

    /// The driver of `app`, and its way through the accounts that are signed in.
    ///
    /// # Errors
    /// [`StandardFailure::OptionUnavailable`] when there is none.
    pub fn accounts(&self, app: &str) -> Result<(&dyn AppDriver, &dyn Accounts), Failure> {
        self.journey("reading the accounts", app, AppDriver::accounts)
    }

    fn journey<'a, J>(
        &'a self,
        purpose: &str,
        app: &str,
        journey_of: impl Fn(&'a dyn AppDriver) -> Option<J>,
    ) -> Result<(&'a dyn AppDriver, J), Failure> {
        let supported =
            |driver: &'a Arc<dyn AppDriver>| Some((driver.as_ref(), journey_of(driver.as_ref())?));
        self.driver(app).and_then(supported).ok_or_else(|| {
            let others = self.drivers.iter().filter_map(supported);
            let others: Vec<&str> = others.map(|(driver, _)| driver.profile().id).collect();
            let others = others.join(" or ");
            let remark = format!("{purpose} on {app} is not supported yet; use app {others}");
            Failure::of_request(StandardFailure::OptionUnavailable, remark)
        })
    }

    /// The profiles of Android and of all apps.
    #[must_use]
    pub fn profiles(&self) -> Vec<Profile> {
        let apps = self.drivers.iter().map(|driver| driver.profile());
        [&self.android].into_iter().chain(apps).map(|profile| Profile::clone(profile)).collect()
    }

    /// Finds the app on the phone, unlocks the screen, ends the app, and lets its profile guard every query of the screen.
    /// Returns its package.
    ///
    /// # Errors
    /// [`StandardFailure::AppMissing`] when it is not installed, [`StandardFailure::DeviceLocked`] when the phone is not
    /// ready for a user.
    pub async fn begin(&self, driver: &dyn AppDriver, context: &mut Context) -> Result<String, Failure> {
        let profile = driver.profile();
        let chosen = context.assignment().package.as_ref().map(|package| vec![package.to_string()]);
        for package in chosen.as_ref().unwrap_or(&profile.packages) {
            let version = android::version_name(context.phone(), package, context.soon()).await?;
            if let Some(version) = version {
                context.app_version(&version);
                let guard = AppGuard::new(Arc::clone(&self.android), Arc::clone(profile));
                context.screen().set_guard(Arc::new(guard.running_as(package)));
                context.on_exit(CleanUp::CloseApp(package.clone()));
                unlock(context).await?;
                android::force_stop(context.phone(), package, context.soon()).await?;
                context.screen().forget();
                return Ok(package.clone());
            }
        }
        let wanted = chosen.map_or_else(String::new, |packages| format!(" as {}", packages.join(", ")));
        let remark = format!("{} is not installed{wanted} on this phone", profile.name);
        Err(Failure::new(StandardFailure::AppMissing, remark))
    }
}

/// Switches the display on, and dismisses a lock screen that has no secret.
async fn unlock(context: &mut Context) -> Result<(), Failure> {
    android::wake_if_asleep(context.phone(), context.soon()).await?;
    if !android::is_locked(context.phone(), context.soon()).await? {
        return Ok(());
    }
    android::dismiss_keyguard(context.phone(), context.soon()).await?;
    // The phone's tools may be wrong, and the ids of its lock screen unknown: it counts as locked when the tools say so and
    // only windows of the system are on the screen.
    let is_open = |tree: &UiTree| (!tree.package().is_empty()).then_some(());
    match context.screen().wait_until("an unlocked screen", UNLOCK_TIMEOUT, is_open).await {
        Err(failure) if failure.is_not_found() => {
            Err(Failure::new(StandardFailure::DeviceLocked, format!("{LOCKED_REMARK}; {failure}")))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instagram::instagram;
    use crate::tiktok::driver::TikTok;

    fn refusal<J>(found: Result<J, Failure>) -> String {
        match found {
            Err(failure) => {
                assert_eq!(failure.code(), StandardFailure::OptionUnavailable);
                failure.to_string()
            }
            Ok(_) => panic!("it is supported"),
        }
    }

    #[test]
    fn a_journey_that_an_app_lacks_is_refused_with_the_apps_that_have_it() {
        let apps = Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap());
        assert_eq!(apps.posting("tiktok").unwrap().0.profile().name, "TikTok");
        assert_eq!(
            refusal(apps.posting("instagram")),
            "publishing on instagram is not supported yet; use app tiktok"
        );
        assert_eq!(
            refusal(apps.following("unknown")),
            "following on unknown is not supported yet; use app tiktok"
        );
        assert_eq!(apps.ids().collect::<Vec<_>>(), ["tiktok", "instagram"]);
    }

    #[test]
    fn the_apps_with_a_journey_can_do_what_it_is_for() {
        let apps = Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap());
        let tiktok = AppId::new("tiktok").unwrap();
        assert_eq!(apps.that_can(Capability::Publish), [tiktok]);
        assert_eq!(apps.that_can(Capability::Follow), [tiktok]);
        assert_eq!(apps.that_can(Capability::PublishImages), [tiktok]);
        assert_eq!(apps.that_can(Capability::AddButton), [tiktok]);
        assert_eq!(apps.that_can(Capability::PublishStory), []);
    }
}
