//! The profiles on single screens: what dismisses popups, what blocking screens are named, what users' texts change, and
//! where the elements of the journeys are.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;

use tikmatrix_apps::{AppDriver as _, AppGuard, Profile, TikTok};
use tikmatrix_device::script::{Dismissal, ScreenGuard as _, ScreenVerdict};
use tikmatrix_device::ui::{UiTree, tap_point};
use tikmatrix_domain::StandardFailure;

fn screen(name: &str) -> UiTree {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens").join(format!("{name}.xml"));
    UiTree::parse(&std::fs::read(path).unwrap()).unwrap()
}

fn made_of(nodes: &str) -> UiTree {
    UiTree::parse(format!("<hierarchy>{nodes}</hierarchy>").as_bytes()).unwrap()
}

fn tiktok() -> Profile {
    Profile::clone(TikTok::new().unwrap().profile())
}

fn guard(app: Profile) -> AppGuard {
    AppGuard::new(Arc::new(Profile::android().unwrap()), Arc::new(app))
}

#[test]
fn popups_are_refused_and_only_photos_and_videos_are_granted_whatever_the_language() {
    let guard = guard(tiktok());
    let dismissed_by = |tree: &UiTree| match guard.judge(tree) {
        ScreenVerdict::Popup { dismissal: Dismissal::Tap(selector), .. } => {
            let node = selector.find(tree).unwrap();
            assert!(tap_point(node).is_some());
            node.text.clone()
        }
        other => panic!("{other:?}"),
    };
    assert_eq!(dismissed_by(&screen("tt_popup_contacts_settings")), "Don\u{2019}t allow");
    assert_eq!(dismissed_by(&screen("perm_contacts_allow_deny_es")), "NO PERMITIR");
    assert_eq!(dismissed_by(&screen("perm_location_precise")), "Don\u{2019}t allow");
    assert_eq!(dismissed_by(&screen("perm_camera_en")), "Don\u{2019}t allow");
    assert_eq!(dismissed_by(&screen("perm_photos_es")), "Permitir todo");
    // The words are those of a question that another app may ask with the same ids.
    let worded = made_of(
        r#"<node resource-id="com.android.permissioncontroller:id/permission_message" text="Allow TikTok to access photos and videos?"/>
           <node resource-id="com.android.permissioncontroller:id/permission_allow_button" text="Allow" clickable="true" bounds="[0,0][9,9]"/>
           <node resource-id="com.android.permissioncontroller:id/permission_deny_button" text="Deny" clickable="true" bounds="[0,9][9,19]"/>"#,
    );
    assert_eq!(dismissed_by(&worded), "Deny");
}

#[test]
fn blocking_screens_are_named_and_a_users_text_is_none() {
    let guard = guard(tiktok());
    for (words, wanted, named) in [
        ("Verify to continue", StandardFailure::Checkpoint, "captcha"),
        ("Your account was permanently banned", StandardFailure::AccountRestricted, "disabled"),
        ("Log in to TikTok", StandardFailure::SignedOut, "signed out"),
    ] {
        let alone = made_of(&format!("<node text=\"{words}\" bounds=\"[0,0][9,9]\"/>"));
        match guard.judge(&alone) {
            ScreenVerdict::Blocked { code, remark, dismissible: false } => {
                assert_eq!(code, wanted);
                assert!(remark.contains(named), "{remark}");
            }
            other => panic!("{words}: {other:?}"),
        }
        let caption = made_of(&format!(
            "<node text=\"{words}\" class=\"android.widget.EditText\"/><node text=\"Drafts\" class=\"android.widget.Button\"/>"
        ));
        assert_eq!(guard.judge(&caption), ScreenVerdict::Clear, "{words}");
        let video =
            made_of(&format!("<node text=\"{words}\" class=\"com.bytedance.tux.input.TuxTextLayoutView\"/>"));
        assert_eq!(guard.judge(&video), ScreenVerdict::Clear, "{words}");
    }
}

