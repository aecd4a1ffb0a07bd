//! Requests to start activities: the app that takes them, the chooser, and the app in front afterwards.

use tikmatrix_virtual_phone::ui::window::key::{KEY_BACK, KEY_HOME};
use tikmatrix_virtual_phone::ui::{Component, Intent, StartResult};

use crate::driver::{Hand, OneVideo, SHARE, TIKTOK, VIDEO_URI, send};

#[test]
fn a_share_without_an_app_opens_the_chooser_and_just_once_waits_for_a_choice() {
    let mut hand = Hand::new(2);
    assert!(matches!(hand.phone.start_activity(&send(VIDEO_URI), &OneVideo), StartResult::Choosing(_)));
    let once =
        |hand: &mut Hand| hand.nodes().into_iter().find(|node| node.id == "android:id/button_once").unwrap();
    assert!(!once(&mut hand).enabled);
    hand.tap("Just once");
    assert!(hand.sees("Share with"));
    hand.tap("TikTok");
    assert!(once(&mut hand).enabled);
    hand.tap("Just once");
    hand.tap("Don’t allow");
    assert!(hand.sees("Your Story"));
}

#[test]
fn a_share_to_a_package_opens_no_chooser() {
    let mut hand = Hand::on_feed();
    let intent = Intent { package: Some(TIKTOK.to_owned()), ..send(VIDEO_URI) };
    assert_eq!(
        hand.phone.start_activity(&intent, &OneVideo),
        StartResult::Started(Component::new(TIKTOK, SHARE))
    );
    assert!(hand.sees("Next"));
}

#[test]
fn requests_that_no_app_takes_are_refused_by_kind() {
    let mut hand = Hand::new(1);
    let unresolved = Intent { action: Some("android.intent.action.EDIT".to_owned()), ..Intent::default() };
    assert_eq!(hand.phone.start_activity(&unresolved, &OneVideo), StartResult::Unresolved);
    let missing = Component::new(TIKTOK, ".Missing");
    let intent = Intent { component: Some(missing.clone()), ..Intent::default() };
    assert_eq!(hand.phone.start_activity(&intent, &OneVideo), StartResult::NoSuchActivity(missing));
    assert_eq!(
        hand.phone.start_activity(&Intent::launch("com.example.absent"), &OneVideo),
        StartResult::Unresolved
    );
}

#[test]
fn the_permission_is_asked_once_per_phone_in_a_window_of_the_permission_controller() {
    for seed in [2, 3] {
        let mut hand = Hand::new(seed);
        hand.share(VIDEO_URI);
        let deny = hand.find("Don’t allow");
        assert_eq!(deny.id, "com.android.permissioncontroller:id/permission_deny_button");
        assert_eq!(deny.package, "com.google.android.permissioncontroller");
        assert_eq!(hand.phone.scene().package, "com.google.android.permissioncontroller");
        let activity = hand.phone.scene().activity;
        assert!(activity.ends_with("GrantPermissionsActivity"));
        hand.phone.tap(540, 2180);
        assert!(hand.sees("Don’t allow"), "a tap beside the dialog reaches nothing");
        hand.tap("Allow");
        hand.phone.force_stop(TIKTOK);
        hand.share(VIDEO_URI);
        assert!(hand.sees("Next"));
    }
}

#[test]
fn the_launcher_starts_apps_and_home_and_back_return_to_it() {
    let mut hand = Hand::new(2);
    hand.tap("TikTok");
    hand.tap("Don’t allow");
    assert!(hand.phone.tasks().is_running(TIKTOK) && hand.sees("For You"));
    hand.phone.key(KEY_HOME);
    assert!(hand.sees("Bluetooth"));
    let again = hand.phone.start_activity(&Intent::launch(TIKTOK), &OneVideo);
    assert!(matches!(again, StartResult::BroughtToFront(_)));
    hand.phone.key(KEY_BACK);
    assert!(hand.sees("Bluetooth"));
}

#[test]
fn a_profile_link_opens_the_own_profile_or_shows_that_there_is_no_such_account() {
    let mut hand = Hand::on_feed();
    for (name, words) in [("Virtual_1", "@virtual_1"), ("missing_1", "Couldn't find this account")] {
        assert!(matches!(hand.open_profile(name), StartResult::Started(_)));
        assert!(hand.sees(words));
    }
}

#[test]
fn installed_apps_and_their_versions_are_listed() {
    let hand = Hand::new(2);
    assert!(
        hand.phone.tasks().apps.is_installed(TIKTOK)
            && !hand.phone.tasks().apps.is_installed("com.example.absent")
    );
    let versions: Vec<_> =
        hand.phone.tasks().apps.identities().iter().map(|app| (app.package, app.version)).collect();
    assert!(versions.contains(&(TIKTOK, "43.1.4")));
    assert_eq!(hand.phone.tasks().apps.query_activities(&send(VIDEO_URI)).len(), 2);
}
