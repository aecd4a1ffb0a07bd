//! Protects how a run ends: whatever happens to a script, the phone is left as it was found, and what was said and seen
//! of it is kept.

#![cfg(test)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tikmatrix_device::android::MediaFile;
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::serde_json::{Map, Value, json};
use tikmatrix_device::script::{
    Assignment, CleanUp, Completion, Context, Entry, Execution, Failure, Journal, Limits, MAX_RESULT,
    NoAccountRecords, NoMarks, NoMaterials, RegisteredScript, RunOutcome, ScreenGuard, ScreenVerdict, Script,
    ScriptRegistry, async_trait, execute,
};
use tikmatrix_device::ui::{Selector, UiTree};
use tikmatrix_domain::{AppId, StandardFailure};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Keeps what is said, and tells when a step begins.
#[derive(Default)]
struct Recorder {
    entries: Mutex<Vec<Entry>>,
    step: Notify,
}

impl Journal for Recorder {
    fn record(&self, entry: Entry) {
        let is_step = matches!(entry, Entry::Step(_));
        self.entries.lock().unwrap().push(entry);
        if is_step {
            self.step.notify_one();
        }
    }
}

/// Knows no screen, and what may be the reason.
struct OnlyEnglish;

impl ScreenGuard for OnlyEnglish {
    fn judge(&self, _: &UiTree) -> ScreenVerdict {
        ScreenVerdict::Clear
    }

    fn name(&self, _: &UiTree) -> Option<String> {
        None
    }

    fn hint(&self, _: &UiTree) -> Option<String> {
        Some("set the app to English".to_owned())
    }
}

/// Pushes nothing, but has two things to undo; then does what its configuration says.
struct Probe;

#[async_trait]
impl Script for Probe {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        "probe"
    }

    fn description(&self) -> &'static str {
        "Ends as it is told."
    }

    async fn run(&self, context: &mut Context, config: Self::Config) -> Result<Completion, Failure> {
        context.on_exit(CleanUp::CloseApp("com.example".to_owned()));
        context.on_exit(CleanUp::RemoveMedia(MediaFile::video(7)));
        context.on_exit(CleanUp::CloseApp("com.example".to_owned()));
        context.progress(40);
        context.progress(10);
        context.step("do the work");
        match config["act"].as_str() {
            Some("hang") => std::future::pending().await,
            Some("fail") => Err(Failure::new(StandardFailure::Checkpoint, "it asks for a person")),
            Some("panic") => panic!("a defect"),
            Some("seek") => {
                context.screen().set_guard(Arc::new(OnlyEnglish));
                context.screen().find(&Selector::text("Weiter"), Duration::ZERO).await?;
                Ok(Completion::new("done"))
            }
            Some("impossible") => {
                Err(Failure::of_request(StandardFailure::MaterialMissing, "there is no such file"))
            }
            Some("return") => Ok(Completion::new("done").with_result(config["result"].clone())),
            _ => Ok(Completion::new("done")),
        }
    }
}

struct Run {
    ended: RunOutcome,
    entries: Vec<Entry>,
    commands: Vec<String>,
}

async fn run(act: &str, limit: Duration, stop: bool) -> Run {
    run_with(json!({"act": act}), limit, stop).await
}

async fn run_with(config: Value, limit: Duration, stop: bool) -> Run {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(10))).await.unwrap();
    let before = farm.phones()[0].commands().len();
    let recorder = Arc::new(Recorder::default());
    let cancel = CancellationToken::new();
    let work = execute(Execution {
        script: Arc::new(RegisteredScript::new(Probe)),
        phone,
        assignment: Assignment {
            task: None,
            username: None,
            app: AppId::new("tiktok").unwrap(),
            package: None,
            config,
            mark: None,
            seed: 1,
        },
        journal: Arc::clone(&recorder) as _,
        materials: Arc::new(NoMaterials),
        marks: Arc::new(NoMarks),
        accounts: Arc::new(NoAccountRecords),
        limits: Limits { total: limit },
        cancel: cancel.clone(),
    });
    let stopper = async {
        recorder.step.notified().await;
        if stop {
            cancel.cancel();
        }
    };
    let (ended, ()) = tokio::join!(work, stopper);
    let commands =
        farm.phones()[0].commands().split_off(before).iter().map(|words| words.join(" ")).collect();
    farm.shutdown().await;
    let entries = std::mem::take(&mut *recorder.entries.lock().unwrap());
    Run { ended, entries, commands }
}

