//! `tikmatrix replay`: a recorded run again, without its phone, its files and its server. What a tape is and how it is
//! played is the `device` crate's.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, anyhow, ensure};
use clap::Args;
use serde_json::json;
use tikmatrix_device::script::{Entry, Journal, LogLevel, RegisteredScript, Replayed, replay};
use tikmatrix_device::tape::Tape;

use super::composition::{apps, scripts};
use super::output::answer::Output;
use super::output::failure::{Cause, report_as};
use super::output::{OutputError, counted, printable};

/// The largest file that can be a tape, in bytes; what is packed in it has a bound of its own.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;
/// The exit status of a run that was not as it is on its tape.
const DIVERGED: u8 = 1;
/// The exit status when nothing can be replayed.
const UNREADABLE: u8 = 2;

/// The options of `replay`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The artifact `tape` of a task that failed
    #[arg(value_name = "TAPE")]
    tape: PathBuf,
}

/// Prints the steps and log lines of a script.
struct Printer {
    output: Output,
    /// Why the first line that could not be written was not.
    failed: OnceLock<anyhow::Error>,
}

impl Journal for Printer {
    fn record(&self, entry: Entry) {
        let (kind, label, text) = match entry {
            Entry::Step(step) => ("step", "step      ", step),
            Entry::Log(LogLevel::Info, line) => ("info", "          ", line),
            Entry::Log(LogLevel::Warn, line) => ("warning", "          warning: ", line),
            Entry::Progress(_) | Entry::Result(_) | Entry::AppVersion(_) | Entry::Artifact { .. } => return,
        };
        let line = || format!("{label}{}", printable(&text));
        if let Err(error) = self.output.event(&json!({"kind": kind, "text": text}), line) {
            // The first one is reported; that others follow says nothing more.
            let _ = self.failed.set(error);
        }
    }
}

/// Replays the tape and returns the exit status: 0 when the run was as recorded, however it ended then; 1 when it
/// diverged; 2 when there is no tape that could be replayed.
///
/// # Errors
/// When what happens cannot be printed.
pub(super) async fn run(options: &Options, output: Output) -> anyhow::Result<ExitCode> {
    let replayed = match read(&options.tape) {
        Ok((tape, script)) => play(script.as_ref(), &tape, output).await,
        Err(error) => Err(error),
    };
    replayed.or_else(|error| {
        if error.is::<OutputError>() {
            return Err(error);
        }
        Ok(report_as(&error, output.is_json(), Cause::Failed, UNREADABLE))
    })
}

fn read(path: &Path) -> anyhow::Result<(Tape, Arc<RegisteredScript>)> {
    let shown = path.display();
    let unreadable = || format!("cannot read {shown}");
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(unreadable)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).with_context(unreadable)?;
    let tape = Tape::read(&bytes).with_context(|| format!("{shown} cannot be replayed"))?;
    let script = scripts()?.get(&tape.head.script);
    let unknown = || anyhow!("{shown} cannot be replayed: there is no script called {}", tape.head.script);
    let script = script.ok_or_else(unknown)?;
    let app = &tape.head.app;
    ensure!(apps()?.driver(app).is_some(), "{shown} cannot be replayed: there is no app called {app}");
    Ok((tape, script))
}

async fn play(script: &RegisteredScript, tape: &Tape, output: Output) -> anyhow::Result<ExitCode> {
    let head = &tape.head;
    let ours = env!("CARGO_PKG_VERSION");
    let other = if head.product == ours { String::new() } else { format!("; this is {ours}") };
    let account = head.username.as_ref().map(|name| format!(" for @{name}")).unwrap_or_default();
    let tape_head = json!({
        "kind": "tape", "script": head.script, "app": head.app.as_str(), "username": head.username,
        "serial": head.serial, "recorded_by": head.product,
    });
    output.event(&tape_head, || {
        let (script, serial, product) =
            (printable(&head.script), printable(&head.serial), printable(&head.product));
        format!(
            "script    {script} in {}{account}\nphone     {serial}\nrecorded  by tikmatrix {product}{other}",
            head.app
        )
    })?;
    let printer = Arc::new(Printer { output, failed: OnceLock::new() });
    let replayed = replay(script, tape, Arc::<Printer>::clone(&printer)).await?;
    if let Some(error) = Arc::into_inner(printer).and_then(|printer| printer.failed.into_inner()) {
        return Err(error);
    }
    if let Replayed::Diverged(divergence) = &replayed {
        let reason = divergence.to_string();
        let diverged = json!({"kind": "diverged", "text": reason});
        output.event(&diverged, || format!("diverged  {}", printable(&reason)))?;
        return Ok(ExitCode::from(DIVERGED));
    }
    let end = &tape.end;
    let tape_end = json!({
        "kind": "end", "outcome": end.outcome, "remark": end.remark, "missing_exchanges": end.left_out,
    });
    output.event(&tape_end, || {
        let missing = counted(end.left_out, "exchange");
        let cut = format!("cut       the tape was full; not on it before the end: {missing}\n");
        let cut = if end.left_out > 0 { cut } else { String::new() };
        let (outcome, remark) = (printable(&end.outcome), printable(&end.remark));
        format!("{cut}outcome   {outcome}\nremark    {remark}")
    })?;
    Ok(ExitCode::SUCCESS)
}
