//! The usernames of accounts: the one rule for every place where they are entered.

use std::fmt;

use thiserror::Error;

use crate::names::{AppId, EmptyName};

/// The text does not name an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InvalidUsername {
    /// Nothing is left of it without `@` and white space.
    #[error("must not be empty")]
    Empty,
    /// It holds another character than usernames do.
    #[error("is not a username: letters, digits, dots and underscores, or the URL of a profile")]
    Characters,
    /// It has no letter, digit or underscore.
    #[error("is not a username: it has nothing but dots")]
    Dots,
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

/// A username as it was entered: with the app whose profile it was, if it was the URL of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnteredUsername {
    /// The name.
    pub username: Username,
    /// The app of the profile.
    pub app: Option<AppId>,
}

/// An app whose profiles have URLs.
struct Site {
    app: &'static str,
    /// Without `www.` and `m.`.
    host: &'static str,
    /// What may be written before the name.
    signs: &'static [&'static str],
    /// Paths of one word that are no profiles.
    pages: &'static [&'static str],
}

const SITES: [Site; 2] = [
    Site { app: "tiktok", host: "tiktok.com", signs: &["@", "%40"], pages: &[] },
    Site {
        app: "instagram",
        host: "instagram.com",
        signs: &[""],
        pages: &["about", "accounts", "direct", "explore", "legal", "p", "reel", "reels", "stories", "tv"],
    },
];

impl Username {
    /// The longest username, in characters: Instagram's; TikTok's have at most 24.
    pub const MAX_LENGTH: usize = 30;

    /// Reads a username that was entered, as [`EnteredUsername::new`] does, where its app does not matter.
    ///
    /// # Errors
    /// [`InvalidUsername`].
    pub fn new(text: &str) -> Result<Self, InvalidUsername> {
        EnteredUsername::new(text).map(|entered| entered.username)
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

impl EnteredUsername {
    /// Reads a username with or without `@` and in any case, or the URL of its profile.
    ///
    /// # Errors
    /// [`InvalidUsername`].
    pub fn new(text: &str) -> Result<Self, InvalidUsername> {
        let text = text.trim();
        let (name, app) = if text.contains('/') {
            let (name, site) = of_profile(text).ok_or(InvalidUsername::NoProfile)?;
            (name, AppId::new(site.app).ok())
        } else {
            (without_sign(text), None)
        };
        let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.');
        match () {
            () if name.is_empty() => Err(InvalidUsername::Empty),
            () if site_of(name).is_some() => Err(InvalidUsername::NoProfile),
            () if !name.chars().all(is_allowed) => Err(InvalidUsername::Characters),
            () if name.chars().all(|letter| letter == '.') => Err(InvalidUsername::Dots),
            () if name.len() > Username::MAX_LENGTH => Err(InvalidUsername::TooLong),
            () => Ok(Self { username: Username(name.to_ascii_lowercase()), app }),
        }
    }

    /// Reads usernames that were entered between commas or line breaks, and skips empty ones. Each comes with the text that it was
    /// read from.
    pub fn split(text: &str) -> impl Iterator<Item = (&str, Result<Self, InvalidUsername>)> {
        let names = text.split([',', '\n', '\r']).map(str::trim).filter(|name| !name.is_empty());
        names.map(|name| (name, Self::new(name)))
    }

    /// Returns why this cannot be an account of `app`: it is a profile of another one.
    ///
    /// # Errors
    /// The sentence, which names both apps.
    pub fn check_app(&self, app: AppId) -> Result<(), String> {
        match self.app {
            Some(own) if own != app => {
                Err(format!("@{} is a profile of {own}, and the app is {app}", self.username))
            }
            _ => Ok(()),
        }
    }
}

/// Writes what is read back as the same: the name, or the URL of the profile if its app is known.
impl fmt::Display for EnteredUsername {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_app = |app: AppId| SITES.iter().find(|site| site.app == app.as_str());
        if let Some(Site { host, signs: [sign, ..], .. }) = self.app.and_then(of_app) {
            write!(formatter, "https://www.{host}/{sign}")?;
        }
        self.username.fmt(formatter)
    }
}

/// All signs are removed, so that a name that was normalised once stays the same.
fn without_sign(text: &str) -> &str {
    text.trim_start_matches(|letter: char| letter == '@' || letter.is_whitespace())
}

/// Returns the name in the URL of a profile, whose scheme may be missing: `tiktok.com/@name`, `instagram.com/name`.
fn of_profile(url: &str) -> Option<(&str, &'static Site)> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| without_prefix(url, scheme)).unwrap_or(url);
    let (host, path) = rest.split_once('/')?;
    let host = [":443", ":80"].iter().find_map(|port| host.strip_suffix(port)).unwrap_or(host);
    let site = site_of(host)?;
    let name = path.split(['?', '#']).next().unwrap_or_default();
    let name = name.strip_suffix('/').unwrap_or(name);
    let name = site.signs.iter().find_map(|sign| name.strip_prefix(sign))?;
    let is_page = || site.pages.iter().any(|page| name.eq_ignore_ascii_case(page));
    (!name.is_empty() && !name.contains('/') && !is_page()).then_some((name, site))
}

fn site_of(host: &str) -> Option<&'static Site> {
    let host = ["www.", "m."].iter().find_map(|sub| without_prefix(host, sub)).unwrap_or(host);
    SITES.iter().find(|site| site.host.eq_ignore_ascii_case(host))
}

