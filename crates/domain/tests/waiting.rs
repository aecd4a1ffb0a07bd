//! Why a task waits, case by case.

#![cfg(test)]

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::{
    AppId, DevicePresence, LeaseId, ScriptConfig, ScriptName, Serial, Source, Task, TaskId, TaskOptions,
    TaskState, WaitingReason, waiting_changes, waiting_reason,
};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_780_000_000_000).unwrap()
}

fn task() -> Task {
    Task {
        id: TaskId(1),
        serial: Some(Serial::new("a").unwrap()),
        username: None,
        app: AppId::new("tiktok").unwrap(),
        app_version: None,
        script: ScriptName::new("post").unwrap(),
        script_config: ScriptConfig::Text("{}".to_owned()),
        source: Source::Api,
        start_time: None,
        options: TaskOptions::default(),
        state: TaskState::Pending,
        progress: 0,
        step: None,
        attempt_count: 0,
        retry_count: 0,
        created_at: now(),
        updated_at: now(),
    }
}

#[test]
fn a_due_task_waits_for_whatever_its_phone_lacks() {
    let reason = |presence| waiting_reason(&task(), now(), presence);
    assert_eq!(reason(DevicePresence::Offline), Some(WaitingReason::DeviceOffline));
    assert_eq!(reason(DevicePresence::Conflict), Some(WaitingReason::DeviceConflict));
    assert_eq!(reason(DevicePresence::Busy), Some(WaitingReason::DeviceBusy));
    assert_eq!(reason(DevicePresence::AtPlanLimit), Some(WaitingReason::PlanLimit));
    assert_eq!(reason(DevicePresence::AtDeviceLimit), Some(WaitingReason::DeviceLimit));
    assert_eq!(reason(DevicePresence::Idle), None);
}

#[test]
fn a_task_is_scheduled_until_its_very_moment() {
    let scheduled = Task { start_time: Some(now() + TimeDelta::seconds(1)), ..task() };
    let reason = |at| waiting_reason(&scheduled, at, DevicePresence::Offline);
    assert_eq!(reason(now()), Some(WaitingReason::Scheduled));
    assert_eq!(reason(now() + TimeDelta::seconds(1)), Some(WaitingReason::DeviceOffline));
}

#[test]
fn a_task_that_failed_for_now_backs_off_until_its_very_moment() {
    let retrying = Task { state: TaskState::Retrying { at: now() + TimeDelta::seconds(1) }, ..task() };
    let reason = |at| waiting_reason(&retrying, at, DevicePresence::Offline);
    assert_eq!(reason(now()), Some(WaitingReason::RetryBackoff));
    assert_eq!(reason(now() + TimeDelta::seconds(1)), Some(WaitingReason::DeviceOffline));
}

#[test]
fn a_task_without_a_phone_says_so_even_before_its_time() {
    let homeless = Task { serial: None, start_time: Some(now() + TimeDelta::hours(1)), ..task() };
    assert_eq!(
        waiting_reason(&homeless, now(), DevicePresence::Idle),
        Some(WaitingReason::NoDeviceForAccount)
    );
}

#[test]
fn a_task_that_works_waits_for_nothing() {
    let running =
        Task { state: TaskState::Running { lease: LeaseId("one".to_owned()), since: now() }, ..task() };
    assert_eq!(waiting_reason(&running, now(), DevicePresence::Busy), None);
}

#[test]
fn time_alone_changes_a_reason_at_no_other_moment_than_at_its_turns() {
    let later = |seconds| now() + TimeDelta::seconds(seconds);
    for (start, again) in
        [(None, None), (Some(20), None), (None, Some(40)), (Some(20), Some(40)), (Some(40), Some(20))]
    {
        let state = again.map_or(TaskState::Pending, |seconds| TaskState::Retrying { at: later(seconds) });
        let waits = Task { start_time: start.map(later), state, ..task() };
        let turns: Vec<DateTime<Utc>> = waiting_changes(&waits).collect();
        let reason =
            |millis| waiting_reason(&waits, now() + TimeDelta::milliseconds(millis), DevicePresence::Offline);
        for millis in 0..60_000 {
            let at = now() + TimeDelta::milliseconds(millis);
            assert!(
                reason(millis) == reason(millis - 1) || turns.contains(&at),
                "{start:?} {again:?} {millis}"
            );
        }
    }
}
