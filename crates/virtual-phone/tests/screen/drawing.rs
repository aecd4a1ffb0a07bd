//! Pictures of the screen: their format and content.

use std::collections::BTreeSet;
use std::io::Cursor;

use tikmatrix_virtual_phone::ui::{Fault, PopupKind, PopupTime};

use crate::driver::{Hand, VIDEO_URI};

#[test]
fn a_picture_is_as_large_as_the_screen_and_opaque() {
    let frame = Hand::on_caption().phone.snapshot().draw();
    assert_eq!((frame.width, frame.height), (1080, 2400));
    assert_eq!(frame.rgba.len(), 1080 * 2400 * 4);
    assert!(frame.rgba.chunks_exact(4).all(|pixel| pixel[3] == 255));
}

#[test]
fn a_png_holds_the_same_pixels() {
    let frame = Hand::on_feed().phone.snapshot().draw();
    let mut reader = png::Decoder::new(Cursor::new(frame.png().unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    reader.next_frame(&mut pixels).unwrap();
    assert!(pixels == frame.rgba);
}

#[test]
fn every_visible_change_changes_the_picture() {
    let mut hand = Hand::new(2);
    let mut pictures = BTreeSet::new();
    let mut look =
        |hand: &Hand, what: &str| assert!(pictures.insert(hand.phone.snapshot().draw().rgba), "{what}");
    look(&hand, "launcher");
    hand.share(VIDEO_URI);
    look(&hand, "permission");
    hand.tap("Don’t allow");
    look(&hand, "editor");
    hand.tap("Next");
    look(&hand, "caption");
    hand.tap("Add a catchy title");
    look(&hand, "keyboard");
    hand.phone.commit_text("Harbour ☀");
    look(&hand, "typed");
    hand.phone.key(4);
    look(&hand, "keyboard closed");
    hand.tap("Post");
    look(&hand, "feed with badge");
    hand.wait(900);
    look(&hand, "badge counted on");
    hand.phone.arm(Fault::Popup { kind: PopupKind::Rate, when: PopupTime::Now });
    look(&hand, "popup");
    hand.tap("Not now");
    hand.wait(3000);
    hand.tap("Profile");
    look(&hand, "profile");
}

#[test]
fn the_post_button_is_red_and_a_popup_dims_it() {
    let mut hand = Hand::on_caption();
    let [left, top, _, _] = hand.find("Post").bounds;
    let pixel = |hand: &Hand| {
        let at = (usize::try_from(top + 40).unwrap() * 1080 + usize::try_from(left + 40).unwrap()) * 4;
        let rgba = hand.phone.snapshot().draw().rgba;
        [rgba[at], rgba[at + 1], rgba[at + 2]]
    };
    assert_eq!(pixel(&hand), [254, 44, 85]);
    hand.phone.arm(Fault::Popup { kind: PopupKind::Rate, when: PopupTime::Now });
    assert_eq!(pixel(&hand), [127, 22, 42]);
}
