//! The description of an element: by its text, class, state, and relations to others. Written in code or in data files.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::bounds::Region;
use super::text::normalise;

/// A description of an element. Every given part has to match; a selector without parts matches every element.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selector {
    /// The name of the element for messages, such as `the Next button`.
    pub name: Option<String>,
    /// Its text.
    pub text: Option<TextMatch>,
    /// Its content description.
    pub description: Option<TextMatch>,
    /// Its resource id: whole (`com.example:id/name`), or without a package (`name`), for any package.
    pub id: Option<String>,
    /// Its class: whole (`android.widget.Button`), or its last part (`Button`).
    pub class: Option<String>,
    /// Its app.
    pub package: Option<String>,
    /// Whether it is clickable.
    pub clickable: Option<bool>,
    /// Whether it is enabled.
    pub enabled: Option<bool>,
    /// Whether it is selected.
    pub selected: Option<bool>,
    /// Whether it has the input focus.
    pub focused: Option<bool>,
    /// Whether it is checked.
    pub checked: Option<bool>,
    /// Whether it is scrollable.
    pub scrollable: Option<bool>,
    /// The part of the screen that contains its center.
    pub region: Option<Region>,
    /// It is a child of such an element.
    pub child_of: Option<Box<Selector>>,
    /// It is a descendant of such an element.
    pub inside: Option<Box<Selector>>,
    /// It is a sibling of such an element.
    pub sibling_of: Option<Box<Selector>>,
    /// It lies wholly below such an element.
    pub below: Option<Box<Selector>>,
    /// It lies wholly above such an element.
    pub above: Option<Box<Selector>>,
    /// It has such a descendant.
    pub holds: Option<Box<Selector>>,
    /// Alternatives, tried in order when the parts above match none.
    pub or: Vec<Selector>,
    /// The index among the matches, from 0 in the order of the dump.
    pub instance: Option<usize>,
    /// It is of the [app on the screen](crate::ui::UiTree::package): no part of the system's bars, of a keyboard or of
    /// another app. Set in code alone.
    #[serde(skip)]
    pub of_app: bool,
    /// It is none of these, at itself or as a relation. Set in code alone.
    #[serde(skip)]
    pub except: Arc<[Selector]>,
}

impl Selector {
    /// Selects the element with exactly this text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self { text: Some(TextMatch::Exact(text.to_owned())), ..Self::default() }
    }

    /// Selects the element with exactly this content description.
    #[must_use]
    pub fn description(text: &str) -> Self {
        Self { description: Some(TextMatch::Exact(text.to_owned())), ..Self::default() }
    }

    /// Selects the element with this resource id, with or without a package.
    #[must_use]
    pub fn id(id: &str) -> Self {
        Self { id: Some(id.to_owned()), ..Self::default() }
    }

    /// Selects the element of this class, whole or its last part.
    #[must_use]
    pub fn class(class: &str) -> Self {
        Self { class: Some(class.to_owned()), ..Self::default() }
    }

    /// Returns the same selector for elements of the app on the screen alone that are none of `except`; its relations and
    /// alternatives likewise.
    #[must_use]
    pub fn scoped(mut self, except: &Arc<[Self]>) -> Self {
        for relation in relations_of(&mut self).into_iter().flatten() {
            let scoped = std::mem::take(&mut **relation).scoped(except);
            **relation = scoped;
        }
        self.or = self.or.into_iter().map(|other| other.scoped(except)).collect();
        Self { of_app: true, except: Arc::clone(except), ..self }
    }

    /// Returns the same selector with a name for messages.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..self }
    }
}

/// Returns the descriptions of the elements to which the selected one may be related.
fn relations_of(selector: &mut Selector) -> [&mut Option<Box<Selector>>; 6] {
    [
        &mut selector.child_of,
        &mut selector.inside,
        &mut selector.sibling_of,
        &mut selector.below,
        &mut selector.above,
        &mut selector.holds,
    ]
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            return formatter.write_str(name);
        }
        formatter.write_str("the element")?;
        for (relation, part) in shown_parts(self) {
            if let Some(part) = part {
                write!(formatter, " {relation} {part}")?;
            }
        }
        Ok(())
    }
}

