//! `tikmatrix token`: creates, lists and revokes tokens in the database itself. It works the same whether the server
//! runs or not, and needs no token: access to the data directory is enough.

use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, Subcommand};
use serde_json::json;
use tikmatrix_api::{NewToken, create_data_directory, open_data};
use tikmatrix_domain::{AccessToken, Clock as _, Secret, SystemClock, TokenName};
use tikmatrix_storage::Store;

use super::options::arguments::default_data_directory;
use super::output::answer::Output;
use super::output::{complain, say};

/// The commands about tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a token and shows it, this once; a running server takes it at once
    Create {
        /// What to call it, such as the program or machine that will use it
        name: TokenNameArgument,
        #[command(flatten)]
        location: Location,
    },
    /// Lists the tokens: name, id, when each was made and last used
    List {
        #[command(flatten)]
        location: Location,
    },
    /// Revokes a token; a running server refuses it from then on
    Revoke {
        /// Its name or its id, as `list` shows them
        name: String,
        #[command(flatten)]
        location: Location,
    },
}

/// The database that holds the tokens.
#[derive(Debug, Args)]
pub(super) struct Location {
    /// The server's data directory [default: the platform's place for a program's data]
    #[arg(long, env = "TIKMATRIX_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The server's database [default: the SQLite file in its data directory]
    #[arg(long, env = "TIKMATRIX_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<Secret>,
    /// The server's configuration file, which may name either
    #[arg(long, env = "TIKMATRIX_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

/// A name that a token can have.
#[derive(Debug, Clone)]
pub(super) struct TokenNameArgument(TokenName);

impl std::str::FromStr for TokenNameArgument {
    type Err = tikmatrix_domain::InvalidTokenName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        TokenName::new(text).map(Self)
    }
}

/// Runs the command.
pub(super) async fn run(command: Command, output: Output) -> anyhow::Result<()> {
    match command {
        Command::Create { name, location } => create(name.0, location, output).await,
        Command::List { location } => list(location, output).await,
        Command::Revoke { name, location } => revoke(name, location, output).await,
    }
}

async fn create(name: TokenName, location: Location, output: Output) -> anyhow::Result<()> {
    if location.database_url.is_none() {
        // The first token is made before the first start.
        let directory = location.directory()?;
        create_data_directory(&directory)
            .with_context(|| format!("cannot make the data directory {}", directory.display()))?;
    }
    let store = location.open()?;
    let token = NewToken::make(name.clone(), SystemClock.now())
        .map_err(|reason| anyhow::anyhow!("the system has no random bytes: {reason}"))?;
    let id = token.kept.id.clone();
    if !store.tokens().create(token.kept).await? {
        bail!("there is a token called {name} already: choose another name, or revoke that one first");
    }
    // The token alone goes to stdout, for `TOKEN=$(tikmatrix token create NAME)`.
    let shown = json!({"name": name.as_str(), "id": id, "token": token.text.expose()});
    if let Err(error) = output.deliver(&shown, || token.text.expose().to_owned()) {
        return Err(take_back(&store, id, error).await);
    }
    output.explain(&format!(
        "This is the token {name} in {}. It is shown this once: keep it now.\n\
         Programs send it as the header  Authorization: Bearer TOKEN",
        store.database().location()
    ));
    Ok(())
}

/// Revokes a token that was not delivered, since no one could ever use it, and returns what is to be reported.
async fn take_back(store: &Store, id: String, error: anyhow::Error) -> anyhow::Error {
    let taken_back = store.tokens().revoke(id.clone()).await;
    match taken_back {
        Ok(_) => error.context("no token was created, since it could not be shown"),
        Err(failure) => {
            error.context(format!("a token was created and could not be shown: revoke {id} ({failure})"))
        }
    }
}

async fn list(location: Location, output: Output) -> anyhow::Result<()> {
    let store = location.open()?;
    let tokens = store.tokens().list().await?;
    if output.is_json() {
        return output.document(&tokens_as_json(&tokens));
    }
    if tokens.is_empty() {
        complain(format_args!("There is no token in {}.", store.database().location()));
    } else {
        say(tokens_as_table(&tokens).trim_end())?;
    }
    Ok(())
}

async fn revoke(name: String, location: Location, output: Output) -> anyhow::Result<()> {
    let store = location.open()?;
    let Some(token) = store.tokens().revoke(name.clone()).await? else {
        let names: Vec<String> =
            store.tokens().list().await?.iter().map(|token| token.name.to_string()).collect();
        let known = if names.is_empty() {
            "there is none".to_owned()
        } else {
            format!("there are {}", names.join(", "))
        };
        bail!("there is no token {name} in {}; {known}", store.database().location());
    };
    let (name, id) = (token.name, token.id);
    let sentence = format!("Revoked the token {name} ({id}) in {}.", store.database().location());
    output.done(&json!({"name": name.as_str(), "id": id}), &sentence)
}

impl Location {
    /// The server's database. A data directory that is not there is not made: its name may be misspelt.
    fn open(&self) -> anyhow::Result<Store> {
        let directory = self.directory()?;
        let url = self.database_url.as_ref();
        if url.is_none() && !directory.is_dir() {
            bail!("there is no data directory {}: name the server's with --data-dir", directory.display());
        }
        Ok(open_data(&directory, url)?)
    }

    /// The data directory.
    pub(super) fn directory(&self) -> anyhow::Result<PathBuf> {
        self.data_dir.clone().map_or_else(default_data_directory, Ok)
    }

    /// The URL of the database, where it is not the file of the data directory.
    pub(super) fn database_url(&self) -> Option<&str> {
        self.database_url.as_ref().map(Secret::expose)
    }
}

/// One line a token under a line of headings, times in UTC.
fn tokens_as_table(tokens: &[AccessToken]) -> String {
    let width =
        tokens.iter().map(|token| token.name.as_str().chars().count()).max().unwrap_or_default().max(4);
    let mut lines = format!("{:width$}  {:8}  {:20}  LAST USED\n", "NAME", "ID", "CREATED");
    for token in tokens {
        let used = token.last_used_at.map_or_else(|| "never".to_owned(), moment);
        let (name, id, created) = (token.name.as_str(), &token.id, moment(token.created_at));
        lines.push_str(
            &[format!("{name:width$}"), format!("{id:8}"), format!("{created:20}"), used].join("  "),
        );
        lines.push('\n');
    }
    lines
}

/// The same as a JSON array.
fn tokens_as_json(tokens: &[AccessToken]) -> serde_json::Value {
    tokens
        .iter()
        .map(|token| {
            json!({
                "name": token.name.as_str(),
                "id": token.id,
                "created_at": moment(token.created_at),
                "last_used_at": token.last_used_at.map(moment),
            })
        })
        .collect()
}

fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_length_stay_in_their_column() {
        let token = |name: &str, last_used_at| AccessToken {
            id: "0a1b2c3d".to_owned(),
            name: TokenName::new(name).unwrap(),
            hash: [0; 32],
            created_at: DateTime::UNIX_EPOCH,
            last_used_at,
        };
        let tokens = [token("one", None), token("the uploader", Some(DateTime::UNIX_EPOCH))];
        assert_eq!(
            tokens_as_table(&tokens),
            "NAME          ID        CREATED               LAST USED\n\
             one           0a1b2c3d  1970-01-01T00:00:00Z  never\n\
             the uploader  0a1b2c3d  1970-01-01T00:00:00Z  1970-01-01T00:00:00Z\n"
        );
        assert_eq!(tokens_as_json(&tokens)[0]["last_used_at"], serde_json::Value::Null);
    }
}
