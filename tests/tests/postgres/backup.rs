//! Protects the sentence: a backup of a server on PostgreSQL is one moment of it, and restored to either engine it is that
//! server again.

use std::path::Path;

use tempfile::tempdir;

use crate::database::{shared, tell};
use crate::harness::{
    Server, carried_out, create_some, is_one_moment, refused, tasks_of, total, while_two_write,
};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_backup_under_two_writers_is_one_moment_on_either_engine() {
    let (root, url) = (tempdir().unwrap(), shared());
    let (data, backup) = (root.path().join("data"), root.path().join("backup"));
    let server = Server::start_with(root.path(), 0, &["--database-url", &url]);
    let before = while_two_write(&server, root.path(), || {
        let before = total(&server);
        carried_out(&["backup", text(&backup), "--data-dir", text(&data), "--database-url", &url]);
        before
    });
    let (again, file) = (root.path().join("again"), root.path().join("file"));
    let other = shared();
    for (folder, database) in [(&again, Some(&other)), (&file, None)] {
        let target = folder.join("data");
        let database: Vec<&str> = database.iter().flat_map(|url| ["--database-url", url]).collect();
        carried_out(&[&["restore", text(&backup), "--data-dir", text(&target)], &database[..]].concat());
        let copy = Server::start_with(folder, 0, &database);
        is_one_moment(&server, before, &copy, &target);
        assert_eq!(create_some(&copy).status, 200, "it works on");
    }
}

#[test]
fn a_farm_moves_from_a_file_to_a_server() {
    let (root, url) = (tempdir().unwrap(), shared());
    let (data, backup) = (root.path().join("data"), root.path().join("backup"));
    let server = Server::start(&root, 0);
    create_some(&server);
    carried_out(&["backup", text(&backup), "--data-dir", text(&data)]);
    let target = root.path().join("moved");
    let restore = ["restore", text(&backup), "--database-url", &url, "--data-dir"];
    carried_out(&[&restore[..], &[text(&target.join("data"))]].concat());
    let copy = Server::start_with(&target, 0, &["--database-url", &url]);
    assert_eq!(tasks_of(&copy), tasks_of(&server));

    let elsewhere = root.path().join("elsewhere");
    let said = refused(&[&restore[..], &[text(&elsewhere)]].concat());
    assert!(said.contains("has tables already") && said.contains("a server may be working on it"), "{said}");
    assert!(!elsewhere.exists());
    assert_eq!(tasks_of(&copy).len(), tasks_of(&server).len(), "it is not disturbed");
}

#[test]
fn a_backup_that_cannot_be_restored_leaves_the_schema_empty() {
    let (root, url) = (tempdir().unwrap(), shared());
    let (data, backup) = (root.path().join("data"), root.path().join("backup"));
    let server = Server::start(&root, 0);
    create_some(&server);
    carried_out(&["backup", text(&backup), "--data-dir", text(&data)]);
    // The files find no room at the end, when the rows are there already.
    let full = "trap '' XFSZ; ulimit -f 1; exec \"$0\" \"$@\"";
    let target = root.path().join("target");
    let video = crate::harness::Video::make(root.path(), "one.mp4");
    server.upload(&video, &serde_json::json!({}));
    carried_out(&["backup", text(&backup), "--data-dir", text(&data)]);
    let restore = ["restore", text(&backup), "--database-url", &url, "--data-dir", text(&target)];
    let mut program = crate::harness::Program::start_by(&["sh", "-c", full], &restore);
    assert!(!program.end(std::time::Duration::from_secs(60)).success());
    assert!(!target.exists(), "{}", program.errors());
    assert_eq!(
        tell(&url, &["SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"]).trim(),
        "0"
    );
    carried_out(&restore);
}
