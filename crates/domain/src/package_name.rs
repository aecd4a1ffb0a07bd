//! The name of an Android package, checked by Android's own rule, so that no other text reaches a command on a phone.

use std::fmt;

use thiserror::Error;

/// Android's limit (`PackageManager`, FrameworkParsingPackageUtils.MAX_FILE_NAME_SIZE).
const MAX_LENGTH: usize = 223;

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
        let is_valid = text.len() <= MAX_LENGTH && text.contains('.') && text.split('.').all(is_word);
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
