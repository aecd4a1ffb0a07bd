//! `tikmatrix demo`: a server with virtual phones on a fresh data directory, and one video published before your eyes.
//! It uses the server as any client does, over HTTP.

mod client;
mod progress;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use sha2::{Digest, Sha256};
use tikmatrix_api::{Server, ServerConfig};
use tikmatrix_device::shell_quote::shell_word;

use self::client::{Publication, publish};
use super::client::Client;
use super::composition::{attach_virtual_phones, scripts, start_virtual_phones};
use super::output::say;
use super::shutdown::{shut_down, shutdown_signal};

/// How many virtual phones the demo has.
const PHONES: u16 = 4;
/// For the whole of it, from the first command to the last check.
const TIME_LIMIT: Duration = Duration::from_secs(300);
/// What is published; `assets/README.md` says how it was made.
const VIDEO: &[u8] = include_bytes!("../../../assets/demo.mp4");

/// What `demo` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// Ends after the video instead of waiting for what you try next
    #[arg(long, env = "TIKMATRIX_DEMO_ONCE", value_parser = clap::builder::BoolishValueParser::new())]
    once: bool,
    /// The port of the server, on this machine only; 0 means any free one
    #[arg(long, env = "TIKMATRIX_DEMO_PORT", default_value_t = 0)]
    port: u16,
}

/// Runs the demo; without `--once` until it is told to end.
pub(super) async fn run(options: &Options) -> anyhow::Result<()> {
    let stopped = shutdown_signal().context("cannot listen for signals")?;
    tokio::pin!(stopped);
    let directory = tempfile::Builder::new()
        .prefix("tikmatrix-demo-")
        .tempdir()
        .context("cannot make a directory for the demo's data")?;
    let video = directory.path().join("demo.mp4");
    std::fs::write(&video, VIDEO).with_context(|| format!("cannot write {}", video.display()))?;
    let farm = start_virtual_phones(PHONES).await?;
    let data_directory = directory.path().join("data");
    let mut config =
        ServerConfig { port: options.port, scripts: scripts()?, ..ServerConfig::new(data_directory) };
    attach_virtual_phones(&mut config, &farm);
    let server = Server::start(config).await?;
    let url = server.url();
    say(format_args!("TikMatrix serves {url} with {PHONES} virtual phones"));

    let shown = tokio::select! {
        shown = show(&url, &video) => shown,
        () = &mut stopped => Err(anyhow::anyhow!("the demo was ended before its video was published")),
    };
    if shown.is_ok() && !options.once {
        say("\nThe server stays up. Paste this to publish on another phone, Ctrl-C ends it:\n");
        say(format_args!("{}\n", next_command(&url, &video)));
        say(format_args!("What the phones published: {url}/virtual/phones"));
        stopped.await;
    }
    // What went wrong first is what matters.
    shown.and(shut_down(server, Some(farm)).await)
}

/// Publishes the video and checks on the phone that it arrived as it was sent.
async fn show(url: &str, video: &Path) -> anyhow::Result<()> {
    let client = Client::new(url, None);
    let path = video.to_owned();
    // The client blocks; when the time is up it is left behind and ends with the program.
    let work = tokio::task::spawn_blocking(move || publish(&client, &path));
    let publication = tokio::time::timeout(TIME_LIMIT, work)
        .await
        .with_context(|| format!("the video was not published within {} s", TIME_LIMIT.as_secs()))???;
    let Publication { serial, address, account, caption, sha256, seconds } = publication;
    let sent = Sha256::digest(VIDEO).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if sha256 != sent {
        bail!("{serial} published other bytes than were sent: sha256 {sha256} instead of {sent}");
    }
    say(format_args!("\nPublished on {serial} ({address}) in {seconds:.1} s"));
    say(format_args!("  account  @{account}"));
    say(format_args!("  caption  {caption}"));
    say(format_args!("  sha256   {sha256}, the same as the file's"));
    Ok(())
}

/// A line for a shell that creates a task on the second phone.
fn next_command(url: &str, video: &Path) -> String {
    let body = serde_json::json!({
        "serials": ["virtual-2"],
        "script_name": "post",
        "script_config": {
            "content_type": 0,
            "captions": "Check out my new video! #viral #fyp",
            "material_list": [video.to_string_lossy()],
            "upload_wait_time": 60,
        },
    });
    let body = shell_word(&body.to_string());
    format!("curl -X POST {url}/api/v1/task -H 'Content-Type: application/json' -d {body}")
}
