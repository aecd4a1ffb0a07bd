//! An app's data file: which screens it has and by which signs they are known, its elements, its popups, and the
//! screens from which only a person can go on.

use std::collections::BTreeMap;

use serde::Deserialize;
use thiserror::Error;
use tikmatrix_device::ui::{Selector, UiTree};

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

/// What an app looks like.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// The app's package names, the usual one first; empty for what belongs to Android itself.
    pub packages: Vec<String>,
    /// The activity that takes shared files.
    #[serde(default)]
    pub share_activity: Option<String>,
    /// Its elements by name.
    #[serde(default)]
    pub elements: BTreeMap<String, Selector>,
    #[serde(default)]
    screens: Vec<Screen>,
    #[serde(default)]
    pub(crate) blocking: Vec<Blocking>,
    #[serde(default)]
    pub(crate) popups: Vec<Popup>,
}

impl Profile {
    /// What Android itself puts over apps.
    ///
    /// # Errors
    /// [`ProfileError`]; the data file is part of the program, and a test reads it.
    pub fn android() -> Result<Self, ProfileError> {
        Self::read("android.toml", include_str!("../profiles/android.toml"))
    }

    /// TikTok.
    ///
    /// # Errors
    /// As [`Profile::android`].
    pub fn tiktok() -> Result<Self, ProfileError> {
        Self::read("tiktok.toml", include_str!("../profiles/tiktok.toml"))
    }

    /// Instagram.
    ///
    /// # Errors
    /// As [`Profile::android`].
    pub fn instagram() -> Result<Self, ProfileError> {
        Self::read("instagram.toml", include_str!("../profiles/instagram.toml"))
    }

    fn read(file: &'static str, text: &str) -> Result<Self, ProfileError> {
        toml::from_str(text).map_err(|source| ProfileError::Unreadable { file, source: Box::new(source) })
    }

    /// Which of its screens the tree shows; the first that fits, in the order of the file.
    #[must_use]
    pub fn screen(&self, tree: &UiTree) -> Option<&Screen> {
        self.screens.iter().find(|screen| shows(tree, &screen.signs, screen.at_least, &screen.without))
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
    signs: Vec<Selector>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<Selector>,
}

/// A screen from which only a person can go on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocking {
    /// What people call it.
    pub(crate) name: String,
    /// The sentence for whoever can go on.
    pub(crate) remark: String,
    signs: Vec<Selector>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<Selector>,
}

impl Blocking {
    pub(crate) fn is_on(&self, tree: &UiTree) -> bool {
        shows(tree, &self.signs, self.at_least, &self.without)
    }
}

/// A harmless window in the way.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Popup {
    /// What people call it.
    pub(crate) name: String,
    /// What to tap; without it, the back key.
    pub(crate) dismiss: Option<Selector>,
    signs: Vec<Selector>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<Selector>,
}

impl Popup {
    pub(crate) fn is_on(&self, tree: &UiTree) -> bool {
        shows(tree, &self.signs, self.at_least, &self.without)
    }
}

/// Whether enough of the signs are there (all, unless a number is given) and none of what rules the screen out.
fn shows(tree: &UiTree, signs: &[Selector], at_least: Option<usize>, without: &[Selector]) -> bool {
    let seen = signs.iter().filter(|sign| sign.is_on(tree)).count();
    seen > 0 && seen >= at_least.unwrap_or(signs.len()) && !without.iter().any(|sign| sign.is_on(tree))
}
