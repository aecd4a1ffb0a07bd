//! `tikmatrix token`: creates, rotates, lists and revokes tokens in the database itself. It works the same whether the server
//! runs or not, and needs no token: access to the data directory is enough. Each change is recorded in the audit.

mod list;

use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::json;
use tikmatrix_api::{NewToken, create_data_directory, open_data};
use tikmatrix_api_types::fields::{RoleText, text_parser};
use tikmatrix_domain::{AccessToken, AuditSubject, Clock as _, Patch, Role, Secret, SystemClock, TokenName};
use tikmatrix_storage::Store;

use self::list::moment;
use super::audit_trail;
use super::options::arguments::default_data_directory;
use super::options::moments::{Expiry, parse_expiry, parse_span};
use super::output::answer::Output;
use super::output::failure::{Cause, Failure};
use super::output::{complain, say};

/// The commands about tokens.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a token and shows it, this once; a running server takes it at once
    Create {
        /// What to call it, such as the program or machine that will use it
        name: TokenNameArgument,
        /// What it allows: viewer reads; operator also works with tasks, phones, accounts, groups and materials; admin does
        /// everything
        #[arg(long, env = "TIKMATRIX_TOKEN_ROLE", default_value = "admin", value_parser = text_parser::<Role>())]
        role: RoleText,
        /// Until when it is valid: a span such as 90d, a day in UTC, or a moment [default: until it is revoked]
        #[arg(long, env = "TIKMATRIX_TOKEN_EXPIRES", value_name = "SPAN|DAY", value_parser = parse_expiry)]
        expires: Option<Expiry>,
        #[command(flatten)]
        location: Location,
    },
    /// Makes a new secret for a token and shows it, this once; the earlier one is valid for some time yet
    Rotate {
        /// Its name
        name: TokenNameArgument,
        /// How long the earlier secret is valid yet; 0 ends it at once, as after a leak
        #[arg(long, env = "TIKMATRIX_TOKEN_GRACE", value_name = "SPAN", default_value = "24h", value_parser = parse_span)]
        grace: TimeDelta,
        /// Until when the new secret is valid, or never [default: for as long as the earlier one was from its start]
        #[arg(long, env = "TIKMATRIX_TOKEN_EXPIRES", value_name = "SPAN|DAY", value_parser = parse_expiry)]
        expires: Option<Expiry>,
        #[command(flatten)]
        location: Location,
    },
    /// Lists the tokens: name, id, role, when each was made, expires and was last used
    List {
        #[command(flatten)]
        location: Location,
    },
    /// Revokes a token with all of its secrets; a running server refuses it from then on
    Revoke {
        /// Its name or, for one of its secrets alone, the id, as `list` shows them
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
        Command::Create { name, role, expires, location } => {
            create(name.0, *role, expires, location, output).await
        }
        Command::Rotate { name, grace, expires, location } => {
            rotate(name.0, grace, expires, location, output).await
        }
        Command::List { location } => list(location, output).await,
        Command::Revoke { name, location } => revoke(name, location, output).await,
    }
}

async fn create(
    name: TokenName,
    role: Role,
    expires: Option<Expiry>,
    location: Location,
    output: Output,
) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let expires_at = end(expires.unwrap_or(Expiry::Never), now)?;
    if location.database_url.is_none() {
        // The first token is made before the first start.
        let directory = location.directory()?;
        create_data_directory(&directory)
            .with_context(|| format!("cannot make the data directory {}", directory.display()))?;
    }
    let store = location.open()?;
    let NewToken { text, kept } = new_token(name.clone(), role, now)?;
    let token = AccessToken { expires_at, ..kept };
    if !store.tokens().create(token.clone()).await? {
        bail!(
            "there is a token called {name} already: choose another name, rotate that one, or revoke it first"
        );
    }
    // The token alone goes to stdout, for `TOKEN=$(tikmatrix token create NAME)`.
    let recorded = audit_trail::record(&store, "createToken", subjects(&[&token])).await;
    let shown = match recorded {
        Ok(()) => output
            .deliver(&with_secret(&token, &text), || text.expose().to_owned())
            .map_err(|error| (error, "it could not be shown")),
        Err(error) => Err((error.into(), "the audit could not record it")),
    };
    if let Err((error, why)) = shown {
        return Err(take_back(&store, &token, error, why).await);
    }
    output.explain(&format!(
        "This is the token {name} ({role}, {}) in {}. It is shown this once: keep it now.\n\
         Programs send it as the header  Authorization: Bearer TOKEN",
        validity(token.expires_at),
        store.database().location()
    ));
    Ok(())
}

/// Revokes a token that was not delivered, since no one could ever use it, and returns what is to be reported.
async fn take_back(store: &Store, token: &AccessToken, error: anyhow::Error, why: &str) -> anyhow::Error {
    let taken_back = store.tokens().revoke(token.id.clone()).await;
    let recorded = audit_trail::record(store, "revokeToken", subjects(&[token])).await;
    match taken_back {
        Ok(_) => {
            if let Err(failure) = recorded {
                complain(format_args!("the audit does not show that the token was taken back: {failure}"));
            }
            error.context(format!("no token was created, since {why}"))
        }
        Err(failure) => {
            let id = &token.id;
            error.context(format!("a token was created, and {why}: revoke {id} ({failure})"))
        }
    }
}

