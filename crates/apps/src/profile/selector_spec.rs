//! A selector as a profile's file specifies it: what it finds, its text in the file, and the selectors that lack one of
//! its parts, which help to adapt a profile.

use std::ops::Deref;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use tikmatrix_device::ui::Selector;
use toml::{Table, Value};

use crate::profile::labels::Labels;

/// The parts of a selector that describe no element.
const NO_DESCRIPTION: [&str; 3] = ["name", "or", "instance"];
/// The part that says that a tap on the element cannot be undone: labels that are only assumed do not count.
const IRREVERSIBLE: &str = "irreversible";
/// The part that says that the element shows what users wrote, where such texts are otherwise left out.
const OF_USERS: &str = "of_users";

/// A selector with its text.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectorSpec {
    selector: Selector,
    /// As the file has it.
    written: Table,
    /// With words in place of labels.
    parts: Table,
    irreversible: bool,
    of_users: bool,
    scope: Scope,
}

/// What restricts all selectors of a profile.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Scope {
    /// Whether they select elements of the app on the screen alone.
    pub(crate) of_app: bool,
    /// The texts that users wrote.
    pub(crate) user_texts: Arc<[Selector]>,
}

impl Scope {
    fn of(&self, selector: Selector, of_users: bool) -> Selector {
        match (self.of_app, of_users) {
            (false, _) => selector,
            (true, false) => selector.scoped(&self.user_texts),
            (true, true) => selector.scoped(&Arc::default()),
        }
    }
}

impl SelectorSpec {
    /// The selector as the file has it, on one line, without the name for people.
    #[must_use]
    pub fn text(&self) -> String {
        let parts = self.written.iter().filter(|(name, _)| *name != "name");
        Value::Table(parts.map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()
    }

    /// Each of its parts as the file has it, with the selector that lacks this part. Empty for a selector of one part:
    /// without it, it would match any element.
    pub fn each_lacking_one(&self) -> impl Iterator<Item = (String, Selector)> {
        let describing = |name: &str| !NO_DESCRIPTION.contains(&name);
        let several = self.parts.keys().filter(|name| describing(name)).count() > 1;
        let parts = self
            .written
            .iter()
            .filter(move |(name, _)| several && describing(name) && self.parts.contains_key(*name));
        parts.filter_map(|(name, value)| {
            let mut others = self.parts.clone();
            others.remove(name);
            others.remove("or");
            Some((format!("{name} = {value}"), self.scope.of(others.try_into().ok()?, self.of_users)))
        })
    }

    /// Puts the words of `labels` in the place of their keys, and restricts the selector to `scope`.
    ///
    /// # Errors
    /// What is wrong with a label.
    pub(crate) fn resolve(&mut self, labels: &Labels, scope: &Scope) -> Result<(), String> {
        let mut parts = describing_parts(&self.written);
        labels.expand(&mut parts, !self.irreversible)?;
        let selector =
            parts.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
        self.selector = scope.of(selector, self.of_users);
        (self.parts, self.scope) = (parts, scope.clone());
        Ok(())
    }
}

fn describing_parts(written: &Table) -> Table {
    let mut parts = written.clone();
    parts.remove(IRREVERSIBLE);
    parts.remove(OF_USERS);
    parts
}

impl Deref for SelectorSpec {
    type Target = Selector;

    fn deref(&self) -> &Selector {
        &self.selector
    }
}

impl<'de> Deserialize<'de> for SelectorSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Table::deserialize(deserializer)?;
        let flag = |name: &str| match written.get(name) {
            None => Ok(false),
            Some(Value::Boolean(is)) => Ok(*is),
            Some(_) => Err(D::Error::custom(format!("{name} is true or false"))),
        };
        let (irreversible, of_users) = (flag(IRREVERSIBLE)?, flag(OF_USERS)?);
        let mut parts = describing_parts(&written);
        Labels::leave_out(&mut parts).map_err(D::Error::custom)?;
        let selector = parts.clone().try_into().map_err(|error| D::Error::custom(Message(&error)))?;
        Ok(Self { selector, written, parts, irreversible, of_users, scope: Scope::default() })
    }
}

/// The error without a position: the reader of the file adds it.
struct Message<'a>(&'a toml::de::Error);

impl std::fmt::Display for Message<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.0.message())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        sign: SelectorSpec,
    }

    #[test]
    fn a_selector_has_its_text_of_the_file_and_lacks_one_part_at_a_time() {
        let file: File = toml::from_str(
            "sign = { name = \"Next\", text = \"Next\", enabled = true, or = [{ id = \"n\" }] }",
        )
        .unwrap();
        assert_eq!(file.sign.text(), r#"{ enabled = true, or = [{ id = "n" }], text = "Next" }"#);
        let lacking: Vec<_> = file.sign.each_lacking_one().collect();
        let (parts, selectors): (Vec<_>, Vec<_>) = lacking.into_iter().unzip();
        assert_eq!(parts, ["enabled = true", "text = \"Next\""]);
        assert_eq!(selectors[1].enabled, Some(true));
        assert!(selectors.iter().all(|selector| selector.or.is_empty()));
    }

    #[test]
    fn a_selector_of_one_part_is_never_reduced_to_any_element() {
        let file: File = toml::from_str("sign = { text = \"Next\", or = [{ id = \"n\" }] }").unwrap();
        assert_eq!(file.sign.each_lacking_one().count(), 0);
    }

    #[test]
    fn an_unknown_part_is_an_error_that_names_it_and_its_line() {
        let error = toml::from_str::<File>("\nsign = { txet = \"Next\" }").unwrap_err().to_string();
        assert!(error.contains("txet") && error.contains("line 2"), "{error}");
    }
}
