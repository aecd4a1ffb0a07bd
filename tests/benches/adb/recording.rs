//! What recording costs: a script pushes the same file with and without its tape, in turns, over one connection.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tikmatrix_device::phone::{Deadline, Phone, PushOptions};
use tikmatrix_device::script::schemars::{self, JsonSchema};
use tikmatrix_device::script::serde_json::{Map, Value};
use tikmatrix_device::script::{
    Assignment, Completion, Context, Entry, Execution, Failure, Journal, Limits, NoAccountRecords, NoMarks,
    NoMaterials, RegisteredScript, RunOutcome, Script, async_trait, execute,
};
use tikmatrix_domain::AppId;
use tokio_util::sync::CancellationToken;

use super::client::BlockingFile;
use super::figures::{head, median, row, shown};
use super::outcome::{Outcome, text};

const ROUNDS: usize = 41;
const TIME_LIMIT: Duration = Duration::from_secs(300);
/// Of the time without a tape.
const AIM: f64 = 1.03;

/// Pushes `content` again and again, and returns the times in the result.
struct PushInTurns {
    /// The phone of the run without its tape.
    unrecorded: Phone,
    content: PathBuf,
    there: String,
}

/// The configuration of [`PushInTurns`]: nothing.
#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
struct Nothing {}

#[async_trait]
impl Script for PushInTurns {
    type Config = Nothing;

    fn name(&self) -> &'static str {
        "push_in_turns"
    }

    fn description(&self) -> &'static str {
        "Pushes a file with and without a tape."
    }

    async fn run(&self, context: &mut Context, _config: Nothing) -> Result<Completion, Failure> {
        let recorded = context.phone().clone();
        let (mut ratios, mut times) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let (with, without) = if round % 2 == 0 {
                let with = self.push(&recorded).await?;
                (with, self.push(&self.unrecorded).await?)
            } else {
                let without = self.push(&self.unrecorded).await?;
                (self.push(&recorded).await?, without)
            };
            ratios.push(with / without);
            times.push(with);
        }
        let result = Value::from(vec![median(&ratios), median(&times)]);
        Ok(Completion::new("pushed").with_result(result))
    }
}

impl PushInTurns {
    /// Pushes the file once and returns the time in seconds.
    async fn push(&self, phone: &Phone) -> Result<f64, Failure> {
        let failed = |error: String| Failure::of_script("not_pushed", error);
        let file = std::fs::File::open(&self.content).map_err(|error| failed(error.to_string()))?;
        let begun = Instant::now();
        let deadline = Deadline::after(Duration::from_secs(60));
        let options = PushOptions::default();
        let pushed = phone.files().push(BlockingFile(file), &self.there, options, |_| {}, deadline).await;
        pushed.map_err(|error| failed(error.to_string()))?;
        Ok(begun.elapsed().as_secs_f64())
    }
}

/// Keeps nothing: the figures are in the result.
struct Silent;

impl Journal for Silent {
    fn record(&self, _entry: Entry) {}
}

/// Measures on the phone at `address`, with the file at `content`, and prints the table.
pub(crate) async fn measure(address: &str, content: PathBuf) -> Outcome<()> {
    let phone = Phone::connect(address, Deadline::after(Duration::from_secs(60))).await?;
    let there = text(&content.with_file_name("pushed by a script"))?.to_owned();
    let script = PushInTurns { unrecorded: phone.clone(), content, there };
    let outcome = execute(Execution {
        script: Arc::new(RegisteredScript::new(script)),
        phone,
        assignment: Assignment {
            task: None,
            username: None,
            app: AppId::new("tiktok")?,
            package: None,
            config: Value::Object(Map::new()),
            mark: None,
            seed: 1,
        },
        journal: Arc::new(Silent),
        materials: Arc::new(NoMaterials),
        marks: Arc::new(NoMarks),
        accounts: Arc::new(NoAccountRecords),
        limits: Limits { total: TIME_LIMIT },
        cancel: CancellationToken::new(),
    })
    .await;
    let RunOutcome::Completed(Completion { result: Some(result), .. }) = &outcome else {
        return Err(format!("the pushes failed: {outcome:?}").into());
    };
    let figure = |index: usize| result[index].as_f64().unwrap_or(f64::NAN);
    let (ratio, seconds) = (figure(0), figure(1));
    head(&["a push of 100 MB by a script", "ms", "with its tape, to without", "aim"]);
    row(&[
        format!("median of {ROUNDS} pairs, in turns"),
        shown(seconds * 1000.0),
        format!("{ratio:.3}"),
        format!("at most {AIM}"),
    ]);
    Ok(())
}
