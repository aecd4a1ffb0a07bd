//! Protects `tikmatrix ui inspect`: it tells what a dump and what a phone shows, without any server of ours, and says in
//! one sentence what kept it from it.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;
use tempfile::tempdir;

use crate::harness::Program;

const SOON: Duration = Duration::from_secs(30);

fn screens() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../crates/apps/tests/screens")
}

fn screen(name: &str) -> String {
    screens().join(format!("{name}.xml")).to_str().unwrap().to_owned()
}

/// What `ui inspect` prints, or what it complains of.
fn inspect(arguments: &[&str]) -> Result<String, String> {
    let output = Program::run(&[&["ui", "inspect"], arguments].concat());
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[test]
fn every_real_screen_can_be_inspected_by_people_and_programs() {
    for entry in std::fs::read_dir(screens()).unwrap() {
        let path = entry.unwrap().path();
        let file = path.to_str().unwrap();
        inspect(&[file]).unwrap();
        let told: Value = serde_json::from_str(&inspect(&[file, "--json"]).unwrap()).unwrap();
        assert!(told["screens"].is_array() && told["elements"].is_object(), "{file}: {told:#}");
    }
}

#[test]
fn a_dump_is_told_with_its_screen_its_signs_and_its_elements() {
    let told = inspect(&[&screen("tt_caption_post")]).unwrap();
    for line in [
        "screen    TikTok's caption screen (caption)",
        "TikTok's caption screen (caption) of tiktok: shown, 3 of 3 signs, 3 needed",
        "the Post button: Button [550,2179][1048,2305] text \"Post\" id com.zhiliaoapp.musically:id/qrb, tapped at 799,2242",
        "- next               the Next button",
    ] {
        assert!(told.contains(line), "{line} is missing in:\n{told}");
    }
    let told = inspect(&[&screen("ig_login")]).unwrap();
    assert!(told.contains("only a person can go on: the sign-in screen"), "{told}");
}

#[test]
fn a_program_decides_on_the_fields_at_the_top() {
    let told = |name: &str| -> Value {
        serde_json::from_str(&inspect(&[&screen(name), "--json"]).unwrap()).unwrap()
    };
    let caption = told("tt_caption_post");
    assert_eq!(
        (&caption["app"], &caption["screen"], &caption["sight"]),
        (&"tiktok".into(), &"caption".into(), &"clear".into())
    );
    assert_eq!(caption["elements"]["post"]["text"], "Post");
    assert!(caption["popup"].is_null() && caption["blocked"].is_null() && caption["upload"].is_null());
    let popup = told("tt_46.7.3_en_popup_save_login");
    assert_eq!(popup["popup"]["tap"]["text"], "Not now", "{popup:#}");
    assert_eq!(told("ig_login")["blocked"]["failure_code"], "signed_out");
    assert_eq!(told("tt_47.0.3_fr_uploading_all_windows")["upload"]["percent"], 99);
    assert_eq!(told("tt_47.0.3_en_own_profile")["account"], "sample_user");
}

#[test]
fn a_folder_of_dumps_is_a_table() {
    let table = inspect(&["--all", screens().to_str().unwrap()]).unwrap();
    assert_eq!(table.lines().count(), 1 + std::fs::read_dir(screens()).unwrap().count(), "{table}");
    let row = table.lines().find(|line| line.starts_with("tt_43_en_restriction_cannot_post.xml")).unwrap();
    assert!(row.contains("blocked") && row.contains("the limit on posting"), "{row}");
}

#[test]
fn an_unknown_app_or_phone_exits_as_what_is_gone() {
    let unknown = Program::run(&["ui", "inspect", &screen("ig_login"), "--app", "facebook"]);
    assert_eq!(unknown.status.code(), Some(5));
}

#[test]
fn a_phone_is_inspected_without_a_server() {
    let phone = Program::start(&["phone", "--port", "0"]);
    let address = phone.line("the address of a phone", SOON, |line| {
        line.strip_prefix("virtual-1 listening on ").map(str::to_owned)
    });
    let said = inspect(&["--serial", &address]).unwrap_err();
    assert!(said.contains("there is no profile of") && said.contains("android, tiktok, instagram"), "{said}");
    let told = inspect(&["--serial", &address, "--app", "tiktok", "--json"]).unwrap();
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["profiles"], serde_json::json!(["android", "tiktok"]));
    assert_eq!(told["sight"], "clear", "the phone shows its home screen: {told:#}");
}

#[test]
fn what_is_no_dump_and_which_phone_is_not_there_is_named() {
    let folder = tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let absent = folder.path().join("absent.xml");
    let large = write("large.xml", &vec![b' '; 16 * 1024 * 1024 + 1]);
    for (arguments, wanted) in [
        (vec![absent.to_str().unwrap()], "cannot read"),
        (vec![&*write("text.xml", b"no screen")], "is no dump of a screen"),
        (vec![&*write("open.xml", b"<hierarchy><node>")], "is no dump of a screen"),
        (vec![&*large], "is larger than 16 MiB"),
        (vec![], "FILE"),
        (vec![&*screen("ig_login"), "--app", "facebook"], "tiktok, instagram"),
        (vec!["--serial", "R3CN30"], "without an adb server"),
        (vec!["--serial", "127.0.0.1:1"], "cannot be reached"),
    ] {
        let said = inspect(&arguments).unwrap_err();
        assert!(said.contains(wanted), "{arguments:?}: {said}");
    }
    assert!(
        inspect(&["--serial", "R3CN30", "--adb-server", "127.0.0.1:1"])
            .unwrap_err()
            .contains("no adb server")
    );
}
