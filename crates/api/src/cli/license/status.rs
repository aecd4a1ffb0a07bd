//! `tikmatrix license status`: the plan that is in force on a running server, over its API.

use clap::Args;
use tikmatrix_client::Client;

use crate::cli::client::Work;
use crate::cli::output::answer::Output;

/// The options of `license status`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Status {}

impl Work for Status {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        output.one(&client.license()?)
    }
}
