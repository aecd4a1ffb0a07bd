//! The tree of elements that a dump of the screen describes: `uiautomator dump`'s form, that of the uiautomator2 agent
//! (several windows as several roots) and Appium's, where an element is named by its class.

use std::ops::Deref;

use thiserror::Error;

use super::bounds::Bounds;
use super::entities;

/// More elements than any real screen has; a dump beyond it is refused instead of filling the memory.
const MOST_ELEMENTS: u32 = 50_000;

/// Why a dump is no tree.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UiTreeError {
    /// It is not well-formed XML.
    #[error("the dump of the screen is not readable XML: {0}")]
    Xml(String),
    /// It is XML without a single element of a screen.
    #[error("the dump of the screen holds no element")]
    Empty,
    /// An element's place cannot be read.
    #[error("the dump of the screen holds an element at {0:?}, which is no place")]
    Bounds(String),
}

/// What an element can do and in which state it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// A tap does something.
    pub clickable: bool,
    /// It can be used now.
    pub enabled: bool,
    /// It is the chosen one of several.
    pub selected: bool,
    /// It takes what is typed.
    pub focused: bool,
    /// It is switched on.
    pub checked: bool,
    /// It can be scrolled.
    pub scrollable: bool,
    /// It hides what is typed.
    pub password: bool,
}

/// One element of a screen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Node {
    /// What it shows.
    pub text: String,
    /// What a screen reader says of it (`content-desc`).
    pub description: String,
    /// Its resource id with package, `com.example:id/name`; often empty.
    pub id: String,
    /// Its class, such as `android.widget.Button`; may be empty.
    pub class: String,
    /// The app that it belongs to.
    pub package: String,
    /// Where it is.
    pub bounds: Bounds,
    /// Its state.
    pub flags: Flags,
    parent: Option<usize>,
    depth: usize,
}

/// A screen's elements, in the order of the dump: an element before what it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UiTree {
    nodes: Vec<Node>,
}

impl UiTree {
    /// Reads a dump. What stands before the first `<` and after the last `>` is left out: tools print remarks there.
    ///
    /// # Errors
    /// [`UiTreeError`] for anything that is no dump.
    pub fn parse(bytes: &[u8]) -> Result<Self, UiTreeError> {
        let text = String::from_utf8_lossy(bytes);
        let xml = match (text.find('<'), text.rfind('>')) {
            (Some(from), Some(to)) if from < to => &text[from..=to],
            _ => return Err(UiTreeError::Empty),
        };
        let xml = entities::repair(xml);
        let options = roxmltree::ParsingOptions { nodes_limit: MOST_ELEMENTS, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(&xml, options)
            .map_err(|error| UiTreeError::Xml(error.to_string()))?;
        let mut nodes: Vec<Node> = Vec::new();
        // The places in `nodes` of the elements that hold the present one, innermost last.
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

    /// Its elements, each before what it holds.
    pub fn iter(&self) -> impl Iterator<Item = NodeRef<'_>> {
        (0..self.nodes.len()).map(|index| NodeRef { tree: self, index })
    }

    /// The part of the display that it covers.
    #[must_use]
    pub fn screen(&self) -> Bounds {
        let roots = self.nodes.iter().filter(|node| node.parent.is_none()).map(|node| node.bounds);
        roots.reduce(Bounds::union).unwrap_or_default()
    }

    /// The app that the topmost window belongs to; the agent lists that one last.
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
        Some(written) => Bounds::parse(written).ok_or_else(|| UiTreeError::Bounds(written.to_owned()))?,
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
    /// The tree that it is part of.
    #[must_use]
    pub fn tree(self) -> &'tree UiTree {
        self.tree
    }

    /// The element that holds it.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        self.node().parent.map(|index| Self { tree: self.tree, index })
    }

    /// The elements that hold it, the nearest first.
    pub fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |it| it.parent())
    }

    /// What it holds, at any depth.
    pub fn descendants(self) -> impl Iterator<Item = Self> {
        let depth = self.node().depth;
        let inner = self.tree.nodes[self.index + 1..].iter().take_while(move |node| node.depth > depth);
        inner.enumerate().map(move |(offset, _)| Self { tree: self.tree, index: self.index + 1 + offset })
    }

    /// The element itself, for as long as its tree lives.
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
