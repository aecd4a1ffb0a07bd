//! The names of devices, accounts, scripts and apps. Each has its own type, so that they cannot be confused.

use std::fmt;

use thiserror::Error;

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
name!(
    /// An account's username without the leading `@`, in lower case: matching ignores case.
    Username,
    // All of them, so that a name that was normalised once stays the same.
    |text| text.trim_start_matches(|c: char| c == '@' || c.is_whitespace()).to_lowercase()
);

/// The apps whose accounts run tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AppKind {
    /// TikTok, the server's default.
    #[default]
    TikTok,
    /// Instagram.
    Instagram,
}

impl AppKind {
    /// The name that the API uses: `tiktok` or `instagram`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TikTok => "tiktok",
            Self::Instagram => "instagram",
        }
    }

    /// The app that the API's name means, if it is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::TikTok, Self::Instagram].into_iter().find(|app| app.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_loses_its_at_sign_and_its_case() {
        assert_eq!(Username::new(" @Maker.One ").unwrap().as_str(), "maker.one");
        assert_eq!(Username::new("@"), Err(EmptyName));
        assert_eq!(
            Username::new("@ @@maker").unwrap().as_str(),
            "maker",
            "however often it was written in front"
        );
    }

    #[test]
    fn a_serial_keeps_its_case() {
        assert_eq!(Serial::new("R58M00ABC").unwrap().as_str(), "R58M00ABC");
        assert_eq!(Serial::new("  "), Err(EmptyName));
    }
}
