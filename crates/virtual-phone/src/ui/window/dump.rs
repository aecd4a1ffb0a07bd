//! The text of `uiautomator dump` for a window, after AOSP's `AccessibilityNodeInfoDumper` and `KXmlSerializer`.

use std::fmt::Write as _;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use crate::ui::app::Scene;
use crate::ui::bounds::Bounds;
use crate::ui::view::View;
use crate::ui::window::snapshot::Snapshot;
use crate::ui::{SCREEN_HEIGHT, SCREEN_WIDTH};

/// The screen was not idle for long enough: no file is written, and the exit status is 0 all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotIdle {
    /// The screen is animated.
    #[error("ERROR: could not get idle state.")]
    Busy,
    /// The window changed while it was read, or the display is off.
    #[error("ERROR: null root node returned by UiTestAutomationBridge.")]
    NullRoot,
}

/// What reads the screen for a dump.
#[derive(Debug)]
pub(crate) struct Dumper {
    random: StdRng,
}

impl Dumper {
    /// A reader whose luck on animated screens follows from `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self { random: StdRng::seed_from_u64(seed) }
    }

    /// Dumps the window that has the focus, unless the display is off or the window is animated; compressed succeeds then,
    /// two times of three.
    pub(crate) fn dump(&mut self, screen: &Snapshot, compressed: bool) -> Result<String, NotIdle> {
        if !screen.is_awake {
            return Err(NotIdle::NullRoot);
        }
        let scene = &screen.top;
        if scene.animated && !(compressed && self.random.random_ratio(2, 3)) {
            return Err(if self.random.random_ratio(1, 4) { NotIdle::NullRoot } else { NotIdle::Busy });
        }
        Ok(dump(scene, compressed))
    }
}

/// Dumps one window. Compressed omits the views that only lay out others, and keeps their children.
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
    write_attributes(text, view, index, package, escape);
    let Bounds { left, top, right, bottom } = bounds;
    // Writing to a `String` cannot fail.
    let _ = write!(text, " bounds=\"[{left},{top}][{right},{bottom}]\"");
    let children = if compressed { important_children(view) } else { view.children.iter().collect() };
    if children.is_empty() {
        text.push_str(" />");
        return;
    }
    text.push('>');
    // An invisible child is skipped but counted: indexes have gaps, as on a phone.
    for (index, child) in children.into_iter().enumerate() {
        write_node(text, child, index, package, clip, compressed);
    }
    text.push_str("</node>");
}

/// Writes the attributes that all dumps have, up to `selected`.
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

/// The children in a compressed dump: those with text or a function, and the children of the others.
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

/// "Not accessibility friendly": clickable, and without text in it.
fn is_unfriendly(view: &View) -> bool {
    view.flags.clickable && view.flags.enabled && !has_text(view)
}

fn has_text(view: &View) -> bool {
    !view.shown_text().is_empty() || !view.content_desc.is_empty() || view.children.iter().any(has_text)
}

/// Escapes an attribute's value: invalid characters become dots, those outside the basic plane decimal entities.
fn escape(value: &str) -> String {
    escape_with(value, |character| format!("&#{};", u32::from(character)))
}

/// Escapes an attribute's value, with another form for characters outside the basic plane.
pub(crate) fn escape_with(value: &str, astral: impl Fn(char) -> String) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\t' => text.push_str("&#9;"),
            '\n' => text.push_str("&#10;"),
            '\r' => text.push_str("&#13;"),
            '\u{10000}'.. => text.push_str(&astral(character)),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' => text.push('.'),
            '\u{FDD0}'..='\u{FDDF}' | '\u{FFFE}' | '\u{FFFF}' => text.push('.'),
            _ => text.push(character),
        }
    }
    text
}
