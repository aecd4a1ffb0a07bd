//! Claims the next due task of one device, as soon as the limit of running devices lets it.

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_device::phone::Phone;
use tikmatrix_domain::{LeaseId, Serial, Task};
use tikmatrix_storage::{Claim, StorageError};

use crate::context::RunnerContext;
use crate::slots::SlotTicket;

/// The delay before the next claim for a phone on which another server runs a task: that server does not report its end.
const BUSY_ELSEWHERE_DELAY: TimeDelta = TimeDelta::seconds(5);

/// The result of a claim.
pub(crate) enum Claimed {
    Task(Box<Task>, LeaseId),
    /// Nothing is due; the next task will be at this moment, if there is one.
    Nothing(Option<DateTime<Utc>>),
    /// The phone's connection or the runner ended while the device waited for a slot, or another phone reported its serial.
    Cancelled,
}

/// Claims the next due task of `serial`. It reads before it claims: a read blocks no other device, and mostly nothing is
/// due.
pub(crate) async fn claim(
    context: &RunnerContext,
    serial: &Serial,
    phone: &Phone,
) -> Result<Claimed, StorageError> {
    loop {
        let now = context.clock.now();
        let next_due = context.store.queue().next_due(serial.clone(), now).await?;
        if next_due.is_none_or(|due| due > now) {
            return Ok(Claimed::Nothing(next_due));
        }
        let ticket = tokio::select! {
            () = context.stop.cancelled() => return Ok(Claimed::Cancelled),
            _ = phone.connection().closed() => return Ok(Claimed::Cancelled),
            ticket = context.slots.ticket(serial) => ticket,
        };
        // `None`: what was due is gone, and what is due after it has to be read.
        if let Some(claimed) = claim_with(context, serial, phone, ticket).await? {
            return Ok(claimed);
        }
    }
}

/// Claims the device's next task as soon as a slot is free; `None` if nothing is due by then. The claim itself is never
/// cancelled: a claimed task must reach its worker.
async fn claim_with(
    context: &RunnerContext,
    serial: &Serial,
    phone: &Phone,
    mut ticket: SlotTicket<'_>,
) -> Result<Option<Claimed>, StorageError> {
    loop {
        if context.devices.is_in_conflict(serial) {
            return Ok(Some(Claimed::Cancelled));
        }
        let lease = context.server.lease(rand::random());
        let claim =
            context.store.queue().claim(ticket.limit(), serial.clone(), lease.clone(), context.clock.now());
        let claim = claim.await?;
        if !matches!(claim, Claim::LimitReached(_)) {
            ticket.not_refused();
        }
        let limit = match claim {
            Claim::Claimed(task) => return Ok(Some(Claimed::Task(task, lease))),
            Claim::NothingDue => return Ok(None),
            Claim::DeviceBusyElsewhere => {
                let retry_at = context.clock.now() + BUSY_ELSEWHERE_DELAY;
                return Ok(Some(Claimed::Nothing(Some(retry_at))));
            }
            Claim::LimitReached(limit) => limit,
        };
        tokio::select! {
            () = context.stop.cancelled() => return Ok(Some(Claimed::Cancelled)),
            _ = phone.connection().closed() => return Ok(Some(Claimed::Cancelled)),
            () = ticket.slot_may_be_free(limit) => {}
        }
    }
}
