//! A virtual phone and the scripts, for one test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tikmatrix_apps::{Apps, TikTok, instagram};
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::{
    ArtifactKind, Assignment, Entry, Execution, Journal, Limits, NoMaterials, RegisteredScript, Replayed,
    RunOutcome, execute, replay,
};
use tikmatrix_device::tape::Tape;
use tikmatrix_domain::{AppId, Username};
use tikmatrix_follow::Follow;
use tikmatrix_virtual_phone::{Farm, FarmOptions, Fault};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// The apps of the program.
pub(crate) fn apps() -> Apps {
    Apps::new().unwrap().with(TikTok::new().unwrap()).with(instagram().unwrap())
}

/// Longer than any journey on a virtual phone.
const LIMIT: Duration = Duration::from_secs(120);

/// Keeps what a run says, and lets others wait for a step.
struct Recorder {
    entries: Mutex<Vec<Entry>>,
    step: watch::Sender<String>,
}

impl Journal for Recorder {
    fn record(&self, entry: Entry) {
        if let Entry::Step(step) = &entry {
            self.step.send_replace(step.clone());
        }
        self.entries.lock().unwrap().push(entry);
    }
}

pub(crate) struct Stage {
    pub(crate) farm: Farm,
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
    pub(crate) fn assert_completed(&self, remark: &str) {
        assert!(matches!(self.ended, RunOutcome::Completed(_)), "{}", self.remark());
        assert_eq!(self.remark(), remark);
    }

    /// That it failed in a way that trying again does not mend.
    #[track_caller]
    pub(crate) fn assert_failed_for_good(&self) {
        let is_final = matches!(&self.ended, RunOutcome::Failed(failure) if !failure.is_transient());
        assert!(is_final, "{}", self.remark());
    }
}

impl Stage {
    /// A phone on which nothing has happened yet.
    pub(crate) async fn set(seed: u64) -> Self {
        Self { farm: Farm::start(FarmOptions { count: 1, first_port: None, seed }).await.unwrap() }
    }

    pub(crate) async fn follow(&self, name: &str) -> Played {
        self.play(&Follow::new(apps()), json!({"target_user": name}), None).await
    }

    pub(crate) async fn unfollow(&self, name: &str) -> Played {
        self.play(&Follow::unfollow(apps()), json!({"target_user": name}), None).await
    }

    /// Runs the script; for an account if one is given.
    pub(crate) async fn play(&self, script: &Follow, config: Value, username: Option<&str>) -> Played {
        self.play_with(script, config, username, "", |_| {}).await
    }

    /// Runs the script, stopped as soon as the step of this name begins.
    pub(crate) async fn play_until(&self, script: &Follow, config: Value, last_step: &str) -> Played {
        self.play_with(script, config, None, last_step, CancellationToken::cancel).await
    }

    /// Follows, and has every connection cut as soon as the step of this name begins.
    pub(crate) async fn follow_and_disconnect_at(&self, step: &str, name: &str) -> Played {
        let config = json!({"target_user": name});
        let cut = |_: &CancellationToken| self.arm(&json!({"fault": "disconnect"}));
        self.play_with(&Follow::new(apps()), config, None, step, cut).await
    }

    async fn play_with(
        &self,
        script: &Follow,
        config: Value,
        username: Option<&str>,
        step: &str,
        at_step: impl Fn(&CancellationToken),
    ) -> Played {
        let phone = self.connect().await;
        let recorder = Arc::new(Recorder { entries: Mutex::default(), step: watch::Sender::default() });
        let cancel = CancellationToken::new();
        let username = username.map(|name| Username::new(name).unwrap());
        let app = AppId::new("tiktok").unwrap();
        let work = execute(Execution {
            script: Arc::new(RegisteredScript::new(script.clone())),
            phone,
            assignment: Assignment { task: None, username, app, package: None, config, seed: 7 },
            journal: Arc::clone(&recorder) as _,
            materials: Arc::new(NoMaterials),
            limits: Limits { total: LIMIT },
            cancel: cancel.clone(),
        });
        let mut steps = recorder.step.subscribe();
        let watcher = async {
            if !step.is_empty() {
                steps.wait_for(|begun| begun == step).await.unwrap();
                at_step(&cancel);
            }
            std::future::pending::<()>().await;
        };
        let ended = tokio::select! {
            ended = work => ended,
            () = watcher => unreachable!("the watcher never ends"),
        };
        let entries = std::mem::take(&mut *recorder.entries.lock().unwrap());
        assert_replays(&entries, script.clone()).await;
        Played { ended, entries }
    }

    /// Arms a fault, as the control port is told of it.
    pub(crate) fn arm(&self, fault: &Value) {
        self.farm.phones()[0].arm(Fault::from_json(fault).unwrap());
    }

    /// Whom the account follows, as the oracle shows it.
    pub(crate) fn following(&self) -> Vec<String> {
        self.names("following")
    }

    /// Whom it asked.
    pub(crate) fn requested(&self) -> Vec<String> {
        self.names("requested")
    }

    /// The phone is as it was found: no app left open, no dump left behind.
    pub(crate) async fn assert_clean(&self) {
        let deadline = Deadline::after(Duration::from_secs(10));
        let command = "dumpsys window | grep mCurrentFocus; ls /data/local/tmp /sdcard";
        let output = self.connect().await.shell(command, deadline).await.unwrap();
        let left = output.stdout_text();
        assert!(!left.contains("musically") && !left.contains("tikmatrix-"), "{left}");
    }

    fn names(&self, list: &str) -> Vec<String> {
        let report = serde_json::to_value(self.farm.report()).unwrap();
        let names = report[0]["apps"]["tiktok"]["accounts"][0][list].as_array().unwrap().clone();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    async fn connect(&self) -> Phone {
        let address = self.farm.phones()[0].address().to_string();
        Phone::connect(&address, Deadline::after(Duration::from_secs(10))).await.unwrap()
    }
}

/// Runs what is on the tape of a run again, without its phone: it has to go as it went.
async fn assert_replays(entries: &[Entry], script: Follow) {
    let steps = |entries: &[Entry]| -> Vec<String> {
        let steps =
            entries.iter().filter_map(|it| if let Entry::Step(step) = it { Some(step) } else { None });
        steps.cloned().collect()
    };
    let script = RegisteredScript::new(script);
    for entry in entries {
        let Entry::Artifact { kind: ArtifactKind::Tape, bytes } = entry else { continue };
        let recorder = Arc::new(Recorder { entries: Mutex::default(), step: watch::Sender::default() });
        let journal = Arc::clone(&recorder) as Arc<dyn Journal>;
        let replayed = replay(&script, &Tape::read(bytes).unwrap(), journal).await;
        assert_eq!(replayed, Ok(Replayed::AsRecorded));
        assert_eq!(steps(&recorder.entries.lock().unwrap()), steps(entries));
    }
}