async fn rotate(
    name: TokenName,
    grace: TimeDelta,
    expires: Option<Expiry>,
    location: Location,
    output: Output,
) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let expiry = match expires {
        None => Patch::Keep,
        Some(expires) => end(expires, now)?.map_or(Patch::Clear, Patch::Set),
    };
    let store = location.open()?;
    let known = store.tokens().list().await?;
    if !known.iter().any(|token| token.name == name) {
        return Err(unknown(name.as_str(), &known, &store));
    }
    // The role is the earlier one's.
    let NewToken { text, kept } = new_token(name.clone(), Role::Viewer, now)?;
    // It is shown first: a secret that replaced another and that no one knows would lock its users out.
    output
        .deliver(&with_secret(&kept, &text), || text.expose().to_owned())
        .context("the token was not rotated, since the new secret could not be shown")?;
    let rotated = store.tokens().rotate(kept, expiry, grace).await;
    let rotated = rotated.context("the token was not rotated, and the secret above is not valid")?;
    let Some(token) = rotated else {
        bail!("the token {name} was revoked just now, and the secret above is not valid")
    };
    let recorded = audit_trail::record(&store, "rotateToken", subjects(&[&token])).await;
    output.explain(&format!(
        "This is the new secret of the token {name} ({}, {}) in {}. It is shown this once: keep it now.",
        token.role,
        validity(token.expires_at),
        store.database().location()
    ));
    if grace > TimeDelta::zero() {
        output.explain(&format!("The earlier one is valid until {} at most.", moment(now + grace)));
    } else {
        output.explain("The earlier one is not valid any more.");
    }
    recorded.context("the token was rotated, and the audit could not record it")
}

fn new_token(name: TokenName, role: Role, now: DateTime<Utc>) -> anyhow::Result<NewToken> {
    NewToken::make(name, role, now)
        .map_err(|reason| anyhow::anyhow!("the system has no random bytes: {reason}"))
}

/// Returns the end that is asked for, which must not have passed.
fn end(expires: Expiry, now: DateTime<Utc>) -> anyhow::Result<Option<DateTime<Utc>>> {
    expires.from(now).map_err(|end| anyhow::anyhow!("--expires: {} has passed", moment(end)))
}

fn validity(expires_at: Option<DateTime<Utc>>) -> String {
    expires_at.map_or_else(|| "until it is revoked".to_owned(), |end| format!("until {}", moment(end)))
}

/// Tokens as the audit names them.
fn subjects(tokens: &[&AccessToken]) -> Vec<AuditSubject> {
    let all = |kind: &str, mut ids: Vec<String>| {
        ids.dedup();
        AuditSubject { kind: kind.to_owned(), count: ids.len() as u64, ids }
    };
    vec![
        all("token", tokens.iter().map(|token| token.name.to_string()).collect()),
        all("token_id", tokens.iter().map(|token| token.id.clone()).collect()),
    ]
}

/// The answer that shows a secret once.
fn with_secret(token: &AccessToken, text: &Secret) -> serde_json::Value {
    json!({"name": token.name.as_str(), "id": token.id, "token": text.expose()})
}

async fn list(location: Location, output: Output) -> anyhow::Result<()> {
    let store = location.open()?;
    let tokens = store.tokens().list().await?;
    if output.is_json() {
        return output.document(&list::as_json(&tokens));
    }
    if tokens.is_empty() {
        complain(format_args!("There is no token in {}.", store.database().location()));
    } else {
        say(list::as_table(&tokens, SystemClock.now()))?;
    }
    Ok(())
}

async fn revoke(name: String, location: Location, output: Output) -> anyhow::Result<()> {
    let store = location.open()?;
    let revoked = store.tokens().revoke(name.clone()).await?;
    let Some(token) = revoked.first() else {
        return Err(unknown(&name, &store.tokens().list().await?, &store));
    };
    let recorded =
        audit_trail::record(&store, "revokeToken", subjects(&revoked.iter().collect::<Vec<_>>())).await;
    let ids: Vec<&str> = revoked.iter().map(|token| token.id.as_str()).collect();
    let sentence =
        format!("Revoked the token {} ({}) in {}.", token.name, ids.join(", "), store.database().location());
    output.done(&json!({"name": token.name.as_str(), "ids": ids}), &sentence)?;
    recorded.context("the token was revoked, and the audit could not record it")
}

/// Returns the failure of a command about a token that does not exist, which names those that do.
fn unknown(name: &str, tokens: &[AccessToken], store: &Store) -> anyhow::Error {
    let mut names: Vec<&str> = tokens.iter().map(|token| token.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let known =
        if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
    let message = format!("there is no token {name} in {}; {known}", store.database().location());
    Failure { cause: Cause::Gone, message }.into()
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
