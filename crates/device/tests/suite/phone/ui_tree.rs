//! Protects the reading of screens: every form of dump that phones give, and no panic for anything else.

#![cfg(test)]

use proptest::prelude::*;
use tikmatrix_device::ui::{Bounds, Selector, UiTree, UiTreeError, tap_point};

#[track_caller]
fn tree(xml: &str) -> UiTree {
    UiTree::parse(xml.as_bytes()).unwrap()
}

fn texts(tree: &UiTree) -> Vec<&str> {
    tree.iter().map(|node| node.node().text.as_str()).collect()
}

const DIALOG: &str = r#"UI hierchary dumped to: /dev/tty
<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation="0">
<node text="" class="" package="com.example" clickable="true" enabled="true" bounds="[0,0][1000,2000]">
 <node text="" class="android.widget.FrameLayout" package="com.example" clickable="true" bounds="[100,1000][500,1100]">
  <node text="Following&#160;" class="android.widget.TextView" package="com.example" bounds="[0,0][0,0]" />
 </node>
 <node text="&#55357;&#56832;&#128512;" content-desc="later" resource-id="com.example:id/later" class="android.widget.Button" package="com.example" clickable="true" selected="true" bounds="[100,1200][500,1300]" />
</node></hierarchy>
done"#;

#[test]
fn remarks_around_the_xml_and_nodes_without_class_are_read() {
    let tree = tree(DIALOG);
    assert_eq!(texts(&tree), ["", "", "Following\u{a0}", "\u{1f600}\u{1f600}"]);
    assert_eq!(tree.screen(), Bounds { left: 0, top: 0, right: 1000, bottom: 2000 });
    assert_eq!(tree.package(), "com.example");
}

#[test]
fn several_windows_and_elements_named_by_class_are_read() {
    let agent = tree(
        r#"<hierarchy><node package="a" text="1"/><node package="b"><node text="2"/></node></hierarchy>"#,
    );
    assert_eq!(texts(&agent), ["1", "", "2"]);
    assert_eq!(agent.package(), "b");
    let appium = tree(
        r#"<hierarchy><android.widget.FrameLayout index="0"><android.widget.Button text="Post"/></android.widget.FrameLayout></hierarchy>"#,
    );
    assert!(Selector::class("Button").find(&appium).is_some_and(|node| node.parent().is_some()));
}

#[test]
fn what_is_no_dump_is_an_error() {
    assert_eq!(UiTree::parse(b""), Err(UiTreeError::Empty));
    assert_eq!(UiTree::parse(b"<hierarchy/>"), Err(UiTreeError::Empty));
    assert!(matches!(UiTree::parse(b"<hierarchy><node"), Err(UiTreeError::Truncated { .. })));
    assert!(matches!(UiTree::parse(b"<hierarchy><node></hierarchy>"), Err(UiTreeError::Xml(_))));
    assert!(matches!(UiTree::parse(b"<a bounds='there'/>"), Err(UiTreeError::Bounds(_))));
    let bomb = b"<!DOCTYPE a [<!ENTITY b 'x'>]><a>&b;</a>";
    assert!(matches!(UiTree::parse(bomb), Err(UiTreeError::Xml(_))));
}

#[test]
fn a_deeply_nested_dump_does_not_exhaust_the_stack() {
    let depth = 20_000;
    let xml = format!("{}{}", "<node>".repeat(depth), "</node>".repeat(depth));
    if let Ok(tree) = UiTree::parse(xml.as_bytes()) {
        assert_eq!(tree.iter().count(), depth);
    }
}

#[test]
fn the_text_of_a_button_is_tapped_in_the_clickable_element_around_it() {
    let tree = tree(DIALOG);
    let label: Selector = serde_json::from_str(r#"{"text": {"trimmed": "Following"}}"#).unwrap();
    let point = tap_point(label.find(&tree).unwrap()).unwrap();
    assert_eq!((point.x, point.y), (300, 1050));
}

#[test]
fn selectors_from_data_files_find_by_text_state_and_place() {
    let tree = tree(DIALOG);
    let count = |json: &str| serde_json::from_str::<Selector>(json).unwrap().find_all(&tree).len();
    assert_eq!(count("{}"), 4);
    assert_eq!(count(r#"{"text": "Following "}"#), 1);
    assert_eq!(count(r#"{"text": "Following"}"#), 0);
    assert_eq!(count(r#"{"description": ["now", {"starts_with": "la"}], "selected": true}"#), 1);
    assert_eq!(count(r#"{"id": "later"}"#), 1);
    assert_eq!(count(r#"{"id": "com.example:id/later"}"#), 1);
    assert_eq!(count(r#"{"id": "ater"}"#), 0);
    assert_eq!(count(r#"{"class": "Button", "below": {"class": "FrameLayout"}}"#), 1);
    assert_eq!(count(r#"{"class": "FrameLayout", "below": {"class": "Button"}}"#), 0);
    assert_eq!(count(r#"{"class": "Button", "sibling_of": {"class": "FrameLayout"}}"#), 1);
    assert_eq!(count(r#"{"child_of": {"class": "FrameLayout"}}"#), 1);
    assert_eq!(count(r#"{"inside": {"class": ""}}"#), 3);
    assert_eq!(count(r#"{"holds": {"text": {"contains": "Follow"}}}"#), 2);
    assert_eq!(count(r#"{"text": {"matches": "^F.*g\\s?$"}}"#), 1);
    assert_eq!(count(r#"{"clickable": true, "instance": 2}"#), 1);
    assert_eq!(count(r#"{"clickable": true, "instance": 3}"#), 0);
    assert_eq!(count(r#"{"text": "gone", "or": [{"text": "also gone"}, {"id": "later"}]}"#), 1);
    assert_eq!(count(r#"{"clickable": true, "region": {"top": 0.6}}"#), 1);
    assert!(serde_json::from_str::<Selector>(r#"{"txet": "x"}"#).is_err());
    assert!(serde_json::from_str::<Selector>(r#"{"text": {"matches": "("}}"#).is_err());
}

#[test]
fn an_error_can_say_which_element_was_meant() {
    let selector: Selector =
        serde_json::from_str(r#"{"text": "Next", "below": {"class": "EditText"}}"#).unwrap();
    assert_eq!(selector.to_string(), r#"the element with text "Next" below the element of class EditText"#);
    assert_eq!(Selector::text("Next").named("the Next button").to_string(), "the Next button");
}

fn escape(text: &str) -> String {
    text.chars().map(|character| format!("&#{};", u32::from(character))).collect()
}

proptest! {
    #[test]
    fn any_bytes_are_a_tree_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = UiTree::parse(&bytes);
    }

    #[test]
    fn any_text_that_looks_like_a_dump_is_a_tree_or_an_error(
        parts in proptest::collection::vec("<node|</node>|/>|>| text=\"|\"|&#5|5357;|&#|[0-9]|;|\\[1,2\\]| bounds=", 0..40)
    ) {
        let _ = UiTree::parse(parts.concat().as_bytes());
    }

    #[test]
    fn every_text_that_xml_can_carry_comes_back_letter_for_letter(text in "[^\\p{Cc}\u{fffe}\u{ffff}]{0,40}") {
        let xml = format!("<hierarchy><node text=\"{}\"/></hierarchy>", escape(&text));
        let tree = UiTree::parse(xml.as_bytes()).unwrap();
        prop_assert_eq!(texts(&tree), [text.as_str()]);
    }
}
