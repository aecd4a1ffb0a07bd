//! Finding the elements that match a [`Selector`], and the point at which to tap one.

use super::bounds::{Bounds, Point};
use super::relations::Relations;
use super::selector::Selector;
use super::tree::{Node, NodeRef, UiTree};

impl Selector {
    /// Returns the first element that matches.
    #[must_use]
    pub fn find<'tree>(&self, tree: &'tree UiTree) -> Option<NodeRef<'tree>> {
        self.find_all(tree).into_iter().next()
    }

    /// Returns every element that matches, in the order of the dump.
    #[must_use]
    pub fn find_all<'tree>(&self, tree: &'tree UiTree) -> Vec<NodeRef<'tree>> {
        let found = own_matches(self, tree);
        if !found.is_empty() {
            return found;
        }
        self.or.iter().map(|other| other.find_all(tree)).find(|found| !found.is_empty()).unwrap_or_default()
    }

    /// Returns whether the element is on the screen.
    #[must_use]
    pub fn is_on(&self, tree: &UiTree) -> bool {
        self.find(tree).is_some()
    }
}

/// Returns what matches the selector itself, without its alternatives.
fn own_matches<'tree>(selector: &Selector, tree: &'tree UiTree) -> Vec<NodeRef<'tree>> {
    let relations = Relations::of(selector, tree);
    let described = tree.iter().filter(|node| describes(selector, node, tree));
    let mut found: Vec<_> = described.filter(|node| relations.hold(*node)).collect();
    for other in selector.except.iter() {
        // Few texts are in question: the relations of the others need not be found.
        if found.iter().any(|node| describes(other, node, tree)) {
            let relations = Relations::of(other, tree);
            found.retain(|node| !(describes(other, node, tree) && relations.hold(*node)));
        }
    }
    if let Some(instance) = selector.instance {
        found = found.into_iter().skip(instance).take(1).collect();
    }
    found
}

/// Returns whether the element itself is as the selector says; its relations to others are left out.
fn describes(selector: &Selector, node: &Node, tree: &UiTree) -> bool {
    let flags = &node.flags;
    let state = [
        (selector.clickable, flags.clickable),
        (selector.enabled, flags.enabled),
        (selector.selected, flags.selected),
        (selector.focused, flags.focused),
        (selector.checked, flags.checked),
        (selector.scrollable, flags.scrollable),
    ];
    state.iter().all(|(wanted, is)| wanted.is_none_or(|wanted| wanted == *is))
        && selector.text.as_ref().is_none_or(|wanted| wanted.matches(&node.text))
        && selector.description.as_ref().is_none_or(|wanted| wanted.matches(&node.description))
        && selector.id.as_ref().is_none_or(|wanted| ends_with(&node.id, wanted, ":id/"))
        && selector.class.as_ref().is_none_or(|wanted| ends_with(&node.class, wanted, "."))
        && selector.package.as_ref().is_none_or(|wanted| node.package == *wanted)
        && (!selector.of_app || node.package == tree.package())
        && selector.region.is_none_or(|region| {
            !node.bounds.is_empty() && region.contains(tree.screen(), node.bounds.center())
        })
}

/// Returns whether `whole` is `wanted`, or ends with it after `separator`.
fn ends_with(whole: &str, wanted: &str, separator: &str) -> bool {
    whole == wanted || whole.strip_suffix(wanted).is_some_and(|before| before.ends_with(separator))
}

/// Returns the point at which to tap an element: its center, inside of the nearest clickable ancestor (or itself). The text
/// of a button is often not clickable itself, and may have no bounds. `None` when no part of it is visible.
#[must_use]
pub fn tap_point(node: NodeRef<'_>) -> Option<Point> {
    let target =
        std::iter::once(node).chain(node.ancestors()).find(|it| it.flags.clickable && !it.bounds.is_empty());
    let place = match target {
        Some(target) => {
            Some(node.bounds.intersection(target.bounds)).filter(|it| !it.is_empty()).or(Some(target.bounds))
        }
        None => Some(node.bounds).filter(|it| !it.is_empty()),
    };
    place.map(Bounds::center)
}
