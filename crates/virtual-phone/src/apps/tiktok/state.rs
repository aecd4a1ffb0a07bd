//! The state of the TikTok-like app.

use chrono::{DateTime, Utc};

use crate::apps::social::account::{Account, Draft};
use crate::apps::tiktok::create::gallery::Picker;
use crate::apps::tiktok::navigation::Navigation;
use crate::apps::tiktok::options::Options;
use crate::apps::tiktok::people::People;
use crate::ui::fault::UploadSign;
use crate::ui::gallery::Gallery;

/// The app and its accounts.
#[derive(Debug)]
pub(crate) struct TikTok {
    /// The current account.
    pub(crate) account: Account,
    pub(crate) picker: Picker,
    /// Where it shows how far uploads are.
    pub(crate) upload_sign: UploadSign,
    pub(crate) people: People,
    /// What the editor and the caption screen are about.
    pub(crate) draft: Option<Draft>,
    pub(crate) navigation: Navigation,
    pub(crate) options: Options,
    /// Whether the profile does not show yet what it has.
    pub(crate) profile_is_loading: bool,
}

impl TikTok {
    /// The freshly installed app, with this account signed in.
    pub(crate) fn new(username: &str, seed: u64, gallery: Gallery) -> Self {
        Self {
            account: Account::new(username),
            picker: Picker::new(gallery, seed),
            upload_sign: UploadSign::default(),
            people: People::new(username),
            draft: None,
            navigation: Navigation::new(seed),
            options: Options::default(),
            profile_is_loading: false,
        }
    }

    /// The media and the percentage of the newest upload, if it is shown as `sign`.
    pub(crate) fn badge(&self, sign: UploadSign, now: DateTime<Utc>) -> Option<(&str, i64)> {
        self.account.upload_progress(now).filter(|_| self.upload_sign == sign)
    }
}
