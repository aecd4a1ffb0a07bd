//! `tikmatrix audit`: who changed what on a server.

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use tikmatrix_api_types::Moment;
use tikmatrix_api_types::audit::AuditQuery;
use tikmatrix_client::Client;

use super::Work;
use super::show::{Column, Output};
use crate::cli::options::moments::parse_past;

const COLUMNS: [Column; 8] = [
    ("ID", "/id"),
    ("AT", "/at"),
    ("ACTOR", "/actor"),
    ("ADDRESS", "/address"),
    ("OPERATION", "/operation"),
    ("PATH", "/path"),
    ("CHANGED", "/changed_count"),
    ("STATUS", "/status"),
];

/// The commands about the audit.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists who changed what, newest first
    List(List),
}

/// The entries that are wanted.
#[derive(Debug, Args)]
pub(in crate::cli) struct List {
    #[command(flatten)]
    query: AuditQuery,
    /// Only changes since then: a span before now such as 24h, a day in UTC, or a moment
    #[arg(long, env = "TIKMATRIX_AUDIT_SINCE", value_name = "SPAN|DAY", value_parser = parse_past)]
    since: Option<DateTime<Utc>>,
    /// Only changes before then
    #[arg(long, env = "TIKMATRIX_AUDIT_UNTIL", value_name = "SPAN|DAY", value_parser = parse_past)]
    until: Option<DateTime<Utc>>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let Self::List(List { query, since, until }) = self;
        let moment = |at: DateTime<Utc>| Moment(at.fixed_offset());
        let query = AuditQuery { since: since.map(moment), until: until.map(moment), ..query };
        output.list(&client.audit().list(&query)?, "entries", &COLUMNS)
    }
}
