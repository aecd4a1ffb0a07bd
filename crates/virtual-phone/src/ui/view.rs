//! Views, their tree, and the view that a touch reaches.

use crate::ui::bounds::Bounds;
use crate::ui::draw::paint::Paint;

/// The flags of a node, as in AOSP's `AccessibilityNodeInfo`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags {
    /// Has an on and an off state.
    pub checkable: bool,
    /// That state is on.
    pub checked: bool,
    /// Reacts to a tap.
    pub clickable: bool,
    /// Reacts to taps; a disabled view swallows them.
    pub enabled: bool,
    /// May hold the input focus.
    pub focusable: bool,
    /// Holds the input focus.
    pub focused: bool,
    /// Its content is larger than itself.
    pub scrollable: bool,
    /// Reacts to a long press.
    pub long_clickable: bool,
    /// Its text is secret.
    pub password: bool,
    /// Is the chosen one among its siblings.
    pub selected: bool,
}

/// An input field's connection to the text behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The app's name for the text.
    pub name: String,
    /// Whether ENTER starts a new line; else it moves to the next field.
    pub multiline: bool,
}

/// One node of the tree.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Full Java class name.
    pub class: String,
    /// Full resource id (`package:id/name`), or empty.
    pub resource_id: String,
    /// The text it shows; for an input field, what was typed.
    pub text: String,
    /// What an empty input field shows.
    pub hint: String,
    /// The description for screen readers.
    pub content_desc: String,
    /// Its flags.
    pub flags: Flags,
    /// Its position on the screen.
    pub bounds: Bounds,
    /// Invisible nodes are neither dumped, drawn nor touched, nor is anything below them.
    pub visible: bool,
    /// Whether it is drawn and touched beneath its siblings: the order of nodes in a dump is that of layout, not of
    /// depth.
    pub beneath: bool,
    /// The action that the app handles when a tap reaches this view.
    pub action: Option<String>,
    /// Set on input fields.
    pub field: Option<Field>,
    /// How it looks.
    pub paint: Paint,
    /// Views inside it.
    pub children: Vec<View>,
}

impl View {
    /// A visible view of this class at this position, with nothing else set.
    pub fn new(class: &str, bounds: Bounds) -> Self {
        let flags = Flags { enabled: true, ..Flags::default() };
        Self { class: class.to_owned(), bounds, visible: true, flags, ..Self::default() }
    }

    /// The visible text: the typed one, or the hint of an empty field.
    pub fn shown_text(&self) -> &str {
        if self.text.is_empty() { &self.hint } else { &self.text }
    }

    /// The view that a tap at this point reaches: the topmost one that takes touches. As on Android, other views let
    /// them through.
    pub fn touched(&self, x: i32, y: i32) -> Option<&View> {
        if !self.visible || !self.bounds.contains(x, y) {
            return None;
        }
        let above = self.children.iter().rev().filter(|child| !child.beneath);
        let below = self.children.iter().rev().filter(|child| child.beneath);
        above
            .chain(below)
            .find_map(|child| child.touched(x, y))
            .or_else(|| (self.flags.clickable || self.flags.long_clickable).then_some(self))
    }

    /// The first matching view, itself included, in the order of the dump.
    pub fn find(&self, fits: &dyn Fn(&View) -> bool) -> Option<&View> {
        if fits(self) {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(fits))
    }

    /// Calls `visit` on this view and everything below it.
    pub fn visit_mut(&mut self, visit: &mut dyn FnMut(&mut View)) {
        visit(self);
        for child in &mut self.children {
            child.visit_mut(visit);
        }
    }

    /// The names of its input fields in the order of the dump.
    pub fn field_names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.field.iter().map(|field| field.name.clone()).collect();
        names.extend(self.children.iter().flat_map(View::field_names));
        names
    }
}
