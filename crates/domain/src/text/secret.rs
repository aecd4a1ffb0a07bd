//! Texts that must not be shown: passwords, tokens, and URLs that hold them.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// A text that must not be shown. It has no `Display`, and its `Debug` form does not hold it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the text, for the one that it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_in_its_debug_form() {
        let secret: Secret = "hunter2".parse().unwrap();
        assert_eq!(format!("{:?}", Some(&secret)), "Some(Secret(not shown))");
        assert_eq!(secret.expose(), "hunter2");
    }
}
