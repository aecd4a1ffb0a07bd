//! The inspection of a screen: its verdict is the engine's on every real screen, and it shows what is missing.

#![cfg(test)]

use std::path::Path;
use std::sync::Arc;

use tikmatrix_apps::inspect::{Candidate, ElementSight, Inspection, SightKind, inspect, profiles_for};
use tikmatrix_apps::{AppGuard, Apps, Profile, TikTok, instagram};
use tikmatrix_device::script::{ScreenGuard as _, ScreenVerdict};
use tikmatrix_device::ui::{Bounds, UiTree};

fn dumps() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read(path).unwrap())
        })
        .collect()
}

fn dump(wanted: &str) -> String {
    String::from_utf8(dumps().into_iter().find(|(name, _)| name == wanted).unwrap().1).unwrap()
}

fn known() -> Vec<Profile> {
    Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap()).profiles()
}

fn inspected(dump: &str) -> Inspection {
    let tree = UiTree::parse(dump.as_bytes()).unwrap();
    inspect(&profiles_for(&tree, &known()).unwrap(), &tree)
}

fn screen<'a>(inspection: &'a Inspection, id: &str) -> &'a Candidate {
    inspection.screens.iter().find(|it| it.id.as_deref() == Some(id)).unwrap()
}

fn element<'a>(inspection: &'a Inspection, id: &str) -> &'a ElementSight {
    inspection.elements.iter().find(|it| it.id == id).unwrap()
}

#[test]
fn the_verdict_on_every_real_screen_is_the_engines() {
    for (name, dump) in dumps() {
        let tree = UiTree::parse(&dump).unwrap();
        let profiles = profiles_for(&tree, &known()).unwrap();
        let app = profiles.last().unwrap();
        let guard = AppGuard::new(Arc::new(Profile::android().unwrap()), Arc::new(app.clone()));
        let inspection = inspect(&profiles, &tree);
        let first = |all: &[Candidate]| all.iter().find(|it| it.shown).map(|it| it.name.clone());
        match guard.judge(&tree) {
            ScreenVerdict::Clear => assert_eq!(inspection.sight, SightKind::Clear, "{name}"),
            ScreenVerdict::Popup { name: popup, .. } => {
                assert_eq!(inspection.sight, SightKind::Popup, "{name}");
                assert_eq!(first(&inspection.popups), Some(popup), "{name}");
            }
            ScreenVerdict::Blocked { remark, .. } => {
                assert_eq!(inspection.sight, SightKind::Blocked, "{name}");
                let blocking = inspection.blocking.iter().find(|it| it.shown).unwrap();
                assert_eq!(blocking.remark.as_ref(), Some(&remark), "{name}");
            }
        }
        let known_as = app.screen(&tree).map(|screen| screen.name.clone());
        assert_eq!(first(&inspection.screens), known_as, "{name}");
        for (id, selector) in &app.elements {
            let found = element(&inspection, id).selector_match.found.as_ref().map(|seen| seen.bounds);
            assert_eq!(found, selector.find(&tree).map(|node| node.bounds), "{name}: {id}");
        }
    }
}

#[test]
fn the_profiles_are_androids_and_the_apps_or_androids_alone_for_its_own_windows() {
    let asked = |name: &str| inspected(&dump(name)).profiles;
    assert_eq!(asked("tt_caption_post"), ["android", "tiktok"]);
    assert_eq!(asked("ig_home_feed"), ["android", "instagram"]);
    assert_eq!(asked("perm_location_precise"), ["android"]);
    let other = UiTree::parse(b"<node package=\"com.example.clock\" text=\"12:00\"/>").unwrap();
    assert!(profiles_for(&other, &known()).is_none());
}

#[test]
fn a_sign_that_a_new_version_of_the_app_lost_is_shown_beside_the_others() {
    let changed = dump("tt_editor_photo_next").replace("Your Story", "Your story of the day");
    let inspection = inspected(&changed);
    let editor = screen(&inspection, "editor");
    assert!(!editor.shown);
    assert_eq!((editor.seen(), editor.needed), (1, 2));
    let lacking: Vec<&str> =
        editor.signs.iter().filter(|it| it.found.is_none()).map(|it| it.selector.as_str()).collect();
    assert_eq!(lacking, [r#"{ or = [{ id = "tv_quick_publish" }], text = { label = "your_story" } }"#]);
}

#[test]
fn an_element_that_rules_a_screen_out_is_shown() {
    let feed = dump("tt_feed_for_you_uiautomator");
    assert!(screen(&inspected(&feed), "feed").shown);
    let inspection = inspected(&feed.replacen("content-desc=\"Home\"", "content-desc=\"Back\"", 1));
    let feed = screen(&inspection, "feed");
    assert!(!feed.shown);
    assert!(feed.ruled_out_by.iter().any(|it| it.selector == r#"{ description = "Back" }"#), "{feed:?}");
}

#[test]
fn an_element_that_lacks_one_part_of_its_selector_is_shown_with_that_part() {
    let post = element(&inspected(&dump("tt_caption_post")), "post").selector_match.clone();
    let place = Bounds { left: 550, top: 2179, right: 1048, bottom: 2305 };
    assert_eq!(post.found.unwrap().bounds, place);
    assert!(post.near.is_empty(), "what is found lacks nothing");
    let changed = r#"<node package="com.zhiliaoapp.musically" bounds="[0,0][1080,2400]">
        <node text="Post" class="android.widget.TextView" enabled="true" bounds="[550,2179][1048,2305]"/></node>"#;
    let post = element(&inspected(changed), "post").selector_match.clone();
    assert_eq!(post.found, None);
    let near: Vec<_> = post.near.iter().map(|near| (near.without.as_str(), near.found.bounds)).collect();
    assert_eq!(near, [("class = \"Button\"", place)]);
}

#[test]
fn the_json_of_an_inspection_has_stable_names() {
    let told = serde_json::to_value(inspected(&dump("tt_popup_contacts_settings"))).unwrap();
    assert_eq!(told["profiles"], serde_json::json!(["android", "tiktok"]));
    assert_eq!(told["package"], "com.zhiliaoapp.musically");
    assert_eq!(told["sight"], "popup");
    let popup = told["popups"].as_array().unwrap().iter().find(|it| it["shown"] == true).unwrap();
    assert_eq!(popup["name"], "the question for contacts");
    assert_eq!(popup["dismiss"]["found"]["text"], "Don\u{2019}t allow");
    assert!(popup["dismiss"]["found"]["tap"]["x"].is_i64(), "{popup:#}");
    let next = told["all_elements"].as_array().unwrap().iter().find(|it| it["id"] == "next").unwrap();
    assert!(next["found"].is_null() && next["count"] == 0 && next["selector"].is_string(), "{next:#}");
}
