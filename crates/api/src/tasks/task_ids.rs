//! The body of a request that names tasks by their numbers.

use std::collections::HashSet;

use serde_json::Value;
use tikmatrix_device::script::whole;
use tikmatrix_domain::TaskId;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::fields::{Fields, shown};

/// The most tasks that one request may name.
const MOST: usize = 1_000;

/// Reads `{"task_ids": [1, 2, 3]}`; a number that is given twice counts once.
///
/// # Errors
/// 40001 with all that is wrong with it at once.
pub(crate) fn read(body: Value) -> Result<Vec<TaskId>, ApiError> {
    let mut fields =
        Fields::of(body).map_err(|problem| ApiError::problems(ErrorCode::InvalidParameter, vec![problem]))?;
    let mut ids = Vec::new();
    match fields.any("task_ids") {
        None => fields.problem("task_ids", "is required: a list of the numbers of tasks"),
        Some(Value::Array(elements)) if elements.len() > MOST => {
            fields
                .problem("task_ids", format!("holds {} numbers; at most {MOST} are allowed", elements.len()));
        }
        Some(Value::Array(elements)) => {
            let mut seen = HashSet::new();
            for (index, element) in elements.iter().enumerate() {
                match whole(element).filter(|number| *number > 0) {
                    Some(number) if seen.insert(number) => ids.push(TaskId(number)),
                    Some(_) => {}
                    None => {
                        let reason =
                            format!("{} is not the number of a task: a whole number from 1", shown(element));
                        fields.problem(format!("task_ids[{index}]"), reason);
                    }
                }
            }
        }
        Some(other) => fields.problem("task_ids", format!("{} is not a list of numbers", shown(&other))),
    }
    let problems = fields.finish();
    if problems.is_empty() { Ok(ids) } else { Err(ApiError::problems(ErrorCode::InvalidParameter, problems)) }
}
