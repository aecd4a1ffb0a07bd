//! The app's identity: its package, its activities, and the links that it opens.

use crate::apps::tiktok::options::sound_of;
use crate::ui::app::Identity;
use crate::ui::intent::{ACTION_SEND, ACTION_SEND_MULTIPLE, ACTION_VIEW, Intent};

pub(crate) const PACKAGE: &str = "com.zhiliaoapp.musically";
/// The activity that takes shared media.
pub(crate) const SHARE_ACTIVITY: &str = "com.ss.android.ugc.aweme.share.SystemShareActivity";
/// The activity that opens links.
pub(crate) const LINK_ACTIVITY: &str = "com.ss.android.ugc.aweme.deeplink.AppLinkHandlerV2";
/// The beginning of a link to a profile.
pub(crate) const PROFILE_LINK: &str = "https://www.tiktok.com/@";

const SPLASH_ACTIVITY: &str = "com.ss.android.ugc.aweme.splash.SplashActivity";

/// The app as Android knows it.
pub(crate) const IDENTITY: Identity = Identity {
    package: PACKAGE,
    label: "TikTok",
    version: "43.1.4",
    main_activity: SPLASH_ACTIVITY,
    activities: &[SPLASH_ACTIVITY, SHARE_ACTIVITY, LINK_ACTIVITY],
    is_system: false,
};

/// The activity that takes a request without a component, if any.
pub(crate) fn resolve(intent: &Intent) -> Option<&'static str> {
    let mime = intent.mime_type.as_deref().unwrap_or_default();
    match intent.action.as_deref() {
        Some(ACTION_SEND | ACTION_SEND_MULTIPLE)
            if mime.starts_with("video/") || mime.starts_with("image/") =>
        {
            Some(SHARE_ACTIVITY)
        }
        Some(ACTION_VIEW) => {
            let opens = |link: &&str| link.starts_with(PROFILE_LINK) || sound_of(link).is_some();
            intent.data.as_deref().filter(opens).map(|_| LINK_ACTIVITY)
        }
        // The launcher opens an app by its package; an action alone names no app.
        Some(_) | None => None,
    }
}
