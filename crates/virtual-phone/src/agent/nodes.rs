//! The visible nodes of the active window in the order of the dump, with their bounds cut to the screen.

use serde_json::{Value, json};

use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::view::View;
use crate::ui::{SCREEN_HEIGHT, SCREEN_WIDTH};

/// One node.
pub(crate) struct Node<'a> {
    pub(crate) view: &'a View,
    pub(crate) bounds: Bounds,
    /// Its position among its siblings, invisible ones counted.
    pub(crate) index: usize,
    pub(crate) parent: Option<usize>,
    /// The number of the first node after it and all nodes below it.
    pub(crate) end: usize,
}

/// All nodes of one window.
pub(crate) struct Nodes<'a> {
    pub(crate) package: &'a str,
    pub(crate) list: Vec<Node<'a>>,
}

impl<'a> Nodes<'a> {
    pub(crate) fn of(scene: &'a Scene) -> Self {
        let mut nodes = Self { package: &scene.package, list: Vec::new() };
        nodes.add(&scene.root, 0, None);
        nodes
    }

    fn add(&mut self, view: &'a View, index: usize, parent: Option<usize>) {
        let bounds = view.bounds.intersection(&Bounds::new(0, 0, SCREEN_WIDTH, SCREEN_HEIGHT));
        if !view.visible || bounds.is_empty() {
            return;
        }
        let number = self.list.len();
        self.list.push(Node { view, bounds, index, parent, end: number });
        for (index, child) in view.children.iter().enumerate() {
            self.add(child, index, Some(number));
        }
        let end = self.list.len();
        if let Some(node) = self.list.get_mut(number) {
            node.end = end;
        }
    }
}

/// The answer of `objInfo` for a node in a window of `package`.
pub(crate) fn describe(package: &str, node: &Node<'_>) -> Value {
    let View { class, resource_id, content_desc, flags, children, .. } = node.view;
    json!({
        "bounds": sides(&node.view.bounds),
        "checkable": flags.checkable,
        "checked": flags.checked,
        "childCount": children.iter().filter(|child| child.visible).count(),
        "className": class,
        "clickable": flags.clickable,
        "contentDescription": content_desc,
        "enabled": flags.enabled,
        "focusable": flags.focusable,
        "focused": flags.focused,
        "longClickable": flags.long_clickable,
        "packageName": package,
        "resourceName": resource_id,
        "scrollable": flags.scrollable,
        "selected": flags.selected,
        "text": node.view.shown_text(),
        "visibleBounds": sides(&node.bounds),
    })
}

fn sides(bounds: &Bounds) -> Value {
    json!({ "left": bounds.left, "top": bounds.top, "right": bounds.right, "bottom": bounds.bottom })
}
