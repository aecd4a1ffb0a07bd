//! The faults that can be armed in the app.

use chrono::TimeDelta;

use crate::apps::social::account::Account;
use crate::apps::tiktok::state::TikTok;
use crate::ui::fault::{Fault, UploadSign};

/// Arms a fault. A popup is shown at once only while the app is `in_front`.
pub(crate) fn arm(app: &mut TikTok, fault: Fault, in_front: bool) {
    match fault {
        Fault::Popup { kind, when } => app.navigation.dialogs.arm(kind, when, in_front),
        Fault::SlowUpload { seconds } => app.account.set_upload_time(TimeDelta::seconds(seconds.into())),
        Fault::FollowRefused => app.account.follows.set_refuses(true),
        Fault::FollowLimited => app.account.follows.set_limited(true),
        Fault::ProfileLoading => app.profile_is_loading = true,
        Fault::UploadEnd { kind } => app.account.set_upload_end(kind),
        Fault::UploadSign { kind } => app.upload_sign = kind,
        Fault::Option { kind } => app.options.arm(kind),
        Fault::Lock { .. } => {} // The system's.
    }
}

/// Ends all faults.
pub(crate) fn clear(app: &mut TikTok) {
    app.navigation.dialogs.clear_faults();
    app.account.clear_faults();
    app.people.others_mut().for_each(Account::clear_faults);
    app.profile_is_loading = false;
    app.upload_sign = UploadSign::default();
    app.options.clear_faults();
}
