//! The app's identity: its package, its activities, and the links that it opens.

use crate::ui::app::Identity;

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
