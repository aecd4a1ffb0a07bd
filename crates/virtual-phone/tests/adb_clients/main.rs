//! Common ADB clients against a virtual phone behind Debian's adb server: uiautomator2 and adbutils (Python), adbkit
//! (Node.js). The programs are in `programs/`; the phone reports what happened on it. Run by `cargo xtask test`, which
//! ensures that all of it is there.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod stage;

use stage::Stage;

#[test]
fn uiautomator2_reads_the_screen_and_moves_it() {
    let stage = Stage::start();
    stage.python("uiautomator2_screen.py", &[]);
}

#[test]
fn uiautomator2_publishes_a_video_with_the_text_that_it_typed() {
    let stage = Stage::start();
    let video = stage.file("clip.mp4", &[7; 100_000]);
    stage.python("uiautomator2_publish.py", &[&video]);
    let apps = &stage.phone().report().apps;
    let posts = &apps["tiktok"].accounts[0].posts;
    let captions: Vec<&str> = posts.iter().map(|post| post.caption.as_str()).collect();
    assert_eq!(captions, ["Harbour 👍\nBoats שלום $(id) %s"]);
    let ran: Vec<Vec<String>> = stage.phone().commands();
    assert!(!ran.iter().any(|words| words[0] == "id"), "what was typed ran as a command");
}

#[test]
fn uiautomator2_finds_the_agent_alone_with_the_screen_and_gone_after_it() {
    let stage = Stage::start();
    stage.python("uiautomator2_alone.py", &[]);
}

#[test]
fn adbutils_finds_the_phone_runs_commands_and_moves_files() {
    let stage = Stage::start();
    let folder = stage.folder();
    stage.python("adbutils_client.py", &[&folder]);
    let ran = stage.phone().commands();
    assert!(ran.iter().any(|words| words == &["echo", "a b", "$(id)"]), "{ran:?}");
}

#[test]
fn adbkit_finds_the_phone_runs_commands_and_moves_files() {
    let stage = Stage::start();
    stage.node("adbkit_client.js", &[]);
}
