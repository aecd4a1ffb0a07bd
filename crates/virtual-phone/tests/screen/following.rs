//! Other users' profiles: which exist, the button to follow, and the report.

use tikmatrix_virtual_phone::ui::Fault;

use crate::driver::{Hand, Seen, TIKTOK};

/// The button beside "Message", or its text.
fn button(hand: &mut Hand) -> Seen {
    let nodes = hand.nodes();
    nodes.into_iter().find(|node| node.id.ends_with(":id/ihh") || node.id.ends_with(":id/ihj")).unwrap()
}

fn tap_button(hand: &mut Hand) {
    let (x, y) = button(hand).center();
    hand.phone.tap(x, y);
}

fn on_profile(name: &str) -> Hand {
    let mut hand = Hand::on_feed();
    hand.open_profile(name);
    assert!(hand.sees(&format!("@{name}")), "{name}");
    hand
}

#[test]
fn a_public_user_is_followed_by_the_button_and_unfollowed_only_on_the_sheet() {
    let mut hand = on_profile("sample_user_1");
    let follow = button(&mut hand);
    assert_eq!((follow.text.as_str(), follow.clickable), ("Follow", true));
    tap_button(&mut hand);
    assert_eq!(hand.account().following, ["sample_user_1"]);
    let following = button(&mut hand);
    assert_eq!((following.text.as_str(), following.clickable), ("Following ", false), "as in 47.0");

    tap_button(&mut hand);
    hand.tap("Cancel");
    assert_eq!(hand.account().following, ["sample_user_1"], "the sheet alone changes nothing");
    tap_button(&mut hand);
    hand.tap("Unfollow");
    assert!(hand.account().following.is_empty());
    assert_eq!(button(&mut hand).text, "Follow");
}

#[test]
fn a_private_user_gets_a_request_that_the_same_button_withdraws() {
    let mut hand = on_profile("private_1");
    tap_button(&mut hand);
    assert_eq!(button(&mut hand).text, "Requested ");
    let account = hand.account();
    assert!(account.following.is_empty(), "a request is no follow");
    assert_eq!(account.requested, ["private_1"]);
    tap_button(&mut hand);
    assert_eq!(button(&mut hand).text, "Follow");
    assert!(hand.account().requested.is_empty());
}

#[test]
fn a_user_who_follows_back_becomes_a_friend() {
    let mut hand = on_profile("fan_1");
    assert_eq!(button(&mut hand).text, "Follow back");
    tap_button(&mut hand);
    assert_eq!(button(&mut hand).text, "Friends ");
    assert_eq!(hand.account().following, ["fan_1"]);
}

#[test]
fn invalid_and_missing_names_are_not_found() {
    for name in ["missing_1", "MISSING_one", "a", "ends.with.", "sp%20ace", "", "abcdefghijklmnopqrstuvwxy"] {
        let mut hand = Hand::on_feed();
        hand.open_profile(name);
        assert!(hand.sees("Couldn't find this account"), "{name:?}");
    }
}

#[test]
fn a_link_names_its_user_in_any_case_and_with_anything_after_the_name() {
    for link in ["Sample_User_1", "sample_user_1/", "sample_user_1?lang=en", "sample_user_1/video/7"] {
        let mut hand = Hand::on_feed();
        hand.open_profile(link);
        assert!(hand.sees("@sample_user_1"), "{link}");
    }
}

#[test]
fn the_other_buttons_of_a_profile_follow_other_users_or_none() {
    let mut hand = on_profile("sample_user_1");
    let decoy = hand.nodes().into_iter().find(|node| node.text.starts_with("Followed by ")).unwrap();
    hand.phone.tap(decoy.center().0, decoy.center().1);
    assert!(hand.account().following.is_empty());
    hand.open_profile("sample_user_1");
    let suggested = hand.nodes().into_iter().find(|node| node.id.ends_with(":id/sgb")).unwrap();
    assert_eq!(suggested.text, "Follow", "it looks like the button of the profile");
    hand.phone.tap(suggested.center().0, suggested.center().1);
    let following = hand.account().following;
    assert_eq!(following.len(), 1);
    assert!(!following.contains(&"sample_user_1".to_owned()), "{following:?}");
}

#[test]
fn a_follow_survives_the_app_and_counts_on_the_own_profile() {
    let mut hand = on_profile("sample_user_1");
    tap_button(&mut hand);
    hand.phone.force_stop(TIKTOK);
    hand.open_profile("sample_user_1");
    assert_eq!(button(&mut hand).text, "Following ");
    hand.open_profile("virtual_1");
    let counter = hand.field("dqd");
    assert_eq!(counter.text, "1");
}

#[test]
fn a_refused_follow_shows_for_a_second_and_is_never_in_the_report() {
    let mut hand = on_profile("sample_user_1");
    hand.phone.arm(Fault::FollowRefused);
    tap_button(&mut hand);
    assert_eq!(button(&mut hand).text, "Following ");
    assert!(hand.account().following.is_empty());
    hand.wait(1000);
    assert_eq!(button(&mut hand).text, "Follow");
    hand.phone.clear_faults();
    tap_button(&mut hand);
    assert_eq!(hand.account().following, ["sample_user_1"]);
}

#[test]
fn the_author_of_a_video_can_be_visited_and_followed_from_the_feed() {
    let mut hand = Hand::on_feed();
    let follow = hand.nodes().into_iter().find(|node| node.desc.starts_with("Follow ")).unwrap();
    let author = follow.desc.strip_prefix("Follow ").unwrap().to_owned();
    hand.phone.tap(follow.center().0, follow.center().1);
    assert_eq!(hand.account().following, std::slice::from_ref(&author));
    assert!(!hand.sees(&follow.desc), "no user is followed twice");
    hand.tap(&format!("{author} profile"));
    assert!(hand.sees(&format!("@{author}")));
    assert_eq!(button(&mut hand).text, "Following ");
}