/// Where in the log each of the clean-ups happened.
fn clean_ups(run: &Run) -> (usize, usize) {
    let place = |wanted: &str| {
        let places: Vec<usize> =
            (0..run.commands.len()).filter(|index| run.commands[*index].starts_with(wanted)).collect();
        assert_eq!(places.len(), 1, "{wanted} in {:#?}", run.commands);
        places[0]
    };
    (place("rm -f /storage/emulated/0/DCIM/Camera/tikmatrix-"), place("am force-stop com.example"))
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn a_finished_run_undoes_everything_once_in_reverse_order() {
    let run = run("finish", LONG, false).await;
    assert!(
        matches!(&run.ended, RunOutcome::Completed(completion) if completion.remark == "done"),
        "{:?}",
        run.ended
    );
    let (file, app) = clean_ups(&run);
    assert!(file < app);
}

#[tokio::test]
async fn a_stopped_run_is_dropped_and_undone() {
    let run = run("hang", LONG, true).await;
    assert!(matches!(run.ended, RunOutcome::Stopped), "{:?}", run.ended);
    clean_ups(&run);
}

#[tokio::test]
async fn a_run_beyond_its_time_ends_with_its_last_step_and_is_undone() {
    let run = run("hang", Duration::from_millis(200), false).await;
    assert!(
        matches!(&run.ended, RunOutcome::TimedOut { last_step: Some(step) } if step == "do the work"),
        "{:?}",
        run.ended
    );
    clean_ups(&run);
}

#[tokio::test]
async fn a_script_that_panics_is_told_from_one_that_fails_and_undone() {
    let run = run("panic", LONG, false).await;
    assert!(matches!(&run.ended, RunOutcome::Panicked(message) if message == "a defect"), "{:?}", run.ended);
    clean_ups(&run);
}

#[tokio::test]
async fn a_failure_is_looked_at_before_anything_is_undone() {
    let run = run("fail", LONG, false).await;
    assert!(
        matches!(&run.ended, RunOutcome::Failed(failure) if failure.to_string() == "it asks for a person")
    );
    let picture = run.commands.iter().position(|command| command == "screencap -p").unwrap();
    let tree = run.commands.iter().position(|command| command.starts_with("uiautomator dump")).unwrap();
    let (file, _) = clean_ups(&run);
    assert!(picture < file && tree < file);
}

#[tokio::test]
async fn what_is_impossible_is_told_without_touching_the_screen() {
    let run = run("impossible", LONG, false).await;
    assert!(matches!(&run.ended, RunOutcome::Failed(failure) if !failure.is_transient()));
    assert!(!run.commands.iter().any(|command| command.starts_with("screencap")), "{:#?}", run.commands);
}

#[tokio::test]
async fn a_result_is_recorded_unless_it_is_too_long() {
    let results = |run: &Run| -> Vec<String> {
        let result = |entry: &Entry| if let Entry::Result(json) = entry { Some(json.clone()) } else { None };
        run.entries.iter().filter_map(result).collect()
    };
    let longest = json!("a".repeat(MAX_RESULT - 2));
    for (result, recorded) in [
        (json!({"post_url": "https://example.com/1"}), true),
        (json!(null), true),
        (longest, true),
        (json!("a".repeat(MAX_RESULT - 1)), false),
    ] {
        let run = run_with(json!({"act": "return", "result": result}), LONG, false).await;
        assert!(matches!(run.ended, RunOutcome::Completed(_)), "{:?}", run.ended);
        let wanted: Vec<String> = recorded.then(|| result.to_string()).into_iter().collect();
        assert_eq!(results(&run), wanted);
        let warned = format!("{:?}", run.entries).contains("the result of 65537 bytes is left out");
        assert_eq!(warned, !recorded);
    }
    assert!(results(&run("finish", LONG, false).await).is_empty());
}

#[tokio::test]
async fn progress_never_goes_down() {
    let run = run("finish", LONG, false).await;
    let percents: Vec<&Entry> =
        run.entries.iter().filter(|entry| matches!(entry, Entry::Progress(_))).collect();
    assert_eq!(percents, [&Entry::Progress(40)]);
}

#[test]
fn a_script_is_found_by_its_name() {
    let registry = ScriptRegistry::default().with(Probe);
    assert!(registry.get("probe").is_some() && registry.get("prob").is_none());
    assert_eq!(registry.iter().count(), 1);
}

#[tokio::test]
async fn what_is_not_found_on_an_unknown_screen_says_what_to_check() {
    let run = run("seek", Duration::from_secs(30), false).await;
    let RunOutcome::Failed(failure) = run.ended else { panic!("{:?}", run.ended) };
    let remark = failure.to_string();
    assert!(
        remark.contains("last seen: an unknown screen of com.google.android.apps.nexuslauncher"),
        "{remark}"
    );
    assert!(remark.ends_with("; set the app to English"), "{remark}");
}
