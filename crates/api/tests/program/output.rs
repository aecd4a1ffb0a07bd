//! A command whose output cannot be written ends with a message and exit status 1, and takes back what no one could use.

use std::process::{Command, Stdio};

use crate::support::{Folder, done, full, refused, run, tikmatrix};

const FULL: &str = "cannot write to standard output: No space left on device (os error 28)";

/// What a command says whose output goes to a full disk.
fn on_a_full_disk(arguments: &[&str]) -> String {
    let output = tikmatrix(arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
    assert_eq!(said.matches("No space left on device").count(), 1, "{arguments:?}: {said}");
    assert!(said.contains(FULL), "{arguments:?}: {said}");
    said
}

#[test]
fn a_command_without_a_server_reports_that_its_output_cannot_be_written() {
    let folder = Folder::new();
    let (data, key) = (folder.name("data"), folder.name("vendor.key"));
    std::fs::create_dir(&data).unwrap();
    done(&["license", "keygen", "--out", &key]);
    done(&["token", "create", "one", "--data-dir", &data]);
    let screen = concat!(env!("CARGO_MANIFEST_DIR"), "/../apps/tests/screens/ig_home_feed.xml");
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["serve", "--help"],
        &["openapi"],
        &["serve", "--port", "0", "--data-dir", &data],
        &["phone", "--port", "0"],
        &["demo", "--once"],
        &["ui", "inspect", screen],
        &["ui", "inspect", screen, "--json"],
        &["license", "issue", "--key", &key, "--plan", "pro", "--holder", "Example"],
        &["license", "show", "--data-dir", &data],
        &["license", "show", "--data-dir", &data, "--json"],
        &["token", "list", "--data-dir", &data],
        &["token", "list", "--data-dir", &data, "--json"],
    ] {
        on_a_full_disk(arguments);
    }
}

#[test]
fn a_client_reports_that_its_output_cannot_be_written_and_what_it_did() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let said = |arguments: &[&str]| on_a_full_disk(&[arguments, &["--server", &server.url]].concat());
    for arguments in [
        &["task", "list", "--json"][..],
        &["task", "stats"],
        &["device", "addresses", "--json"],
        &["material", "list", "--json"],
        &["account", "export"],
        &["script", "list"],
        &["script", "show", "post", "--json"],
    ] {
        said(arguments);
    }
    let create = ["task", "create", "--script", "follow", "--serial", "a", "--serial", "b"];
    let config = ["--script-config", r#"{"target_users": ["x"]}"#];
    assert!(said(&[&create[..], &config].concat()).contains("it was done, and cannot be shown (1, 2)"));
    assert!(said(&["account", "create", "someone"]).contains("the change was made, and cannot be shown"));
    assert!(said(&["account", "delete", "1"]).contains("Deleted account 1."));
    assert_eq!(server.get("/api/v1/account").1["data"]["total"], 0);
}

#[test]
fn a_token_that_cannot_be_shown_is_not_kept() {
    let folder = Folder::new();
    let data = folder.name("data");
    let create = ["token", "create", "one", "--data-dir", &data];
    assert!(on_a_full_disk(&create).contains("no token was created"));
    assert_eq!(done(&["token", "list", "--json", "--data-dir", &data]), "[]\n");

    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = tikmatrix(&create).stdout(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(done(&["token", "list", "--json", "--data-dir", &data]), "[]\n");

    assert!(done(&create).starts_with("tikmatrix_"), "its name is free");
}

#[test]
fn a_key_whose_public_part_cannot_be_shown_is_not_kept() {
    let folder = Folder::new();
    let key = folder.name("vendor.key");
    assert!(on_a_full_disk(&["license", "keygen", "--out", &key]).contains("no key was made"));
    assert!(!folder.path("vendor.key").exists());
    done(&["license", "keygen", "--out", &key]);
    let license = folder.name("no such folder/license");
    let issue = ["license", "issue", "--key", &key, "--plan", "pro", "--holder", "Example", "--out"];
    assert!(refused(&[&issue[..], &[&license]].concat()).contains("cannot write the licence"));
}

#[test]
fn a_reader_that_is_gone_is_no_error() {
    for arguments in [&["openapi"][..], &["--help"], &["demo", "--once"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = tikmatrix(arguments).stdout(writer).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
    }
    assert_eq!(run(&["token"]).status.code(), Some(2), "a wrong command line stays one");
}

#[test]
fn a_command_without_a_standard_output_does_nothing_and_says_so() {
    let folder = Folder::new();
    let data = folder.name("data");
    let create = ["token", "create", "one", "--data-dir", &data];
    let redirected = |to: &str, arguments: &[&str]| {
        let line = format!("exec \"$0\" \"$@\" {to}");
        let mut shell = Command::new("sh");
        shell.args(["-c", &line, env!("CARGO_BIN_EXE_tikmatrix")]).args(arguments);
        shell.env("TIKMATRIX_ADB_SERVER", "off").stdin(Stdio::null()).output().unwrap()
    };
    for arguments in [&create[..], &["--help"], &["serve", "--port", "0", "--data-dir", &data]] {
        let closed = redirected(">&-", arguments);
        let said = String::from_utf8(closed.stderr).unwrap();
        assert_eq!(closed.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.contains("cannot write to standard output: it is closed"), "{arguments:?}: {said}");
        assert!(!folder.path("data").exists(), "{arguments:?} changed something");
    }
    assert!(
        redirected("> /dev/null", &create).status.success(),
        "what is thrown away on purpose is no error"
    );
}
