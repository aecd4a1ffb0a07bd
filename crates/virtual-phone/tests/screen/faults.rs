//! Popups, blocking windows and slow uploads.

use tikmatrix_virtual_phone::ui::window::key::{KEY_BACK, KEY_SLEEP, KEY_WAKE_UP};
use tikmatrix_virtual_phone::ui::{Fault, LockKind, NotIdle, PopupKind, PopupTime, WindowSystem};

use crate::driver::{Hand, TIKTOK};

fn popup(kind: PopupKind, when: PopupTime) -> Fault {
    Fault::Popup { kind, when }
}

#[test]
fn a_popup_hides_everything_under_it_until_its_button_is_tapped() {
    for (kind, button) in [
        (PopupKind::Contacts, "Don’t allow"),
        (PopupKind::Rate, "Not now"),
        (PopupKind::Notifications, "Not now"),
        (PopupKind::GotIt, "Got it"),
    ] {
        let mut hand = Hand::on_caption();
        let post = hand.find("Post").center();
        hand.phone.arm(popup(kind, PopupTime::Now));
        assert!(!hand.sees("Post"), "{kind:?}: only the active window is in a dump");
        hand.phone.tap(post.0, post.1);
        assert!(hand.sees(button), "{kind:?}");
        hand.tap(button);
        hand.phone.tap(post.0, post.1);
        hand.wait(3000);
        assert_eq!(hand.posts().len(), 1, "{kind:?}: one tap reached Post, the one after the popup");
    }
}

#[test]
fn a_popup_armed_for_later_appears_over_the_next_screen() {
    let mut hand = Hand::in_editor();
    hand.phone.arm(popup(PopupKind::Rate, PopupTime::NextScreen));
    assert!(hand.sees("Next"));
    hand.tap("Next");
    assert!(hand.sees("Enjoying TikTok?"));
    hand.tap("Not now");
    assert!(hand.sees("Drafts"));
}

#[test]
fn open_settings_leads_out_of_the_app() {
    let mut hand = Hand::on_caption();
    hand.phone.arm(popup(PopupKind::Contacts, PopupTime::Now));
    hand.tap("Open settings");
    assert_eq!(hand.phone.scene().package, "com.android.settings");
    hand.phone.key(KEY_BACK);
    assert_eq!(hand.phone.scene().package, TIKTOK);
    assert!(hand.sees("Post"));
}

#[test]
fn nothing_on_a_blocking_screen_leads_back_to_the_app() {
    for (kind, words) in [
        (PopupKind::SignedOut, "Log in to TikTok"),
        (PopupKind::Captcha, "Verify to continue"),
        (PopupKind::AccountDisabled, "Account banned"),
        (PopupKind::UpdateRequired, "Update TikTok"),
    ] {
        let mut hand = Hand::on_caption();
        hand.phone.arm(popup(kind, PopupTime::Now));
        for node in hand.nodes().iter().filter(|node| node.clickable) {
            hand.phone.tap(node.center().0, node.center().1);
            assert!(hand.sees(words), "{kind:?}");
        }
        hand.phone.key(KEY_BACK);
        assert_ne!(hand.phone.scene().package, TIKTOK);
        hand.tap("TikTok");
        assert!(hand.sees(words), "{kind:?} is still there when the app comes back");
        hand.phone.clear_faults();
        assert!(hand.sees("Post"), "{kind:?}");
    }
}

#[test]
fn a_slow_upload_takes_as_long_as_armed() {
    let mut hand = Hand::on_caption();
    hand.phone.arm(Fault::SlowUpload { seconds: 20 });
    hand.tap("Post");
    hand.wait(19_999);
    assert_eq!(hand.posts(), []);
    hand.wait(1);
    assert_eq!(hand.posts().len(), 1);
}

#[test]
fn faults_are_parsed_as_the_control_port_receives_them() {
    let read = |text| serde_json::from_str::<Fault>(text).unwrap();
    assert_eq!(read(r#"{"fault":"popup","kind":"rate"}"#), popup(PopupKind::Rate, PopupTime::NextScreen));
    assert_eq!(
        read(r#"{"fault":"popup","kind":"captcha","when":"now"}"#),
        popup(PopupKind::Captcha, PopupTime::Now)
    );
    assert_eq!(read(r#"{"fault":"slow_upload","seconds":7}"#), Fault::SlowUpload { seconds: 7 });
}

#[test]
fn a_question_before_publishing_publishes_only_when_it_is_answered() {
    let mut hand = Hand::on_caption();
    hand.phone.arm(popup(PopupKind::ConfirmPost, PopupTime::NextScreen));
    hand.tap("Post");
    hand.tap("Cancel");
    hand.wait(3000);
    assert_eq!(hand.posts(), []);
    hand.phone.arm(popup(PopupKind::ConfirmPost, PopupTime::NextScreen));
    hand.tap("Post");
    assert!(hand.sees("Publish video publicly?"));
    hand.tap("Publish now");
    hand.wait(3000);
    assert_eq!(hand.posts().len(), 1);
}

fn lock(kind: LockKind) -> Fault {
    Fault::Lock { kind }
}

#[test]
fn a_display_that_is_off_is_not_read_nor_touched_until_it_is_woken() {
    let mut hand = Hand::on_caption();
    let post = hand.find("Post").center();
    hand.phone.arm(lock(LockKind::Off));
    hand.phone.tap(post.0, post.1);
    assert_eq!(hand.phone.dump(true), Err(NotIdle::NullRoot));
    assert!(hand.phone.snapshot().draw().rgba.chunks(4).all(|pixel| pixel[..3] == [0, 0, 0]));
    hand.phone.key(KEY_WAKE_UP);
    assert!(hand.sees("Post"), "the tap went nowhere");
    hand.phone.key(KEY_SLEEP);
    assert!(!hand.phone.layers.lock.is_awake());
}

#[test]
fn a_lock_screen_without_a_secret_goes_away_and_one_with_a_secret_asks_for_it() {
    for kind in [LockKind::Swipe, LockKind::Pin] {
        for dismiss in [(|phone| phone.layers.lock.dismiss()) as fn(&mut WindowSystem), |phone| {
            phone.swipe((540, 2000), (540, 900));
        }] {
            let mut hand = Hand::on_caption();
            hand.phone.arm(lock(kind));
            hand.phone.key(KEY_WAKE_UP);
            assert!(hand.sees("Swipe up to unlock") && hand.phone.layers.lock.is_locked());
            hand.phone.swipe((540, 2000), (540, 1900));
            hand.phone.key(KEY_BACK);
            assert!(hand.sees("Swipe up to unlock"), "neither is enough");
            dismiss(&mut hand.phone);
            assert_eq!(hand.sees("Enter PIN"), kind == LockKind::Pin);
            assert_eq!(hand.sees("Post"), kind == LockKind::Swipe);
            hand.phone.clear_faults();
            assert!(hand.sees("Post"));
        }
    }
}

#[test]
fn the_first_setup_stays_and_the_question_for_a_computer_is_answered() {
    let mut hand = Hand::on_caption();
    hand.phone.arm(lock(LockKind::Setup));
    hand.tap("Start");
    assert_eq!(hand.phone.scene().package, "com.google.android.setupwizard");
    hand.phone.arm(lock(LockKind::UsbDebugging));
    hand.tap("Cancel");
    assert!(hand.sees("Post"));
}
