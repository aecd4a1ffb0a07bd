//! Protects tapes: a run replays as it went, without its phone and in no time; where it does not, the first difference is
//! named; and no file can do harm.

#![cfg(test)]

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use tikmatrix_device::phone::{Deadline, Phone};
use tikmatrix_device::script::{
    ArtifactKind, Assignment, Completion, Context, Entry, Execution, Failure, Journal, Limits,
    NoAccountRecords, NoMarks, NoMaterials, RegisteredScript, Replayed, Script, async_trait, execute, replay,
};
use tikmatrix_device::tape::{Divergence, Tape, TapeError};
use tikmatrix_domain::{AppId, StandardFailure};
use tikmatrix_virtual_phone::{Farm, FarmOptions};
use tokio_util::sync::CancellationToken;

/// Does what its configuration lists, and fails with all that it saw.
struct Asker;

#[async_trait]
impl Script for Asker {
    type Config = Map<String, Value>;

    fn name(&self) -> &'static str {
        "ask"
    }

    fn description(&self) -> &'static str {
        "Asks as it is told."
    }

    async fn run(&self, context: &mut Context, config: Self::Config) -> Result<Completion, Failure> {
        let started = context.phone().stopwatch();
        let mut seen = Vec::new();
        for (what, with) in
            config["do"].as_array().into_iter().flatten().flat_map(|it| it.as_object().unwrap())
        {
            let with = with.as_str().unwrap_or_default();
            match what.as_str() {
                "step" => context.step(with),
                "shell" => match context.phone().shell(with, context.soon()).await {
                    Ok(output) => seen.push(format!("{output:?}")),
                    Err(error) => seen.push(error.to_string()),
                },
                "push" => {
                    let file = Box::pin(tokio::io::repeat(255));
                    let file = tokio::io::AsyncReadExt::take(file, 5000);
                    let options = tikmatrix_device::phone::PushOptions::default();
                    let pushed =
                        context.phone().files().push(file, with, options, |_| {}, context.soon()).await;
                    seen.push(format!("{pushed:?}"));
                }
                "learn" => {
                    let here = || async { std::fs::read_to_string(with).map_err(|error| error.to_string()) };
                    let learned: Result<String, String> =
                        context.recorded_input("read the file", here()).await;
                    seen.push(format!("{learned:?}"));
                }
                "time" => seen.push(format!("{:?}", started.elapsed())),
                "pause" => context.phone().pause(Duration::from_secs(1_000_000_000)).await,
                "hang" => std::future::pending().await,
                "panic" => panic!("a defect"),
                other => unreachable!("{other}"),
            }
        }
        Err(Failure::new(StandardFailure::Checkpoint, seen.join("; ")))
    }
}

#[derive(Default)]
struct Said(Mutex<Vec<Entry>>);

impl Journal for Said {
    fn record(&self, entry: Entry) {
        self.0.lock().unwrap().push(entry);
    }
}

impl Said {
    fn steps(&self) -> Vec<String> {
        let said = self.0.lock().unwrap();
        said.iter()
            .filter_map(|it| if let Entry::Step(step) = it { Some(step.clone()) } else { None })
            .collect()
    }

    fn tape(&self) -> Option<Vec<u8>> {
        self.0.lock().unwrap().iter().find_map(|it| match it {
            Entry::Artifact { kind: ArtifactKind::Tape, bytes } => Some(bytes.clone()),
            _ => None,
        })
    }
}

/// Runs it on a virtual phone; gives its tape and the steps that it told.
async fn recorded(config: Value, limit: Duration) -> (Tape, Vec<String>) {
    let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await.unwrap();
    let address = farm.phones()[0].address().to_string();
    let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(10))).await.unwrap();
    let said = Arc::new(Said::default());
    let config = json!({"do": config});
    execute(Execution {
        script: Arc::new(RegisteredScript::new(Asker)),
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
        journal: Arc::clone(&said) as _,
        materials: Arc::new(NoMaterials),
        marks: Arc::new(NoMarks),
        accounts: Arc::new(NoAccountRecords),
        limits: Limits { total: limit },
        cancel: CancellationToken::new(),
    })
    .await;
    farm.shutdown().await;
    (Tape::read(&said.tape().unwrap()).unwrap(), said.steps())
}

async fn replayed(tape: &Tape) -> (Replayed, Vec<String>) {
    let said = Arc::new(Said::default());
    let went =
        replay(&RegisteredScript::new(Asker), tape, Arc::clone(&said) as Arc<dyn Journal>).await.unwrap();
    (went, said.steps())
}

const LONG: Duration = Duration::from_secs(60);

