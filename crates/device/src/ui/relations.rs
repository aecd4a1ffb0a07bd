//! The relations of a selector on one tree, prepared so that each is tested for an element in constant time.

use std::collections::HashMap;

use super::selector::Selector;
use super::tree::{NodeRef, UiTree};

/// The relations of a selector. A relation that the selector does not have holds for every element.
pub(super) struct Relations {
    child_of: Option<Marked>,
    inside: Option<Marked>,
    sibling_of: Option<Siblings>,
    below: Option<Edge>,
    above: Option<Edge>,
    holds: Option<Marked>,
}

/// The elements of a tree, by index, for which something is true.
type Marked = Vec<bool>;

/// The edge that an element must not cross; `None` when nothing on the screen has one.
type Edge = Option<i32>;

/// By the index of a parent: how many of its children are anchors, and the first of them.
type Siblings = HashMap<usize, (usize, usize)>;

impl Relations {
    pub(super) fn of(selector: &Selector, tree: &UiTree) -> Self {
        Self {
            child_of: anchors(&selector.child_of, tree).map(|anchors| marked(tree, &anchors)),
            inside: anchors(&selector.inside, tree).map(|anchors| descendants(tree, &anchors)),
            sibling_of: anchors(&selector.sibling_of, tree).map(|anchors| siblings(&anchors)),
            below: anchors(&selector.below, tree)
                .map(|anchors| visible(&anchors).map(|anchor| anchor.bounds.bottom).min()),
            above: anchors(&selector.above, tree)
                .map(|anchors| visible(&anchors).map(|anchor| anchor.bounds.top).max()),
            holds: anchors(&selector.holds, tree).map(|anchors| ancestors(tree, &anchors)),
        }
    }

    pub(super) fn hold(&self, node: NodeRef<'_>) -> bool {
        let is_visible = !node.bounds.is_empty();
        let parent = node.parent().map(NodeRef::index);
        self.child_of.as_ref().is_none_or(|marked| parent.is_some_and(|parent| marked[parent]))
            && self.inside.as_ref().is_none_or(|marked| marked[node.index()])
            && self.sibling_of.as_ref().is_none_or(|siblings| {
                parent
                    .and_then(|parent| siblings.get(&parent))
                    .is_some_and(|(count, first)| *count > 1 || *first != node.index())
            })
            && self.below.is_none_or(|edge| is_visible && edge.is_some_and(|edge| node.bounds.top >= edge))
            && self.above.is_none_or(|edge| is_visible && edge.is_some_and(|edge| node.bounds.bottom <= edge))
            && self.holds.as_ref().is_none_or(|marked| marked[node.index()])
    }
}

/// Returns what a relation refers to; `None` for a relation that the selector does not have.
fn anchors<'tree>(other: &Option<Box<Selector>>, tree: &'tree UiTree) -> Option<Vec<NodeRef<'tree>>> {
    other.as_ref().map(|other| other.find_all(tree))
}

fn visible<'a, 'tree>(anchors: &'a [NodeRef<'tree>]) -> impl Iterator<Item = &'a NodeRef<'tree>> {
    anchors.iter().filter(|anchor| !anchor.bounds.is_empty())
}

fn marked(tree: &UiTree, anchors: &[NodeRef<'_>]) -> Marked {
    let mut marked = vec![false; tree.len()];
    for anchor in anchors {
        marked[anchor.index()] = true;
    }
    marked
}

/// The elements inside of the anchors. A descendant follows its ancestor in the order of the dump.
fn descendants(tree: &UiTree, anchors: &[NodeRef<'_>]) -> Marked {
    let anchors = marked(tree, anchors);
    let mut inside = vec![false; tree.len()];
    for node in tree.iter() {
        let parent = node.parent().map(NodeRef::index);
        inside[node.index()] = parent.is_some_and(|parent| anchors[parent] || inside[parent]);
    }
    inside
}

/// The elements that hold an anchor.
fn ancestors(tree: &UiTree, anchors: &[NodeRef<'_>]) -> Marked {
    let mut holding = vec![false; tree.len()];
    for anchor in anchors {
        for ancestor in anchor.ancestors() {
            // What is above it was marked together with it.
            if std::mem::replace(&mut holding[ancestor.index()], true) {
                break;
            }
        }
    }
    holding
}

fn siblings(anchors: &[NodeRef<'_>]) -> Siblings {
    let mut siblings = Siblings::new();
    for anchor in anchors {
        if let Some(parent) = anchor.parent() {
            siblings.entry(parent.index()).or_insert((0, anchor.index())).0 += 1;
        }
    }
    siblings
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// Rows of four elements, of which the first and the last hold what relations look for.
    fn dump(elements: usize) -> String {
        let row = |at: usize| {
            format!(
                r#"<node class="Row" bounds="[0,{at}][9,{}]"><node class="Anchor" text="a" bounds="[0,{at}][9,{}]"/><node text="b" bounds="[0,{at}][9,{}]"/><node class="Leaf" text="c" bounds="[0,{at}][9,{}]"/></node>"#,
                at + 1,
                at + 1,
                at + 1,
                at + 1
            )
        };
        format!("<hierarchy>{}</hierarchy>", (0..elements / 4).map(row).collect::<String>())
    }

    fn related() -> Selector {
        let anchors = || Some(Box::new(Selector::class("Anchor")));
        let row = || Some(Box::new(Selector::class("Row")));
        Selector {
            child_of: row(),
            inside: row(),
            sibling_of: anchors(),
            below: anchors(),
            above: Some(Box::new(Selector::class("Leaf"))),
            or: vec![Selector { holds: anchors(), ..Selector::default() }],
            ..Selector::text("b")
        }
    }

    fn best_time(dump: &str) -> Duration {
        let times = (0..3).map(|_| {
            let started = Instant::now();
            let tree = UiTree::parse(dump.as_bytes()).unwrap();
            let found = related().find_all(&tree).len();
            assert_eq!(found, tree.len() / 4 - 2, "all rows but the first and the last");
            started.elapsed()
        });
        times.min().unwrap()
    }

    #[test]
    fn a_screen_of_ten_times_the_elements_costs_at_most_fifteen_times_as_much() {
        let (small, large) = (best_time(&dump(5_000)), best_time(&dump(50_000)));
        assert!(large <= small * 15, "{large:?} for 50,000 elements, {small:?} for 5,000");
    }

    #[test]
    fn an_element_is_no_sibling_of_itself() {
        let siblings = |inner: &str| {
            let tree = UiTree::parse(format!("<node>{inner}</node>").as_bytes()).unwrap();
            let sibling_of = Some(Box::new(Selector::class("A")));
            Selector { sibling_of, ..Selector::class("A") }.find_all(&tree).len()
        };
        assert_eq!(siblings(r#"<node class="A"/><node class="B"/>"#), 0);
        assert_eq!(siblings(r#"<node class="A"/><node class="A"/>"#), 2);
    }
}
