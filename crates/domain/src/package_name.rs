//! The name of an Android package, checked by Android's own rule so that nothing else ever reaches a phone in its place.

use std::fmt;

use thiserror::Error;

/// Android's limit (`PackageManager`, FrameworkParsingPackageUtils.MAX_FILE_NAME_SIZE).
const LONGEST: usize = 223;

/// The name of an Android package, such as `com.zhiliaoapp.musically`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackageName(String);

/// The text is no name of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "is not a package name: two or more words of letters, digits and _ divided by dots, such as com.example.app"
)]
pub struct NotAPackageName;

impl PackageName {
    /// Trims and checks `text`: at least two words divided by dots, each of ASCII letters, digits and `_` and begun by
    /// a letter (FrameworkParsingPackageUtils.validateName in AOSP).
    ///
    /// # Errors
    /// [`NotAPackageName`].
    pub fn new(text: &str) -> Result<Self, NotAPackageName> {
        let text = text.trim();
        let is_word = |word: &str| {
            word.starts_with(|first: char| first.is_ascii_alphabetic())
                && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        };
        let is_well = text.len() <= LONGEST && text.contains('.') && text.split('.').all(is_word);
        if is_well { Ok(Self(text.to_owned())) } else { Err(NotAPackageName) }
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
            assert_eq!(PackageName::new(name), Err(NotAPackageName), "{name}");
        }
        assert!(PackageName::new(&format!("a.{}", "b".repeat(222))).is_err());
    }
}
