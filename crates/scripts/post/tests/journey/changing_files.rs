//! Videos that another program writes to while they are published: nothing is, rather than a mix of two videos.

use serde_json::{Value, json};
use tikmatrix_device::script::Entry;
use tikmatrix_script_testing::{ChangingFile, Running};
use tokio::task::JoinSet;

use crate::stage::VideoStage;

/// Progress as of which a part of the video is on the phone, and most of it is not.
const SENDING: u8 = 12;
/// So that the push of the stage's video takes 2 s.
const SLOW: u32 = 600_000;

type Change = fn(&ChangingFile);

/// The configuration that takes the stage's video from this source.
fn config(stage: &VideoStage, source: &str) -> Value {
    match source {
        "list" => stage.config("never"),
        "library" => {
            stage.record.add(stage.video(), "");
            json!({"captions": "never"})
        }
        _ => json!({"material_source": "localFolder", "material_path": stage.video().parent().unwrap()}),
    }
}

#[tokio::test]
async fn a_video_that_changes_while_it_is_sent_is_not_published() {
    let changes: [(u64, &str, Change); 3] = [
        (91, "list", ChangingFile::overwrite),
        (92, "library", |file| file.truncate(400_000)),
        (93, "folder", |file| file.append(b"more")),
    ];
    let mut runs = JoinSet::new();
    for (seed, source, change) in changes {
        runs.spawn(async move {
            let stage = VideoStage::start(seed).await;
            let file = stage.changing_video();
            let config = config(&stage, source);
            let write = async |running: Running| {
                running.step("push the video").await;
                stage.phone.arm(&json!({"fault": "slow", "bytes_per_second": SLOW}));
                running.progress(SENDING).await;
                change(&file);
                stage.phone.virtual_phone().clear_faults();
            };
            let finished = stage.phone.run_beside(stage.run(config), write).await;
            finished.assert_failed_transiently("material_changed");
            assert!(finished.remark().contains("was written to while the task used it"), "{source}");
            let shared = |entry: &&Entry| **entry == Entry::Step("open the video in TikTok".to_owned());
            assert!(!finished.reports().iter().any(shared), "{source}: the app got it");
            assert!(stage.phone.account().posts().is_empty(), "{source}");
            stage.phone.assert_clean().await;
        });
    }
    runs.join_all().await;
}

#[tokio::test]
async fn a_video_that_another_takes_the_place_of_is_published_as_it_was() {
    let stage = VideoStage::start(94).await;
    let (file, hash) = (stage.changing_video(), stage.video_hash());
    let write = async |running: Running| {
        running.step("look at the profile").await;
        file.replace(b"another video");
    };
    let run = stage.run(stage.config("as it was"));
    stage.phone.run_beside(run, write).await.assert_completed();
    assert_eq!(stage.phone.account().posts()[0]["media_sha256"], hash);
}
