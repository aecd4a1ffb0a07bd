//! `tikmatrix group`: the groups of a server's phones.

use clap::Subcommand;
use tikmatrix_api_types::groups::{Group, GroupPatch, NewGroup};
use tikmatrix_client::{Client, Groups};

use super::show::{Column, Output};
use super::{Work, patch, value};
use crate::cli::output::counted;
use crate::cli::output::failure::{Cause, Failure};

const COLUMNS: [Column; 4] =
    [("ID", "/id"), ("NAME", "/name"), ("PHONES", "/device_count"), ("NOTE", "/note")];

/// The commands about groups of phones.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Lists the groups
    List,
    /// Shows one group
    Show {
        /// Its name or its number
        group: String,
    },
    /// Creates a group; `tikmatrix device change SERIAL --group NAME` puts a phone into it
    Create {
        /// Its name
        name: String,
        /// A note for people
        #[arg(long, env = "TIKMATRIX_GROUP_NOTE")]
        note: Option<String>,
    },
    /// Changes the name or the note of a group
    Change {
        /// Its name or its number
        group: String,
        /// Another name
        #[arg(long, env = "TIKMATRIX_GROUP_NAME")]
        name: Option<String>,
        /// Another note; empty removes it
        #[arg(long, env = "TIKMATRIX_GROUP_NOTE")]
        note: Option<String>,
    },
    /// Deletes a group; its phones belong to none afterwards
    Delete {
        /// Its name or its number
        group: String,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let groups = client.groups();
        match self {
            Self::List => output.list(&groups.list()?, "groups", &COLUMNS),
            Self::Show { group } => output.one(&find(groups, &group)?),
            Self::Create { name, note } => {
                output.changed(&groups.create(&NewGroup { name: name.into(), note: value(note) })?)
            }
            Self::Change { group, name, note } => {
                let change = GroupPatch { name: value(name), note: patch(note) };
                output.changed(&groups.change(find(groups, &group)?.id, &change)?)
            }
            Self::Delete { group } => {
                let Group { id, name, .. } = find(groups, &group)?;
                let deleted = groups.delete(id)?;
                let phones = counted(deleted.released_device_count, "phone");
                output.done(&deleted, &format!("Deleted the group {name}; {phones} belonged to it."))
            }
        }
    }
}

/// Returns the group of this name, else the one of this number.
fn find(groups: Groups<'_>, wanted: &str) -> anyhow::Result<Group> {
    let all = groups.list()?.groups;
    let by_name = all.iter().find(|group| group.name == wanted);
    if let Some(group) = by_name.or_else(|| all.iter().find(|group| group.id.to_string() == wanted)) {
        return Ok(group.clone());
    }
    let names: Vec<&str> = all.iter().map(|group| group.name.as_str()).collect();
    let known =
        if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) };
    Err(Failure { cause: Cause::Gone, message: format!("there is no group {wanted}; {known}") }.into())
}
