//! One run of one script on one phone: its time limit, its cancellation, the evidence of a failure, and the clean-up that
//! happens in every case. Which task it belongs to and where its journal goes is up to the runner.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::accounts::AccountRecords;
use super::context::{Assignment, Context, Records, RunStart};
use super::journal::{ArtifactKind, Entry, Journal, LogLevel};
use super::marks::Marks;
use super::materials::Materials;
use super::registry::RegisteredScript;
use super::run_outcome::{Completion, MAX_RESULT, RunOutcome};
use crate::android::{self, AndroidError};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::tape::{FORM, Head, MAX_RECORDED, Mode, Recorder, recorded};

/// For everything that is undone after a run that was not stopped.
const CLEAN_UP_TIMEOUT: Duration = Duration::from_secs(15);
/// The same after a run that was stopped: the client that stopped it waits until the phone is free.
const STOPPED_CLEAN_UP_TIMEOUT: Duration = Duration::from_secs(4);
/// For a lost connection to be restored.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// For one piece of evidence.
const EVIDENCE_TIMEOUT: Duration = Duration::from_secs(12);

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From its first step to its last; the clean-up comes on top, at most 15 s.
    pub total: Duration,
}

/// One run of a script, with all that it needs.
pub struct Execution {
    /// The script.
    pub script: Arc<RegisteredScript>,
    /// The phone, which no other run may use meanwhile.
    pub phone: Phone,
    /// What is to be done, for which account.
    pub assignment: Assignment,
    /// Takes what the script reports.
    pub journal: Arc<dyn Journal>,
    /// Hands out materials.
    pub materials: Arc<dyn Materials>,
    /// Stores what the script marks before it does what cannot be undone.
    pub marks: Arc<dyn Marks>,
    /// Stores which accounts the script found on the phone.
    pub accounts: Arc<dyn AccountRecords>,
    /// How long the run may take.
    pub limits: Limits,
    /// Drops the script at its next await when it is cancelled; the clean-up still happens.
    pub cancel: CancellationToken,
}

/// Runs a script to its end, and leaves the phone as it was found. Dropping the future itself leaves the phone as it is.
pub async fn execute(execution: Execution) -> RunOutcome {
    let Execution { script, phone, assignment, journal, materials, marks, accounts, limits, cancel } =
        execution;
    let records = Records { materials, marks, accounts };
    // A little later than the end of the run, so that a run out of time never passes for one slow operation.
    let deadline = Deadline::after(limits.total + Duration::from_secs(1));
    let recorder = Arc::new(Recorder::new(&tape_head(&script, &phone, &assignment, limits), MAX_RECORDED));
    let phone = recorded(&phone, Arc::clone(&recorder));
    let mode = Mode::Recording(Arc::clone(&recorder));
    let start = RunStart { phone, mode, assignment: assignment.clone(), journal, records, deadline };
    let mut context = start.into_context();
    let ended = tokio::select! {
        biased;
        () = cancel.cancelled() => RunOutcome::Stopped,
        ended = tokio::time::timeout(limits.total, run(&script, &mut context, &assignment.config)) => {
            ended.unwrap_or_else(|_| RunOutcome::TimedOut { last_step: context.report.current_step().map(str::to_owned) })
        }
    };
    let (outcome, remark) = ended.on_tape(limits.total, context.report.current_step());
    let tape = recorder.end(&outcome, remark);
    if let RunOutcome::Completed(Completion { result: Some(result), .. }) = &ended {
        record_result(&context, result);
    }
    if ended.left_evidence() {
        tokio::select! {
            () = record_evidence(&mut context, tape) => {}
            () = cancel.cancelled() => {}
        }
    }
    let timeout = if cancel.is_cancelled() { STOPPED_CLEAN_UP_TIMEOUT } else { CLEAN_UP_TIMEOUT };
    clean_up(&mut context, Deadline::after(timeout)).await;
    ended
}

/// Runs the script and catches its panics. After one, nothing that it was lent is used but the list of what to undo.
pub(super) async fn run(script: &RegisteredScript, context: &mut Context, config: &Value) -> RunOutcome {
    match AssertUnwindSafe(script.run(context, config)).catch_unwind().await {
        Ok(Ok(completion)) => RunOutcome::Completed(completion),
        Ok(Err(failure)) => RunOutcome::Failed(failure),
        Err(panic) => RunOutcome::Panicked(panic_message(panic.as_ref())),
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a message").to_owned()
}

/// The first line of the tape of a run.
fn tape_head(script: &RegisteredScript, phone: &Phone, assignment: &Assignment, limits: Limits) -> Head {
    Head {
        tape: FORM,
        product: env!("CARGO_PKG_VERSION").to_owned(),
        script: script.name().to_owned(),
        config: assignment.config.clone(),
        app: assignment.app.as_str().to_owned(),
        package: assignment.package.as_ref().map(ToString::to_string),
        username: assignment.username.as_ref().map(ToString::to_string),
        mark: assignment.mark.as_ref().and_then(|mark| serde_json::to_value(mark).ok()),
        serial: phone.serial().to_string(),
        seed: assignment.seed,
        time_limit: limits.total.as_secs_f64(),
    }
}

/// Records what the script returned. The work is done: a result that is too long does not fail it.
fn record_result(context: &Context, result: &Value) {
    let text = result.to_string();
    if text.len() <= MAX_RESULT {
        context.report.record(Entry::Result(text));
    } else {
        let line = format!("the result of {} bytes is left out: at most {MAX_RESULT} are stored", text.len());
        context.log(LogLevel::Warn, line);
    }
}

/// Records the tape of a failed run, and what the screen shows now; a phone that is gone shows nothing.
async fn record_evidence(context: &mut Context, tape: Vec<u8>) {
    context.report.record(Entry::Artifact { kind: ArtifactKind::Tape, bytes: tape });
    let phone = context.phone().clone();
    match android::screenshot(&phone, Deadline::after(EVIDENCE_TIMEOUT)).await {
        Ok(bytes) => context.report.record(Entry::Artifact { kind: ArtifactKind::Screenshot, bytes }),
        Err(error) => context.log(LogLevel::Warn, format!("no screenshot of the failure: {error}")),
    }
    match context.screen.reader.read_xml(&phone, Deadline::after(EVIDENCE_TIMEOUT)).await {
        Ok(bytes) => context.report.record(Entry::Artifact { kind: ArtifactKind::UiTree, bytes }),
        Err(error) => context.log(LogLevel::Warn, format!("no UI tree of the failure: {error}")),
    }
}

/// Undoes what there is to undo. A connection that was lost is restored once: many come back within seconds.
async fn clean_up(context: &mut Context, deadline: Deadline) {
    let mut phone = context.phone().clone();
    let mut may_reconnect = true;
    for clean_up in context.clean_ups.take() {
        let mut result = clean_up.perform(&phone, deadline).await;
        if may_reconnect && matches!(&result, Err(AndroidError::Adb(error)) if error.is_transient()) {
            may_reconnect = false;
            if let Ok(again) =
                Phone::connect_by(phone.connection().route(), deadline.at_most(RECONNECT_TIMEOUT)).await
            {
                phone = again;
                result = clean_up.perform(&phone, deadline).await;
            }
        }
        if let Err(error) = result {
            context.log(LogLevel::Warn, format!("could not {clean_up} afterwards: {error}"));
        }
    }
    if let Err(error) = context.screen.reader.clean_up(&phone, deadline).await {
        context.log(LogLevel::Warn, format!("could not remove the dump of the screen afterwards: {error}"));
    }
}
