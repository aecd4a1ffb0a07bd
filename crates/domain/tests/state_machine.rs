//! The transition function as a state machine: any events in any order keep the invariants of the other crates.

#![cfg(test)]

use chrono::DateTime;
use proptest::prelude::*;
use tikmatrix_domain::{
    Finish, IllegalTransition, LeaseId, Outcome, Status, TaskEvent, TaskState, check_deletable, transition,
};

fn any_event() -> impl Strategy<Value = TaskEvent> {
    let moment = (0_i64..1_000).prop_map(|millis| DateTime::from_timestamp_millis(millis).unwrap());
    let lease = "[ab]".prop_map(LeaseId);
    let outcome = prop::sample::select(Outcome::ALL.to_vec());
    (0..7, lease, moment, outcome).prop_map(|(kind, lease, at, outcome)| match kind {
        0 => TaskEvent::Claimed { lease, at },
        1 => TaskEvent::Released { lease },
        2 => TaskEvent::Postponed { lease, until: at },
        3 => TaskEvent::Retried,
        4 => TaskEvent::Interrupted { lease },
        5 => TaskEvent::Cancelled { at },
        _ => TaskEvent::Finished {
            lease,
            finish: Finish { outcome, failure_code: None, remark: String::new(), at },
        },
    })
}

/// The state machine written a second time as a table: the oracle of the test.
fn expected(state: &TaskState, event: &TaskEvent) -> Result<Status, IllegalTransition> {
    let holder = match state {
        TaskState::Running { lease, .. } => Some(lease),
        _ => None,
    };
    match (state.status(), event) {
        (Status::Pending, TaskEvent::Claimed { .. }) => Ok(Status::Running),
        (status, TaskEvent::Claimed { .. }) => Err(IllegalTransition::NotPending(status)),
        (Status::Failed, TaskEvent::Retried) => Ok(Status::Pending),
        (status, TaskEvent::Retried) => Err(IllegalTransition::NotFailed(status)),
        (Status::Pending, TaskEvent::Cancelled { .. }) => Ok(Status::Failed),
        (status, TaskEvent::Cancelled { .. }) => Err(IllegalTransition::NotCancellable(status)),
        (Status::Running, TaskEvent::Finished { lease, finish }) if holder == Some(lease) => {
            let succeeded = finish.outcome == Outcome::Succeeded;
            Ok(if succeeded { Status::Completed } else { Status::Failed })
        }
        (
            Status::Running,
            TaskEvent::Released { lease }
            | TaskEvent::Interrupted { lease }
            | TaskEvent::Postponed { lease, .. },
        ) if holder == Some(lease) => Ok(Status::Pending),
        (Status::Running, _) => Err(IllegalTransition::LeaseLost),
        (status, _) => Err(IllegalTransition::NotRunning(status)),
    }
}

proptest! {
    #[test]
    fn only_the_lease_that_claimed_a_task_ends_it_and_once_for_each_claim(events in prop::collection::vec(any_event(), 0..20)) {
        let mut state = TaskState::Pending;
        let mut holder = None;
        let (mut rounds, mut ends, mut cancellations) = (1, 0, 0);
        for event in events {
            let before = state.clone();
            let outcome = transition(&state, event.clone());
            prop_assert_eq!(outcome.as_ref().map(TaskState::status).map_err(|error| *error), expected(&before, &event));
            let Ok(next) = outcome else { continue };
            match (&next, &event) {
                (TaskState::Running { lease, since }, TaskEvent::Claimed { at, .. }) => {
                    prop_assert_eq!(since, at);
                    holder = Some(lease.clone());
                }
                (TaskState::Pending, TaskEvent::Released { lease } | TaskEvent::Interrupted { lease }) => {
                    let held = holder.take();
                    prop_assert_eq!(Some(lease), held.as_ref());
                }
                (TaskState::Retrying { at }, TaskEvent::Postponed { lease, until }) => {
                    prop_assert_eq!(at, until);
                    let held = holder.take();
                    prop_assert_eq!(Some(lease), held.as_ref());
                }
                (TaskState::Pending, TaskEvent::Retried) => {
                    let failed = matches!(&before, TaskState::Finished { finish, .. }
                        if finish.outcome != Outcome::Succeeded);
                    prop_assert!(failed, "only a failed task is retried by a user");
                    rounds += 1;
                }
                (TaskState::Finished { started_at, finish }, TaskEvent::Finished { lease, finish: asked }) => {
                    prop_assert_eq!(Some(lease), holder.as_ref());
                    prop_assert_eq!(finish, asked);
                    let begun = matches!(&before, TaskState::Running { since, .. } if Some(*since) == *started_at);
                    prop_assert!(begun);
                    holder = None;
                    ends += 1;
                }
                (TaskState::Finished { started_at: None, finish }, TaskEvent::Cancelled { at }) => {
                    prop_assert!(holder.is_none());
                    prop_assert_eq!((finish.outcome, finish.at), (Outcome::Cancelled, *at));
                    cancellations += 1;
                }
                _ => prop_assert!(false, "{:?} became {:?} by {:?}", before, next, event),
            }
            state = next;
            prop_assert_eq!(check_deletable(&state).is_err(), state.status() == Status::Running);
        }
        prop_assert!(ends + cancellations <= rounds);
    }
}
