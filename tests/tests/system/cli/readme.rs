//! The README's first task, as a newcomer copies it: line by line, in the folder of the repository.

use std::path::Path;
use std::process::Command;

use tempfile::tempdir;

use crate::harness::{Program, Server, binary};

const README: &str = include_str!("../../../../README.md");
const REPOSITORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

#[test]
fn the_first_task_of_the_readme_succeeds() {
    let directory = tempdir().unwrap();
    let data = directory.path().join("data");
    let in_repository = ["sh", "-c", "cd \"$0\" && exec \"$@\"", REPOSITORY];
    let serve = ["serve", "--port", "0", "--virtual-phones", "1", "--data-dir", data.to_str().unwrap()];
    let server = Server::of(Program::start_by(&in_repository, &serve), None);
    let (_, section) = README.split_once("### A first task").unwrap();
    let (_, block) = section.split_once("```bash\n").unwrap();
    let (lines, _) = block.split_once("```").unwrap();
    assert!(lines.lines().count() >= 4, "the lines are no longer found: {lines}");
    for line in lines.lines() {
        let ran = Command::new("sh")
            .args(["-e", "-c", line])
            .env("PATH", path_with(&binary()))
            .env("TIKMATRIX_SERVER", &server.url)
            .current_dir(REPOSITORY)
            .output()
            .unwrap();
        let said = [ran.stdout, ran.stderr].map(|said| String::from_utf8_lossy(&said).into_owned());
        assert!(ran.status.success(), "{line}\nfailed: {said:?}");
    }
    let phones = server.get("/virtual/phones").body;
    let posts = &phones[0]["apps"]["tiktok"]["accounts"][0]["posts"];
    let captions: Vec<&str> =
        posts.as_array().unwrap().iter().filter_map(|post| post["caption"].as_str()).collect();
    assert!(captions.iter().any(|caption| caption.contains("from TikMatrix")), "{phones:#}");
}

/// The search path of this process behind the folder of `program`.
fn path_with(program: &Path) -> std::ffi::OsString {
    let folder = program.parent().unwrap().to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::join_paths(std::iter::once(folder).chain(std::env::split_paths(&path))).unwrap()
}