#[test]
fn the_elements_of_the_publishing_journey_are_found_on_real_screens() {
    let profile = tiktok();
    let place = |screen_name: &str, element: &str| {
        let tree = screen(screen_name);
        let node = profile.elements.get(element).unwrap().find(&tree);
        node.and_then(tap_point).map(|point| (point.x, point.y))
    };
    assert_eq!(place("tt_editor_photo_next", "next"), Some((796, 2180)));
    assert_eq!(place("tt_caption_post", "title_field"), Some((540, 610)));
    assert_eq!(place("tt_caption_post", "description_field"), Some((540, 875)));
    assert_eq!(place("tt_caption_post", "post"), Some((799, 2242)));
    assert_eq!(place("tt_caption_post", "confirm_post"), None);
    assert_eq!(place("tt_feed_search_bar", "profile_tab"), Some((972, 2272)));
    assert_eq!(place("tt_feed_for_you_uiautomator", "profile_tab"), Some((972, 2138)));
    assert_eq!(place("tt_feed_search_bar", "home_tab"), Some((108, 2272)));
    assert_eq!(place("tt_feed_search_bar", "upload_percent"), None);
    assert_eq!(place("tt_feed_search_bar", "video_caption"), Some((451, 1991)));
    assert_eq!(place("tt_other_profile_follow_old", "username"), Some((239, 280)));
}

#[test]
fn a_phone_that_is_not_ready_for_a_user_is_known_by_ids_whatever_its_language() {
    let guard = guard(tiktok());
    let system = |id: &str, text: &str| {
        format!("<node package=\"com.android.systemui\" resource-id=\"{id}\" text=\"{text}\"/>")
    };
    let keyguard = |id: &str| system(&format!("com.android.systemui:id/{id}"), "");
    let usb =
        system("android:id/alertTitle", "USB-Debugging zulassen?") + &system("android:id/alwaysUse", "");
    let setup = "<node package=\"com.google.android.setupwizard\" text=\"Hallo\"/>".to_owned();
    let samsung =
        "<node package=\"com.sec.android.app.SecSetupWizard\" resource-id=\"x:id/setup_wizard_layout\"/>";
    for (nodes, may_go_away, said) in [
        (keyguard("keyguard_status_view"), true, "screen is locked"),
        (keyguard("keyguard_indication_area"), true, "screen is locked"),
        (keyguard("keyguard_pin_view"), false, "asks for the PIN"),
        (keyguard("keyguard_pattern_view"), false, "asks for the PIN"),
        (usb.clone(), false, "about another computer"),
        (setup, false, "is not set up"),
        (samsung.to_owned(), false, "is not set up"),
    ] {
        match guard.judge(&made_of(&nodes)) {
            ScreenVerdict::Blocked { code, remark, dismissible } => {
                assert_eq!((code, dismissible), (StandardFailure::DeviceLocked, may_go_away), "{nodes}");
                assert!(
                    remark.contains(said) && remark.contains("by hand") | remark.contains("answer it"),
                    "{remark}"
                );
            }
            other => panic!("{nodes}: {other:?}"),
        }
    }
    // An app's own question has the same ids of Android.
    let of_app = usb.replace("com.android.systemui", "com.zhiliaoapp.musically");
    assert_eq!(guard.judge(&made_of(&of_app)), ScreenVerdict::Clear);
}

#[test]
fn an_unknown_screen_of_the_app_is_asked_to_be_in_english_and_no_other_is() {
    let guard = guard(tiktok()).running_as("com.example.clone");
    let of = |package: &str, text: &str| {
        made_of(&format!("<node package=\"{package}\" text=\"{text}\" bounds=\"[0,0][9,9]\"/>"))
    };
    let hint = guard.hint(&of("com.example.clone", "Weiter")).unwrap();
    assert!(hint.contains("TikTok") && hint.contains("English"), "{hint}");
    assert_eq!(guard.hint(&of("com.android.settings", "Weiter")), None);
    assert_eq!(guard.hint(&of("com.example.clone", "Verify to continue")), None, "it is known");
}
