//! Why a script could not do its work: a code for programs, and a sentence that becomes the task's remark.

use std::time::Duration;

use thiserror::Error;
use tikmatrix_domain::{AutomaticRetry, FailureCode, ScriptFailure, StandardFailure, clean};

use super::marks::MarkError;
use super::materials::MaterialsError;
use crate::android::AndroidError;
use crate::phone::{AdbCause, AdbError};

/// Why a script failed. Its text is one sentence for the person who reads the task's remark.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{remark}")]
pub struct Failure {
    code: FailureCode,
    remark: String,
    transient: bool,
    origin: Origin,
}

/// What a failure was noticed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// An operation on the phone.
    Phone,
    /// The end of a wait for something on the screen.
    Wait,
    /// The configuration or the materials: it was decided without the screen.
    Request,
    /// Anything else.
    Script,
}

impl Failure {
    /// A failure with this code. It is transient if such failures always are.
    #[must_use]
    pub fn new(code: StandardFailure, remark: impl Into<String>) -> Self {
        let transient = code.automatic_retry() == AutomaticRetry::Always;
        Self { code: code.into(), remark: remark.into(), transient, origin: Origin::Script }
    }

    /// A failure that the product does not define; its code is `script:` and `word` (see [`ScriptFailure::of_word`]). It
    /// is not transient unless [`Failure::transient`] says so.
    #[must_use]
    pub fn of_script(word: &str, remark: impl Into<String>) -> Self {
        let code = FailureCode::Script(ScriptFailure::of_word(word));
        Self { code, remark: remark.into(), transient: false, origin: Origin::Script }
    }

    /// The failure of a task that asks for what cannot be done, or whose material cannot be used: decided without the
    /// screen, which therefore shows nothing of it. The sentence says why and what to do instead.
    #[must_use]
    pub fn of_request(code: StandardFailure, remark: impl Into<String>) -> Self {
        Self { origin: Origin::Request, ..Self::new(code, remark) }
    }

    /// What was looked for did not appear on `screen` within `waited`.
    #[must_use]
    pub fn not_found(wanted: &str, screen: &str, waited: Duration) -> Self {
        let waited = seconds(waited);
        let remark = format!("{wanted} was not found within {waited} s; last seen: {screen}");
        Self { origin: Origin::Wait, ..Self::new(StandardFailure::AppChanged, remark) }
    }

    /// An element was found that cannot be tapped.
    #[must_use]
    pub fn not_tappable(wanted: &str, screen: &str) -> Self {
        let remark = format!("{wanted} is on the screen but has no place to tap; last seen: {screen}");
        Self::new(StandardFailure::AppChanged, remark)
    }

    /// A popup came back after it was dismissed so many times.
    #[must_use]
    pub fn popup_stays(popup: &str, times: u32) -> Self {
        let remark = format!("{popup} stays in the way although it was dismissed {times} times");
        Self::new(StandardFailure::PopupStuck, remark)
    }

    /// A field does not hold the text that was typed into it.
    #[must_use]
    pub fn text_differs(field: &str, seen: &str) -> Self {
        let seen = clean(seen);
        let remark = format!("{field} holds {seen:?} instead of the text that was typed");
        Self::new(StandardFailure::TextInputUnavailable, remark).transient()
    }

    /// A field holds the beginning of the text that was typed into it, and takes no more. Apps count as UTF-16 does.
    #[must_use]
    pub fn text_cut(field: &str, taken: &str, typed: &str) -> Self {
        let [taken, typed] = [taken, typed].map(|text| text.encode_utf16().count());
        let remark = format!("the app took {taken} of {typed} characters into {field}; shorten the text");
        Self::new(StandardFailure::TextInputUnavailable, remark)
    }

    /// It was perhaps done, but the app did not show it.
    #[must_use]
    pub fn unconfirmed(remark: impl Into<String>) -> Self {
        Self::new(StandardFailure::Unconfirmed, remark)
    }

    /// The same as a failure after which another attempt may succeed without intervention. Has no effect on a code that
    /// is never retried, such as that of work that may have been done already.
    #[must_use]
    pub fn transient(self) -> Self {
        let transient = self.code.automatic_retry() != AutomaticRetry::Never;
        Self { transient, ..self }
    }

    /// Returns the code for programs.
    #[must_use]
    pub fn code(&self) -> FailureCode {
        self.code
    }

    /// Returns whether another attempt may succeed without intervention. Work that may have been done already is not
    /// transient: a second attempt could do it twice.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        self.transient
    }

    /// Returns whether a wait for something on the screen ended without it.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.origin == Origin::Wait
    }

    /// Returns whether an operation on the phone failed.
    #[must_use]
    pub fn is_of_phone(&self) -> bool {
        self.origin == Origin::Phone
    }

    /// Whether the screen shows why.
    pub(super) fn left_evidence(&self) -> bool {
        self.origin != Origin::Request
    }
}

impl From<AndroidError> for Failure {
    fn from(error: AndroidError) -> Self {
        let failure = Self::new(code_of(&error), error.to_string());
        let failure = if error.is_transient() { failure.transient() } else { failure };
        Self { origin: Origin::Phone, ..failure }
    }
}

impl From<MaterialsError> for Failure {
    fn from(error: MaterialsError) -> Self {
        let (code, transient) = code_of_materials(&error);
        let failure = Self::of_request(code, error.to_string());
        if transient { failure.transient() } else { failure }
    }
}

impl From<MarkError> for Failure {
    fn from(error: MarkError) -> Self {
        let failure = Self::of_request(StandardFailure::Internal, error.to_string());
        if error.transient { failure.transient() } else { failure }
    }
}

