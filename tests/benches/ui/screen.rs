//! The screen that is read: a list of posts as social apps have it, of any length, the same in every run.

use std::fmt::Write as _;

/// The elements of a post; the rest of the screen has [`FRAME`].
const OF_A_POST: usize = 12;
const FRAME: usize = 5;

/// Writes a screen with at least so many elements, and at most one post more.
pub(crate) fn with_elements(count: usize) -> String {
    let mut xml =
        String::from("<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\">");
    open(&mut xml, &Element { class: "FrameLayout", ..Element::default() });
    for tab in ["Home", "Create", "Profile"] {
        let button = Element { class: "Button", description: tab, clickable: true, ..Element::default() };
        leaf(&mut xml, &button);
    }
    open(&mut xml, &Element { class: "RecyclerView", id: "list", ..Element::default() });
    for post in 0..count.saturating_sub(FRAME).div_ceil(OF_A_POST) {
        write_post(&mut xml, post);
    }
    xml.push_str("</node></node></hierarchy>");
    xml
}

fn write_post(xml: &mut String, post: usize) {
    let author = format!("author.{}", post % 97);
    let likes = format!("{} likes", post * 37 % 1_000);
    let followed = if post.is_multiple_of(3) { "Following" } else { "Follow" };
    open(xml, &Element { class: "ViewGroup", id: "post", clickable: true, ..Element::default() });
    open(xml, &Element { class: "LinearLayout", id: "head", ..Element::default() });
    leaf(xml, &Element { class: "ImageView", description: "Profile picture", ..Element::default() });
    leaf(xml, &Element { class: "TextView", id: "name", text: &author, ..Element::default() });
    leaf(xml, &Element { class: "Button", text: followed, clickable: true, ..Element::default() });
    xml.push_str("</node>");
    leaf(
        xml,
        &Element {
            class: "TextView",
            id: "desc",
            text: "What a day, and more to come #one",
            ..Element::default()
        },
    );
    open(xml, &Element { class: "FrameLayout", id: "media", ..Element::default() });
    leaf(xml, &Element { class: "ImageView", description: "Video", clickable: true, ..Element::default() });
    xml.push_str("</node>");
    open(xml, &Element { class: "LinearLayout", id: "foot", ..Element::default() });
    leaf(xml, &Element { class: "Button", description: "Like", clickable: true, ..Element::default() });
    leaf(xml, &Element { class: "TextView", text: &likes, ..Element::default() });
    leaf(xml, &Element { class: "Button", description: "Share", clickable: true, ..Element::default() });
    xml.push_str("</node></node>");
}

#[derive(Default)]
struct Element<'a> {
    class: &'a str,
    id: &'a str,
    text: &'a str,
    description: &'a str,
    clickable: bool,
}

/// Writes the start of an element with all attributes of `uiautomator dump`, in its order.
fn start(xml: &mut String, element: &Element<'_>) {
    let Element { class, id, text, description, clickable } = element;
    let package =
        if matches!(*class, "ViewGroup" | "LinearLayout" | "FrameLayout") { "view" } else { "widget" };
    let id = if id.is_empty() { String::new() } else { format!("com.example.app:id/{id}") };
    // Writing into memory does not fail.
    let _ = write!(
        xml,
        "<node index=\"0\" text=\"{text}\" resource-id=\"{id}\" class=\"android.{package}.{class}\" \
         package=\"com.example.app\" content-desc=\"{description}\" checkable=\"false\" checked=\"false\" \
         clickable=\"{clickable}\" enabled=\"true\" focusable=\"{clickable}\" focused=\"false\" scrollable=\"false\" \
         long-clickable=\"false\" password=\"false\" selected=\"false\" bounds=\"[24,120][1056,480]\""
    );
}

fn open(xml: &mut String, element: &Element<'_>) {
    start(xml, element);
    xml.push('>');
}

fn leaf(xml: &mut String, element: &Element<'_>) {
    start(xml, element);
    xml.push_str(" />");
}
