//! TikTok: the ways through the app, made of its profile's elements. What is published and why is the scripts'.

mod confirm;
mod elements;
mod publish;

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android::{self, Intent, Key};
use tikmatrix_device::script::{CleanUp, Context, Failure};
use tikmatrix_domain::Username;

use crate::guard::AppGuard;
use crate::profile::{Profile, ProfileError};
use elements::Elements;

pub use publish::{Caption, Upload};

/// For an app that starts, with its first popups.
const STARTING: Duration = Duration::from_secs(30);

/// TikTok as it is known.
#[derive(Debug, Clone)]
pub struct TikTok {
    profile: Arc<Profile>,
    guard: AppGuard,
    elements: Elements,
    share_activity: String,
}

impl TikTok {
    /// Reads the profiles that are part of the program.
    ///
    /// # Errors
    /// [`ProfileError`], which a test rules out.
    pub fn new() -> Result<Self, ProfileError> {
        let profile = Arc::new(Profile::tiktok()?);
        let share_activity = profile.share_activity.clone();
        Ok(Self {
            guard: AppGuard::new(Arc::new(Profile::android()?), Arc::clone(&profile)),
            elements: Elements::of(&profile)?,
            share_activity: share_activity
                .ok_or(ProfileError::MissingElement { file: "tiktok.toml", element: "share_activity" })?,
            profile,
        })
    }

    /// Finds the app on the phone and makes its knowledge guard every look at the screen. Gives its package name.
    ///
    /// # Errors
    /// [`Failure::Blocked`] when it is not installed.
    pub async fn begin(&self, context: &mut Context) -> Result<String, Failure> {
        let chosen = context.package().map(|package| vec![package.to_string()]);
        for package in chosen.as_ref().unwrap_or(&self.profile.packages) {
            if android::version_name(context.phone(), package, context.soon()).await?.is_some() {
                context.guard_with(Arc::new(self.guard.clone()));
                context.on_exit(CleanUp::CloseApp(package.clone()));
                android::press(context.phone(), Key::WakeUp, context.soon()).await?;
                android::force_stop(context.phone(), package, context.soon()).await?;
                return Ok(package.clone());
            }
        }
        let wanted = chosen.map_or_else(String::new, |packages| format!(" as {}", packages.join(", ")));
        Err(Failure::Blocked(format!("TikTok is not installed{wanted} on this phone")))
    }

    /// Makes sure that `username` is the account that is signed in.
    ///
    /// # Errors
    /// [`Failure::Blocked`] when it is not.
    pub async fn require_account(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<(), Failure> {
        let intent = Intent {
            action: Some("android.intent.action.VIEW".to_owned()),
            data: Some(format!("https://www.tiktok.com/@{username}")),
            package: Some(package.to_owned()),
            ..Intent::default()
        };
        android::start(context.phone(), &intent, context.soon()).await?;
        let is_own = context
            .wait_until("the account's own profile", STARTING, |tree| {
                match self.profile.screen(tree)?.id.as_str() {
                    "own_profile" => {
                        let shown = self.elements.username.find(tree)?;
                        Some(Username::new(&shown.text).is_ok_and(|shown| shown == *username))
                    }
                    "other_profile" | "no_account" => Some(false),
                    _ => None,
                }
            })
            .await;
        match is_own {
            Ok(true) => Ok(()),
            Ok(false) | Err(Failure::NotFound { .. }) => {
                Err(Failure::Blocked(format!("account @{username} is not signed in on this phone")))
            }
            Err(other) => Err(other),
        }
    }
}
