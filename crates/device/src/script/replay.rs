//! Replays a run from its tape: without its phone and its machine, and without delays.

use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tikmatrix_domain::{AppId, Outcome, PackageName, Serial, Username};
use tokio::time::sleep;

use super::accounts::NoAccountRecords;
use super::context::{Assignment, Records, RunStart};
use super::execute::run;
use super::journal::Journal;
use super::marks::NoMarks;
use super::materials::NoMaterials;
use super::registry::RegisteredScript;
use crate::deadline::Deadline;
use crate::tape::{Divergence, End, Head, Mode, Player, Stop, Tape, replayed};

/// A replayed run that requests nothing for so long is stuck: each answer comes at once.
const STALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a tape cannot be replayed at all.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// The script is not that of the tape.
    #[error("the tape is one of the script {0}")]
    OtherScript(String),
    /// Its first line names something that does not exist.
    #[error("the tape's first line: {field}: {value:?} cannot be used")]
    Head {
        /// The field.
        field: &'static str,
        /// What it holds.
        value: String,
    },
}

/// How a replay went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replayed {
    /// As the run on the tape, to its end or as far as the tape goes.
    AsRecorded,
    /// Otherwise: here first.
    Diverged(Divergence),
}

/// Runs `script` on `tape`. What it says goes into `journal`. A run that its time limit or a person ended is as recorded
/// when it comes as far as it came then. Nothing is cleaned up and no evidence is kept: the tape ends before.
///
/// # Errors
/// [`ReplayError`].
pub async fn replay(
    script: &RegisteredScript,
    tape: &Tape,
    journal: Arc<dyn Journal>,
) -> Result<Replayed, ReplayError> {
    if script.name() != tape.head.script {
        return Err(ReplayError::OtherScript(tape.head.script.clone()));
    }
    let (serial, assignment, limit) = read(&tape.head)?;
    let player = Arc::new(Player::new(tape));
    let phone = replayed(Arc::clone(&player), serial);
    // On a tape no time passes: what passed then is on it.
    let deadline = Deadline::after(Duration::MAX);
    let start = RunStart {
        phone,
        mode: Mode::Replaying(Arc::clone(&player)),
        assignment: assignment.clone(),
        journal,
        records: Records {
            materials: Arc::new(NoMaterials),
            marks: Arc::new(NoMarks),
            accounts: Arc::new(NoAccountRecords),
        },
        deadline,
    };
    let mut context = start.into_context();
    let ended = tokio::select! {
        biased;
        stop = player.stopped() => Err(stop),
        () = stalled(&player) => return Ok(without_an_end(tape, &player)),
        result = run(script, &mut context, &assignment.config) => Ok(result),
    };
    let ended = match ended {
        Err(Stop::Diverged(divergence)) => return Ok(Replayed::Diverged(divergence)),
        Err(Stop::AtTheEnd(asked)) => return Ok(beyond_the_end(tape, &asked)),
        Ok(ended) => ended,
    };
    let (outcome, remark) = ended.on_tape(limit, context.report.current_step());
    let got = format!("ended: {outcome}, \"{remark}\"");
    Ok(match player.left_over() {
        Some((line, expected)) => Replayed::Diverged(Divergence { line, expected, got }),
        None if (&outcome, &remark) == (&tape.end.outcome, &tape.end.remark) => Replayed::AsRecorded,
        None => Replayed::Diverged(Divergence { line: tape.last_line(), expected: end_of(&tape.end), got }),
    })
}

fn read(head: &Head) -> Result<(Serial, Assignment, Duration), ReplayError> {
    let wrong = |field, value: &dyn ToString| ReplayError::Head { field, value: value.to_string() };
    let package =
        head.package.as_ref().map(|name| PackageName::new(name).map_err(|_| wrong("package", name)));
    let username =
        head.username.as_ref().map(|name| Username::as_found(name).map_err(|_| wrong("username", name)));
    let mark =
        head.mark.clone().map(|mark| serde_json::from_value(mark.clone()).map_err(|_| wrong("mark", &mark)));
    let assignment = Assignment {
        task: None,
        username: username.transpose()?,
        app: AppId::new(&head.app).map_err(|_| wrong("app", &head.app))?,
        package: package.transpose()?,
        config: head.config.clone(),
        mark: mark.transpose()?,
        seed: head.seed,
    };
    let serial = Serial::new(&head.serial).map_err(|_| wrong("serial", &head.serial))?;
    let limit = Duration::try_from_secs_f64(head.time_limit);
    Ok((serial, assignment, limit.map_err(|_| wrong("time_limit", &head.time_limit))?))
}

/// Returns when a run has requested nothing for [`STALL_TIMEOUT`].
async fn stalled(player: &Player) {
    let mut before = None;
    loop {
        let now = player.left_over();
        if before.as_ref() == Some(&now) {
            return;
        }
        before = Some(now);
        sleep(STALL_TIMEOUT).await;
    }
}

/// The result of a run that neither requests anything nor ends.
fn without_an_end(tape: &Tape, player: &Player) -> Replayed {
    match player.left_over() {
        None if was_ended_from_outside(&tape.end) => Replayed::AsRecorded,
        rest => {
            let (line, expected) = rest.unwrap_or_else(|| (tape.last_line(), end_of(&tape.end)));
            Replayed::Diverged(Divergence { line, expected, got: "does nothing any more".to_owned() })
        }
    }
}

/// The result of a run that requests more than the tape has.
fn beyond_the_end(tape: &Tape, asked: &str) -> Replayed {
    if tape.end.left_out > 0 || was_ended_from_outside(&tape.end) {
        return Replayed::AsRecorded;
    }
    let (line, expected) = (tape.last_line(), end_of(&tape.end));
    Replayed::Diverged(Divergence { line, expected, got: format!("asks for {asked}") })
}

fn was_ended_from_outside(end: &End) -> bool {
    let from_outside = [Outcome::TimedOut, Outcome::Stopped, Outcome::Interrupted];
    from_outside.iter().any(|outcome| outcome.as_str() == end.outcome)
}

fn end_of(end: &End) -> String {
    format!("the end of the run: {}, \"{}\"", end.outcome, end.remark)
}
