//! The tree of elements that a dump of the screen describes: `uiautomator dump`'s form, that of the uiautomator2 agent
//! (several windows as several roots) and Appium's, where an element is named by its class.

use std::ops::Deref;

use thiserror::Error;
use tikmatrix_domain::clean;

use super::bounds::Bounds;
use super::entities;

/// The maximum of elements, more than any real screen has; a larger dump is refused to bound the memory.
const MOST_ELEMENTS: u32 = 50_000;

/// Why a dump cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UiTreeError {
    /// It is not well-formed XML.
    #[error("the dump of the screen is not readable XML: {0}")]
    Xml(String),
    /// It is XML without an element of a screen.
    #[error("the dump of the screen holds no element")]
    Empty,
    /// The bounds of an element are invalid.
    #[error("the dump of the screen holds an element at {0:?}, which is no place")]
    Bounds(String),
}

/// The properties and the state of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// It is clickable.
    pub clickable: bool,
    /// It is enabled.
    pub enabled: bool,
    /// It is selected.
    pub selected: bool,
    /// It has the input focus.
    pub focused: bool,
    /// It is checked.
    pub checked: bool,
    /// It is scrollable.
    pub scrollable: bool,
    /// It is a password field.
    pub password: bool,
}

/// One element of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// Its text.
    pub text: String,
    /// Its content description (`content-desc`).
    pub description: String,
    /// Its resource id with package, `com.example:id/name`; often empty.
    pub id: String,
    /// Its class, such as `android.widget.Button`; may be empty.
    pub class: String,
    /// Its app.
    pub package: String,
    /// Its bounds.
    pub bounds: Bounds,
    /// Its state.
    pub flags: Flags,
    parent: Option<usize>,
    depth: usize,
}

/// The elements of a screen, in the order of the dump: an element before its descendants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UiTree {
    nodes: Vec<Node>,
}

impl UiTree {
    /// Reads a dump. Text before the first `<` and after the last `>` is skipped: tools print remarks there.
    ///
    /// # Errors
    /// [`UiTreeError`] for anything that is not a dump.
    pub fn parse(bytes: &[u8]) -> Result<Self, UiTreeError> {
        let text = String::from_utf8_lossy(bytes);
        let xml = match (text.find('<'), text.rfind('>')) {
            (Some(from), Some(to)) if from < to => &text[from..=to],
            _ => return Err(UiTreeError::Empty),
        };
        let xml = entities::repair(xml);
        let options = roxmltree::ParsingOptions { nodes_limit: MOST_ELEMENTS, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(&xml, options)
            .map_err(|error| UiTreeError::Xml(clean(&error.to_string())))?;
        let mut nodes: Vec<Node> = Vec::new();
        // The indices in `nodes` of the ancestors of the current element, innermost last.
        let mut open: Vec<(roxmltree::NodeId, usize)> = Vec::new();
        for element in
            document.descendants().filter(|it| it.is_element() && it.tag_name().name() != "hierarchy")
        {
            let holder = element.parent().map(|parent| parent.id());
            while open.last().is_some_and(|(id, _)| Some(*id) != holder) {
                open.pop();
            }
            let parent = open.last().map(|(_, index)| *index);
            open.push((element.id(), nodes.len()));
            nodes.push(Node { parent, depth: open.len(), ..read(element)? });
        }
        if nodes.is_empty() { Err(UiTreeError::Empty) } else { Ok(Self { nodes }) }
    }

    /// Returns its elements, each before its descendants.
    pub fn iter(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..self.nodes.len()).map(|index| NodeRef { tree: self, index })
    }

    /// Returns the part of the display that it covers.
    #[must_use]
    pub fn screen(&self) -> Bounds {
        let roots = self.nodes.iter().filter(|node| node.parent.is_none()).map(|node| node.bounds);
        roots.reduce(Bounds::union).unwrap_or_default()
    }

    /// Returns the app of the topmost window, which the agent lists last.
    #[must_use]
    pub fn package(&self) -> &str {
        let roots = self.nodes.iter().rev().filter(|node| node.parent.is_none());
        roots
            .map(|node| node.package.as_str())
            .find(|it| !it.is_empty() && *it != "com.android.systemui")
            .unwrap_or("")
    }
}

fn read(element: roxmltree::Node<'_, '_>) -> Result<Node, UiTreeError> {
    let text = |name: &str| element.attribute(name).unwrap_or_default().to_owned();
    let flag = |name: &str| element.attribute(name) == Some("true");
    let bounds = match element.attribute("bounds") {
        Some(written) => Bounds::parse(written).ok_or_else(|| UiTreeError::Bounds(clean(written)))?,
        None => Bounds::default(),
    };
    let tag = element.tag_name().name();
    let named_by_class = tag != "node" && element.attribute("class").is_none();
    Ok(Node {
        text: text("text"),
        description: text("content-desc"),
        id: text("resource-id"),
        class: if named_by_class { tag.to_owned() } else { text("class") },
        package: text("package"),
        bounds,
        flags: Flags {
            clickable: flag("clickable"),
            enabled: flag("enabled"),
            selected: flag("selected"),
            focused: flag("focused"),
            checked: flag("checked"),
            scrollable: flag("scrollable"),
            password: flag("password"),
        },
        parent: None,
        depth: 0,
    })
}

/// An element in its tree.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'tree> {
    tree: &'tree UiTree,
    index: usize,
}

impl<'tree> NodeRef<'tree> {
    /// Returns its tree.
    #[must_use]
    pub fn tree(self) -> &'tree UiTree {
        self.tree
    }

    /// Returns its parent.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.node().parent.map(|index| Self { tree: self.tree, index })
    }

    /// Returns its ancestors, the nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |it| it.parent())
    }

    /// Returns its descendants.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let depth = self.node().depth;
        let inner = self.tree.nodes[self.index + 1..].iter().take_while(move |node| node.depth > depth);
        inner.enumerate().map(move |(offset, _)| Self { tree: self.tree, index: self.index + 1 + offset })
    }

    /// Returns the element itself, with the lifetime of its tree.
    #[must_use]
    pub fn node(self) -> &'tree Node {
        &self.tree.nodes[self.index]
    }
}

impl PartialEq for NodeRef<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Deref for NodeRef<'_> {
    type Target = Node;

    fn deref(&self) -> &Node {
        self.node()
    }
}
