//! Creates a task that follows an account from one phone, prints its steps as they happen, and how it ended:
//!
//! ```text
//! cargo run --package tikmatrix-client --example follow -- http://127.0.0.1:50809 R58M00ABC someone
//! ```
//!
//! The variable `TIKMATRIX_TOKEN` holds the token, where the server needs one.

use std::time::Duration;

use tikmatrix_client::api::events::EventQuery;
use tikmatrix_client::api::tasks::{NewTasks, TaskDetail};
use tikmatrix_client::{Client, Error, Event};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, serial, username] = arguments.as_slice() else {
        return Err("usage: follow URL SERIAL USERNAME".into());
    };
    let mut builder = Client::builder(url);
    if let Ok(token) = std::env::var("TIKMATRIX_TOKEN") {
        builder = builder.token(token);
    }
    let detail = follow(&builder.build(), serial, username)?;
    println!("{}: {}", detail.task.status_text, detail.task.remark.unwrap_or_default());
    Ok(())
}

/// Follows `username` from the phone `serial`.
pub(crate) fn follow(client: &Client, serial: &str, username: &str) -> Result<TaskDetail, Error> {
    // The stream is opened first, so that it has every event of the task.
    let events = client.events(&EventQuery { serial: Some(serial.into()), ..EventQuery::default() })?;
    let tasks = NewTasks {
        serials: Some(vec![serial.into()]),
        ..NewTasks::new("follow", serde_json::json!({"target_users": [username]}))
    };
    let created = client.tasks().create(&tasks)?;
    let task_id = created.task_ids[0];
    for event in events {
        let Event::Change { data, .. } = event? else { continue };
        if data.task_id != Some(task_id) {
            continue;
        }
        if let Some(step) = &data.step {
            println!("step: {step}");
        }
        if data.outcome.is_some() {
            break;
        }
    }
    client.tasks().wait(task_id, Some(Duration::from_secs(60)))
}
