//! The commands that use a server as any program does, over its HTTP API: which server, with which token, and how answers
//! are shown. One module for each resource of the API.

pub(super) mod accounts;
mod batch;
pub(super) mod devices;
pub(super) mod materials;
mod new_tasks;
pub(super) mod scripts;
mod show;
pub(super) mod tasks;
pub(super) mod webhooks;

use anyhow::anyhow;
use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};
use tikmatrix_api_types::Patch;
use tikmatrix_client::{Client, Error};
use tikmatrix_domain::Secret;

use show::Output;

/// A command that uses a server.
#[derive(Debug, Args)]
pub(super) struct Options<Work: Subcommand> {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    work: Work,
}

/// The server, the token and the form of the answer.
#[derive(Debug, Args)]
struct Connection {
    /// The server's URL
    #[arg(
        long,
        global = true,
        env = "TIKMATRIX_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:50809"
    )]
    server: String,
    /// The token, where the server needs one. Other users of this machine can read a command line: prefer the variable
    #[arg(long, global = true, env = "TIKMATRIX_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<Secret>,
    /// Prints the answer's data as JSON
    #[arg(long, global = true, env = "TIKMATRIX_JSON", value_parser = BoolishValueParser::new())]
    json: bool,
}

/// What one of the commands does with a server.
pub(super) trait Work: Subcommand + Send + 'static {
    /// Does it and shows the answer.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, or an input cannot be read.
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()>;
}

impl<W: Work> Options<W> {
    /// Runs the command.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self { connection, work } = self;
        let mut client = Client::builder(&connection.server);
        if let Some(token) = connection.token {
            client = client.token(token.expose());
        }
        // The client blocks.
        let done = tokio::task::spawn_blocking(move || {
            work.carry_out(&client.build(), Output { json: connection.json })
        });
        done.await?.map_err(name_the_option)
    }
}

/// Adds which option names the server to an error that is about the server.
fn name_the_option(error: anyhow::Error) -> anyhow::Error {
    // An error with a context names what it is about.
    let is_bare = error.downcast_ref::<Error>().is_some_and(|inner| inner.to_string() == error.to_string());
    if !is_bare {
        return error;
    }
    match error.downcast::<Error>() {
        Ok(Error::Unreachable { url, source }) => {
            let message =
                format!("cannot reach a server at {url}: does it run? Name another one with --server");
            anyhow::Error::from_boxed(source).context(message)
        }
        Ok(Error::Foreign { status, .. }) => {
            anyhow!("what answers there ({status}) is no TikMatrix server: look at --server")
        }
        Ok(other) => other.into(),
        Err(other) => other,
    }
}

/// Returns the change that an option asks for: an empty text removes the value.
fn patch<T: From<String>>(option: Option<String>) -> Patch<T> {
    match option {
        None => Patch::Keep,
        Some(text) if text.is_empty() => Patch::Clear,
        Some(text) => Patch::Set(text.into()),
    }
}

/// Returns the value that an option gives: an empty text is none.
fn value<T: From<String>>(option: Option<String>) -> Option<T> {
    option.filter(|text| !text.is_empty()).map(T::from)
}
