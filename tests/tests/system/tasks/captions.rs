//! Protects the sentence: text from users never reaches a shell unquoted, and arrives letter for letter.

use serde_json::json;
use tempfile::tempdir;

use crate::harness::{Server, Video};

/// Spread over phones, so that they are typed at the same time.
const CAPTIONS: [&str; 8] = [
    r#""; rm -rf /sdcard; echo ""#,
    "$(id)",
    "`id`",
    "%s",
    r"\n",
    "first line\nsecond line",
    "👩‍👩‍👧‍👦 שלום",
    "it's 100 % \"quoted\" & <b>bold</b> | tab\\slash; ~ * ? # !",
];

#[test]
fn hostile_and_foreign_captions_arrive_letter_for_letter() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 4);
    let mut tasks = Vec::new();
    for (index, caption) in CAPTIONS.into_iter().enumerate() {
        let serial = format!("virtual-{}", index % 4 + 1);
        let video = Video::make(directory.path(), &format!("{index}.mp4"));
        let id = server.create(&[&serial], caption, &video)[0];
        tasks.push((id, serial, caption, video));
    }
    for (id, serial, caption, video) in tasks {
        server.completed(id);
        let posts = server.posts(&serial);
        let arrived = posts.iter().find(|(_, sha256)| *sha256 == video.sha256);
        assert_eq!(arrived.map(|(caption, _)| caption.as_str()), Some(caption), "{posts:?}");
    }
    for number in 1..=4 {
        let ran = server.get(&format!("/virtual/phones/virtual-{number}/commands")).body;
        for words in ran.as_array().unwrap() {
            assert!(
                *words != json!(["id"]) && *words != json!(["rm", "-rf", "/sdcard"]),
                "a caption ran: {words}"
            );
        }
    }
}