/// Returns the code, and whether a later attempt may get the materials without intervention.
fn code_of_materials(error: &MaterialsError) -> (StandardFailure, bool) {
    match error {
        MaterialsError::TooFew { .. } => (StandardFailure::MaterialMissing, false),
        MaterialsError::Unavailable { transient, .. } => (StandardFailure::Internal, *transient),
    }
}

fn code_of(error: &AndroidError) -> StandardFailure {
    // What `strerror(ENOSPC)` returns on Android: adbd and the tools of the phone print it.
    let is_full = |said: &str| said.contains("No space left on device");
    match error {
        AndroidError::Adb(error) => match error.cause() {
            AdbCause::Rejected(said) if is_full(said) => StandardFailure::DeviceStorageFull,
            _ => code_of_connection(error),
        },
        AndroidError::Refused { said, .. } if is_full(said) => StandardFailure::DeviceStorageFull,
        AndroidError::NeedsKeyboard(_) => StandardFailure::TextInputUnavailable,
        AndroidError::Refused { .. }
        | AndroidError::NotIdle { .. }
        | AndroidError::Screen(_)
        | AndroidError::NotListed { .. } => StandardFailure::Internal,
    }
}

fn code_of_connection(error: &AdbError) -> StandardFailure {
    match error.cause() {
        // The phone is there, and something else is wrong.
        AdbCause::Refused
        | AdbCause::Rejected(_)
        | AdbCause::TooMuchOutput(_)
        | AdbCause::BadArgument(_)
        | AdbCause::Local(_)
        | AdbCause::Unsupported(_) => StandardFailure::Internal,
        AdbCause::Unreachable(_)
        | AdbCause::NoServer(_)
        | AdbCause::Authorizing { .. }
        | AdbCause::Unauthorized(_)
        | AdbCause::NoKey(_)
        | AdbCause::DeadlinePassed(_)
        | AdbCause::ConnectionLost(_)
        | AdbCause::StreamEnded
        | AdbCause::Protocol(_) => StandardFailure::DeviceLost,
    }
}

/// Formats seconds, with one decimal unless they are whole.
fn seconds(duration: Duration) -> String {
    if duration.subsec_millis() == 0 {
        duration.as_secs().to_string()
    } else {
        format!("{:.1}", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn of_adb(cause: AdbCause) -> Failure {
        let phone: Arc<str> = Arc::from("a");
        AndroidError::from(AdbError::new(&phone, "push", cause)).into()
    }

    #[test]
    fn each_failure_has_its_code_its_sentence_and_its_retry() {
        let refused = |said: &str| AndroidError::Refused { attempt: "tap".into(), said: said.into() };
        let unavailable = |transient| MaterialsError::Unavailable { reason: "locked".into(), transient };
        for (failure, code, is_transient, left_evidence, remark) in [
            (
                Failure::not_found("Next", "the editor", Duration::from_millis(1500)),
                "app_changed",
                true,
                true,
                "Next was not found within 1.5 s; last seen: the editor",
            ),
            (
                Failure::not_tappable("Next", "the editor"),
                "app_changed",
                true,
                true,
                "Next is on the screen but has no place to tap; last seen: the editor",
            ),
            (
                Failure::popup_stays("the offer", 5),
                "popup_stuck",
                true,
                true,
                "the offer stays in the way although it was dismissed 5 times",
            ),
            (
                Failure::text_differs("the field", "ab"),
                "text_input_unavailable",
                true,
                true,
                "the field holds \"ab\" instead of the text that was typed",
            ),
            (
                Failure::text_cut("the field", "ab", "abc\u{1f469}"),
                "text_input_unavailable",
                false,
                true,
                "the app took 2 of 5 characters into the field; shorten the text",
            ),
            (Failure::unconfirmed("not seen"), "unconfirmed", false, true, "not seen"),
            (
                AndroidError::NeedsKeyboard('é').into(),
                "text_input_unavailable",
                false,
                true,
                "the text holds 'é', which needs the ADBKeyBoard app on the phone; install it and try again",
            ),
            (refused("no").into(), "internal", false, true, "the phone could not tap: no"),
            (
                refused("write: No space left on device").into(),
                "device_storage_full",
                false,
                true,
                "the phone could not tap: write: No space left on device",
            ),
            (
                of_adb(AdbCause::ConnectionLost("reset".into())),
                "device_lost",
                true,
                true,
                "phone a: push: the connection was lost: reset",
            ),
            (
                of_adb(AdbCause::Rejected("No space left on device".into())),
                "device_storage_full",
                false,
                true,
                "phone a: push: the phone says: No space left on device",
            ),
            (
                MaterialsError::TooFew { found: 0 }.into(),
                "material_missing",
                false,
                false,
                "only 0 unused materials of the library fit",
            ),
            (
                unavailable(true).into(),
                "internal",
                true,
                false,
                "the record of materials cannot be reached: locked",
            ),
            (
                unavailable(false).into(),
                "internal",
                false,
                false,
                "the record of materials cannot be reached: locked",
            ),
            (Failure::of_script("No model", "none"), "script:no_model", false, true, "none"),
        ] {
            assert_eq!((failure.code().as_str(), failure.to_string().as_str()), (code, remark));
            assert_eq!((failure.is_transient(), failure.left_evidence()), (is_transient, left_evidence));
        }
    }

    #[test]
    fn what_may_have_been_done_cannot_be_made_transient() {
        assert!(!Failure::unconfirmed("not seen").transient().is_transient());
        assert!(Failure::of_script("busy", "try later").transient().is_transient());
    }
}
