//! `tikmatrix task artifacts`: the files of a task in a folder.

use std::path::{Component, Path};

use anyhow::{Context, bail};
use serde_json::json;
use tikmatrix_api_types::tasks::Artifact;
use tikmatrix_client::Client;

use crate::cli::client::download::write_new;
use crate::cli::output::answer::{Column, Output};
use crate::cli::output::failure::{Cause, Failure};

const COLUMNS: [Column; 4] =
    [("KIND", "/kind"), ("ATTEMPT", "/attempt"), ("TAKEN", "/taken_at"), ("FILE", "/path")];

/// Writes the files of a task into `folder`: those of `names`, or all.
///
/// # Errors
/// When the task has no file of one of the names, or one cannot be written; none is written over another.
pub(super) fn fetch(
    client: &Client,
    output: Output,
    task_id: i64,
    folder: &Path,
    names: &[String],
) -> anyhow::Result<()> {
    let artifacts = client.tasks().get(task_id)?.artifacts;
    for name in names {
        if artifacts.iter().all(|artifact| artifact.name != *name) {
            let known: Vec<&str> = artifacts.iter().map(|artifact| artifact.name.as_str()).collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            let message = format!("task {task_id} has no file {name}; it has {known}");
            return Err(Failure { cause: Cause::Gone, message }.into());
        }
    }
    let is_wanted = |artifact: &&Artifact| names.is_empty() || names.contains(&artifact.name);
    let wanted: Vec<&Artifact> = artifacts.iter().filter(is_wanted).collect();
    if !wanted.is_empty() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    let mut files = Vec::new();
    for artifact in wanted {
        let path = folder.join(file_name(&artifact.name)?);
        let download = client.tasks().artifact(task_id, &artifact.name)?;
        let bytes = write_new(download, &path)?;
        files.push(json!({
            "name": artifact.name, "kind": artifact.kind, "attempt": artifact.attempt, "taken_at": artifact.taken_at,
            "path": path, "size": bytes,
        }));
    }
    output.list(&json!({ "artifacts": files }), "artifacts", &COLUMNS)
}

/// Returns the name of an artifact, which a server chose, as that of a file in a folder.
fn file_name(name: &str) -> anyhow::Result<&Path> {
    let path = Path::new(name);
    let mut parts = path.components();
    match (parts.next(), parts.next()) {
        (Some(Component::Normal(_)), None) if !name.contains(['/', '\\']) => Ok(path),
        _ => bail!("the server names a file {name:?}, which is no name in a folder"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_out_of_no_folder() {
        assert_eq!(file_name("1-3-screenshot.png").unwrap(), Path::new("1-3-screenshot.png"));
        for name in ["", ".", "..", "../a", "/etc/passwd", "a/b", "a/", "a\\b"] {
            assert!(file_name(name).is_err(), "{name}");
        }
    }
}
