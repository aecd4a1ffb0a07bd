//! `tikmatrix task create`: its options beyond those of the request's type, and what they become in the request.

mod recipients;
mod start;

use anyhow::Context;
use chrono::{Local, SecondsFormat, Utc};
use chrono_tz::Tz;
use clap::Args;
use serde_json::Value;
use tikmatrix_api_types::tasks::NewTasks;
use tikmatrix_client::Client;
use tikmatrix_validation::json::parse_text;

use super::show::{Column, Output};
use crate::cli::options::given_text::given_text;
use crate::cli::output::counted;

const PREVIEW_COLUMNS: [Column; 3] =
    [("SERIAL", "/serial"), ("USERNAME", "/username"), ("START", "/start_time")];

/// The tasks to create. What is not given is left to the server.
#[derive(Debug, Args)]
pub(in crate::cli) struct Create {
    #[command(flatten)]
    tasks: NewTasks,
    /// Every phone that the server has seen
    #[arg(long, env = "TIKMATRIX_TASK_ALL", value_parser = clap::builder::BoolishValueParser::new())]
    all: bool,
    /// Phones by their display names
    #[arg(long, env = "TIKMATRIX_TASK_NAME", value_name = "NAME", value_delimiter = ',')]
    name: Vec<String>,
    /// When they start: 14:30, "tomorrow 14:30", "2026-12-24 14:30", or a date and time of RFC 3339
    #[arg(
        long,
        env = "TIKMATRIX_TASK_AT",
        value_name = "WHEN",
        conflicts_with_all = ["start_time", "wait"]
    )]
    at: Option<String>,
    /// How long from now they start: 90s, 15m, 2h, 1d
    #[arg(
        id = "wait",
        long = "in",
        env = "TIKMATRIX_TASK_IN",
        value_name = "DURATION",
        conflicts_with = "start_time"
    )]
    wait: Option<String>,
    /// The time zone of --at, such as Europe/Berlin [default: this computer's]
    #[arg(long, env = "TIKMATRIX_TASK_ZONE", value_name = "ZONE", requires = "at")]
    zone: Option<String>,
    /// Shows the tasks that would be created, and creates none
    #[arg(long, env = "TIKMATRIX_TASK_DRY_RUN", value_parser = clap::builder::BoolishValueParser::new())]
    dry_run: bool,
    /// The script's configuration as JSON, or the file that holds it; @- is standard input
    #[arg(long, env = "TIKMATRIX_TASK_SCRIPT_CONFIG", value_name = "JSON|@FILE", default_value = "{}")]
    script_config: String,
    /// Creates the tasks once, however often this is sent
    #[arg(long, env = "TIKMATRIX_TASK_IDEMPOTENCY_KEY", value_name = "KEY")]
    idempotency_key: Option<String>,
}

impl Create {
    /// Creates the tasks, and prints their numbers; with `--dry-run`, prints what they would be.
    pub(super) fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let start_time = self.start_time()?;
        let mut tasks = NewTasks { script_config: script_config(self.script_config)?, ..self.tasks };
        tasks.start_time = start_time.or(tasks.start_time);
        recipients::add(client, &mut tasks, self.all, &self.name)?;
        let creation = client.tasks().creation().once(self.idempotency_key).dry_run(self.dry_run);
        let created = creation.send(&tasks)?;
        for warning in &created.warnings {
            output.warn(warning);
        }
        if self.dry_run {
            output.list(&created, "tasks", &PREVIEW_COLUMNS)?;
            let count = counted(created.created_count as u64, "task");
            output.explain(&format!("Nothing was created: without --dry-run, {count} would be."));
            return Ok(());
        }
        let ids: Vec<String> = created.task_ids.iter().map(i64::to_string).collect();
        output.done(&created, &ids.join("\n"))
    }

    /// Returns the `start_time` of the request that `--at` or `--in` asks for.
    fn start_time(&self) -> anyhow::Result<Option<String>> {
        let now = Utc::now();
        let moment = match (&self.at, &self.wait, &self.zone) {
            (Some(at), _, Some(zone)) => {
                let zone: Tz = zone.parse().map_err(|_| start::unknown_zone(zone))?;
                start::at(at, &now.with_timezone(&zone), zone.name())?
            }
            (Some(at), _, None) => {
                start::at(at, &now.with_timezone(&Local), "the time zone of this computer")?
            }
            (None, Some(wait), _) => start::after(wait, now)?,
            (None, None, _) => return Ok(None),
        };
        Ok(Some(moment.to_rfc3339_opts(SecondsFormat::Secs, true)))
    }
}

/// Reads a configuration that is given as JSON, or as the file that holds it.
fn script_config(given: String) -> anyhow::Result<Value> {
    parse_text(&given_text(given)?).context("--script-config is not JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_configuration_is_read_from_its_file_behind_a_byte_order_mark() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.json");
        let given = || format!("@{}", file.display());
        let missing = script_config(given()).unwrap_err().to_string();
        assert!(missing.starts_with("cannot read ") && missing.contains("config.json"), "{missing}");
        std::fs::write(&file, "\u{feff}{\"captions\": \"a\"}").unwrap();
        assert_eq!(script_config(given()).unwrap(), json!({"captions": "a"}));
        assert_eq!(script_config("{}".to_owned()).unwrap(), json!({}));
        let twice = script_config(r#"{"a": [{"b": 1, "b": 2}]}"#.to_owned()).unwrap_err();
        assert!(
            format!("{twice:#}").contains("--script-config is not JSON: a[0].b is given twice"),
            "{twice:#}"
        );
    }
}
