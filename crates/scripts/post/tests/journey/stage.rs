//! A virtual phone, a video file and the script, for one test.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tikmatrix_apps::{Apps, TikTok, instagram};
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::{
    ArtifactKind, Assignment, Entry, Execution, Journal, Limits, RegisteredScript, Replayed, RunOutcome,
    execute, replay,
};
use tikmatrix_device::tape::Tape;
use tikmatrix_domain::{AppId, Username};
use tikmatrix_post::{MaterialRoots, Post};
use tikmatrix_virtual_phone::{Farm, FarmOptions, Fault};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::record::Record;

/// The apps of the program.
pub(crate) fn apps() -> Apps {
    Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap())
}

/// Longer than any journey on a virtual phone.
const LIMIT: Duration = Duration::from_secs(120);

/// Progress as of which the app has shown how far the upload is.
const UPLOADING: u8 = 71;

/// Keeps what a run says, and lets others wait for it.
#[derive(Default)]
struct Recorder {
    entries: Mutex<Vec<Entry>>,
    step: watch::Sender<String>,
    progress: watch::Sender<u8>,
}

impl Journal for Recorder {
    fn record(&self, entry: Entry) {
        match &entry {
            Entry::Step(step) => drop(self.step.send_replace(step.clone())),
            Entry::Progress(percent) => drop(self.progress.send_replace(*percent)),
            _ => {}
        }
        self.entries.lock().unwrap().push(entry);
    }
}

pub(crate) struct Stage {
    pub(crate) farm: Farm,
    pub(crate) record: Arc<Record>,
    folder: TempDir,
    content: Vec<u8>,
}

/// What befalls a run on its way.
enum Interruption<'step> {
    /// It is stopped as soon as this step begins.
    StopAt(&'step str),
    /// The app ends in the middle of the upload, and is started again.
    RestartsApp,
}

/// How one run went.
pub(crate) struct Played {
    pub(crate) ended: RunOutcome,
    pub(crate) entries: Vec<Entry>,
}

