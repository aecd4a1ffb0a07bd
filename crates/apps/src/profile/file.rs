//! An app's data file: which screens it has and by which signs they are known, its elements, its popups, and the
//! screens from which only a person can go on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use tikmatrix_device::ui::UiTree;

use crate::profile::selector_spec::SelectorSpec;

/// A data file is no profile.
#[derive(Debug, Error)]
pub enum ProfileError {
    /// It is no TOML, or holds what no profile holds.
    #[error("the profile {file} cannot be read: {source}")]
    Unreadable {
        /// Which file.
        file: &'static str,
        /// What is wrong with it, and where.
        source: Box<toml::de::Error>,
    },
    /// A journey needs an element that it does not describe.
    #[error("the profile {file} does not describe the element {element}")]
    MissingElement {
        /// Which file.
        file: &'static str,
        /// Which element.
        element: &'static str,
    },
}

/// A profile that is part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProfileName {
    /// What Android itself puts over apps.
    #[default]
    Android,
    /// TikTok.
    TikTok,
    /// Instagram.
    Instagram,
}

impl ProfileName {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Android, Self::TikTok, Self::Instagram];

    /// The name in lower case, which is that of its file without `.toml`.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::Android => "android",
            Self::TikTok => "tiktok",
            Self::Instagram => "instagram",
        }
    }
}

/// What an app looks like.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Which one it is; its file does not say so itself.
    #[serde(skip)]
    pub name: ProfileName,
    /// The app's package names, the usual one first; empty for what belongs to Android itself.
    pub packages: Vec<String>,
    /// The activity that takes shared files.
    #[serde(default)]
    pub share_activity: Option<String>,
    /// Its elements by name.
    #[serde(default)]
    pub elements: BTreeMap<String, SelectorSpec>,
    #[serde(default)]
    pub(crate) screens: Vec<Screen>,
    #[serde(default)]
    pub(crate) blocking: Vec<Blocking>,
    #[serde(default)]
    pub(crate) popups: Vec<Popup>,
}

impl Profile {
    /// The profile of this name.
    ///
    /// # Errors
    /// [`ProfileError`]; the data file is part of the program, and a test reads it.
    pub fn named(name: ProfileName) -> Result<Self, ProfileError> {
        let (file, text) = match name {
            ProfileName::Android => ("android.toml", include_str!("../../profiles/android.toml")),
            ProfileName::TikTok => ("tiktok.toml", include_str!("../../profiles/tiktok.toml")),
            ProfileName::Instagram => ("instagram.toml", include_str!("../../profiles/instagram.toml")),
        };
        let read = toml::from_str::<Self>(text);
        let profile = read.map_err(|source| ProfileError::Unreadable { file, source: Box::new(source) })?;
        Ok(Self { name, ..profile })
    }

    /// What Android itself puts over apps.
    ///
    /// # Errors
    /// As [`Profile::named`].
    pub fn android() -> Result<Self, ProfileError> {
        Self::named(ProfileName::Android)
    }

    /// TikTok.
    ///
    /// # Errors
    /// As [`Profile::named`].
    pub fn tiktok() -> Result<Self, ProfileError> {
        Self::named(ProfileName::TikTok)
    }

    /// Instagram.
    ///
    /// # Errors
    /// As [`Profile::named`].
    pub fn instagram() -> Result<Self, ProfileError> {
        Self::named(ProfileName::Instagram)
    }

    /// Which of its screens the tree shows; the first that fits, in the order of the file.
    #[must_use]
    pub fn screen(&self, tree: &UiTree) -> Option<&Screen> {
        self.screens.iter().find(|screen| screen.signs().are_on(tree))
    }
}

/// A screen of an app.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Its name for programs, such as `caption`.
    pub id: String,
    /// What people call it.
    pub name: String,
    signs: Vec<SelectorSpec>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<SelectorSpec>,
}

impl Screen {
    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs { signs: &self.signs, at_least: self.at_least, without: &self.without }
    }
}

/// A screen from which only a person can go on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocking {
    /// What people call it.
    pub(crate) name: String,
    /// The sentence for whoever can go on.
    pub(crate) remark: String,
    signs: Vec<SelectorSpec>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<SelectorSpec>,
}

impl Blocking {
    pub(crate) fn is_on(&self, tree: &UiTree) -> bool {
        self.signs().are_on(tree)
    }

    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs { signs: &self.signs, at_least: self.at_least, without: &self.without }
    }
}

/// A harmless window in the way.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Popup {
    /// What people call it.
    pub(crate) name: String,
    /// What to tap; without it, the back key.
    pub(crate) dismiss: Option<SelectorSpec>,
    signs: Vec<SelectorSpec>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<SelectorSpec>,
}

impl Popup {
    pub(crate) fn is_on(&self, tree: &UiTree) -> bool {
        self.signs().are_on(tree)
    }

    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs { signs: &self.signs, at_least: self.at_least, without: &self.without }
    }
}

/// By what something is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signs<'a> {
    pub(crate) signs: &'a [SelectorSpec],
    at_least: Option<usize>,
    /// What rules it out.
    pub(crate) without: &'a [SelectorSpec],
}

impl Signs<'_> {
    /// How many of the signs have to be there: all, unless a number is given, and never none.
    pub(crate) fn needed(self) -> usize {
        self.at_least.unwrap_or(self.signs.len()).max(1)
    }

    /// Whether enough of the signs are there and nothing that rules it out.
    pub(crate) fn are_on(self, tree: &UiTree) -> bool {
        let seen = self.signs.iter().filter(|sign| sign.is_on(tree)).count();
        seen >= self.needed() && !self.without.iter().any(|sign| sign.is_on(tree))
    }
}
