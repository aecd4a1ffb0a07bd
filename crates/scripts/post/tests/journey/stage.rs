//! A stage with a video file and a record of materials, and the runs of `post` on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tikmatrix_post::{MaterialRoots, Post};
use tikmatrix_script_testing::{ChangingFile, FinishedRun, Run, Running, Stage, apps};

use crate::record::Record;

/// Progress as of which the app has shown how far the upload is.
const UPLOADING: u8 = 71;

/// SHA-256 of a file, as the oracle writes it.
pub(crate) fn hash_of(path: &Path) -> String {
    Sha256::digest(std::fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 of each file.
pub(crate) fn hashes_of(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| hash_of(path)).collect()
}

/// A virtual phone with a video to publish on it.
pub(crate) struct VideoStage {
    pub(crate) phone: Stage,
    pub(crate) record: Arc<Record>,
    folder: TempDir,
    content: Vec<u8>,
}

impl VideoStage {
    /// Starts a phone on which nothing has happened yet.
    pub(crate) async fn start(seed: u64) -> Self {
        let phone = Stage::start(seed).await;
        let content: Vec<u8> = (0..300_000_u32).flat_map(|number| (number ^ 0x5eed).to_le_bytes()).collect();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("video.mp4"), &content).unwrap();
        Self { phone, record: Arc::default(), folder, content }
    }

    pub(crate) fn video(&self) -> PathBuf {
        self.folder.path().join("video.mp4")
    }

    /// The video, to be written to meanwhile.
    pub(crate) fn changing_video(&self) -> ChangingFile {
        ChangingFile::create(self.video(), &self.content)
    }

    /// SHA-256 of the video, as the oracle writes it.
    pub(crate) fn video_hash(&self) -> String {
        Sha256::digest(&self.content).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Writes this many images, PNG and JPG in turn and each of other bytes, and returns their paths.
    pub(crate) fn images(&self, count: u8) -> Vec<PathBuf> {
        (0..count).map(|number| self.image(number)).collect()
    }

    fn image(&self, number: u8) -> PathBuf {
        let (head, extension) = match number % 2 {
            0 => (&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], "png"),
            _ => (&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], "jpg"),
        };
        let path = self.folder.path().join(format!("image {number}.{extension}"));
        std::fs::write(&path, [head, &[number; 20_000]].concat()).unwrap();
        path
    }

    /// The configuration that publishes these images.
    pub(crate) fn image_config(&self, caption: &str, images: &[PathBuf]) -> Value {
        json!({"content_type": 1, "captions": caption, "material_list": images, "upload_wait_time": 60})
    }

    /// The configuration of the documented example, with this caption and the stage's video.
    pub(crate) fn config(&self, caption: &str) -> Value {
        json!({
            "content_type": 0,
            "captions": caption,
            "material_list": [self.video()],
            "upload_wait_time": 60,
        })
    }

    /// Runs the script for the account that is signed in.
    pub(crate) async fn publish(&self, config: Value) -> FinishedRun {
        self.phone.run(self.run(config)).await
    }

    /// Runs the script for this account.
    pub(crate) async fn publish_for(&self, username: &str, config: Value) -> FinishedRun {
        self.phone.run(self.run(config).account(username)).await
    }

    /// Runs the script, and stops it as soon as this step begins.
    pub(crate) async fn publish_until(&self, step: &str, config: Value) -> FinishedRun {
        let stop = async |running: Running| {
            running.step(step).await;
            running.stop();
        };
        self.phone.run_beside(self.run(config), stop).await
    }

    /// Runs the script, and restarts the app while it uploads: the upload is lost.
    pub(crate) async fn publish_and_lose_the_upload(&self, config: Value) -> FinishedRun {
        self.phone.arm(&json!({"fault": "slow_upload", "seconds": 30}));
        let restart = async |running: Running| {
            running.progress(UPLOADING).await;
            self.phone.restart_app().await;
        };
        self.phone.run_beside(self.run(config), restart).await
    }

    /// Runs the script as a further attempt at the task of `earlier`.
    pub(crate) async fn publish_after(&self, earlier: &FinishedRun, config: Value) -> FinishedRun {
        self.phone.run(self.run(config).after(earlier)).await
    }

    /// Describes a run whose tape is replayed without the files of this computer.
    pub(crate) fn run(&self, config: Value) -> Run {
        let without_files = Post::new(apps()).with_materials_from(MaterialRoots::below(Vec::new()).unwrap());
        let record = Arc::clone(&self.record);
        Run::new(Post::new(apps()), config).materials(record).replayed_by(without_files)
    }
}
