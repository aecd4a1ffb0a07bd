//! The commands that use a server as any program does, over its HTTP API: which server, as whom, and how answers are
//! shown. What can be asked of it is in the modules below, one for each thing that the API knows.

pub(super) mod accounts;
pub(super) mod devices;
mod http;
pub(super) mod materials;
pub(super) mod scripts;
mod show;
pub(super) mod tasks;

use clap::builder::BoolishValueParser;
use clap::{Args, Subcommand};

pub(super) use http::Client;
use show::Output;

/// A command that talks to a server.
#[derive(Debug, Args)]
pub(super) struct Options<Work: Subcommand> {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    work: Work,
}

/// Which server, as whom.
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
    /// The token to use it with, where it wants one. Other users of this machine can read a command line: rather set
    /// the variable
    #[arg(long, global = true, env = "TIKMATRIX_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    token: Option<String>,
    /// Prints the answer's data as JSON
    #[arg(long, global = true, env = "TIKMATRIX_JSON", value_parser = BoolishValueParser::new())]
    json: bool,
}

/// What one of the commands can do with a server.
pub(super) trait Work: Subcommand + Send + 'static {
    /// Does it, and shows what the server answers.
    ///
    /// # Errors
    /// Why not, for a person.
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()>;
}

impl<W: Work> Options<W> {
    /// Carries out the command.
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let Self { connection, work } = self;
        // The client blocks.
        let done = tokio::task::spawn_blocking(move || {
            let client = Client::new(&connection.server, connection.token);
            work.carry_out(&client, Output { json: connection.json })
        });
        done.await?
    }
}
