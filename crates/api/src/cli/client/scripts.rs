//! `tikmatrix script`: what tasks can be made of.

use clap::Subcommand;

use super::Work;
use super::http::{Client, below};
use super::show::Output;

const SCRIPTS: &str = "/api/v1/script";

/// What can be done with scripts.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the scripts
    List,
    /// Shows one script with the JSON Schema of its configuration
    Show {
        /// Its name
        name: String,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List => {
                let columns = [("NAME", "/name"), ("DESCRIPTION", "/description")];
                output.list(&client.get(SCRIPTS)?, "scripts", &columns);
            }
            Self::Show { name } => output.one(&client.get(&below(SCRIPTS, &name))?),
        }
        Ok(())
    }
}