/// A tape by hand: its lines after the first, and before the last.
fn tape(config: &Value, lines: &[&str], remark: &str) -> String {
    let head = json!({"tape": 1, "product": "0.1.0", "script": "ask", "config": {"do": config}, "app": "tiktok", "package": null,
        "username": null, "serial": "virtual-1", "seed": 1, "time_limit": 60.0});
    let end = json!({"did": "end", "outcome": "failed", "remark": remark, "left_out": 0});
    format!("{head}\n{}{end}\n", lines.iter().map(|line| format!("{line}\n")).collect::<String>())
}

/// Where the replay of a tape by hand is not as it is on it.
async fn diverged(config: &Value, lines: &[&str], remark: &str) -> Divergence {
    let tape = Tape::read(tape(config, lines, remark).as_bytes()).unwrap();
    match replayed(&tape).await.0 {
        Replayed::Diverged(divergence) => divergence,
        Replayed::AsRecorded => panic!("{lines:?} went as recorded"),
    }
}

#[tokio::test]
async fn a_run_replays_with_every_byte_that_it_saw_when_phone_and_file_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("here");
    std::fs::write(&file, "on this machine").unwrap();
    let long = format!("echo {}", "long ".repeat(200));
    let config = json!([
        {"step": "look"}, {"shell": "echo 'ü' >&2; exit 3"}, {"push": "/sdcard/bytes"}, {"shell": "cat /sdcard/bytes"}, {"time": ""},
        {"shell": long}, {"step": "look again"}, {"shell": long}, {"push": "/proc/no"},
        {"learn": file}, {"shell": "cat /sdcard/absent"}, {"time": ""},
    ]);
    let (tape, steps) = recorded(config, LONG).await;
    drop(folder);
    assert!(
        tape.end.remark.contains("on this machine") && tape.end.remark.contains("[255"),
        "{:?}",
        tape.end
    );
    assert_eq!(replayed(&tape).await, (Replayed::AsRecorded, steps));
}

#[tokio::test]
async fn a_run_that_broke_off_with_a_defect_breaks_off_at_the_same_place() {
    let (tape, steps) = recorded(json!([{"step": "look"}, {"shell": "echo a"}, {"panic": ""}]), LONG).await;
    assert!(tape.end.remark.contains("a defect"), "{:?}", tape.end);
    assert_eq!(replayed(&tape).await, (Replayed::AsRecorded, steps));
}

