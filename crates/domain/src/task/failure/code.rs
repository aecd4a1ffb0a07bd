//! Failure codes: why a task failed, as a stable text for programs. Each has its entry in
//! `docs/troubleshooting.md`.

use std::fmt;
use std::str::FromStr;

use arrayvec::ArrayString;
use strum::{Display, EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;

/// A failure that the product itself defines.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum StandardFailure {
    /// The app has accounts, but not the task's.
    NotSignedIn,
    /// The app has no account.
    SignedOut,
    /// The switch of accounts did not hold.
    WrongAccount,
    /// The app asks for a captcha or another proof.
    Checkpoint,
    /// The app disabled the account.
    AccountRestricted,
    /// The app refuses the action for now.
    AccountLimited,
    /// The app has no such user.
    UserNotFound,
    /// There is no such file, or no unused material.
    MaterialMissing,
    /// The material cannot be used.
    MaterialRefused,
    /// The file changed while the task used it.
    MaterialChanged,
    /// The app is not installed.
    AppMissing,
    /// The app demands an update.
    AppUpdateRequired,
    /// The app ended while the task used it.
    AppCrashed,
    /// An element or a screen of the app was not found.
    AppChanged,
    /// A popup came back after it was dismissed.
    PopupStuck,
    /// The task asks for what cannot be done.
    OptionUnavailable,
    /// The sound was not found or cannot be used.
    SoundUnavailable,
    /// The product was not found or cannot be linked.
    ProductUnavailable,
    /// The text could not be typed.
    TextInputUnavailable,
    /// The phone is locked.
    DeviceLocked,
    /// The connection to the phone failed.
    DeviceLost,
    /// The phone has no space left.
    DeviceStorageFull,
    /// The app reports that the upload failed.
    UploadFailed,
    /// The app kept the post as a draft.
    SavedToDrafts,
    /// It may have been done, but the app did not show it.
    Unconfirmed,
    /// Another server took over the task.
    LeaseLost,
    /// The task exceeded its time limit.
    TimedOut,
    /// A user stopped it.
    Stopped,
    /// A user cancelled it while it was pending.
    Cancelled,
    /// The server ended while it ran.
    Interrupted,
    /// A failure without a code of its own.
    Internal,
}

/// Whether failures with a code are retried automatically, as long as the task has retries left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AutomaticRetry {
    /// Always.
    Always,
    /// If the cause may pass without intervention.
    Sometimes,
    /// Never: a person has to act first, or the task may have been done already.
    Never,
}

impl fmt::Display for AutomaticRetry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Always => "yes",
            Self::Sometimes => "if its cause may pass",
            Self::Never => "no",
        })
    }
}

impl StandardFailure {
    /// Returns whether failures with this code are retried automatically.
    #[must_use]
    pub fn automatic_retry(self) -> AutomaticRetry {
        match self {
            Self::MaterialChanged | Self::AppCrashed | Self::AppChanged | Self::PopupStuck => {
                AutomaticRetry::Always
            }
            Self::TextInputUnavailable | Self::DeviceLost | Self::Internal => AutomaticRetry::Sometimes,
            _ => AutomaticRetry::Never,
        }
    }
}

/// A third-party script's own code: `script:` and 1 to 32 lower-case letters, digits and `_`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScriptFailure(ArrayString<{ Self::MAX_LENGTH }>);

impl ScriptFailure {
    const PREFIX: &'static str = "script:";
    const MAX_WORD: usize = 32;
    const MAX_LENGTH: usize = Self::PREFIX.len() + Self::MAX_WORD;

    /// Makes a code of the word of a script. Letters become lower-case, other characters `_`, and what is too long is cut
    /// off, so that a script always gets a code.
    #[must_use]
    pub fn of_word(word: &str) -> Self {
        let letter = |letter: char| match letter.to_ascii_lowercase() {
            letter if is_of_word(letter) => letter,
            _ => '_',
        };
        let mut text = ArrayString::new();
        let word = if word.is_empty() { "_" } else { word };
        for letter in Self::PREFIX.chars().chain(word.chars().take(Self::MAX_WORD).map(letter)) {
            text.push(letter);
        }
        Self(text)
    }

    fn parse(text: &str) -> Option<Self> {
        let word = text.strip_prefix(Self::PREFIX)?;
        let is_valid = !word.is_empty() && word.chars().all(is_of_word);
        ArrayString::from(text).ok().filter(|_| is_valid).map(Self)
    }
}

fn is_of_word(letter: char) -> bool {
    letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_'
}

/// Why a task failed, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureCode {
    /// A failure that the product defines.
    Standard(StandardFailure),
    /// One that a third-party script defines.
    Script(ScriptFailure),
}

/// The text is no failure code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "is not a failure code such as app_changed, or script: and 1 to 32 lower-case letters, digits and _; \
     docs/troubleshooting.md lists them"
)]
pub struct InvalidFailureCode;

impl FailureCode {
    /// The text that the API and the database use.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Standard(code) => code.as_str(),
            Self::Script(code) => &code.0,
        }
    }

    /// Returns whether failures with this code are retried automatically. A script decides it for its own.
    #[must_use]
    pub fn automatic_retry(self) -> AutomaticRetry {
        match self {
            Self::Standard(code) => code.automatic_retry(),
            Self::Script(_) => AutomaticRetry::Sometimes,
        }
    }
}

impl From<StandardFailure> for FailureCode {
    fn from(code: StandardFailure) -> Self {
        Self::Standard(code)
    }
}

impl PartialEq<StandardFailure> for FailureCode {
    fn eq(&self, other: &StandardFailure) -> bool {
        *self == Self::Standard(*other)
    }
}

impl fmt::Display for FailureCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for FailureCode {
    type Err = InvalidFailureCode;

    fn from_str(text: &str) -> Result<Self, InvalidFailureCode> {
        match text.parse() {
            Ok(code) => Ok(Self::Standard(code)),
            Err(_) => ScriptFailure::parse(text).map(Self::Script).ok_or(InvalidFailureCode),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_from_its_text_and_no_other_text_is_one() {
        let own = FailureCode::Script(ScriptFailure::of_word("no_model_2"));
        assert_eq!(own.as_str(), "script:no_model_2");
        for code in StandardFailure::ALL.iter().map(|code| FailureCode::from(*code)).chain([own]) {
            assert_eq!(code.as_str().parse(), Ok(code));
        }
        let long = format!("script:{}", "a".repeat(33));
        for text in ["", "script:", "AppChanged", "script:No", "script:a b", "no_model", "script:a:b", &long]
        {
            assert_eq!(text.parse::<FailureCode>(), Err(InvalidFailureCode), "{text}");
        }
    }

    #[test]
    fn any_word_of_a_script_gives_a_code_that_reads_back() {
        for (word, code) in
            [("No Model!", "script:no_model_"), ("", "script:_"), ("größe\0", "script:gr__e_")]
        {
            let own = FailureCode::Script(ScriptFailure::of_word(word));
            assert_eq!((own.as_str(), own.as_str().parse()), (code, Ok(own)));
        }
        assert_eq!(FailureCode::Script(ScriptFailure::of_word(&"é".repeat(90))).as_str().len(), 39);
    }

    #[test]
    fn what_may_have_been_done_is_never_retried() {
        use StandardFailure::{Interrupted, SavedToDrafts, Stopped, TimedOut, Unconfirmed, UploadFailed};
        for code in [Unconfirmed, TimedOut, Stopped, Interrupted, SavedToDrafts, UploadFailed] {
            assert_eq!(code.automatic_retry(), AutomaticRetry::Never, "{code}");
        }
    }
}
