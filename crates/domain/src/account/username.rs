//! The usernames of accounts: the one rule for every place where they are entered.

use std::fmt;

use thiserror::Error;

use crate::names::EmptyName;

/// The text does not name an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidUsername {
    /// Nothing is left of it without `@` and white space.
    #[error("must not be empty")]
    Empty,
    /// It holds another character than usernames do.
    #[error("is not a username: letters, digits, dots and underscores, or the URL of a profile")]
    Characters,
    /// It is a URL, and not that of a profile.
    #[error(
        "is not the URL of a profile, such as https://www.tiktok.com/@name or https://www.instagram.com/name"
    )]
    NoProfile,
    /// It is longer than the usernames of any app.
    #[error("is longer than {} characters", Username::MAX_LENGTH)]
    TooLong,
}

/// An account's username without the leading `@`, in lower case: matching ignores case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Username(String);

impl Username {
    /// The longest username, in characters: Instagram's; TikTok's have at most 24.
    pub const MAX_LENGTH: usize = 30;

    /// Reads a username that was entered, with or without `@` and in any case, or the URL of its profile.
    ///
    /// # Errors
    /// [`InvalidUsername`].
    pub fn new(text: &str) -> Result<Self, InvalidUsername> {
        let text = text.trim();
        let name = if text.contains('/') {
            of_profile(text).ok_or(InvalidUsername::NoProfile)?
        } else {
            without_sign(text)
        };
        let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        match () {
            () if name.is_empty() => Err(InvalidUsername::Empty),
            () if !name.chars().all(is_allowed) => Err(InvalidUsername::Characters),
            () if name.len() > Self::MAX_LENGTH => Err(InvalidUsername::TooLong),
            () => Ok(Self(name.to_ascii_lowercase())),
        }
    }

    /// Reads usernames that were entered between commas or line breaks, and skips empty ones. Each comes with the text that it was
    /// read from.
    pub fn split(text: &str) -> impl Iterator<Item = (&str, Result<Self, InvalidUsername>)> {
        let names = text.split([',', '\n', '\r']).map(str::trim).filter(|name| !name.is_empty());
        names.map(|name| (name, Self::new(name)))
    }

    /// Reads a name that need not keep the rule for those that are entered: one that an earlier version stored, or that a
    /// phone shows.
    ///
    /// # Errors
    /// [`EmptyName`] if nothing is left without `@` and white space.
    pub fn as_found(text: &str) -> Result<Self, EmptyName> {
        let name = without_sign(text.trim()).to_lowercase();
        if name.is_empty() { Err(EmptyName) } else { Ok(Self(name)) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// All signs are removed, so that a name that was normalised once stays the same.
fn without_sign(text: &str) -> &str {
    text.trim_start_matches(|letter: char| letter == '@' || letter.is_whitespace())
}

/// Returns the name in the URL of a profile, whose scheme may be missing: `tiktok.com/@name`, `instagram.com/name`.
fn of_profile(url: &str) -> Option<&str> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| url.strip_prefix(scheme)).unwrap_or(url);
    let rest = ["www.", "m."].iter().find_map(|host| rest.strip_prefix(host)).unwrap_or(rest);
    let name = ["tiktok.com/@", "instagram.com/"].iter().find_map(|site| rest.strip_prefix(site))?;
    let name = name.split(['?', '#']).next().unwrap_or_default();
    let name = name.strip_suffix('/').unwrap_or(name);
    (!name.is_empty() && !name.contains('/')).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_loses_its_at_sign_and_its_case() {
        assert_eq!(Username::new(" @Maker.One ").unwrap().as_str(), "maker.one");
        assert_eq!(Username::new("@"), Err(InvalidUsername::Empty));
        assert_eq!(
            Username::new("@ @@maker").unwrap().as_str(),
            "maker",
            "however often it was written in front"
        );
    }

    #[test]
    fn a_username_is_read_from_the_url_of_its_profile() {
        for url in [
            "https://www.tiktok.com/@Mia.Travels?lang=en&is_from_webapp=1",
            "http://m.tiktok.com/@mia.travels/",
            "tiktok.com/@mia.travels",
            "https://www.instagram.com/mia.travels/?hl=de",
            " instagram.com/Mia.Travels#about ",
        ] {
            assert_eq!(Username::new(url).unwrap().as_str(), "mia.travels", "{url}");
        }
        for url in [
            "https://www.tiktok.com/mia",
            "https://www.tiktok.com/@mia/video/7123",
            "https://vm.tiktok.com/ZM8abc/",
            "https://www.instagram.com/p/Cabc/",
            "https://www.instagram.com/",
            "https://example.com/@mia",
            "https://www.tiktok.com.example.com/@mia",
            "a/b",
        ] {
            assert_eq!(Username::new(url), Err(InvalidUsername::NoProfile), "{url}");
        }
    }

    #[test]
    fn what_no_app_takes_as_a_username_is_refused() {
        for text in [
            "a b",
            "mia\u{202e}",
            "mia\u{200b}",
            "mïa",
            "mia-1",
            "mia@x",
            "mia\0",
            "m;reboot",
            "tiktok.com/@m a",
        ] {
            assert_eq!(Username::new(text), Err(InvalidUsername::Characters), "{text:?}");
        }
        assert_eq!(Username::new(&"x".repeat(30)).unwrap().as_str().len(), 30);
        assert_eq!(Username::new(&"x".repeat(31)), Err(InvalidUsername::TooLong));
    }

    #[test]
    fn usernames_are_divided_by_commas_and_line_breaks() {
        let split =
            |text| Username::split(text).map(|(_, name)| name.unwrap().to_string()).collect::<Vec<_>>();
        assert_eq!(split("@a, b,,\r\nhttps://www.tiktok.com/@C\n"), ["a", "b", "c"]);
        assert_eq!(split(" , "), Vec::<String>::new());
        let wrong: Vec<_> = Username::split("a, b c").filter(|(_, name)| name.is_err()).collect();
        assert_eq!(wrong, [("b c", Err(InvalidUsername::Characters))]);
    }

    #[test]
    fn a_name_that_an_earlier_version_stored_is_still_read() {
        let stored = Username::as_found("maker one, somewhere with a very long name").unwrap();
        assert_eq!(stored.as_str(), "maker one, somewhere with a very long name");
        assert_eq!(Username::as_found(" @ "), Err(EmptyName));
    }
}
