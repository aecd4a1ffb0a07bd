//! TikTok: the ways through the app, made of its profile's elements. What is published and why is the scripts'.

mod confirm;
mod elements;
mod follow;
mod post_count;
mod publish;
mod recent_posts;

use std::sync::Arc;
use std::time::Duration;

use tikmatrix_device::android::{self, Key};
use tikmatrix_device::script::{CleanUp, Context, Failure, LogLevel};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::Username;

use crate::profile::file::{Profile, ProfileError};
use crate::profile::guard::AppGuard;
use elements::Elements;

pub use follow::{Relation, Visit};
pub use publish::Caption;
pub use recent_posts::RecentPosts;

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
                context.set_screen_guard(Arc::new(self.guard.clone()));
                context.on_exit(CleanUp::CloseApp(package.clone()));
                android::press(context.phone(), Key::WakeUp, context.soon()).await?;
                android::force_stop(context.phone(), package, context.soon()).await?;
                return Ok(package.clone());
            }
        }
        let wanted = chosen.map_or_else(String::new, |packages| format!(" as {}", packages.join(", ")));
        Err(Failure::Blocked(format!("TikTok is not installed{wanted} on this phone")))
    }

    /// Makes sure that `username` is the account that is signed in. It does not switch to it.
    ///
    /// # Errors
    /// [`Failure::Blocked`] when it is not.
    pub async fn require_account(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<(), Failure> {
        let link = follow::profile_link(package, username);
        android::start(context.phone(), &link, context.soon()).await?;
        let is_own = context
            .wait_until("the account's own profile", STARTING, |tree| {
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
            Ok(false) | Err(Failure::NotFound { .. }) => {
                let line =
                    format!("accounts are not switched yet: switch to @{username} on the phone by hand");
                context.log(LogLevel::Warn, line);
                Err(Failure::Blocked(format!("account @{username} is not signed in on this phone")))
            }
            Err(other) => Err(other),
        }
    }

    /// Whether the profile on the screen is that of `username`. A display name may begin with `@` too.
    fn shows_username(&self, tree: &UiTree, username: &Username) -> bool {
        let shown = self.elements.username.find_all(tree);
        shown.iter().any(|node| Username::new(&node.text).is_ok_and(|name| name == *username))
    }
}
