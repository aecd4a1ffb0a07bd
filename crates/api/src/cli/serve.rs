//! `tikmatrix serve`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use tikmatrix_api::Server;
use tikmatrix_post::Post;

use super::ending::end;
use super::output::say;
use super::{address, data_directory, signal, virtual_phones};

/// What `serve` can be told.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The port to listen on, on this machine only; 0 means any free one
    #[arg(long, env = "TIKMATRIX_PORT", default_value_t = 50809)]
    port: u16,
    /// Where the database and files are kept [default: the platform's place for a program's data]
    #[arg(long, env = "TIKMATRIX_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// How many virtual phones to run; what they published is at /virtual/phones
    #[arg(long, env = "TIKMATRIX_VIRTUAL_PHONES", value_name = "N", default_value_t = 0)]
    virtual_phones: u16,
    /// A phone that speaks ADB over TCP; may be given more than once
    #[arg(long = "phone", env = "TIKMATRIX_PHONE", value_name = "HOST:PORT", value_delimiter = ',',
        value_parser = address::parse)]
    phones: Vec<String>,
}

/// Runs the server until it is told to end.
pub(super) async fn run(options: Options) -> anyhow::Result<()> {
    let told_to_end = signal::told_to_end().context("cannot listen for signals")?;
    let data_directory = options.data_dir.map_or_else(data_directory::default, Ok)?;
    let farm = match options.virtual_phones {
        0 => None,
        count => Some(virtual_phones::start(count).await?),
    };
    let mut builder = Server::builder(&data_directory).port(options.port).script(Post::new()?);
    if let Some(farm) = &farm {
        builder = virtual_phones::attach(builder, farm);
    }
    for phone in options.phones {
        builder = builder.phone(phone);
    }
    let server = builder.start().await?;
    say(format_args!("listening on {}", server.url()));
    log::info!("data directory: {}", data_directory.display());
    told_to_end.await;
    log::info!("ending: running tasks are being interrupted");
    end(server, farm).await
}
