//! Protects a phone's verbs against what Android's tools really print, as far as the virtual phone prints it.

#![cfg(test)]

use std::time::Duration;

use tikmatrix_device::android::{
    AndroidError, Intent, Key, Keyboard, MediaFile, ScreenReader, announce, find_uri, focus, force_stop,
    keyboard_state, press, push_media, remove_media, restore_keyboard, screen_size, screenshot, start, swipe,
    tap, use_keyboard, version_name,
};
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::{CleanUp, leftovers};
use tikmatrix_device::ui::{Point, Selector, tap_point};
use tikmatrix_virtual_phone::{Farm, FarmOptions};

const TIKTOK: &str = "com.zhiliaoapp.musically";

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(20))
}

async fn phone() -> (Farm, Phone) {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 3 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let phone = Phone::connect(&address, soon()).await.unwrap();
    (farm, phone)
}

#[tokio::test]
async fn the_display_and_the_apps_are_known() {
    let (_farm, phone) = phone().await;
    assert_eq!(screen_size(&phone, soon()).await.unwrap(), (1080, 2400));
    assert!(version_name(&phone, TIKTOK, soon()).await.unwrap().is_some_and(|version| version.contains('.')));
    assert_eq!(version_name(&phone, "com.example.absent", soon()).await.unwrap(), None);
    assert!(screenshot(&phone, soon()).await.unwrap().len() > 1000);
}

#[tokio::test]
async fn an_app_is_opened_by_a_tap_on_its_icon_and_closed() {
    let (_farm, phone) = phone().await;
    let launcher = focus(&phone, soon()).await.unwrap().unwrap();
    let tree = ScreenReader::default().read(&phone, soon()).await.unwrap();
    let icon = tap_point(Selector::text("TikTok").find(&tree).unwrap()).unwrap();
    tap(&phone, icon, soon()).await.unwrap();
    assert_ne!(focus(&phone, soon()).await.unwrap().unwrap(), launcher);
    force_stop(&phone, TIKTOK, soon()).await.unwrap();
    press(&phone, Key::Home, soon()).await.unwrap();
    assert_eq!(focus(&phone, soon()).await.unwrap().unwrap(), launcher);
}

#[tokio::test]
async fn a_video_feed_is_read_although_it_never_holds_still() {
    let (_farm, phone) = phone().await;
    let intent = Intent { package: Some(TIKTOK.to_owned()), ..Intent::default() };
    start(&phone, &intent, soon()).await.unwrap();
    let mut reader = ScreenReader::default();
    let dialog = reader.read(&phone, soon()).await.unwrap();
    let refusal = Selector::id("permission_deny_button").find(&dialog).and_then(tap_point).unwrap();
    tap(&phone, refusal, soon()).await.unwrap();
    let (from, to) = (Point { x: 500, y: 1800 }, Point { x: 500, y: 600 });
    swipe(&phone, from, to, Duration::from_millis(200), soon()).await.unwrap();
    for _ in 0..20 {
        let feed = reader.read(&phone, soon()).await.unwrap();
        assert!(Selector::description("Profile").is_on(&feed));
    }
}

#[tokio::test]
async fn an_activity_that_does_not_exist_is_refused_with_androids_reason() {
    let (_farm, phone) = phone().await;
    let absent = Intent { component: Some("com.example/.Absent".to_owned()), ..Intent::default() };
    let error = start(&phone, &absent, soon()).await.unwrap_err();
    assert!(matches!(&error, AndroidError::Refused { .. }), "{error}");
    assert!(!error.is_transient());
    let unresolved = Intent { action: Some("com.example.NOTHING".to_owned()), ..Intent::default() };
    assert!(start(&phone, &unresolved, soon()).await.unwrap_err().to_string().contains("unable to resolve"));
}

#[tokio::test]
async fn a_pushed_video_is_listed_and_removed_without_a_trace() {
    let (_farm, phone) = phone().await;
    let file = MediaFile::video(1);
    let timeout = Duration::from_secs(5);
    let absent = find_uri(&phone, &file, Duration::ZERO, soon()).await.unwrap_err();
    assert!(matches!(absent, AndroidError::NotListed { .. }), "{absent}");
    let mut sent = 0;
    push_media(&phone, &file, &b"a video"[..], |bytes| sent = bytes, soon()).await.unwrap();
    assert_eq!(sent, 7);
    announce(&phone, &file, soon()).await.unwrap();
    let uri = find_uri(&phone, &file, timeout, soon()).await.unwrap();
    assert!(uri.starts_with("content://media/external/video/media/"), "{uri}");
    remove_media(&phone, &file, soon()).await.unwrap();
    remove_media(&phone, &file, soon()).await.unwrap();
    assert!(find_uri(&phone, &file, Duration::ZERO, soon()).await.is_err());
    assert_eq!(phone.files().stat(&file.path(), soon()).await.unwrap(), None);
}

#[tokio::test]
async fn the_users_keyboards_are_given_back() {
    let (_farm, phone) = phone().await;
    let before = keyboard_state(&phone, soon()).await.unwrap();
    let chosen =
        async || phone.shell("settings get secure default_input_method", soon()).await.unwrap().stdout;
    let users = chosen().await;
    assert!(use_keyboard(&phone, Keyboard::ADB, &before, soon()).await.unwrap());
    assert_ne!(chosen().await, users);
    // A run that finds ADBKeyBoard in use since another one never ended knows what the user had.
    assert_eq!(keyboard_state(&phone, soon()).await.unwrap(), before);
    restore_keyboard(&phone, &before, soon()).await.unwrap();
    assert_eq!(chosen().await, users);
    assert_eq!(keyboard_state(&phone, soon()).await.unwrap(), before);
    assert_eq!(leftovers(&phone, soon()).await.unwrap(), []);
}

#[tokio::test]
async fn what_a_run_left_that_could_not_clean_up_is_found_and_undone() {
    let (_farm, phone) = phone().await;
    let (before, file) = (keyboard_state(&phone, soon()).await.unwrap(), MediaFile::video(7));
    let users = "touch /storage/emulated/0/DCIM/Camera/VID_1.mp4";
    phone.shell(users, soon()).await.unwrap();
    push_media(&phone, &file, &b"a video"[..], |_| {}, soon()).await.unwrap();
    use_keyboard(&phone, Keyboard::ADB, &before, soon()).await.unwrap();
    let left = leftovers(&phone, soon()).await.unwrap();
    assert_eq!(left, [CleanUp::RestoreKeyboard(before.clone()), CleanUp::RemoveMedia(file.clone())]);
    for clean_up in left {
        clean_up.perform(&phone, soon()).await.unwrap();
    }
    assert_eq!(leftovers(&phone, soon()).await.unwrap(), []);
    assert_eq!(keyboard_state(&phone, soon()).await.unwrap(), before);
    let kept = phone.files().stat("/storage/emulated/0/DCIM/Camera/VID_1.mp4", soon()).await.unwrap();
    assert!(kept.is_some(), "a file of the user's was removed");
}
