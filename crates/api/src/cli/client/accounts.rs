//! `tikmatrix account`: the accounts that a server knows.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Args, Subcommand};
use serde_json::Value;
use ureq::http::Method;

use super::super::output::say;
use super::Work;
use super::devices::changes;
use super::http::{Client, below, with_query};
use super::show::{Column, Output};

const ACCOUNTS: &str = "/api/v1/account";
const COLUMNS: [Column; 6] = [
    ("ID", "/id"),
    ("USERNAME", "/username"),
    ("APP", "/app"),
    ("SERIAL", "/serial"),
    ("ENABLED", "/enabled"),
    ("NOTE", "/note"),
];

/// What can be done with accounts.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the accounts
    List {
        /// Only accounts of this name
        #[arg(long, env = "TIKMATRIX_ACCOUNT_USERNAME")]
        username: Option<String>,
        /// Only accounts of this app
        #[arg(long, env = "TIKMATRIX_ACCOUNT_APP", value_parser = ["tiktok", "instagram"])]
        app: Option<String>,
        /// Only accounts that live on this phone
        #[arg(long, env = "TIKMATRIX_ACCOUNT_SERIAL")]
        serial: Option<String>,
        /// Only accounts that are enabled, or are not
        #[arg(long, env = "TIKMATRIX_ACCOUNT_ENABLED")]
        enabled: Option<bool>,
        /// The page, from 1
        #[arg(long, env = "TIKMATRIX_ACCOUNT_PAGE")]
        page: Option<u64>,
        /// Accounts on a page
        #[arg(long, env = "TIKMATRIX_ACCOUNT_PAGE_SIZE", value_name = "N")]
        page_size: Option<u64>,
    },
    /// Shows one account
    Show {
        /// Its number
        account_id: u64,
    },
    /// Records an account
    Create {
        /// Its name, with or without @
        username: String,
        /// The app that it is in
        #[arg(long, env = "TIKMATRIX_ACCOUNT_APP", value_parser = ["tiktok", "instagram"])]
        app: Option<String>,
        #[command(flatten)]
        details: Details,
    },
    /// Changes an account
    Change {
        /// Its number
        account_id: u64,
        #[command(flatten)]
        details: Details,
    },
    /// Deletes an account that no waiting or running task needs
    Delete {
        /// Its number
        account_id: u64,
    },
    /// Records or changes all accounts of a table (CSV)
    Import {
        /// The file, or - for standard input
        file: PathBuf,
    },
    /// Prints all accounts as a table (CSV)
    Export,
}

/// What can be said of an account.
#[derive(Debug, Args)]
pub(in crate::cli) struct Details {
    /// The phone that it lives on; empty unbinds it
    #[arg(long, env = "TIKMATRIX_ACCOUNT_SERIAL")]
    serial: Option<String>,
    /// The app's package, where it is a clone; empty means the usual one
    #[arg(long, env = "TIKMATRIX_ACCOUNT_PACKAGE")]
    package: Option<String>,
    /// Whether it takes part in requests for every account of a phone
    #[arg(long, env = "TIKMATRIX_ACCOUNT_ENABLED")]
    enabled: Option<bool>,
    /// What to remember of it
    #[arg(long, env = "TIKMATRIX_ACCOUNT_NOTE")]
    note: Option<String>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::List { username, app, serial, enabled, page, page_size } => {
                let parameters = [
                    ("username", username),
                    ("app", app),
                    ("serial", serial),
                    ("enabled", enabled.map(|enabled| enabled.to_string())),
                    ("page", page.map(|page| page.to_string())),
                    ("page_size", page_size.map(|size| size.to_string())),
                ];
                output.list(&client.get(&with_query(ACCOUNTS, &parameters))?, "accounts", &COLUMNS);
            }
            Self::Show { account_id } => output.one(&client.get(&path(account_id))?),
            Self::Create { username, app, details } => {
                let mut body = details.body();
                body["username"] = username.into();
                if let Some(app) = app {
                    body["app"] = app.into();
                }
                output.one(&client.send(Method::POST, ACCOUNTS, Some(&body))?);
            }
            Self::Change { account_id, details } => {
                output.one(&client.send(Method::PATCH, &path(account_id), Some(&details.body()))?);
            }
            Self::Delete { account_id } => {
                let deleted = client.send(Method::DELETE, &path(account_id), None)?;
                output.done(&deleted, &format!("Deleted account {account_id}."));
            }
            Self::Import { file } => {
                let mut table = open(&file)?;
                let done = client.upload(&format!("{ACCOUNTS}/import"), "text/csv", &mut table)?;
                let sentence = format!(
                    "Recorded {} accounts, changed {}.",
                    done["created_count"], done["updated_count"]
                );
                output.done(&done, &sentence);
            }
            Self::Export => say(client.text(&format!("{ACCOUNTS}/export"))?.trim_end()),
        }
        Ok(())
    }
}

impl Details {
    fn body(self) -> Value {
        let mut body = changes([("serial", self.serial), ("package", self.package), ("note", self.note)]);
        if let Some(enabled) = self.enabled {
            body["enabled"] = enabled.into();
        }
        body
    }
}

fn path(account_id: u64) -> String {
    below(ACCOUNTS, &account_id.to_string())
}

fn open(file: &PathBuf) -> anyhow::Result<Box<dyn Read>> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(std::io::stdin()));
    }
    Ok(Box::new(File::open(file).with_context(|| format!("cannot read {}", file.display()))?))
}
