//! Layouts: screens as data, parsed once and built into view trees with the values of the moment.
//!
//! An element is a view: its name is the class (`TextView`, `View`, …, or in full), its attributes are
//! `at="left,top,right,bottom"`, `id` (a name of the app, or in full with its package), `text`, `desc`, `hint`,
//! `is` (flags), `field` with `lines="many"` (an input field), `do` (the action of a tap), `beneath="yes"`,
//! `if="value"` or `if="!value"` (omitted unless that value is not, or is, empty), `enabled-if`, `slot` (views that
//! the app puts in), and the paint: `fill`, `round`, `ink`, `size`, `align`, `icon`, `picture`.
//! `{name}` in a text, description, hint, action or picture is replaced by a value, letter for letter.

use std::collections::BTreeMap;

use crate::ui::bounds::Bounds;
use crate::ui::draw::color::Color;
use crate::ui::draw::paint::{Paint, Picture};
use crate::ui::view::{Field, View};

/// A parsed layout file.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    root: Option<Node>,
}

#[derive(Debug, Clone, Default)]
struct Node {
    view: View,
    condition: Option<String>,
    enabled_if: Option<String>,
    slot: Option<String>,
    picture: Option<String>,
    children: Vec<Node>,
}

/// The values of a layout.
#[derive(Debug, Default)]
pub struct Values {
    texts: BTreeMap<&'static str, String>,
    slots: BTreeMap<&'static str, Vec<View>>,
}

impl Values {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// With this value; a layout's condition on it holds unless it is empty.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.texts.insert(name, value.into());
        self
    }

    /// With this yes or no, for conditions.
    #[must_use]
    pub fn flag(self, name: &'static str, value: bool) -> Self {
        self.text(name, if value { "yes" } else { "" })
    }

    /// With these views in the slot of this name.
    #[must_use]
    pub fn slot(mut self, name: &'static str, views: Vec<View>) -> Self {
        self.slots.insert(name, views);
        self
    }

    fn holds(&self, condition: &str) -> bool {
        let is_set = |name: &str| self.texts.get(name).is_some_and(|value| !value.is_empty());
        match condition.strip_prefix('!') {
            Some(name) => !is_set(name),
            None => is_set(condition),
        }
    }

    fn fill(&self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, after)) = after.split_once('}') else {
                break;
            };
            text.push_str(self.texts.get(name).map_or("", String::as_str));
            rest = after;
        }
        text.push_str(rest);
        text
    }
}

impl Layout {
    /// Parses a layout that is part of the program. An invalid one is an empty window; a test parses all of them.
    pub fn carried(package: &str, text: &str) -> Self {
        Self::parse(package, text).unwrap_or_default()
    }

    /// Parses a layout file. `package` completes the ids.
    ///
    /// # Errors
    /// A sentence about what is wrong with the file.
    pub fn parse(package: &str, text: &str) -> Result<Self, String> {
        let document = roxmltree::Document::parse(text).map_err(|error| error.to_string())?;
        Ok(Self { root: Some(read(package, document.root_element())?) })
    }

    /// The view tree with these values.
    pub fn build(&self, values: &Values) -> View {
        let built = self.root.as_ref().and_then(|root| build(root, values));
        built.unwrap_or_else(|| View::new("android.widget.FrameLayout", Bounds::default()))
    }
}

fn build(node: &Node, values: &Values) -> Option<View> {
    if node.condition.as_ref().is_some_and(|condition| !values.holds(condition)) {
        return None;
    }
    let mut view = node.view.clone();
    for text in [&mut view.text, &mut view.content_desc, &mut view.hint] {
        *text = values.fill(text);
    }
    view.action = view.action.map(|action| values.fill(&action));
    view.paint.picture = node.picture.as_ref().map(|picture| Picture::named(&values.fill(picture)));
    if let Some(condition) = &node.enabled_if {
        view.flags.enabled = values.holds(condition);
    }
    view.children = node.children.iter().filter_map(|child| build(child, values)).collect();
    if let Some(views) = node.slot.as_deref().and_then(|slot| values.slots.get(slot)) {
        view.children.extend(views.iter().cloned());
    }
    Some(view)
}

