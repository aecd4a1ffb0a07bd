//! The format of `uiautomator dump`, and when it fails.

use std::collections::BTreeSet;
use std::path::Path;

use tikmatrix_virtual_phone::ui::layout::Layout;

use crate::driver::{Hand, VIDEO_URI, nodes};

#[test]
fn a_dump_is_one_line_with_the_attributes_in_their_order() {
    let mut hand = Hand::on_caption();
    let dump = hand.phone.dump(false).unwrap();
    let start = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?><hierarchy rotation=\"0\"><node index=\"0\" \
                 text=\"\" resource-id=\"\" class=\"android.widget.FrameLayout\" \
                 package=\"com.zhiliaoapp.musically\" content-desc=\"\" checkable=\"false\" checked=\"false\" \
                 clickable=\"false\" enabled=\"true\" focusable=\"false\" focused=\"false\" scrollable=\"false\" \
                 long-clickable=\"false\" password=\"false\" selected=\"false\" bounds=\"[0,0][1080,2400]\">";
    assert_eq!(&dump[..start.len()], start);
    assert!(dump.ends_with("</node></hierarchy>"));
    assert!(!dump.contains('\n'));
}

#[test]
fn a_dump_writes_emoji_as_entities_and_quotes_what_xml_reserves() {
    let mut hand = Hand::on_caption();
    hand.tap("Add description. Share your thoughts");
    hand.phone.commit_text("👍 <\"&\u{7}\n'>");
    let dump = hand.phone.dump(false).unwrap();
    assert!(dump.contains("text=\"&#128077; &lt;&quot;&amp;.&#10;'&gt;\""));
}

#[test]
fn unlabelled_buttons_are_marked_as_not_accessible() {
    let mut hand = Hand::on_caption();
    assert!(hand.phone.dump(false).unwrap().contains("<node NAF=\"true\" index="));
}

#[test]
fn a_full_dump_of_an_animated_screen_always_fails_and_a_compressed_one_often_succeeds() {
    let mut hand = Hand::on_feed();
    let mut messages = BTreeSet::new();
    let mut passed = 0;
    for _ in 0..300 {
        messages.insert(hand.phone.dump(false).unwrap_err().to_string());
        passed += u32::from(hand.phone.dump(true).is_ok());
    }
    assert!((160..240).contains(&passed), "{passed} of 300");
    let expected =
        ["ERROR: could not get idle state.", "ERROR: null root node returned by UiTestAutomationBridge."];
    assert!(messages.iter().map(String::as_str).eq(expected));
}

#[test]
fn a_compressed_dump_has_fewer_nodes_and_the_same_texts() {
    let mut hand = Hand::on_caption();
    let words = |dump: &str| -> Vec<(String, String, [i32; 4])> {
        let said = nodes(dump).into_iter().filter(|node| !node.text.is_empty() || !node.desc.is_empty());
        said.map(|node| (node.text, node.desc, node.bounds)).collect()
    };
    let full = hand.phone.dump(false).unwrap();
    let compressed = hand.phone.dump(true).unwrap();
    assert_eq!(words(&full), words(&compressed));
    assert!(nodes(&compressed).len() * 3 < nodes(&full).len() * 2);
}

#[test]
fn screens_have_the_elements_of_real_ones() {
    let mut hand = Hand::new(2);
    hand.share(VIDEO_URI);
    assert!(hand.sees("Allow TikTok to access your contacts?"));
    hand.tap("Don’t allow");
    for words in ["Your Story", "Next", "Music"] {
        assert!(hand.sees(words), "editor: {words}");
    }
    hand.tap("Next");
    for (id, class) in [("g1c", "EditText"), ("g19", "EditText"), ("fex", "Button"), ("qrb", "Button")] {
        assert_eq!(hand.field(id).class, format!("android.widget.{class}"));
    }
    hand.tap("Post");
    for words in ["Home", "Friends", "Create", "Inbox", "Profile", "Search"] {
        assert!(hand.sees(words), "feed: {words}");
    }
    let descs: Vec<String> = hand.nodes().into_iter().map(|node| node.desc).collect();
    for (start, end) in [("Like video. ", " likes"), ("Read or add comments. ", " comments"), ("Follow ", "")]
    {
        assert!(descs.iter().any(|desc| desc.starts_with(start) && desc.ends_with(end)), "{start}…{end}");
    }
}

#[test]
fn every_layout_file_is_valid() {
    let layouts = Path::new(env!("CARGO_MANIFEST_DIR")).join("layouts");
    let mut count = 0;
    for folder in std::fs::read_dir(layouts).unwrap() {
        for file in std::fs::read_dir(folder.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            if let Err(error) = Layout::parse("com.example", &text) {
                panic!("{}: {error}", path.display());
            }
            count += 1;
        }
    }
    assert!(count >= 10);
}
