//! The demo as a client of the API: one task, watched to its end, and what the phone has of it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};

use ureq::http::Method;

use super::super::client::Client;
use super::super::output::say;
use super::progress::Display;

/// The phone that publishes.
const SERIAL: &str = "virtual-1";
/// What is written below the video; emoji and right-to-left letters have to arrive as they are.
const CAPTION: &str = "Hello from TikMatrix 👋🌍 שלום #demo";
/// Between two looks at the task.
const PAUSE: Duration = Duration::from_millis(100);

/// What a phone published.
pub(super) struct Publication {
    /// The phone's serial.
    pub(super) serial: String,
    /// Where it speaks ADB.
    pub(super) address: String,
    /// The account, without `@`.
    pub(super) account: String,
    /// The text below the video.
    pub(super) caption: String,
    /// Of the file's bytes, in hexadecimal.
    pub(super) sha256: String,
    /// From the request to the confirmation.
    pub(super) seconds: f64,
}

/// Publishes the video at `path` on the first phone and shows how it goes.
pub(super) fn publish(client: &Client, path: &Path) -> anyhow::Result<Publication> {
    let started = std::time::Instant::now();
    let request = json!({
        "serials": [SERIAL],
        "script_name": "post",
        "script_config": {
            "content_type": 0,
            "captions": CAPTION,
            "material_list": [path.to_string_lossy()],
            "upload_wait_time": 60,
        },
    });
    let created =
        client.send(Method::POST, "/api/v1/task", Some(&request)).context("cannot create the task")?;
    let id = created["task_ids"][0].as_i64().ok_or_else(|| anyhow!("the server named no task: {created}"))?;
    say(format_args!("Task {id}: post {} on {SERIAL}", path.display()));
    watch(client, id)?;
    let seconds = started.elapsed().as_secs_f64();
    published(client, seconds)
}

/// Shows the task's steps until it has ended.
fn watch(client: &Client, id: i64) -> anyhow::Result<()> {
    let mut display = Display::new();
    loop {
        let task = client.get(&format!("/api/v1/task/{id}")).context("cannot look at the task")?;
        display.show(&task);
        match task["status_text"].as_str() {
            Some("completed") => {
                display.finish();
                return Ok(());
            }
            Some("failed") => {
                display.abandon();
                bail!(
                    "the task failed: {}",
                    task["remark"].as_str().unwrap_or("the server does not say why")
                );
            }
            _ => std::thread::sleep(PAUSE),
        }
    }
}

/// What the phone itself says it published.
fn published(client: &Client, seconds: f64) -> anyhow::Result<Publication> {
    let phones = client.plain("/virtual/phones").context("cannot ask the phones")?;
    let phone = phones
        .as_array()
        .and_then(|phones| phones.iter().find(|phone| phone["serial"] == SERIAL))
        .ok_or_else(|| anyhow!("{SERIAL} is not among the virtual phones"))?;
    let accounts = phone["apps"]["tiktok"]["accounts"].as_array();
    for account in accounts.into_iter().flatten() {
        for post in account["posts"].as_array().into_iter().flatten() {
            if post["caption"] == CAPTION {
                let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
                return Ok(Publication {
                    serial: SERIAL.to_owned(),
                    address: text(&phone["address"]),
                    account: text(&account["username"]),
                    caption: text(&post["caption"]),
                    sha256: text(&post["media_sha256"]),
                    seconds,
                });
            }
        }
    }
    bail!("the task is completed, and {SERIAL} shows no post with its caption: {phone}")
}
