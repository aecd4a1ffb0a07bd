//! The signs by which screens, popups and blocking screens are recognised.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tikmatrix_device::ui::UiTree;
use tikmatrix_domain::StandardFailure;

use crate::profile::selector_spec::SelectorSpec;

/// A screen of an app.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Its name for programs, such as `caption`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    signs: Vec<SelectorSpec>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<SelectorSpec>,
}

impl Screen {
    /// All its selectors.
    pub(crate) fn selectors(&mut self) -> impl Iterator<Item = &mut SelectorSpec> {
        self.signs.iter_mut().chain(&mut self.without)
    }

    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs { signs: &self.signs, at_least: self.at_least, without: &self.without }
    }
}

/// Reads the text of a failure code.
fn failure_code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<StandardFailure, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map_err(|_| D::Error::custom(format!("{text:?} is not a standard failure code")))
}

/// A screen from which only a person can continue.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Blocking {
    /// Its name for people.
    pub(crate) name: String,
    /// The failure code of a task that ends here.
    #[serde(deserialize_with = "failure_code")]
    pub(crate) code: StandardFailure,
    /// The remark of a task that ends here.
    pub(crate) remark: String,
    /// Whether it may be a lock screen without a secret, which is dismissed first.
    #[serde(default)]
    pub(crate) dismissible: bool,
    signs: Vec<SelectorSpec>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<SelectorSpec>,
}

impl Blocking {
    /// All its selectors.
    pub(crate) fn selectors(&mut self) -> impl Iterator<Item = &mut SelectorSpec> {
        self.signs.iter_mut().chain(&mut self.without)
    }

    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs { signs: &self.signs, at_least: self.at_least, without: &self.without }
    }
}

/// A harmless window over the app.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Popup {
    /// Its name for people.
    pub(crate) name: String,
    /// Whether it is known by its refusal alone, whatever it asks: then a destructive word on the screen rules it out.
    #[serde(default)]
    pub(crate) generic: bool,
    /// The element to tap. Default: the back key dismisses it.
    pub(crate) dismiss: Option<SelectorSpec>,
    signs: Vec<SelectorSpec>,
    at_least: Option<usize>,
    #[serde(default)]
    without: Vec<SelectorSpec>,
}

impl Popup {
    /// Rules a generic popup out where a destructive word is on the screen.
    pub(crate) fn beware(&mut self, destructive: &[SelectorSpec]) {
        if self.generic {
            self.without.extend_from_slice(destructive);
        }
    }

    /// All its selectors.
    pub(crate) fn selectors(&mut self) -> impl Iterator<Item = &mut SelectorSpec> {
        self.signs.iter_mut().chain(&mut self.without).chain(&mut self.dismiss)
    }

    pub(crate) fn signs(&self) -> Signs<'_> {
        Signs { signs: &self.signs, at_least: self.at_least, without: &self.without }
    }
}

/// The elements that show, or rule out, that something is on the screen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Signs<'a> {
    pub(crate) signs: &'a [SelectorSpec],
    at_least: Option<usize>,
    /// The elements that rule it out.
    pub(crate) without: &'a [SelectorSpec],
}

impl Signs<'_> {
    /// How many of the signs have to be there: by default all, and never none.
    pub(crate) fn needed(self) -> usize {
        self.at_least.unwrap_or(self.signs.len()).max(1)
    }

    /// Whether enough of the signs are there and nothing that rules it out.
    pub(crate) fn are_on(self, tree: &UiTree) -> bool {
        let seen = self.signs.iter().filter(|sign| sign.is_on(tree)).count();
        seen >= self.needed() && !self.without.iter().any(|sign| sign.is_on(tree))
    }
}