/// Returns the parts that a selector may have, as they are shown, each with the words before it.
fn shown_parts(selector: &Selector) -> [(&'static str, Option<&dyn fmt::Display>); 10] {
    [
        ("with text", shown(&selector.text)),
        ("with description", shown(&selector.description)),
        ("with id", shown(&selector.id)),
        ("of class", shown(&selector.class)),
        ("directly inside", shown(&selector.child_of)),
        ("inside", shown(&selector.inside)),
        ("beside", shown(&selector.sibling_of)),
        ("below", shown(&selector.below)),
        ("above", shown(&selector.above)),
        ("holding", shown(&selector.holds)),
    ]
}

/// Returns a part of a selector as it is shown.
fn shown<T: fmt::Display>(part: &Option<T>) -> Option<&dyn fmt::Display> {
    part.as_ref().map(|part| part as &dyn fmt::Display)
}

/// A condition on a text. Both sides are compared as [`normalise`] leaves them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextMatch {
    /// The exact text.
    Exact(String),
    /// The text without surrounding white space.
    Trimmed(String),
    /// The text contains this.
    Contains(String),
    /// The text begins with this.
    StartsWith(String),
    /// The text contains these words, in capitals or not.
    Mentions(String),
    /// The text matches this regular expression.
    Matches(Pattern),
    /// One of these.
    #[serde(untagged)]
    OneOf(Vec<TextMatch>),
    /// The exact text, written as a plain string.
    #[serde(untagged)]
    Plain(String),
}

impl TextMatch {
    /// Returns whether `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        if text.is_empty() { self.is_in_nothing() } else { self.is_in(&normalise(text)) }
    }

    /// Returns whether an empty text matches. Most elements of a screen have none.
    fn is_in_nothing(&self) -> bool {
        match self {
            Self::Matches(pattern) => pattern.0.is_match(""),
            Self::OneOf(several) => several.iter().any(Self::is_in_nothing),
            Self::Exact(wanted)
            | Self::Plain(wanted)
            | Self::Trimmed(wanted)
            | Self::Contains(wanted)
            | Self::StartsWith(wanted)
            | Self::Mentions(wanted) => wanted.is_empty(),
        }
    }

    /// Returns whether a text that is already in its normal form matches.
    fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Exact(wanted) | Self::Plain(wanted) => text == normalise(wanted),
            Self::Trimmed(wanted) => text.trim() == normalise(wanted).trim(),
            Self::Contains(wanted) => text.contains(&*normalise(wanted)),
            Self::StartsWith(wanted) => text.starts_with(&*normalise(wanted)),
            Self::Mentions(words) => mentions(&text.to_lowercase(), &normalise(words).to_lowercase()),
            Self::Matches(pattern) => pattern.0.is_match(text),
            Self::OneOf(several) => several.iter().any(|one| one.is_in(text)),
        }
    }
}

/// Returns whether `words` are in `text`, not as a part of longer words.
fn mentions(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, found)| {
        let before = text[..at].chars().next_back();
        let after = text[at + found.len()..].chars().next();
        !words.is_empty() && [before, after].into_iter().flatten().all(|beside| !beside.is_alphanumeric())
    })
}

impl fmt::Display for TextMatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(text) | Self::Plain(text) | Self::Trimmed(text) => write!(formatter, "{text:?}"),
            Self::Contains(text) => write!(formatter, "containing {text:?}"),
            Self::StartsWith(text) => write!(formatter, "beginning with {text:?}"),
            Self::Mentions(words) => write!(formatter, "with the words {words:?}"),
            Self::Matches(pattern) => write!(formatter, "like {}", pattern.0.as_str()),
            Self::OneOf(several) => {
                for (index, one) in several.iter().enumerate() {
                    write!(formatter, "{}{one}", if index == 0 { "" } else { " or " })?;
                }
                Ok(())
            }
        }
    }
}

/// A regular expression, checked when it is read.
#[derive(Debug, Clone)]
pub struct Pattern(regex_lite::Regex);

impl Pattern {
    /// Returns the capture groups, when `text` matches; empty for groups without a match.
    #[must_use]
    pub fn captures(&self, text: &str) -> Option<Vec<String>> {
        let found = self.0.captures(text)?;
        let groups = found.iter().skip(1);
        Some(groups.map(|group| group.map(|it| it.as_str().to_owned()).unwrap_or_default()).collect())
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        regex_lite::Regex::new(&text).map(Self).map_err(serde::de::Error::custom)
    }
}
