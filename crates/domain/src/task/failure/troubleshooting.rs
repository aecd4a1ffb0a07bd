//! What each standard failure means, and what a user does about it: `docs/troubleshooting.md` is made of this.

use crate::task::failure::code::StandardFailure;

/// The explanation of a failure for a user, in Markdown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Troubleshooting {
    /// What happened.
    pub meaning: &'static str,
    /// What to do about it.
    pub advice: &'static str,
}

/// Explains a standard failure.
#[must_use]
pub fn troubleshooting(code: StandardFailure) -> Troubleshooting {
    let (meaning, advice) = match code {
        StandardFailure::NotSignedIn => (
            "The app on the phone is not signed in to the task's account.",
            "Sign in to the account on the phone, or bind the account to the phone that is signed in to it.",
        ),
        StandardFailure::SignedOut => (
            "The app on the phone is signed out of every account.",
            "Sign in on the phone by hand, then retry the task.",
        ),
        StandardFailure::WrongAccount => (
            "The app was switched to the task's account and showed another one afterwards.",
            "Switch to the account on the phone by hand, then retry the task.",
        ),
        StandardFailure::Checkpoint => (
            "The app asks for a captcha or another proof that a person uses it.",
            "Solve it on the phone by hand, then retry the task.",
        ),
        StandardFailure::AccountRestricted => (
            "The app has disabled or suspended the account.",
            "Read on the phone what the app says about it; disable the account here until it is resolved.",
        ),
        StandardFailure::AccountLimited => (
            "The app refuses the action for now, because the account did it too often.",
            "Wait, and give the account fewer tasks.",
        ),
        StandardFailure::UserNotFound => (
            "The app has no user with the name that the task gives.",
            "Check the name; the user may have changed it or left.",
        ),
        StandardFailure::MaterialMissing => (
            "The file or folder does not exist on the server, or no unused material fits the task.",
            "Check the path, upload a material, or mark one as unused.",
        ),
        StandardFailure::MaterialRefused => (
            "The material cannot be used: it cannot be read, is empty, is of another type, lies outside the permitted \
                 folders, or its caption is not valid.",
            "The remark names the file and the reason; correct it, then retry the task.",
        ),
        StandardFailure::MaterialChanged => (
            "The file was written to while the task used it, or was not complete after 60 s. Nothing was published.",
            "Copy a video under another name and rename it when it is complete; leave files alone while tasks use them.",
        ),
        StandardFailure::AppMissing => (
            "The app is not installed on the phone, or not as the package that the account or the settings name.",
            "Install the app, or correct the package of the account or in the settings.",
        ),
        StandardFailure::AppUpdateRequired => {
            ("The app demands an update.", "Update the app on the phone, then retry the task.")
        }
        StandardFailure::AppCrashed => (
            "The app ended while the task used it, before anything was done.",
            "If it recurs, update the app or restart the phone.",
        ),
        StandardFailure::AppChanged => (
            "An element or a screen of the app was not found, or cannot be tapped.",
            "Compare the task's screenshot and UI tree with the app's [profile](profiles.md): a new version of the app \
                 may look different.",
        ),
        StandardFailure::PopupStuck => {
            ("A popup came back each time it was dismissed.", "Answer the popup on the phone by hand.")
        }
        StandardFailure::OptionUnavailable => (
            "The task asks for something that its script cannot do, or not on this app.",
            "The remark names the option and what to use instead; create the task with that.",
        ),
        StandardFailure::SoundUnavailable => (
            "The sound of the task was not found, or cannot be used by the account.",
            "Choose another sound.",
        ),
        StandardFailure::ProductUnavailable => (
            "The product of the task was not found, or cannot be linked by the account.",
            "Check the product in the account's shop.",
        ),
        StandardFailure::TextInputUnavailable => (
            "The text could not be typed: it needs the ADBKeyBoard app, the app takes only its beginning, or the field holds \
                 another text afterwards.",
            "Install ADBKeyBoard on the phone; shorten a caption that was cut.",
        ),
        StandardFailure::DeviceLocked => (
            "The phone's screen is locked with a secret, the phone was never set up, or it asks whether to trust another \
                 computer.",
            "Do on the phone what the remark says; [set its screen lock to None](devices.md).",
        ),
        StandardFailure::DeviceLost => (
            "The connection to the phone failed or did not answer in time.",
            "Check cable, network and the phone's state (see [devices](devices.md)).",
        ),
        StandardFailure::DeviceStorageFull => {
            ("The phone has no space left for the material.", "Free space on the phone.")
        }
        StandardFailure::UploadFailed => (
            "The app reports that it could not upload the post.",
            "Check the phone's internet connection, and on the phone whether the app holds a draft.",
        ),
        StandardFailure::SavedToDrafts => (
            "The app kept the post as a draft instead of publishing it.",
            "Publish or delete the draft on the phone.",
        ),
        StandardFailure::Unconfirmed => (
            "The task may have been done, but the app did not show it.",
            "Check on the phone what was done. A retry looks again, and waits no longer than before: where that tells nothing, \
             or the upload takes longer than `upload_wait_time`, create a new task, with a larger one.",
        ),
        StandardFailure::LeaseLost => (
            "Another server took over the task while this one ran it, and the result was not stored.",
            "Check that the servers reach the database without long interruptions.",
        ),
        StandardFailure::TimedOut => (
            "The task was not done within its time limit.",
            "Check on the phone what was done; raise `timeout` if the task needs longer.",
        ),
        StandardFailure::Stopped => (
            "A user stopped the task while it ran.",
            "Retry it if it is still wanted: `post` and `follow` first look whether it was done, and do nothing twice.",
        ),
        StandardFailure::Cancelled => {
            ("A user cancelled the task while it was pending.", "Retry it if it is wanted after all.")
        }
        StandardFailure::Interrupted => (
            "The server ended while the task ran. Such a task runs again, unless that happened many times in a row without a new step.",
            "Read the server's log for what ended it, and check on the phone what was done before running the task again.",
        ),
        StandardFailure::Internal => (
            "Something failed that has no code of its own: a tool of the phone, the database, or the script itself.",
            "The remark and the task's log name the cause; report it if it recurs.",
        ),
    };
    Troubleshooting { meaning, advice }
}
