//! Programs in Python and JavaScript that use all of the API, and one that looks for what is wrong with it.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::tempdir;

use crate::harness::{Server, Video};

#[test]
fn a_python_program_with_requests_uses_every_operation() {
    runs("TIKMATRIX_PYTHON", "client.py");
}

#[test]
fn a_javascript_program_with_fetch_uses_every_operation() {
    runs("TIKMATRIX_NODE", "client.mjs");
}

#[test]
fn schemathesis_finds_nothing() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let python = interpreter("TIKMATRIX_PYTHON");
    let document = format!("{}/openapi.json", server.url);
    let ended = Command::new(python.with_file_name("schemathesis"))
        .arg("--config-file")
        .arg(beside("schemathesis.toml"))
        .args(["run", &document, "--no-color"])
        .current_dir(directory.path())
        .status()
        .unwrap();
    assert!(ended.success(), "{ended}");
    assert_eq!(server.get("/healthz").status, 200, "and the server has outlasted it");
}

/// Runs a client beside this file against a server with two phones.
fn runs(interpreter_of: &str, client: &str) {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "video.mp4");
    let ended = Command::new(interpreter(interpreter_of))
        .arg(beside(client))
        .args([&server.url, video.path()])
        .status()
        .unwrap();
    assert!(ended.success(), "{client}: {ended}");
}

pub(crate) fn interpreter(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable);
    path.unwrap_or_else(|| panic!("{variable} is not set: `cargo xtask test` runs this suite")).into()
}

fn beside(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http_clients").join(name)
}
