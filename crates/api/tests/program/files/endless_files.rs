//! A name of a file that leads to a device without an end is refused in one sentence, before it fills the memory.

use std::fs::File;

use crate::support::{Folder, done, refused, tikmatrix};

/// What every message has: the file and the limit.
const ENDLESS: &str = "/dev/zero";
const TOO_LONG: &str = "it holds more than 16 MiB\n";

#[test]
fn a_server_reads_no_endless_tokens_configuration_or_vendors_key() {
    let folder = Folder::new();
    let data = folder.name("data");
    let serve = ["serve", "--port", "0", "--data-dir", &data];
    for (option, expected) in [
        ("--token-file", "tikmatrix: cannot read the token file /dev/zero: "),
        ("--config", "tikmatrix: cannot read the configuration file /dev/zero: "),
        (
            "--license-key",
            "tikmatrix: --license-key: \"/dev/zero\" is no key, and cannot be read as a file: ",
        ),
    ] {
        let said = refused(&[&serve[..], &[option, ENDLESS]].concat());
        // A line of the log may come before it.
        assert!(said.ends_with(&format!("{expected}{TOO_LONG}")), "{said}");
        let said = refused(&[&serve[..], &[option, &folder.name("")]].concat());
        assert!(
            said.contains(&folder.name("")) && said.ends_with("Is a directory (os error 21)\n"),
            "{said}"
        );
    }
}

#[test]
fn an_endless_licence_is_neither_installed_nor_in_force() {
    let folder = Folder::new();
    let told = done(&["license", "keygen", "--json", "--out", &folder.name("key")]);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    let key = ["--license-key", told["public_key"].as_str().unwrap()];
    let data = folder.name("data");
    let said = refused(&[&["license", "install", ENDLESS, "--data-dir", &data][..], &key].concat());
    let expected = "tikmatrix: the file /dev/zero: the licence file is longer than 65536 bytes: ";
    assert!(said.starts_with(expected) && said.lines().count() == 1, "{said}");
    let server = folder.serve(&[&["--license", ENDLESS][..], &key].concat());
    assert_eq!(server.get("/api/v1/license/check").1["data"]["trial"], true);
}

#[test]
fn saved_addresses_without_an_end_are_refused() {
    let folder = Folder::new();
    let data = folder.name("data");
    folder.serve(&[]).end();
    // Not a link to the device, whose permissions are none of a test's business.
    File::create(folder.path("data/phones.txt")).unwrap().set_len(16 * 1024 * 1024 + 1).unwrap();
    let said = refused(&["serve", "--port", "0", "--data-dir", &data]);
    assert!(said.contains(&folder.name("data/phones.txt")) && said.ends_with(TOO_LONG), "{said}");
}

#[test]
fn a_configuration_of_a_task_may_be_a_pipe_and_has_an_end() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let create = ["task", "create", "--script", "follow", "--serial", "a", "--server", &server.url];
    let said = refused(&[&create[..], &["--script-config", "@/dev/zero"]].concat());
    assert_eq!(said, format!("tikmatrix: cannot read {ENDLESS}: {TOO_LONG}"));
    let (pipe, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, br#"{"target_users": ["x"]}"#).unwrap();
    drop(writer);
    let from_pipe = [&create[..], &["--script-config", "@/dev/stdin"]].concat();
    let output = tikmatrix(&from_pipe).stdin(pipe).output().unwrap();
    assert_eq!(output.stdout, b"1\n", "{output:?}");
}
