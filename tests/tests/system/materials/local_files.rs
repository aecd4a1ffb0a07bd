//! Protects the sentence: materials named by path are limited to configured roots as soon as a token is in use.

use std::time::Duration;

use tempfile::{TempDir, tempdir};
use tikmatrix_client::api::tasks::TaskDetail;

use crate::harness::{Server, Video};

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A server with a token and these arguments besides.
fn server(directory: &TempDir, more: &[&str]) -> Server {
    let file = directory.path().join("tokens");
    std::fs::write(&file, TOKEN).unwrap();
    let mut arguments = vec!["--token-file", file.to_str().unwrap()];
    arguments.extend(more);
    Server::start_for(Some(TOKEN), directory.path(), 1, &arguments)
}

fn remark(detail: &TaskDetail) -> &str {
    detail.task.remark.as_deref().unwrap()
}

#[test]
fn with_a_token_files_are_taken_from_the_roots_alone_whatever_leads_there() {
    let directory = tempdir().unwrap();
    let root = directory.path().join("materials");
    std::fs::create_dir(&root).unwrap();
    let outside = Video::make(directory.path(), "outside.mp4");
    let inside = Video::make(&root, "inside.mp4");
    let server = server(&directory, &["--material-root", root.to_str().unwrap()]);

    let refused = server.failed(server.create(&["virtual-1"], "outside", &outside)[0]);
    assert!(remark(&refused).contains("none of the folders"), "{refused:#?}");
    let around = Video::at(root.join("../outside.mp4"));
    let refused = server.failed(server.create(&["virtual-1"], "around", &around)[0]);
    assert!(remark(&refused).contains("none of the folders"), "{refused:#?}");
    #[cfg(unix)]
    {
        let link = root.join("link.mp4");
        std::os::unix::fs::symlink(outside.path(), &link).unwrap();
        let refused = server.failed(server.create(&["virtual-1"], "link", &Video::at(link))[0]);
        assert!(remark(&refused).contains("none of the folders"), "{refused:#?}");
    }

    server.completed(server.create(&["virtual-1"], "inside", &inside)[0]);
    assert_eq!(server.posts("virtual-1"), [("inside".to_owned(), inside.sha256)]);
}

#[test]
fn with_a_token_and_no_root_no_file_is_taken_by_its_path() {
    let directory = tempdir().unwrap();
    let video = Video::make(directory.path(), "video.mp4");
    let server = server(&directory, &[]);
    let refused = server.failed(server.create(&["virtual-1"], "none", &video)[0]);
    assert!(remark(&refused).contains("--material-root"), "{refused:#?}");
}

#[test]
fn a_root_that_is_not_there_keeps_the_server_from_starting() {
    let directory = tempdir().unwrap();
    let absent = directory.path().join("absent");
    let arguments = ["serve", "--port", "0", "--material-root", absent.to_str().unwrap()];
    let mut program = crate::harness::Program::start(&arguments);
    assert_eq!(program.end(Duration::from_secs(30)).code(), Some(1));
    let said = crate::harness::wait_for("the refusal", Duration::from_secs(30), || {
        Some(program.errors()).filter(|said| said.ends_with('\n'))
    });
    assert!(said.contains(absent.to_str().unwrap()), "{said}");
}
