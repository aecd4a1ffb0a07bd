//! The limits of the schemas are those of the domain, and a task keeps its JSON on its way through the types.

#![cfg(test)]

use serde_json::{Value, json};
use tikmatrix_api_types::settings::SettingsPatch;
use tikmatrix_api_types::tasks::{NewTasks, TaskDetail};
use tikmatrix_domain::{MAX_INTERVAL_MINUTES, MAX_RETRIES, MAX_TIME_LIMIT, PRIORITIES};
use utoipa::PartialSchema;

fn limits<T: PartialSchema>(field: &str) -> (Value, Value) {
    let schema = serde_json::to_value(T::schema()).unwrap();
    let property = &schema["properties"][field];
    (property["minimum"].clone(), property["maximum"].clone())
}

#[test]
fn the_limits_of_a_request_for_tasks_are_those_of_the_domain() {
    assert_eq!(limits::<NewTasks>("max_interval"), (json!(0), json!(MAX_INTERVAL_MINUTES)));
    assert_eq!(limits::<NewTasks>("min_interval"), (json!(0), json!(MAX_INTERVAL_MINUTES)));
    assert_eq!(limits::<NewTasks>("priority"), (json!(PRIORITIES.start()), json!(PRIORITIES.end())));
    assert_eq!(limits::<NewTasks>("max_retries"), (json!(0), json!(MAX_RETRIES)));
    assert_eq!(limits::<NewTasks>("timeout"), (json!(1), json!(MAX_TIME_LIMIT.as_secs())));
    assert_eq!(limits::<SettingsPatch>("max_retries"), (json!(0), json!(MAX_RETRIES)));
}

#[test]
fn a_task_reads_back_as_it_was_written() {
    let task = json!({
        "id": 7, "serial": "a", "username": null, "app": "tiktok", "app_version": "43.1.4",
        "script_name": "post", "script_config": {"captions": "x", "content_type": 0}, "script_config_bytes": 34, "source": "api", "status": 3,
        "status_text": "failed", "waiting_reason": null, "start_time": null,
        "started_at": "2026-03-01T14:30:00.000+02:00", "finished_at": "2026-03-01T14:31:00.500+02:00",
        "progress": 40, "step": "push", "retry_count": 1, "max_retries": 2, "priority": -5, "outcome": "timed_out",
        "failure_code": "timed_out", "remark": "r", "result": {"label": "x"}, "created_at": "2026-03-01T14:29:00.000+02:00", "updated_at": "2026-03-01T14:31:00.500+02:00",
        "attempts": [{"number": 1, "started_at": "2026-03-01T14:30:00.000+02:00", "finished_at": null,
            "outcome": null, "failure_code": null, "remark": null, "app_version": null}],
        "steps": [{"attempt": 1, "number": 1, "text": "push", "started_at": "2026-03-01T14:30:00.000+02:00"}],
        "artifacts": [{"attempt": 1, "number": 2, "kind": "ui_tree", "taken_at": "2026-03-01T14:30:00.000+02:00",
            "name": "1-ui.xml", "file": "7/1/ui.xml"}],
    });
    let detail: TaskDetail = serde_json::from_value(task.clone()).unwrap();
    assert!(detail.task.is_finished());
    let written: Value = serde_json::from_str(&serde_json::to_string(&detail).unwrap()).unwrap();
    assert_eq!(written, task);
}
