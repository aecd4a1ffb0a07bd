//! Why a pending task does not run yet, and what a person can do about it.

use tikmatrix_api_types::tasks::Task;

use crate::cli::output::printable;

/// Returns a sentence about the reason for which a task waits; empty for a task that does not, and for a reason that this
/// version does not know.
pub(super) fn explanation(task: &Task) -> String {
    let Some(reason) = task.waiting_reason else { return String::new() };
    let serial = printable(task.serial.as_deref().unwrap_or_default());
    let username = printable(task.username.as_deref().unwrap_or_default());
    match reason.as_str() {
        "scheduled" => "its start time has not come".to_owned(),
        "device_offline" => {
            format!("its phone {serial} is not connected: `tikmatrix device show {serial}` shows why")
        }
        "device_busy" => format!("its phone {serial} runs another task"),
        "plan_limit" => {
            "as many phones run tasks as the plan allows: `tikmatrix license status` shows it".to_owned()
        }
        "no_device_for_account" => format!(
            "its account is on no phone: find it with `tikmatrix account list --username {username}`, then \
             `tikmatrix account change ID --serial SERIAL`"
        ),
        "retry_backoff" => "its last attempt failed, and the next one is later".to_owned(),
        "paused" => "the server starts no tasks: `tikmatrix resume` lets it".to_owned(),
        "device_conflict" => {
            format!("two phones report the serial {serial}: `tikmatrix device show {serial}`")
        }
        "device_limit" => {
            "as many phones run tasks as the settings allow: `tikmatrix setting get` shows it".to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use tikmatrix_api_types::{Text, WaitingReason};

    use super::super::fixture::task;
    use super::*;

    #[test]
    fn every_reason_is_explained() {
        for reason in WaitingReason::ALL {
            let waiting = Task { waiting_reason: Some(Text(*reason)), ..task() };
            assert_ne!(explanation(&waiting), "", "{}", reason.as_str());
        }
        assert_eq!(explanation(&task()), "");
    }
}
