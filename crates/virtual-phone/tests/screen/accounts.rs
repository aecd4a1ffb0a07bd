//! Several accounts of one app: the sheet that switches between them, what each has of its own, and the search.

use tikmatrix_virtual_phone::ui::Fault;

use crate::driver::{Hand, TIKTOK};

/// On one's own profile of a phone with two accounts.
fn on_profile() -> Hand {
    let mut hand = Hand::on_feed();
    assert!(hand.phone.sign_in("tiktok", "sample_user_2"));
    assert!(!hand.phone.sign_in("settings", "sample_user_2"), "an app without accounts");
    hand.tap("Profile");
    hand.tap("virtual_1");
    hand
}

#[test]
fn a_row_of_the_sheet_switches_and_each_account_follows_for_itself() {
    let mut hand = on_profile();
    assert!(hand.sees("Switch account") && hand.sees("Add account") && hand.sees("Checkmark"));
    hand.tap("sample_user_2");
    assert!(hand.sees("Save login for next time?"));
    hand.phone.key(4);
    assert!(hand.sees("Save login for next time?"), "only an answer closes it");
    hand.tap("Not now");
    hand.open_profile("sample_user_1");
    hand.tap("Follow");
    let report = hand.phone.tasks().apps.report();
    let accounts = &report["tiktok"].accounts;
    let follows: Vec<_> =
        accounts.iter().map(|account| (account.username.as_str(), account.following.len())).collect();
    assert_eq!(follows, [("sample_user_2", 1), ("virtual_1", 0)]);
}

#[test]
fn back_and_the_cross_close_the_sheet_and_nothing_is_switched() {
    let mut hand = on_profile();
    hand.phone.key(4);
    assert!(!hand.sees("Switch account"));
    hand.tap("virtual_1");
    hand.tap("Close");
    assert!(!hand.sees("Switch account") && hand.sees("@virtual_1"));
    assert_eq!(hand.account().username, "virtual_1");
    assert!(hand.phone.tasks().is_running(TIKTOK));
}

#[test]
fn a_limited_account_is_told_so_and_follows_no_one() {
    let mut hand = Hand::on_feed();
    hand.phone.arm(Fault::FollowLimited);
    hand.open_profile("sample_user_1");
    hand.tap("Follow");
    assert!(hand.sees("This action is blocked"));
    hand.tap("OK");
    assert!(hand.account().following.is_empty() && hand.sees("Follow"));
    hand.phone.clear_faults();
    hand.tap("Follow");
    assert_eq!(hand.account().following, ["sample_user_1"]);
}