/// Takes away a beginning whose case does not matter.
fn without_prefix<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
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
            "HTTPS://WWW.TIKTOK.COM/@MIA.TRAVELS",
            "Http://M.Instagram.Com/Mia.Travels",
            "tiktok.com/%40mia.travels",
            "www.tiktok.com:443/@mia.travels",
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
            "https://www.instagram.com/explore/",
            "https://www.instagram.com/Reel",
            "instagram.com/stories/?x=1",
            "https://www.tiktok.com",
            "https://www.tiktok.com/",
            "tiktok.com/@",
            "tiktok.com",
            "@WWW.Instagram.com",
            "tiktok.com:8080/@mia",
            "mia@tiktok.com/@mia",
        ] {
            assert_eq!(Username::new(url), Err(InvalidUsername::NoProfile), "{url}");
        }
    }

    #[test]
    fn the_url_of_a_profile_names_its_app_and_is_written_as_it_is_read() {
        for (text, app, written) in [
            ("@Mia", None, "mia"),
            ("m.tiktok.com/%40Mia?lang=en", Some("tiktok"), "https://www.tiktok.com/@mia"),
            ("instagram.com/Mia/", Some("instagram"), "https://www.instagram.com/mia"),
        ] {
            let entered = EnteredUsername::new(text).unwrap();
            assert_eq!(entered.app, app.map(|app| AppId::new(app).unwrap()), "{text}");
            assert_eq!(entered.to_string(), written);
            assert_eq!(EnteredUsername::new(written), Ok(entered));
        }
        let entered = EnteredUsername::new("instagram.com/mia").unwrap();
        let refused = entered.check_app(AppId::new("tiktok").unwrap());
        assert_eq!(refused, Err("@mia is a profile of instagram, and the app is tiktok".to_owned()));
        assert_eq!(entered.check_app(AppId::new("instagram").unwrap()), Ok(()));
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
        for text in [".", "@..", "tiktok.com/@.", "instagram.com/../"] {
            assert_eq!(Username::new(text), Err(InvalidUsername::Dots), "{text:?}");
        }
        assert_eq!(Username::new(&"x".repeat(30)).unwrap().as_str().len(), 30);
        assert_eq!(Username::new(&"x".repeat(31)), Err(InvalidUsername::TooLong));
    }

    #[test]
    fn usernames_are_divided_by_commas_and_line_breaks() {
        let split =
            |text| EnteredUsername::split(text).map(|(_, name)| name.unwrap().username.0).collect::<Vec<_>>();
        assert_eq!(split("@a, b,,\r\nhttps://www.tiktok.com/@C\n"), ["a", "b", "c"]);
        assert_eq!(split(" , "), Vec::<String>::new());
        let wrong: Vec<_> = EnteredUsername::split("a, b c").filter(|(_, name)| name.is_err()).collect();
        assert_eq!(wrong, [("b c", Err(InvalidUsername::Characters))]);
    }

    #[test]
    fn a_name_that_an_earlier_version_stored_is_still_read() {
        let stored = Username::as_found("maker one, somewhere with a very long name").unwrap();
        assert_eq!(stored.as_str(), "maker one, somewhere with a very long name");
        assert_eq!(Username::as_found(" @ "), Err(EmptyName));
    }
}
