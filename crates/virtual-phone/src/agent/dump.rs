//! The agent's dump, after androidx's `AccessibilityNodeInfoDumper`: all windows as several roots, indented, with four
//! attributes more than the shell's `uiautomator`, and with dots for characters outside the basic plane.

use std::fmt::Write as _;

use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::view::View;
use crate::ui::window::dump::{escape_with, important_children, write_attributes};
use crate::ui::{SCREEN_HEIGHT, SCREEN_WIDTH};

/// Dumps windows, the topmost first, down to nodes of `depth`. Compressed omits views that only lay out others.
pub(crate) fn dump(windows: &[Scene], compressed: bool, depth: usize) -> String {
    let mut writer = Writer { text: String::new(), compressed, depth };
    writer.text.push_str(
        "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>\r\n<hierarchy rotation=\"0\">\r\n",
    );
    for (index, window) in windows.iter().enumerate() {
        writer.node(&window.root, &window.package, index, 0, 1);
    }
    writer.text.push_str("</hierarchy>\r\n");
    writer.text
}

struct Writer {
    text: String,
    compressed: bool,
    depth: usize,
}

impl Writer {
    fn node(&mut self, view: &View, package: &str, index: usize, order: usize, level: usize) {
        if !view.visible || level > self.depth {
            return;
        }
        let bounds = view.bounds.intersection(&Bounds::new(0, 0, SCREEN_WIDTH, SCREEN_HEIGHT));
        let indent = "  ".repeat(level);
        self.text.extend([&indent, "<node "]);
        write_attributes(&mut self.text, view, index, package, escaped);
        let Bounds { left, top, right, bottom } = bounds;
        // Writing to a `String` cannot fail.
        let _ = write!(
            self.text,
            " visible-to-user=\"{}\" bounds=\"[{left},{top}][{right},{bottom}]\" drawing-order=\"{order}\" \
             hint=\"{}\" display-id=\"0\"",
            !bounds.is_empty(),
            escaped(&view.hint),
        );
        let children =
            if self.compressed { important_children(view) } else { view.children.iter().collect() };
        if level == self.depth || !children.iter().any(|child| child.visible) {
            self.text.push_str(" />\r\n");
            return;
        }
        self.text.push_str(">\r\n");
        let beneath = children.iter().filter(|child| child.beneath).count();
        // Views beneath the others are drawn first.
        let (mut low, mut high) = (0, beneath);
        for (index, child) in children.into_iter().enumerate() {
            let order = if child.beneath { &mut low } else { &mut high };
            *order += 1;
            let order = *order;
            self.node(child, package, index, order, level + 1);
        }
        self.text.extend([&indent, "</node>\r\n"]);
    }
}

/// Escapes an attribute's value. The agent handles UTF-16 units and writes a dot for each surrogate, so that an emoji
/// becomes two.
fn escaped(value: &str) -> String {
    escape_with(value, |_| "..".to_owned())
}
