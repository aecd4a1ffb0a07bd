//! `tikmatrix replay`: a recorded run again, without its phone, its files and its server. What a tape is and how it is
//! played is the `device` crate's.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use anyhow::{Context as _, anyhow, ensure};
use clap::Args;
use tikmatrix_device::script::{Entry, Journal, LogLevel, RegisteredScript, Replayed, replay};
use tikmatrix_device::tape::Tape;

use super::composition::{apps, scripts};
use super::output::{OutputError, complain, counted, printable, say, with_causes};

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
#[derive(Default)]
struct Printer {
    /// The first line that could not be written.
    failed: OnceLock<OutputError>,
}

impl Journal for Printer {
    fn record(&self, entry: Entry) {
        let line = match entry {
            Entry::Step(step) => format!("step      {}", printable(&step)),
            Entry::Log(LogLevel::Info, line) => format!("          {}", printable(&line)),
            Entry::Log(LogLevel::Warn, line) => format!("          warning: {}", printable(&line)),
            Entry::Progress(_) | Entry::Result(_) | Entry::AppVersion(_) | Entry::Artifact { .. } => return,
        };
        if let Err(error) = say(line) {
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
pub(super) async fn run(options: &Options) -> anyhow::Result<ExitCode> {
    let replayed = match read(&options.tape) {
        Ok((tape, script)) => play(script.as_ref(), &tape).await,
        Err(error) => Err(error),
    };
    replayed.or_else(|error| {
        if error.is::<OutputError>() {
            return Err(error);
        }
        complain(format_args!("tikmatrix: {}", with_causes(&error)));
        Ok(ExitCode::from(UNREADABLE))
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

async fn play(script: &RegisteredScript, tape: &Tape) -> anyhow::Result<ExitCode> {
    let head = &tape.head;
    let ours = env!("CARGO_PKG_VERSION");
    let other = if head.product == ours { String::new() } else { format!("; this is {ours}") };
    let account = head.username.as_ref().map(|name| format!(" for @{name}")).unwrap_or_default();
    say(format_args!("script    {} in {}{account}", printable(&head.script), head.app))?;
    say(format_args!("phone     {}", printable(&head.serial)))?;
    say(format_args!("recorded  by tikmatrix {}{other}", printable(&head.product)))?;
    let printer = Arc::new(Printer::default());
    let replayed = replay(script, tape, Arc::<Printer>::clone(&printer)).await?;
    if let Some(error) = Arc::into_inner(printer).and_then(|printer| printer.failed.into_inner()) {
        return Err(error.into());
    }
    if let Replayed::Diverged(divergence) = &replayed {
        say(format_args!("diverged  {}", printable(&divergence.to_string())))?;
        return Ok(ExitCode::from(DIVERGED));
    }
    if tape.end.left_out > 0 {
        let missing = tape.end.left_out;
        let missing = counted(missing, "exchange");
        say(format_args!("cut       the tape was full; not on it before the end: {missing}"))?;
    }
    say(format_args!("outcome   {}", printable(&tape.end.outcome)))?;
    say(format_args!("remark    {}", printable(&tape.end.remark)))?;
    Ok(ExitCode::SUCCESS)
}