impl Played {
    /// The remark that the task gets.
    pub(crate) fn remark(&self) -> String {
        match &self.ended {
            RunOutcome::Completed(completion) => completion.remark.clone(),
            RunOutcome::Failed(failure) => failure.to_string(),
            other => format!("{other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn assert_completed(&self) {
        assert!(matches!(self.ended, RunOutcome::Completed(_)), "{}\n{:#?}", self.remark(), self.said());
    }

    /// Everything that it said, pictures aside.
    pub(crate) fn said(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| !matches!(entry, Entry::Artifact { .. })).collect()
    }
}

impl Stage {
    /// A phone on which nothing has happened yet.
    pub(crate) async fn set(seed: u64) -> Self {
        let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed }).await.unwrap();
        let content: Vec<u8> = (0..300_000_u32).flat_map(|number| (number ^ 0x5eed).to_le_bytes()).collect();
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("video.mp4"), &content).unwrap();
        Self { farm, record: Arc::default(), folder, content }
    }

    pub(crate) fn video(&self) -> PathBuf {
        self.folder.path().join("video.mp4")
    }

    /// SHA-256 of the video, as the oracle writes it.
    pub(crate) fn video_hash(&self) -> String {
        Sha256::digest(&self.content).iter().map(|byte| format!("{byte:02x}")).collect()
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

    pub(crate) async fn play(&self, config: Value) -> Played {
        self.play_for(config, None, None).await
    }

    /// Runs the script; for an account if one is given, and stopped as soon as the given step begins.
    pub(crate) async fn play_for(
        &self,
        config: Value,
        username: Option<&str>,
        stop_at: Option<&str>,
    ) -> Played {
        let interruption = stop_at.map(Interruption::StopAt);
        self.play_with(config, username, interruption).await
    }

    /// Runs the script, and ends and restarts the app while it uploads: the upload is lost.
    pub(crate) async fn play_and_lose_the_upload(&self, config: Value) -> Played {
        self.arm(&json!({"fault": "slow_upload", "seconds": 30}));
        self.play_with(config, None, Some(Interruption::RestartsApp)).await
    }

    async fn play_with(
        &self,
        config: Value,
        username: Option<&str>,
        interruption: Option<Interruption<'_>>,
    ) -> Played {
        let phone = self.connect().await;
        let recorder = Arc::<Recorder>::default();
        let cancel = CancellationToken::new();
        let username = username.map(|name| Username::new(name).unwrap());
        let app = AppId::new("tiktok").unwrap();
        let work = execute(Execution {
            script: Arc::new(RegisteredScript::new(Post::new(apps()))),
            phone,
            assignment: Assignment { task: None, username, app, package: None, config, seed: 7 },
            journal: Arc::clone(&recorder) as _,
            materials: Arc::clone(&self.record) as _,
            limits: Limits { total: LIMIT },
            cancel: cancel.clone(),
        });
        let (mut steps, mut progress) = (recorder.step.subscribe(), recorder.progress.subscribe());
        let interrupter = async {
            match interruption {
                Some(Interruption::StopAt(wanted)) => {
                    steps.wait_for(|step| step == wanted).await.unwrap();
                    cancel.cancel();
                }
                Some(Interruption::RestartsApp) => {
                    progress.wait_for(|percent| *percent >= UPLOADING).await.unwrap();
                    self.shell("am force-stop com.zhiliaoapp.musically").await;
                    self.shell("am start com.zhiliaoapp.musically").await;
                }
                None => {}
            }
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = work => ended,
            () = interrupter => unreachable!("the interrupter never ends"),
        };
        let entries = std::mem::take(&mut *recorder.entries.lock().unwrap());
        let without_files = Post::new(apps()).with_materials_from(MaterialRoots::below(Vec::new()).unwrap());
        assert_replays(&entries, without_files).await;
        Played { ended, entries }
    }

    /// Arms a fault, as the control port is told of it.
    pub(crate) fn arm(&self, fault: &Value) {
        self.farm.phones()[0].arm(Fault::from_json(fault).unwrap());
    }

    /// The posts of the account, as the oracle shows them.
    pub(crate) fn posts(&self) -> Vec<Value> {
        let report = serde_json::to_value(self.farm.report()).unwrap();
        report[0]["apps"]["tiktok"]["accounts"][0]["posts"].as_array().unwrap().clone()
    }

    /// What the phone's shell prints for a command.
    pub(crate) async fn shell(&self, command: &str) -> String {
        let phone = self.connect().await;
        let output = phone.shell(command, Deadline::after(Duration::from_secs(10))).await.unwrap();
        output.stdout_text().trim().to_owned()
    }

    /// The phone is as it was found: no file of ours, its own keyboard, no app left open.
    pub(crate) async fn assert_clean(&self) {
        let left = self.shell("ls /storage/emulated/0/DCIM/Camera /data/local/tmp").await;
        assert!(!left.contains("tikmatrix-"), "{left}");
        let known =
            self.shell("content query --uri content://media/external/video/media --projection _id").await;
        assert!(!known.contains("Row:"), "{known}");
        let keyboard = self.shell("settings get secure default_input_method").await;
        assert!(!keyboard.contains("adbkeyboard"), "{keyboard}");
        let front = self.shell("dumpsys window | grep mCurrentFocus").await;
        assert!(!front.contains("musically"), "{front}");
    }

    async fn connect(&self) -> Phone {
        let address = self.farm.phones()[0].address().to_string();
        Phone::connect(&address, Deadline::after(Duration::from_secs(10))).await.unwrap()
    }
}

/// Runs what is on the tape of a run again, without its phone and its files: it has to go as it went.
async fn assert_replays(entries: &[Entry], script: Post) {
    let steps = |entries: &[Entry]| -> Vec<String> {
        let steps =
            entries.iter().filter_map(|it| if let Entry::Step(step) = it { Some(step) } else { None });
        steps.cloned().collect()
    };
    let script = RegisteredScript::new(script);
    for entry in entries {
        let Entry::Artifact { kind: ArtifactKind::Tape, bytes } = entry else { continue };
        let recorder = Arc::<Recorder>::default();
        let journal = Arc::clone(&recorder) as Arc<dyn Journal>;
        let replayed = replay(&script, &Tape::read(bytes).unwrap(), journal).await;
        assert_eq!(replayed, Ok(Replayed::AsRecorded));
        assert_eq!(steps(&recorder.entries.lock().unwrap()), steps(entries));
    }
}
