//! A task for the tests of how tasks are shown.

use tikmatrix_api_types::tasks::Task;
use tikmatrix_api_types::{Moment, Source, Status, Text};

/// A second of the minute in which everything happens.
pub(super) fn at(second: u32) -> Moment {
    format!("2026-11-30T12:00:{second:02}Z").parse().unwrap()
}

/// A pending task.
pub(super) fn task() -> Task {
    Task {
        id: 7,
        serial: Some("virtual-1".to_owned()),
        username: Some("mia".to_owned()),
        app: "tiktok".into(),
        app_version: None,
        script_name: "post".to_owned(),
        script_config: None,
        script_config_bytes: 2,
        source: Text(Source::Api),
        status: 0,
        status_text: Text(Status::Pending),
        waiting_reason: None,
        start_time: None,
        started_at: None,
        finished_at: None,
        progress: 0,
        step: None,
        retry_count: 0,
        max_retries: 0,
        priority: 0,
        outcome: None,
        failure_code: None,
        remark: None,
        created_at: at(1),
        updated_at: at(1),
    }
}
