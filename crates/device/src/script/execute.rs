//! Running one script on one phone: its time, its end by a person's hand, the evidence of a failure, and the clean-up
//! that happens in every case. Which task it belongs to and where the journal goes is the runner's.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use serde_json::Value;
use tikmatrix_domain::{AppKind, PackageName, Username};
use tokio_util::sync::CancellationToken;

use super::context::Context;
use super::journal::{ArtifactKind, Entry, Journal, LogLevel};
use super::materials::Materials;
use super::run_outcome::RunOutcome;
use super::{Script, replay};
use crate::android::{self, AndroidError};
use crate::deadline::Deadline;
use crate::phone::Phone;
use crate::tape::{MAX_RECORDED, Mode, Recorder, recorded};

/// For everything that is undone after a run that ended by itself.
const CLEAN_UP: Duration = Duration::from_secs(15);
/// The same after a run that was stopped: whoever stopped it waits for the phone to be let go.
const CLEAN_UP_WHEN_STOPPED: Duration = Duration::from_secs(4);
/// For a lost connection to be made anew.
const RECONNECT: Duration = Duration::from_secs(3);
/// For one piece of evidence.
const EVIDENCE: Duration = Duration::from_secs(12);

/// How long a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From its first step to its last; the clean-up comes on top, at most 15 s.
    pub total: Duration,
}

/// What is to be done, for whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The account; none means whichever is signed in.
    pub username: Option<Username>,
    /// The app.
    pub app: AppKind,
    /// The app's package on the phone; none means whichever official one is there.
    pub package: Option<PackageName>,
    /// The configuration as [`Script::plan`] settled it.
    pub config: Value,
    /// Where chance begins: the same seed gives the same choices.
    pub seed: u64,
}

/// Runs a script to its end, and leaves the phone as it was found. Cancelling `cancel` drops the script at its next
/// await; the clean-up still happens. Dropping the future itself leaves the phone as it is.
pub async fn execute(
    script: &dyn Script,
    phone: Phone,
    assignment: Assignment,
    journal: Arc<dyn Journal>,
    materials: Arc<dyn Materials>,
    limits: Limits,
    cancel: CancellationToken,
) -> RunOutcome {
    // A little later than the end of the run, so that a run out of time never passes for one slow operation.
    let deadline = Deadline::after(limits.total + Duration::from_secs(1));
    let head = replay::head(script, &phone, &assignment, limits);
    let recorder = Arc::new(Recorder::new(&head, MAX_RECORDED));
    let phone = recorded(&phone, Arc::clone(&recorder));
    let mode = Mode::Recording(Arc::clone(&recorder));
    let mut context = Context::new(phone, mode, &assignment, journal, materials, deadline);
    let ended = tokio::select! {
        biased;
        () = cancel.cancelled() => RunOutcome::Cancelled,
        ended = tokio::time::timeout(limits.total, run(script, &mut context, &assignment.config)) => {
            ended.unwrap_or_else(|_| RunOutcome::TimedOut { last_step: context.current_step().map(str::to_owned) })
        }
    };
    let (outcome, remark) = replay::outcome_and_remark(&ended, limits.total, context.current_step());
    let tape = recorder.end(&outcome, remark);
    if ended.left_evidence() {
        tokio::select! {
            () = keep_evidence(&mut context, tape) => {}
            () = cancel.cancelled() => {}
        }
    }
    let limit = if cancel.is_cancelled() { CLEAN_UP_WHEN_STOPPED } else { CLEAN_UP };
    clean_up(&mut context, Deadline::after(limit)).await;
    ended
}

/// Runs the script. A defect of it must not leave the phone as it is: nothing that it was lent is used afterwards but
/// the list of what to undo.
pub(super) async fn run(script: &dyn Script, context: &mut Context, config: &Value) -> RunOutcome {
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

/// Records what the run was on its phone, and what the screen shows now; a phone that is gone shows nothing.
async fn keep_evidence(context: &mut Context, tape: Vec<u8>) {
    context.record(Entry::Artifact { kind: ArtifactKind::Tape, bytes: tape });
    let phone = context.phone().clone();
    match android::screenshot(&phone, Deadline::after(EVIDENCE)).await {
        Ok(bytes) => context.record(Entry::Artifact { kind: ArtifactKind::Screenshot, bytes }),
        Err(error) => context.log(LogLevel::Warn, format!("no screenshot of the failure: {error}")),
    }
    match context.reader.read_xml(&phone, Deadline::after(EVIDENCE)).await {
        Ok(bytes) => context.record(Entry::Artifact { kind: ArtifactKind::UiTree, bytes }),
        Err(error) => context.log(LogLevel::Warn, format!("no UI tree of the failure: {error}")),
    }
}

/// Undoes what there is to undo. A connection that was lost is made anew once: many come back within seconds.
async fn clean_up(context: &mut Context, deadline: Deadline) {
    let mut phone = context.phone().clone();
    let mut may_reconnect = true;
    for clean_up in context.take_clean_ups() {
        let mut result = clean_up.perform(&phone, deadline).await;
        if may_reconnect && matches!(&result, Err(AndroidError::Adb(error)) if error.is_transient()) {
            may_reconnect = false;
            if let Ok(again) = Phone::connect_by(phone.route(), deadline.at_most(RECONNECT)).await {
                phone = again;
                result = clean_up.perform(&phone, deadline).await;
            }
        }
        if let Err(error) = result {
            context.log(LogLevel::Warn, format!("could not {clean_up} afterwards: {error}"));
        }
    }
    if let Err(error) = context.reader.clean_up(&phone, deadline).await {
        context.log(LogLevel::Warn, format!("could not remove the dump of the screen afterwards: {error}"));
    }
}
