//! The names of devices, scripts, apps and packages. Each has its own type, so that they cannot be confused.

use std::fmt;

use arrayvec::ArrayString;
use thiserror::Error;

use crate::text::clean::clean_to;

/// The name is empty or only white space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must not be empty")]
pub struct EmptyName;

macro_rules! name {
    ($(#[$meta:meta])* $name:ident, $normalise:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(String);

        impl $name {
            /// Trims and checks `text`.
            ///
            /// # Errors
            /// [`EmptyName`] if nothing is left.
            pub fn new(text: &str) -> Result<Self, EmptyName> {
                let normalise: fn(&str) -> String = $normalise;
                let text = normalise(text.trim());
                if text.is_empty() { Err(EmptyName) } else { Ok(Self(text)) }
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name!(
    /// The serial number of a phone, as `ro.serialno` gives it; compared letter for letter.
    Serial,
    str::to_owned
);
name!(
    /// The name of a script, as `POST /task` gives it in `script_name`.
    ScriptName,
    str::to_owned
);
impl Serial {
    /// The longest serial that a phone may report, in characters; `ro.serialno` has at most 91.
    const MAX_REPORTED: usize = 100;

    /// Returns the serial in what a phone or an adb server printed: its last line that is not blank, cleaned and cut, so that
    /// it can be logged, shown, and given back by a client; `None` if there is none.
    #[must_use]
    pub fn reported(output: &str) -> Option<Self> {
        let lines = output.rsplit(['\n', '\r']);
        let mut cleaned = lines.map(|line| clean_to(line, Self::MAX_REPORTED));
        cleaned.find_map(|line| Self::new(&line).ok())
    }
}

/// The text is not the name of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 1 to {} lower-case letters, digits, _ and -", AppId::MAX_LENGTH)]
pub struct InvalidAppId;

/// The name of an app, such as `tiktok`: 1 to 32 lower-case letters, digits, `_` and `-`. The program that registers the
/// drivers decides which apps there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppId(ArrayString<{ Self::MAX_LENGTH }>);

impl AppId {
    const MAX_LENGTH: usize = 32;

    /// Checks `text`.
    ///
    /// # Errors
    /// [`InvalidAppId`] if it is empty, too long or holds other characters.
    pub fn new(text: &str) -> Result<Self, InvalidAppId> {
        let is_valid =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
        if text.is_empty() || !text.bytes().all(is_valid) {
            return Err(InvalidAppId);
        }
        ArrayString::from(text).map(Self).map_err(|_| InvalidAppId)
    }

    /// The phone itself, `android`: the app of tasks on a server that has no apps.
    #[must_use]
    pub fn android() -> Self {
        Self(ArrayString::from("android").unwrap_or_default())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AppId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Android's limit (`PackageManager`, FrameworkParsingPackageUtils.MAX_FILE_NAME_SIZE).
const MAX_PACKAGE_LENGTH: usize = 223;

/// The name of an Android package, such as `com.zhiliaoapp.musically`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackageName(String);

/// The text is not the name of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "is not a package name: two or more words of letters, digits and _ divided by dots, such as com.example.app"
)]
pub struct InvalidPackageName;

impl PackageName {
    /// Trims and checks `text`: at least two words divided by dots, each of ASCII letters, digits and `_` and starting
    /// with a letter (FrameworkParsingPackageUtils.validateName in AOSP).
    ///
    /// # Errors
    /// [`InvalidPackageName`].
    pub fn new(text: &str) -> Result<Self, InvalidPackageName> {
        let text = text.trim();
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_alphabetic())
                && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        let is_valid = text.len() <= MAX_PACKAGE_LENGTH && text.contains('.') && text.split('.').all(is_word);
        if is_valid { Ok(Self(text.to_owned())) } else { Err(InvalidPackageName) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_keeps_its_case() {
        assert_eq!(Serial::new("R58M00ABC").unwrap().as_str(), "R58M00ABC");
        assert_eq!(Serial::new("  "), Err(EmptyName));
    }

    #[test]
    fn a_reported_serial_is_the_last_line_without_what_could_harm_a_log() {
        let reported = |output: &str| Serial::reported(output).map(|serial| serial.to_string());
        assert_eq!(reported("R58M00ABC\n").as_deref(), Some("R58M00ABC"));
        assert_eq!(reported("WARNING: linker: odd\r\nR58M00ABC\r\n\n").as_deref(), Some("R58M00ABC"));
        assert_eq!(reported("R58\u{1b}[2J\tM").as_deref(), Some("R58 [2J M"));
        assert_eq!(reported(&"9".repeat(1_000_000)).map(|serial| serial.chars().count()), Some(100));
        assert_eq!(reported(" \u{7}\n"), None);
    }

    #[test]
    fn an_app_is_named_by_a_short_text_of_lower_case_letters_digits_underscores_and_hyphens() {
        for text in ["tiktok", "you-tube_2", &"x".repeat(32)] {
            assert_eq!(AppId::new(text).unwrap().as_str(), text);
        }
        for text in ["", " ", "TikTok", "tik tok", "tïktok", "a/b", &"x".repeat(33)] {
            assert_eq!(AppId::new(text), Err(InvalidAppId), "{text:?}");
        }
    }

    #[test]
    fn only_names_that_android_takes_are_read() {
        for name in ["com.zhiliaoapp.musically", "com.ss.android.ugc.trill", "a.b_1"] {
            assert_eq!(PackageName::new(name).unwrap().as_str(), name);
        }
        for name in
            ["", "tiktok", "com..x", ".com.x", "com.1x", "com.x;reboot", "com.x y", "com.ä", "com/x.y"]
        {
            assert_eq!(PackageName::new(name), Err(InvalidPackageName), "{name}");
        }
        assert!(PackageName::new(&format!("a.{}", "b".repeat(222))).is_err());
    }
}
