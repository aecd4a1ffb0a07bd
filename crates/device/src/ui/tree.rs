//! The tree of elements that a dump of the screen describes: `uiautomator dump`'s form, that of the uiautomator2 agent
//! (several windows as several roots) and Appium's, where an element is named by its class.

use std::ops::Deref;

use tikmatrix_domain::clean;

use super::bounds::Bounds;
use super::encoding;
use super::entities;
use super::tree_error::UiTreeError;

/// The maximum of nodes of a dump's XML, white space between elements included, more than any real screen has; a larger dump
/// is refused to bound the memory.
const MAX_XML_NODES: u32 = 200_000;
/// What marks a package as that of a keyboard.
const KEYBOARDS: [&str; 5] = ["inputmethod", "keyboard", "swiftkey", "honeyboard", "adbkeyboard"];

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
    /// The app of the topmost window.
    package: String,
}

impl UiTree {
    /// Reads a dump. Text before the first `<` and after the last `>` is skipped: tools print remarks there.
    ///
    /// # Errors
    /// [`UiTreeError`] for anything that is not a dump.
    pub fn parse(bytes: &[u8]) -> Result<Self, UiTreeError> {
        let text = encoding::decode(bytes)?;
        let (from, to) = match (text.find('<'), text.rfind('>')) {
            (Some(from), Some(to)) if from < to => (from, to),
            (Some(_), _) => return Err(truncated(&text)),
            _ => return Err(UiTreeError::Empty),
        };
        let xml = entities::repair(&text[from..=to]);
        let options = roxmltree::ParsingOptions { nodes_limit: MAX_XML_NODES, ..Default::default() };
        let document = roxmltree::Document::parse_with_options(&xml, options)
            .map_err(|error| xml_error(&error, &text, from))?;
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
            let mut node = Node { parent, depth: open.len(), ..read(element)? };
            if let Some(holder) = parent.filter(|_| node.package.is_empty()) {
                node.package.clone_from(&nodes[holder].package);
            }
            nodes.push(node);
        }
        if nodes.is_empty() {
            return Err(UiTreeError::Empty);
        }
        let package = topmost_app(&nodes).to_owned();
        Ok(Self { nodes, package })
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

    /// Returns the app of the topmost window that is neither the system's nor a keyboard; the agent lists the topmost last.
    #[must_use]
    pub fn package(&self) -> &str {
        &self.package
    }

    /// Returns the number of its elements.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }
}

fn topmost_app(nodes: &[Node]) -> &str {
    let roots = nodes.iter().rev().filter(|node| node.parent.is_none()).map(|node| node.package.as_str());
    let is_app = |package: &&str| {
        let lower = package.to_ascii_lowercase();
        !package.is_empty()
            && *package != "com.android.systemui"
            && !KEYBOARDS.iter().any(|keyboard| lower.contains(keyboard))
    };
    roots.into_iter().find(is_app).unwrap_or("")
}

/// Describes what the parser reports, at its position in the whole file; `from` is where the XML begins.
fn xml_error(error: &roxmltree::Error, text: &str, from: usize) -> UiTreeError {
    use roxmltree::Error::{UnclosedRootNode, UnexpectedEndOfStream};
    if matches!(error, UnclosedRootNode | UnexpectedEndOfStream) {
        return truncated(text);
    }
    let described = clean(&error.to_string());
    let found = error.pos();
    let before = &text[..from];
    let (row, column) = (found.row as usize, found.col as usize);
    let line = row + before.matches('\n').count();
    let before_line = before.rfind('\n').map_or(before, |end| &before[end + 1..]);
    let column = if row == 1 { column + before_line.chars().count() } else { column };
    let reason = described.rsplit_once(" at ").map_or(described.as_str(), |(reason, _)| reason);
    UiTreeError::Xml(format!("{reason} at line {line}, column {column}"))
}

fn truncated(text: &str) -> UiTreeError {
    let end = text.trim_end();
    let last = end.rsplit('\n').next().unwrap_or(end);
    UiTreeError::Truncated { line: end.matches('\n').count() + 1, column: last.chars().count() + 1 }
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
    /// Returns its index in the order of the dump.
    pub(super) fn index(self) -> usize {
        self.index
    }

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
