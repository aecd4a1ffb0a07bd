//! `tikmatrix script`: the scripts that a server's tasks can run.

mod parameters;

use clap::Subcommand;
use tikmatrix_client::Client;

use self::parameters::page;
use super::Work;
use super::show::{Column, Output};

const COLUMNS: [Column; 2] = [("NAME", "/name"), ("DESCRIPTION", "/description")];

/// The commands about scripts.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the scripts
    List,
    /// Shows what a script does, and its parameters
    Show {
        /// Its name
        name: String,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List => output.list(&client.scripts().list()?, "scripts", &COLUMNS),
            Self::Show { name } => {
                let script = client.scripts().get(&name)?;
                output.page(&script, |style| page(&script, style))
            }
        }
    }
}
