//! Protects the sentence: what a task that failed keeps of its run can be run again with no server, no phone and no file
//! of either; it goes as it went, and where it does not, that is named.

use std::io::Read as _;
use std::path::Path;

use flate2::read::GzDecoder;
use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::ArtifactKind;
use tikmatrix_client::api::tasks::TaskDetail;

use crate::harness::{Program, Server, Video};

/// What `replay` said, and its exit status.
struct Replay {
    said: String,
    complained: String,
    status: i32,
}

fn replay(tape: &Path) -> Replay {
    let output = Program::run(&["replay", tape.to_str().unwrap()]);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Replay {
        said: text(output.stdout),
        complained: text(output.stderr),
        status: output.status.code().unwrap(),
    }
}

impl Replay {
    /// The lines that begin with this word, without it.
    fn lines(&self, word: &str) -> Vec<&str> {
        self.said.lines().filter_map(|line| line.strip_prefix(word)).map(str::trim).collect()
    }
}

/// The text of the tape that the task kept, by the API.
fn tape_of(server: &Server, detail: &TaskDetail) -> String {
    let kept = detail.artifacts.iter().find(|kept| kept.kind == ArtifactKind::Tape).unwrap();
    let tape = server.client.tasks().artifact(detail.task.id, &kept.name).unwrap();
    assert_eq!(tape.content_type, "application/gzip");
    let mut text = String::new();
    GzDecoder::new(tape).read_to_string(&mut text).unwrap();
    text
}

fn steps(detail: &TaskDetail) -> Vec<&str> {
    detail.steps.iter().map(|step| step.text.as_str()).collect()
}

#[test]
fn a_failed_task_runs_again_without_server_phone_and_files() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "video.mp4");
    let config = json!({"target_user": "missing_1"});
    let follow = server.failed(server.create_for(&["virtual-1"], "follow", config)[0]);
    server.arm("virtual-2", &json!({"fault": "popup", "kind": "captcha"}));
    let post = server.failed(server.create(&["virtual-2"], "{one|two|three} of them", &video)[0]);
    let tapes = [(tape_of(&server, &follow), follow), (tape_of(&server, &post), post)];
    server.terminate();
    std::fs::remove_file(video.path()).unwrap();

    let file = directory.path().join("tape.jsonl");
    for (tape, task) in &tapes {
        std::fs::write(&file, tape).unwrap();
        let replayed = replay(&file);
        assert_eq!(replayed.status, 0, "{}{}", replayed.said, replayed.complained);
        assert_eq!(replayed.lines("step "), steps(task), "{}", replayed.said);
        assert_eq!(replayed.lines("outcome "), ["failed"]);
        assert_eq!(replayed.lines("remark "), [task.task.remark.as_deref().unwrap()]);
    }

    // The phone knows another version of the app than it knew.
    let altered = tapes[1].0.replacen("versionName=", "versionCode=", 1);
    assert_ne!(altered, tapes[1].0);
    std::fs::write(&file, altered).unwrap();
    let replayed = replay(&file);
    assert_eq!(replayed.status, 1, "{}{}", replayed.said, replayed.complained);
    let told = replayed.lines("diverged ");
    assert!(told[0].starts_with("at line ") && told[0].contains("the tape has"), "{told:?}");
}

#[test]
fn what_cannot_be_replayed_is_named_with_a_status_of_its_own() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("tape");
    let head = r#"{"tape":1,"product":"0.1.0","script":"juggle","config":{},"app":"tiktok","package":null,"username":null,"serial":"s","seed":1,"time_limit":1.0}"#;
    let end = r#"{"did":"end","outcome":"failed","remark":"r","left_out":0}"#;
    for (bytes, wanted) in [
        ("", "no tape"),
        ("<hierarchy/>", "no tape"),
        ("\u{1f}\u{8b}", "no tape"),
        ("{\"tape\":2}", "form 2"),
        (head, "breaks off"),
        (&*format!("{head}\n{{}}\n{end}\n"), "line 2"),
        (&*format!("{head}\n{end}\n"), "no script called juggle"),
        (&*format!("{}\n{end}\n", head.replace("juggle", "post").replace("tiktok", "chess")), "chess"),
    ] {
        std::fs::write(&file, bytes).unwrap();
        let replayed = replay(&file);
        assert_eq!(replayed.status, 2, "{bytes}: {}", replayed.said);
        assert!(replayed.complained.contains(wanted), "{bytes}: {}", replayed.complained);
    }
    assert_eq!(replay(&directory.path().join("absent")).status, 2);
}
