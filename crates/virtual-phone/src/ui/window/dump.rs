//! The text that `uiautomator dump` writes for a window, after AOSP's `AccessibilityNodeInfoDumper` and
//! `KXmlSerializer`. When a dump is refused is left to the window system.

use std::fmt::Write as _;

use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::view::View;
use crate::ui::{SCREEN_HEIGHT, SCREEN_WIDTH};

/// The screen never was idle for long enough: no file is written, and the exit status is 0 all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotIdle {
    /// Something moved all the time.
    #[error("ERROR: could not get idle state.")]
    Busy,
    /// The window changed while it was read.
    #[error("ERROR: null root node returned by UiTestAutomationBridge.")]
    NullRoot,
}

/// The dump of one window. Compressed leaves out the views that only lay out others, handing their children up.
pub fn dump(scene: &Scene, compressed: bool) -> String {
    let mut text =
        String::from("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">");
    let screen = Bounds::new(0, 0, SCREEN_WIDTH, SCREEN_HEIGHT);
    write_node(&mut text, &scene.root, 0, &scene.package, &screen, compressed);
    text.push_str("</hierarchy>");
    text
}

fn write_node(text: &mut String, view: &View, index: usize, package: &str, clip: &Bounds, compressed: bool) {
    if !view.visible {
        return;
    }
    let bounds = view.bounds.intersection(clip);
    text.push_str("<node ");
    write_attributes(text, view, index, package, escaped);
    let Bounds { left, top, right, bottom } = bounds;
    // Writing to a `String` cannot fail.
    let _ = write!(text, " bounds=\"[{left},{top}][{right},{bottom}]\"");
    let children = if compressed { important_children(view) } else { view.children.iter().collect() };
    if children.is_empty() {
        text.push_str(" />");
        return;
    }
    text.push('>');
    // An invisible child is skipped but counted, so that indexes have gaps as on a phone.
    for (index, child) in children.into_iter().enumerate() {
        write_node(text, child, index, package, clip, compressed);
    }
    text.push_str("</node>");
}

/// The attributes that every dump begins with, up to `selected`.
pub(crate) fn write_attributes(
    text: &mut String,
    view: &View,
    index: usize,
    package: &str,
    escaped: impl Fn(&str) -> String,
) {
    if is_unfriendly(view) {
        text.push_str("NAF=\"true\" ");
    }
    let flags = &view.flags;
    // Writing to a `String` cannot fail.
    let _ = write!(
        text,
        "index=\"{index}\" text=\"{}\" resource-id=\"{}\" class=\"{}\" package=\"{}\" content-desc=\"{}\" \
         checkable=\"{}\" checked=\"{}\" clickable=\"{}\" enabled=\"{}\" focusable=\"{}\" focused=\"{}\" \
         scrollable=\"{}\" long-clickable=\"{}\" password=\"{}\" selected=\"{}\"",
        escaped(view.shown_text()),
        escaped(&view.resource_id),
        escaped(&view.class),
        escaped(package),
        escaped(&view.content_desc),
        flags.checkable,
        flags.checked,
        flags.clickable,
        flags.enabled,
        flags.focusable,
        flags.focused,
        flags.scrollable,
        flags.long_clickable,
        flags.password,
        flags.selected,
    );
}

/// The children of a compressed dump: those that say or do something, with others' children in their place.
pub(crate) fn important_children(view: &View) -> Vec<&View> {
    let mut children = Vec::new();
    for child in &view.children {
        if !child.visible {
            continue;
        }
        if is_important(child) {
            children.push(child);
        } else {
            children.extend(important_children(child));
        }
    }
    children
}

fn is_important(view: &View) -> bool {
    let flags = &view.flags;
    let acts =
        flags.clickable || flags.long_clickable || flags.focusable || flags.scrollable || flags.checkable;
    acts || !view.shown_text().is_empty() || !view.content_desc.is_empty()
}

/// "Not accessibility friendly": can be tapped, and neither it nor anything in it says what it is.
fn is_unfriendly(view: &View) -> bool {
    view.flags.clickable && view.flags.enabled && !speaks(view)
}

fn speaks(view: &View) -> bool {
    !view.shown_text().is_empty() || !view.content_desc.is_empty() || view.children.iter().any(speaks)
}

/// An attribute's value: what XML cannot hold becomes a dot, what lies outside the basic plane a decimal entity.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' | '\n' | '\r' | '\u{10000}'.. => {
                let _ = write!(text, "&#{};", u32::from(character));
            }
            '\0'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' => text.push('.'),
            '\u{FDD0}'..='\u{FDDF}' | '\u{FFFE}' | '\u{FFFF}' => text.push('.'),
            _ => text.push(character),
        }
    }
    text
}
