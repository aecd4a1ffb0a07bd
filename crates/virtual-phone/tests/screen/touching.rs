//! A tap reaches the topmost view that takes touches.

use tikmatrix_virtual_phone::ui::view::View;
use tikmatrix_virtual_phone::ui::{Fault, PopupKind, PopupTime};

use crate::driver::{Hand, VIDEO_URI};

/// The views in painting order.
fn painted<'a>(view: &'a View, order: &mut Vec<&'a View>) {
    if !view.visible {
        return;
    }
    order.push(view);
    let (below, above): (Vec<&View>, Vec<&View>) = view.children.iter().partition(|child| child.beneath);
    for child in below.into_iter().chain(above) {
        painted(child, order);
    }
}

fn assert_taps_reach_what_is_seen(hand: &Hand, screen: &str) {
    let root = hand.phone.scene().root;
    let mut order = Vec::new();
    painted(&root, &mut order);
    let mut checked = 0;
    for (at, view) in order.iter().enumerate() {
        if !view.flags.clickable || view.bounds.is_empty() {
            continue;
        }
        let (x, y) = view.bounds.center();
        let reached = root.touched(x, y).unwrap();
        let reached = order.iter().position(|other| std::ptr::eq(*other, reached)).unwrap();
        assert!(reached >= at, "{screen}: the tap on {} {:?} fell through", view.resource_id, view.bounds);
        checked += 1;
    }
    assert!(checked > 0, "{screen}");
}

#[test]
fn a_tap_on_any_clickable_view_reaches_it_or_a_view_over_it() {
    let mut hand = Hand::new(2);
    assert_taps_reach_what_is_seen(&hand, "launcher");
    hand.share(VIDEO_URI);
    assert_taps_reach_what_is_seen(&hand, "permission");
    hand.tap("Don’t allow");
    assert_taps_reach_what_is_seen(&hand, "editor");
    hand.tap("Next");
    assert_taps_reach_what_is_seen(&hand, "caption");
    hand.tap("Post");
    assert_taps_reach_what_is_seen(&hand, "feed");
    hand.wait(3000);
    hand.tap("Profile");
    assert_taps_reach_what_is_seen(&hand, "profile");
    let cover = hand.field("cover").center();
    hand.phone.tap(cover.0, cover.1);
    assert_taps_reach_what_is_seen(&hand, "player");
    hand.open_profile("sample_user_1");
    assert_taps_reach_what_is_seen(&hand, "another user's profile");
    hand.tap("Follow");
    assert_taps_reach_what_is_seen(&hand, "the profile of a followed user");
    hand.tap("Following ");
    assert_taps_reach_what_is_seen(&hand, "the sheet to unfollow");
    hand.phone.arm(Fault::Popup { kind: PopupKind::Captcha, when: PopupTime::Now });
    assert_taps_reach_what_is_seen(&hand, "captcha");
}

#[test]
fn a_tap_on_a_label_reaches_the_button_around_it() {
    let mut hand = Hand::in_editor();
    let label = hand.find("Next");
    assert!(!label.clickable, "as on a real phone the label itself cannot be tapped");
    hand.phone.tap(label.center().0, label.center().1);
    assert!(hand.sees("Post"));
}

#[test]
fn a_tap_beside_every_view_does_nothing() {
    let mut hand = Hand::on_caption();
    hand.phone.tap(-5, 40);
    hand.phone.tap(540, 5000);
    hand.phone.tap(i32::MAX, i32::MIN);
    assert!(hand.sees("Post"));
}

#[test]
fn the_grid_scrolls_and_cells_outside_it_are_not_in_the_dump() {
    let mut hand = Hand::on_feed();
    for _ in 0..8 {
        hand.share(VIDEO_URI);
        hand.tap("Next");
        hand.tap("Post");
        hand.wait(3000);
    }
    hand.tap("Profile");
    let covers = |hand: &mut Hand| hand.nodes().iter().filter(|node| node.id.ends_with(":id/cover")).count();
    assert_eq!(covers(&mut hand), 6);
    hand.phone.swipe((540, 2000), (540, 1000));
    assert_eq!(covers(&mut hand), 2);
    for node in hand.nodes().iter().filter(|node| node.id.ends_with(":id/cover")) {
        assert!(node.bounds[1] >= 1280 && node.bounds[3] <= 2208);
    }
    hand.phone.swipe((540, 1400), (540, 2200));
    hand.phone.swipe((540, 1400), (540, 2200));
    assert_eq!(covers(&mut hand), 6);
}

#[test]
fn a_swipe_up_brings_the_next_video_and_a_tiny_one_is_a_tap() {
    let mut hand = Hand::on_feed();
    let first = hand.field("desc").text;
    hand.phone.swipe((540, 1700), (540, 500));
    assert_ne!(hand.field("desc").text, first);
    let (x, y) = hand.find("Profile").center();
    hand.phone.swipe((x, y), (x + 3, y));
    assert!(hand.sees("@virtual_1"));
}

#[test]
fn a_swipe_over_an_empty_grid_does_nothing() {
    let mut hand = Hand::on_feed();
    hand.tap("Profile");
    hand.phone.swipe((540, 2000), (540, 1000));
    assert!(hand.sees("Share a fun video you've recorded recently"));
}