fn read(package: &str, element: roxmltree::Node<'_, '_>) -> Result<Node, String> {
    let mut node = Node::default();
    let class = full_class(element.tag_name().name());
    node.view = View::new(&class, Bounds::default());
    for attribute in element.attributes() {
        read_attribute(&mut node, package, attribute.name(), attribute.value())
            .ok_or_else(|| format!("<{class}> has {}=\"{}\"", attribute.name(), attribute.value()))?;
    }
    if node.view.bounds.is_empty() {
        return Err(format!("<{class}> has no bounds"));
    }
    let flags = &mut node.view.flags;
    flags.focusable |= flags.clickable;
    node.children = element
        .children()
        .filter(roxmltree::Node::is_element)
        .map(|child| read(package, child))
        .collect::<Result<_, _>>()?;
    Ok(node)
}

fn read_attribute(node: &mut Node, package: &str, name: &str, value: &str) -> Option<()> {
    let Node { view, condition, enabled_if, slot, picture, .. } = node;
    let owned = value.to_owned();
    match name {
        "at" => view.bounds = bounds(value)?,
        "id" if value.contains(':') => view.resource_id = owned,
        "id" => view.resource_id = format!("{package}:id/{value}"),
        "text" => view.text = owned,
        "desc" => view.content_desc = owned,
        "hint" => view.hint = owned,
        "do" => {
            view.action = Some(owned);
            view.flags.clickable = true;
        }
        "field" => {
            view.field = Some(Field { name: owned, multiline: false });
            view.flags.clickable = true;
            view.flags.long_clickable = true;
        }
        "lines" => view.field.as_mut()?.multiline = value == "many",
        "is" => value.split(' ').try_for_each(|flag| set_flag(view, flag))?,
        "enabled" => view.flags.enabled = value != "no",
        "enabled-if" => *enabled_if = Some(owned),
        "beneath" => view.beneath = value == "yes",
        "if" => *condition = Some(owned),
        "slot" => *slot = Some(owned),
        "picture" => *picture = Some(owned),
        _ => return read_paint(&mut view.paint, name, value),
    }
    Some(())
}

fn read_paint(paint: &mut Paint, name: &str, value: &str) -> Option<()> {
    match name {
        "fill" => paint.fill = Some(Color::parse(value)?),
        "ink" => paint.ink = Some(Color::parse(value)?),
        "round" => paint.radius = value.parse().ok()?,
        "size" => paint.size = value.parse().ok()?,
        "align" => paint.align = value.parse().ok()?,
        "icon" => paint.icon = Some(value.parse().ok()?),
        _ => return None,
    }
    Some(())
}

fn set_flag(view: &mut View, flag: &str) -> Option<()> {
    let flags = &mut view.flags;
    match flag {
        "checkable" => flags.checkable = true,
        "checked" => flags.checked = true,
        "clickable" => flags.clickable = true,
        "focusable" => flags.focusable = true,
        "scrollable" => flags.scrollable = true,
        "long-clickable" => flags.long_clickable = true,
        "selected" => flags.selected = true,
        _ => return None,
    }
    Some(())
}

fn bounds(value: &str) -> Option<Bounds> {
    let sides: Vec<i32> = value.split(',').map(|side| side.parse().ok()).collect::<Option<_>>()?;
    match sides.as_slice() {
        [left, top, right, bottom] => Some(Bounds::new(*left, *top, *right, *bottom)),
        _ => None,
    }
}

fn full_class(name: &str) -> String {
    match name {
        _ if name.contains('.') => name.to_owned(),
        "View" | "ViewGroup" | "SurfaceView" => format!("android.view.{name}"),
        "RecyclerView" => "androidx.recyclerview.widget.RecyclerView".to_owned(),
        "ViewPager" => "androidx.viewpager.widget.ViewPager".to_owned(),
        "LinearLayoutCompat" => "androidx.appcompat.widget.LinearLayoutCompat".to_owned(),
        _ => format!("android.widget.{name}"),
    }
}
