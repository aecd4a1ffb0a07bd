//! Which accounts are signed in, and the switch to the one that a task is for.

use std::sync::Arc;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Intent, Key};
use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::{StandardFailure, Username};

use crate::journey::{Accounts, KnownAccounts};
use crate::tiktok::accounts::switcher::Switcher;
use crate::tiktok::own_profile::OwnProfile;
use crate::tiktok::screens::{START_TIMEOUT, Screens};

/// The accounts of TikTok on a phone.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) screens: Arc<Screens>,
}

#[async_trait]
impl Accounts for SignedIn {
    async fn require_account(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<(), Failure> {
        if self.is_current(context, package, username).await? {
            return Ok(());
        }
        context.step(&format!("switch to the account @{username}"));
        let own_profile = self.own_profile();
        // Started by its icon it would go on showing the profile that the link led to, which has no tabs.
        android::force_stop(context.phone(), package, context.soon()).await?;
        own_profile.open(context, package).await?;
        let switcher = Switcher { screens: &self.screens };
        switcher.open(context).await?;
        if !switcher.choose(context, username).await? {
            android::press(context.phone(), Key::Back, context.soon()).await?;
            let remark = format!("account @{username} is not signed in on this phone");
            return Err(Failure::new(StandardFailure::NotSignedIn, remark));
        }
        switcher.wait_until_closed(context).await?;
        // The app may show its feed or a profile that is not yet the new one: it is opened again.
        own_profile.open(context, package).await?;
        let is_shown = |tree: &UiTree| self.shows_own(tree, username).filter(|shown| *shown);
        match context.screen().wait_until("the profile of the account", START_TIMEOUT, is_shown).await {
            Ok(_) => Ok(()),
            Err(failure) if failure.is_not_found() => {
                let remark = format!(
                    "account @{username} was chosen in the app, and another one is signed in; last seen: {}",
                    context.last_screen()
                );
                Err(Failure::new(StandardFailure::WrongAccount, remark))
            }
            Err(other) => Err(other),
        }
    }

    async fn read_accounts(&self, context: &mut Context, package: &str) -> Result<KnownAccounts, Failure> {
        self.own_profile().open(context, package).await?;
        let switcher = Switcher { screens: &self.screens };
        switcher.open(context).await?;
        let known = switcher.read_all(context).await?;
        android::press(context.phone(), Key::Back, context.soon()).await?;
        switcher.wait_until_closed(context).await?;
        Ok(known)
    }
}

impl SignedIn {
    fn own_profile(&self) -> OwnProfile {
        OwnProfile { screens: Arc::clone(&self.screens) }
    }

    /// Whether `username` is the account that is signed in: the link to its profile then leads to one's own.
    async fn is_current(
        &self,
        context: &mut Context,
        package: &str,
        username: &Username,
    ) -> Result<bool, Failure> {
        android::start(context.phone(), &profile_link(package, username), context.soon()).await?;
        let is_own = |tree: &UiTree| match self.screens.profile.screen(tree)?.id.as_str() {
            "other_profile" | "no_account" => Some(false),
            _ => self.shows_own(tree, username),
        };
        match context.screen().wait_until("the account's own profile", START_TIMEOUT, is_own).await {
            Err(failure) if failure.is_not_found() => Ok(false),
            is_own => is_own,
        }
    }

    /// Whether one's own profile is that of `username`; `None` when it is not on the screen.
    fn shows_own(&self, tree: &UiTree, username: &Username) -> Option<bool> {
        if !self.screens.is(tree, "own_profile") {
            return None;
        }
        self.screens.elements.username.find(tree)?;
        Some(self.screens.shows_username(tree, username))
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
