//! `tikmatrix demo`: a server with virtual phones on a temporary data directory, and one video published on one of them.
//! The demo uses the server as any program does, through the client crate.

mod progress;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tikmatrix_api::{Server, ServerConfig};
use tikmatrix_api_types::Status;
use tikmatrix_api_types::tasks::NewTasks;
use tikmatrix_client::Client;
use tikmatrix_device::shell_quote::shell_word;

use self::progress::Progress;
use super::composition::{app_ids, attach_virtual_phones, scripts, start_virtual_phones};
use super::output::answer::Output;
use super::shutdown::{shut_down, shutdown_signal};

/// The number of virtual phones.
const PHONE_COUNT: u16 = 4;
/// The timeout of the whole demo, from the first command to the last check.
const DEMO_TIMEOUT: Duration = Duration::from_secs(300);
/// The pause between two requests for the task.
const POLL_INTERVAL: Duration = Duration::from_millis(100);
/// The video that is published; `assets/README.md` describes how it was made.
const VIDEO: &[u8] = include_bytes!("../../../assets/demo.mp4");
/// The phone that publishes it.
const SERIAL: &str = "virtual-1";
/// The caption of the video; emoji and right-to-left letters must arrive unchanged.
const CAPTION: &str = "Hello from TikMatrix 👋🌍 שלום #demo";

/// The options of `demo`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Ends after the video instead of keeping the server up
    #[arg(long, env = "TIKMATRIX_DEMO_ONCE", value_parser = clap::builder::BoolishValueParser::new())]
    once: bool,
    /// The port of the server, on this machine only; 0 means any free one
    #[arg(long, env = "TIKMATRIX_DEMO_PORT", default_value_t = 0)]
    port: u16,
}

/// Runs the demo; without `--once` until a signal stops it.
pub(super) async fn run(options: &Options, output: Output) -> anyhow::Result<()> {
    let stopped = shutdown_signal().context("cannot listen for signals")?;
    tokio::pin!(stopped);
    let directory = tempfile::Builder::new()
        .prefix("tikmatrix-demo-")
        .tempdir()
        .context("cannot make a directory for the demo's data")?;
    let video = directory.path().join("demo.mp4");
    std::fs::write(&video, VIDEO).with_context(|| format!("cannot write {}", video.display()))?;
    let farm = start_virtual_phones(PHONE_COUNT).await?;
    let data_directory = directory.path().join("data");
    let mut config = ServerConfig {
        port: options.port,
        scripts: scripts()?,
        apps: app_ids()?,
        ..ServerConfig::new(data_directory)
    };
    attach_virtual_phones(&mut config, &farm);
    let server = Server::start(config).await?;
    let url = server.url();
    let shown = tokio::select! {
        shown = show(&url, &video, options.once, output) => shown,
        () = &mut stopped => Err(anyhow::anyhow!("the demo was ended before its video was published")),
    };
    if shown.is_ok() && !options.once {
        stopped.await;
    }
    // What went wrong first is what matters.
    shown.and(shut_down(server, Some(farm)).await)
}

/// Publishes the video, checks that the phone has the bytes that were sent, and shows what to do next unless this is `once`
/// only.
async fn show(url: &str, video: &Path, once: bool, output: Output) -> anyhow::Result<()> {
    let serving = json!({"url": url, "virtual_phones": PHONE_COUNT});
    output.event(&serving, || format!("TikMatrix serves {url} with {PHONE_COUNT} virtual phones"))?;
    let (client, path) = (Client::new(url), video.to_owned());
    // The client blocks; after the timeout the thread is left behind and ends with the program.
    let work = tokio::task::spawn_blocking(move || publish(&client, &path, output));
    let publication = tokio::time::timeout(DEMO_TIMEOUT, work)
        .await
        .with_context(|| format!("the video was not published within {} s", DEMO_TIMEOUT.as_secs()))???;
    let Publication { address, account, caption, sha256, seconds } = publication;
    let sent = Sha256::digest(VIDEO).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if sha256 != sent {
        bail!("{SERIAL} published other bytes than were sent: sha256 {sha256} instead of {sent}");
    }
    let published = json!({
        "published_on": SERIAL, "address": address, "seconds": seconds, "username": account, "caption": caption,
        "sha256": sha256,
    });
    output.event(&published, || {
        let done = format!(
            "\nPublished on {SERIAL} ({address}) in {seconds:.1} s\n  account  @{account}\n  caption  {caption}\n  \
             sha256   {sha256}, the same as the file's"
        );
        if once {
            return done;
        }
        format!(
            "{done}\n\nThe server stays up. Paste this to publish on another phone, Ctrl-C ends it:\n\n{}\n\nWhat the \
             phones published: {url}/virtual/phones",
            next_command(url, video)
        )
    })
}

