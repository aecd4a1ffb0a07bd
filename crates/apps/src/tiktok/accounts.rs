//! Which account is signed in, as its own profile shows.

use std::sync::Arc;

use async_trait::async_trait;
use tikmatrix_device::android::{self, Intent};
use tikmatrix_device::script::{Context, Failure, LogLevel};
use tikmatrix_domain::{StandardFailure, Username};

use crate::journey::Accounts;
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
        let link = profile_link(package, username);
        android::start(context.phone(), &link, context.soon()).await?;
        let is_own = context
            .screen()
            .wait_until("the account's own profile", START_TIMEOUT, |tree| {
                match self.screens.profile.screen(tree)?.id.as_str() {
                    "own_profile" => {
                        self.screens.elements.username.find(tree)?;
                        Some(self.screens.shows_username(tree, username))
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
