//! The elements that both sides look for: each as a selector and as the XPath that means the same.

use serde::Deserialize;
use tikmatrix_device::ui::Selector;

use super::outcome::Outcome;

pub(crate) const TEXT: &str = include_str!("queries.json");

/// One element to look for.
#[derive(Deserialize)]
pub(crate) struct Query {
    pub(crate) selector: Selector,
}

/// Reads all of them.
pub(crate) fn all() -> Outcome<Vec<Query>> {
    Ok(serde_json::from_str(TEXT)?)
}