/// A post on a virtual phone, as the phone reports it.
struct Publication {
    /// Where the phone speaks ADB.
    address: String,
    /// The account, without `@`.
    account: String,
    /// The text below the video.
    caption: String,
    /// Of the file's bytes, in hexadecimal.
    sha256: String,
    /// From the request to the confirmation.
    seconds: f64,
}

/// Publishes the video at `path` on one phone and shows the progress.
fn publish(client: &Client, path: &Path, output: Output) -> anyhow::Result<Publication> {
    let start = Instant::now();
    let tasks = NewTasks { serials: Some(vec![SERIAL.into()]), ..NewTasks::new("post", post(CAPTION, path)) };
    let created = client.tasks().create(&tasks).context("cannot create the task")?;
    let id = *created.task_ids.first().context("the server created no task")?;
    let created = json!({"task_id": id, "serial": SERIAL, "file": path});
    output.event(&created, || format!("Task {id}: post {} on {SERIAL}", path.display()))?;
    watch(client, id, output)?;
    published(client, start.elapsed().as_secs_f64())
}

/// Shows the task's steps until it has ended.
fn watch(client: &Client, id: i64, output: Output) -> anyhow::Result<()> {
    let mut progress = Progress::new(output);
    loop {
        let detail = client.tasks().get(id).context("cannot read the task")?;
        progress.show(&detail)?;
        match *detail.task.status_text {
            Status::Completed => {
                return progress.finish();
            }
            Status::Failed => {
                progress.abandon();
                let remark = detail.task.remark;
                bail!(
                    "the task failed: {}",
                    remark.unwrap_or_else(|| "the server gives no reason".to_owned())
                );
            }
            Status::Pending | Status::Running => std::thread::sleep(POLL_INTERVAL),
        }
    }
}

/// Finds the post among those that the virtual phone reports.
fn published(client: &Client, seconds: f64) -> anyhow::Result<Publication> {
    let phones: Vec<Value> = client.json("/virtual/phones").context("cannot read the virtual phones")?;
    let phone = phones.iter().find(|phone| phone["serial"] == SERIAL);
    let phone = phone.with_context(|| format!("{SERIAL} is not among the virtual phones"))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    for account in phone["apps"]["tiktok"]["accounts"].as_array().into_iter().flatten() {
        for post in account["posts"].as_array().into_iter().flatten() {
            if post["caption"] == CAPTION {
                return Ok(Publication {
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

/// Returns the configuration of the script `post`.
fn post(caption: &str, video: &Path) -> Value {
    json!({
        "content_type": 0,
        "captions": caption,
        "material_list": [video.to_string_lossy()],
        "upload_wait_time": 60,
    })
}

/// Returns a shell command that creates a task on the second phone.
fn next_command(url: &str, video: &Path) -> String {
    let body = json!({
        "serials": ["virtual-2"],
        "script_name": "post",
        "script_config": post("Check out my new video! #viral #fyp", video),
    });
    let body = shell_word(&body.to_string());
    format!("curl -X POST {url}/api/v1/task -H 'Content-Type: application/json' -d {body}")
}
