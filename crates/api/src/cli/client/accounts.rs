//! `tikmatrix account`: the accounts that a server knows.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, Subcommand};
use tikmatrix_api_types::accounts::{AccountPatch, AccountQuery, NewAccount};
use tikmatrix_api_types::fields::{App, Tag, Username};
use tikmatrix_client::Client;

use super::paged::{MAX_PAGE, Paged};
use super::show::{Column, Output};
use super::{Work, patch, value};
use crate::cli::output::{counted, say_data};

const COLUMNS: [Column; 7] = [
    ("ID", "/id"),
    ("USERNAME", "/username"),
    ("APP", "/app"),
    ("SERIAL", "/serial"),
    ("ENABLED", "/enabled"),
    ("TAGS", "/tags"),
    ("NOTE", "/note"),
];

/// The commands about accounts.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the accounts
    List(Paged<AccountQuery>),
    /// Shows one account
    Show {
        /// Its number
        account_id: i64,
    },
    /// Records an account
    Create {
        /// Its name, with or without @
        username: Username,
        /// The app that it is in
        #[arg(long, env = "TIKMATRIX_ACCOUNT_APP")]
        app: Option<App>,
        #[command(flatten)]
        details: Details,
    },
    /// Changes an account
    Change {
        /// Its number
        account_id: i64,
        #[command(flatten)]
        details: Details,
    },
    /// Deletes an account that no waiting or running task needs
    Delete {
        /// Its number
        account_id: i64,
    },
    /// Records or changes all accounts of a table (CSV)
    Import {
        /// The file, or - for standard input
        file: PathBuf,
    },
    /// Prints all accounts as a table (CSV)
    Export,
}

/// The fields of an account that can change.
#[derive(Debug, Args)]
pub(in crate::cli) struct Details {
    /// The phone that it is bound to; empty unbinds it
    #[arg(long, env = "TIKMATRIX_ACCOUNT_SERIAL")]
    serial: Option<String>,
    /// The app's package, where it is a clone; empty means the usual one
    #[arg(long, env = "TIKMATRIX_ACCOUNT_PACKAGE")]
    package: Option<String>,
    /// Whether it takes part in requests for every account of a phone
    #[arg(long, env = "TIKMATRIX_ACCOUNT_ENABLED")]
    enabled: Option<bool>,
    /// A note for people
    #[arg(long, env = "TIKMATRIX_ACCOUNT_NOTE")]
    note: Option<String>,
    /// A tag by which lists are filtered; may be given more than once, and replaces those of before
    #[arg(long, env = "TIKMATRIX_ACCOUNT_TAG", value_name = "TAG", value_delimiter = ',')]
    tag: Option<Vec<Tag>>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let accounts = client.accounts();
        match self {
            Self::List(Paged { query, all: true }) => {
                output.all(accounts.all(AccountQuery { page_size: MAX_PAGE, ..query }), "accounts", &COLUMNS)
            }
            Self::List(Paged { query, .. }) => output.list(&accounts.list(&query)?, "accounts", &COLUMNS),
            Self::Show { account_id } => output.one(&accounts.get(account_id)?),
            Self::Create {
                username,
                app,
                details: Details { serial, package, enabled, note, tag: tags },
            } => {
                let (serial, package, note) = (value(serial), value(package), value(note));
                output.changed(&accounts.create(&NewAccount {
                    username,
                    app,
                    package,
                    serial,
                    enabled,
                    note,
                    tags,
                })?)
            }
            Self::Change { account_id, details: Details { serial, package, enabled, note, tag: tags } } => {
                let (serial, package, note) = (patch(serial), patch(package), patch(note));
                output.changed(
                    &accounts.change(account_id, &AccountPatch { package, serial, enabled, note, tags })?,
                )
            }
            Self::Delete { account_id } => {
                output.done(&accounts.delete(account_id)?, &format!("Deleted account {account_id}."))
            }
            Self::Import { file } => {
                let done = accounts.import(&mut open(&file)?)?;
                let (created, updated) = (counted(done.created_count as u64, "account"), done.updated_count);
                output.done(&done, &format!("Recorded {created}, changed {updated}."))
            }
            Self::Export if output.is_json() => output.all(
                accounts.all(AccountQuery { page_size: MAX_PAGE, ..AccountQuery::default() }),
                "accounts",
                &COLUMNS,
            ),
            Self::Export => Ok(say_data(accounts.export()?.into_text()?.trim_end())?),
        }
    }
}

fn open(file: &Path) -> anyhow::Result<Box<dyn Read>> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(File::open(file).with_context(|| format!("cannot read {}", file.display()))?))
}
