//! Protects the sentence: what is dangerous, or can never be meant, is refused with the words that say what to do, and changes
//! nothing. One table over the list; what lies behind each row has tests of its own.

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Program, Server, Video, carried_out, create_some, total};

#[test]
fn bad_input_is_refused_with_what_to_do() {
    let folder = tempdir().unwrap();
    let data = folder.path().join("data");
    let token = carried_out(&["token", "create", "boss", "--data-dir", data.to_str().unwrap()]);
    let server = Server::start_for(Some(token.trim()), folder.path(), 0, &["--require-token"]);
    create_some(&server);
    // A backup that does not fit onto the disk of the test.
    server.upload(&Video::make(folder.path(), "one.mp4"), &json!({}));
    let before = total(&server);
    let environment = [
        ("TIKMATRIX_SERVER", &*server.url),
        ("TIKMATRIX_TOKEN", token.trim()),
        ("TIKMATRIX_DATA_DIR", data.to_str().unwrap()),
    ];
    let run = |line: &str| Program::run_shell(line, folder.path(), &environment);
    assert!(run("tikmatrix backup good.tikmatrix").status.success());
    let plan = "tikmatrix task create --serial a --script post --at";
    for (case, line, status, words) in [
        ("a batch without a condition", "tikmatrix task cancel", 1, "--all is every task"),
        (
            "a role too low",
            "TIKMATRIX_TOKEN=$(tikmatrix token create wall --role viewer) tikmatrix task cancel --all",
            1,
            "needs the role operator",
        ),
        (
            "a webhook to a private address",
            "tikmatrix webhook create http://10.0.0.7/hook --event task.failed",
            1,
            "started with --webhook-private-targets",
        ),
        (
            "a backup onto a full disk",
            "trap '' XFSZ; ulimit -f 128; exec tikmatrix backup full.tikmatrix",
            1,
            "free some space, or name a file on another disk",
        ),
        (
            "a restore over data",
            "tikmatrix restore good.tikmatrix",
            1,
            "name it with --data-dir, or stop the server and move the directory away",
        ),
        (
            "a time in a gap",
            &format!("{plan} '2030-03-31 02:30' --zone Europe/Berlin"),
            1,
            "choose a time an hour earlier or later",
        ),
        (
            "an unknown zone",
            &format!("{plan} 14:30 --zone Mars/Olympus"),
            1,
            "is not the name of an IANA time zone, such as Europe/Berlin or UTC",
        ),
        ("what does not exist", "tikmatrix task cancel 999", 5, "there is no task 999"),
    ] {
        let ran = run(line);
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(status), "{case}: {said}");
        assert!(said.contains(words), "{case}: {said}");
    }
    let refused = server.post("/api/v1/task/batch-cancel", &json!({"filter": {}}));
    let message = refused.body["message"].as_str().unwrap();
    assert!(refused.status == 400 && message.contains(r#"every task is {"all": true}"#), "{refused:?}");

    assert_eq!(total(&server), before);
    assert_eq!(server.get("/api/v1/task/stats").body["data"]["pending"], before, "none was cancelled");
    assert_eq!(server.get("/api/v1/webhook").body["data"]["webhooks"], json!([]));
    assert!(!folder.path().join("full.tikmatrix").exists());
}
