//! Focus, keyboard and text: typed text arrives letter for letter, and only in the focused field.

use proptest::prelude::*;
use tikmatrix_virtual_phone::ui::window::key::{KEY_BACK, KEY_DELETE};
use tikmatrix_virtual_phone::ui::window::keyboard::ADB_KEYBOARD;

use crate::driver::Hand;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_arrives_letter_for_letter_in_the_report(chunks in prop::collection::vec(any::<String>(), 1..4)) {
        let mut hand = Hand::on_caption();
        hand.phone.keyboard.set_component(ADB_KEYBOARD);
        hand.tap("Add description. Share your thoughts");
        for chunk in &chunks {
            prop_assert!(hand.phone.commit_text(chunk));
        }
        hand.tap("Post");
        hand.wait(3000);
        prop_assert_eq!(&hand.posts()[0].caption, &chunks.concat());
    }

    #[test]
    fn any_typed_text_is_read_back_from_the_dump(text in ".{1,40}") {
        let mut hand = Hand::on_caption();
        hand.tap("Add description. Share your thoughts");
        hand.phone.commit_text(&text);
        let legible: String = text.chars().map(|character| match character {
            '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' => '.',
            '\u{7F}'..='\u{84}' | '\u{86}'..='\u{9F}' => '.',
            '\u{FDD0}'..='\u{FDDF}' | '\u{FFFE}' | '\u{FFFF}' => '.',
            other => other,
        }).collect();
        prop_assert_eq!(hand.field("g19").text, legible);
    }
}

#[test]
fn text_without_a_focused_field_is_lost() {
    let mut hand = Hand::on_caption();
    assert!(!hand.phone.commit_text("lost"));
    hand.tap("Post");
    hand.wait(3000);
    assert_eq!(hand.posts()[0].caption, "");
}

#[test]
fn only_the_tapped_field_is_focused_and_takes_the_text() {
    let mut hand = Hand::on_caption();
    hand.tap("Add a catchy title");
    assert!(hand.field("g1c").focused && !hand.field("g19").focused);
    hand.phone.commit_text("Title");
    assert_eq!(hand.field("g1c").text, "Title");
    assert_eq!(
        hand.field("g19").text,
        "Add description. Share your thoughts",
        "an empty field shows its hint"
    );
}

#[test]
fn clearing_and_backspace_remove_whole_graphemes() {
    let mut hand = Hand::on_caption();
    hand.tap("Add a catchy title");
    hand.phone.commit_text("ab👩‍👩‍👧‍👦");
    hand.phone.key(KEY_DELETE);
    assert_eq!(hand.field("g1c").text, "ab");
    hand.phone.key(KEY_DELETE);
    hand.phone.key(29);
    assert_eq!(hand.field("g1c").text, "aa");
    hand.phone.text_input().unwrap().clear();
    assert_eq!(hand.field("g1c").text, "Add a catchy title");
}

#[test]
fn the_open_keyboard_covers_the_post_button_and_back_closes_it_first() {
    let mut hand = Hand::on_caption();
    hand.tap("Add a catchy title");
    assert!(hand.phone.keyboard.is_open);
    hand.tap("Post");
    assert!(hand.sees("Post"), "the tap went to the keyboard");
    hand.phone.key(KEY_BACK);
    assert!(!hand.phone.keyboard.is_open && hand.sees("Post"));
    hand.phone.key(KEY_BACK);
    assert!(hand.sees("Your Story"), "a second BACK leaves the caption screen");
}

#[test]
fn another_screen_starts_without_focus_and_keyboard() {
    let mut hand = Hand::on_caption();
    hand.tap("Add a catchy title");
    hand.phone.key(3);
    assert!(!hand.phone.keyboard.is_open);
    assert!(!hand.phone.commit_text("lost"));
}
