//! The commands that use a server as any program does, over its HTTP API: which server, with which token, and how answers
//! are shown. One module for each resource of the API.

pub(super) mod accounts;
pub(super) mod audit;
mod batch;
pub(super) mod devices;
mod download;
pub(super) mod groups;
pub(super) mod materials;
mod new_tasks;
mod paged;
pub(super) mod scripts;
pub(super) mod server;
pub(super) mod status;
pub(super) mod tasks;
pub(super) mod webhooks;

use anyhow::anyhow;
use clap::{Args, Subcommand};
use tikmatrix_api_types::Patch;
use tikmatrix_client::{Client, Error};
use tikmatrix_domain::Secret;

use super::options::global::HEADING;
use super::output::answer as show;
use show::Output;

/// A command that uses a server.
#[derive(Debug, Args)]
pub(super) struct Options<Work: Subcommand> {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    work: Work,
}

/// A command that uses a server and has no others below it.
#[derive(Debug, Args)]
pub(super) struct Single<Work: Args> {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    work: Work,
}

/// The server, and the token.
#[derive(Debug, Args)]
pub(in crate::cli) struct Connection {
    /// The server: its URL, or HOST:PORT
    #[arg(
        long,
        global = true,
        env = "TIKMATRIX_SERVER",
        value_name = "URL",
        default_value = "http://127.0.0.1:50809",
        help_heading = HEADING
    )]
    server: String,
    /// The token, where the server needs one. Other users of this machine can read a command line: prefer the variable
    #[arg(long, global = true, env = "TIKMATRIX_TOKEN", value_name = "TOKEN", hide_env_values = true,
        help_heading = HEADING)]
    token: Option<Secret>,
}

impl Connection {
    /// Returns a client of the server.
    pub(in crate::cli) fn client(&self) -> Client {
        let client = Client::builder(&self.server);
        match &self.token {
            Some(token) => client.token(token.expose()).build(),
            None => client.build(),
        }
    }

    /// Does `work` with a client of the server.
    ///
    /// # Errors
    /// Those of `work`; one about the server names the option that names it.
    async fn with_client(
        self,
        work: impl FnOnce(&Client) -> anyhow::Result<()> + Send + 'static,
    ) -> anyhow::Result<()> {
        // The client blocks.
        tokio::task::spawn_blocking(move || work(&self.client())).await?.map_err(name_the_option)
    }
}

/// What one of the commands does with a server.
pub(super) trait Work: Send + 'static {
    /// Does it and shows the answer.
    ///
    /// # Errors
    /// When the server cannot be reached or refuses, or an input cannot be read.
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()>;
}

impl<W: Work + Subcommand> Options<W> {
    /// Runs the command.
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Self { connection, work } = self;
        connection.with_client(move |client| work.carry_out(client, output)).await
    }
}

impl<W: Work + Args> Single<W> {
    /// Runs the command.
    pub(super) async fn run(self, output: Output) -> anyhow::Result<()> {
        let Self { connection, work } = self;
        connection.with_client(move |client| work.carry_out(client, output)).await
    }
}

/// Adds which option names the server to an error that is about the server.
fn name_the_option(error: anyhow::Error) -> anyhow::Error {
    // An error with a context names what it is about.
    let is_bare = error.downcast_ref::<Error>().is_some_and(|inner| inner.to_string() == error.to_string());
    if !is_bare {
        return error;
    }
    match error.downcast_ref::<Error>() {
        Some(Error::Unreachable { url, .. }) => {
            let message =
                format!("cannot reach a server at {url}: does it run? Name another one with --server");
            error.context(message)
        }
        Some(Error::Foreign { status, .. }) => {
            anyhow!("what answers there ({status}) is no TikMatrix server: look at --server")
        }
        _ => error,
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