#[tokio::test]
async fn a_run_out_of_time_keeps_how_far_it_came() {
    let config = json!([{"step": "look"}, {"shell": "echo a"}, {"hang": ""}]);
    let (tape, _) = recorded(config, Duration::from_millis(300)).await;
    assert_eq!(tape.end.outcome, "timed_out");
    assert!(tape.end.remark.ends_with("it was at \"look\""), "{:?}", tape.end);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_stands_still_is_given_up_and_was_so_if_its_time_ended_it() {
    let (config, step) = (json!([{"step": "look"}, {"hang": ""}]), r#"{"did":"step","name":"look"}"#);
    let divergence = diverged(&config, &[step], "").await;
    assert_eq!((divergence.line, divergence.got.as_str()), (3, "does nothing any more"));
    let timed_out = tape(&config, &[step], "").replace("\"failed\"", "\"timed_out\"");
    assert_eq!(replayed(&Tape::read(timed_out.as_bytes()).unwrap()).await.0, Replayed::AsRecorded);
}

#[tokio::test]
async fn waiting_takes_no_time_in_a_replay_and_what_is_asked_after_the_end_was_not_asked_then() {
    let lines = [r#"{"did":"elapsed","microseconds":7000001}"#];
    let tape = tape(&json!([{"pause": ""}, {"time": ""}, {"pause": ""}]), &lines, "7.000001s");
    let (went, _) = replayed(&Tape::read(tape.as_bytes()).unwrap()).await;
    assert_eq!(went, Replayed::AsRecorded);
    let timed_out = tape.replace("\"failed\"", "\"timed_out\"").replace(lines[0], "").replace("\n\n", "\n");
    let (went, _) = replayed(&Tape::read(timed_out.as_bytes()).unwrap()).await;
    assert_eq!(went, Replayed::AsRecorded, "it was ended when it had come so far");
    let cut = tape.replace("\"left_out\":0", "\"left_out\":7").replace(lines[0], "").replace("\n\n", "\n");
    let (went, _) = replayed(&Tape::read(cut.as_bytes()).unwrap()).await;
    assert_eq!(went, Replayed::AsRecorded, "the tape goes no further");
}

#[tokio::test]
async fn the_first_difference_is_named_with_its_line_and_both_sides() {
    let config = json!([{"step": "look"}, {"shell": "echo a"}, {"learn": "/absent"}]);
    let step = r#"{"did":"step","name":"look"}"#;
    let shell = r#"{"did":"shell","command":"echo a","answer":{"gave":{"status":0,"out":"a\n"}}}"#;
    let learn = r#"{"did":"learn","what":"read the file","answer":{"Ok":"b"}}"#;
    let seen = r#"ShellOutput { stdout: [97, 10], stderr: [], exit_status: 0 }; Ok("b")"#;
    let good = tape(&config, &[step, shell, learn], seen);
    assert_eq!(replayed(&Tape::read(good.as_bytes()).unwrap()).await.0, Replayed::AsRecorded);
    for (lines, remark, line, told) in [
        (
            vec![shell, learn],
            seen,
            2,
            "the tape has the command `echo a`, the run asks for the step \"look\"",
        ),
        (
            vec![step, &shell.replace("echo a", "echo b"), learn],
            seen,
            3,
            "the tape has the command `echo b`, the run asks for the command `echo a`",
        ),
        (vec![step, shell, &learn.replace("the file", "it")], seen, 4, "the tape has the request to read it"),
        (vec![step, shell, &learn.replace("Ok", "Perhaps")], seen, 4, "the run cannot read it"),
        (vec![step, shell], seen, 4, "the run asks for the request to read the file"),
        (
            vec![step, shell, learn, shell],
            seen,
            5,
            "the tape has the command `echo a`, the run ended: failed",
        ),
        (vec![step, shell, learn], "otherwise", 5, "the tape has the end of the run: failed, \"otherwise\""),
    ] {
        let divergence = diverged(&config, &lines, remark).await;
        assert_eq!(divergence.line, line, "{divergence}");
        assert!(divergence.to_string().contains(told), "{divergence}");
    }
}

#[tokio::test]
async fn of_long_commands_the_part_is_shown_that_differs() {
    let ours = format!("{}1{}", "a".repeat(2000), "c".repeat(2000));
    let theirs = ours.replace('1', "2");
    let line = json!({"did": "shell", "command": theirs, "answer": {"failed": "refused"}}).to_string();
    let divergence = diverged(&json!([{"shell": ours}]), &[&line], "").await;
    assert!(divergence.expected.contains("a2c") && divergence.got.contains("a1c"), "{divergence}");
    assert!(divergence.to_string().len() < 1000);
}

#[test]
fn a_small_file_that_unpacks_to_a_large_one_is_refused() {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1024 * 1024];
    for _ in 0..70 {
        packer.write_all(&zeros).unwrap();
    }
    let mut packed = packer.finish().unwrap();
    assert!(packed.len() < 200_000);
    // Its end is broken, which only who unpacks all of it would see.
    let length = packed.len();
    packed[length - 1] ^= 1;
    assert!(matches!(Tape::read(&packed), Err(TapeError::TooLong)));
}

/// Whatever was read, it can be replayed to some end.
fn end_somehow(tape: &Tape) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let _ = runtime.block_on(replay(&RegisteredScript::new(Asker), tape, Arc::new(Said::default())));
}

proptest! {
    #[test]
    fn any_bytes_are_a_tape_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400), packed: bool) {
        let begin: &[u8] = if packed { &[0x1f, 0x8b, 8, 0] } else { b"" };
        if let Ok(tape) = Tape::read(&[begin, &bytes].concat()) {
            end_somehow(&tape);
        }
    }

    #[test]
    fn a_tape_with_any_harm_done_to_it_is_a_tape_or_an_error(at in 0..10_000_usize, byte: u8, cut: bool) {
        let config = json!([{"step": "look"}, {"shell": "echo a"}, {"shell": "echo b"}, {"time": ""}]);
        let lines = [
            r#"{"did":"step","name":"look"}"#,
            r#"{"did":"shell","command":"echo a","answer":{"gave":{"status":0,"out":"a\n"}}}"#,
            r#"{"did":"shell","command":"echo b","answer":{"gave":{"status":0,"out":{"as_in_line":3},"err":{"base64":"/wA="}}}}"#,
            r#"{"did":"elapsed","microseconds":5}"#,
        ];
        let mut bytes = tape(&config, &lines, "").into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if cut {
            bytes.truncate(at);
        }
        if let Ok(tape) = Tape::read(&bytes) {
            end_somehow(&tape);
        }
    }

    #[test]
    fn a_reference_to_any_line_is_an_output_or_an_error(line: u16) {
        let shell = format!(
            r#"{{"did":"shell","command":"echo a","answer":{{"gave":{{"status":0,"out":{{"as_in_line":{line}}}}}}}}}"#
        );
        let read = Tape::read(tape(&json!([]), &[r#"{"did":"step","name":"look"}"#, &shell], "").as_bytes());
        let is_refused = matches!(read, Err(TapeError::Line { line: 3, .. }));
        prop_assert!(is_refused);
    }
}
