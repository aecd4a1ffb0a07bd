//! `tikmatrix setting`, `pause` and `resume`: the settings of a whole server.

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use tikmatrix_api_types::settings::{Settings, SettingsPatch};
use tikmatrix_client::Client;
use tikmatrix_device::script::unknown_name;

use crate::cli::client::Work;
use crate::cli::output::answer::Output;

/// The commands about settings.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Shows the settings, or one of them
    Get {
        /// The name of the one that is wanted
        name: Option<String>,
    },
    /// Changes settings, at once; an empty value removes what can be removed
    Set {
        /// The settings, such as max_retries=2 or packages.tiktok=com.example.app
        #[arg(required = true, value_name = "NAME=VALUE")]
        changes: Vec<String>,
    },
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        match self {
            Self::Get { name: None } if output.is_json() => output.one(&client.settings()?),
            Self::Get { name: None } => output.one(&for_people(fields(&client.settings()?)?)),
            Self::Get { name: Some(name) } => {
                let settings = fields(&client.settings()?)?;
                let value = named(&settings, &name)?;
                output.say(&json!({ &name: value }), || {
                    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
                })
            }
            Self::Set { changes } => {
                let settings = fields(&client.settings()?)?;
                output.changed(&client.change_settings(&patch(&settings, &changes)?)?)
            }
        }
    }
}

/// `tikmatrix pause`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Pause {}

impl Work for Pause {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let settings = client.change_settings(&paused(true))?;
        output.done(
            &settings,
            "Paused: no task is started, and running ones go on. `tikmatrix resume` ends it.",
        )
    }
}

/// `tikmatrix resume`.
#[derive(Debug, Args)]
pub(in crate::cli) struct Resume {}

impl Work for Resume {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        output.done(&client.change_settings(&paused(false))?, "Resumed: tasks are started again.")
    }
}

fn paused(paused: bool) -> SettingsPatch {
    SettingsPatch { paused: Some(paused), ..SettingsPatch::default() }
}

fn fields(settings: &Settings) -> anyhow::Result<Map<String, Value>> {
    let Value::Object(fields) = serde_json::to_value(settings)? else { bail!("settings have no names") };
    Ok(fields)
}

/// Returns the settings that have a value, and the limit of phones in any case, so that a person finds its name.
fn for_people(mut settings: Map<String, Value>) -> Map<String, Value> {
    settings.retain(|name, value| !value.is_null() || name == "max_devices_at_work");
    for (_, value) in settings.iter_mut().filter(|(_, value)| value.is_null()) {
        *value = "no limit but the plan's".into();
    }
    settings
}

/// Returns the value of a setting; a dot leads into an object.
fn named<'all>(settings: &'all Map<String, Value>, path: &str) -> anyhow::Result<&'all Value> {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(value) = settings.get(name) else {
        let known: Vec<&str> = settings.keys().map(String::as_str).collect();
        bail!("{name} {}", unknown_name("setting", name, &known));
    };
    Ok(rest.map_or(value, |rest| value.get(rest).unwrap_or(&Value::Null)))
}

/// Returns the change that `NAME=VALUE` texts ask for. Whether a value is allowed, the server decides.
fn patch(settings: &Map<String, Value>, changes: &[String]) -> anyhow::Result<SettingsPatch> {
    let mut patch = Map::new();
    for change in changes {
        let (path, text) = change.split_once('=').with_context(|| format!("{change:?} is not NAME=VALUE"))?;
        named(settings, path)?;
        let value = value(text);
        let is_new = match path.split_once('.') {
            None => patch.insert(path.to_owned(), value).is_none(),
            Some((name, key)) => {
                let object = patch.entry(name).or_insert_with(|| json!({}));
                let Some(object) = object.as_object_mut() else { bail!("{name} is given twice") };
                object.insert(key.to_owned(), value).is_none()
            }
        };
        if !is_new {
            bail!("{path} is given twice");
        }
    }
    serde_json::from_value(Value::Object(patch)).context("the settings cannot be changed like this")
}

/// Returns the value of a text: a number, `true`, `false`, JSON, or the text itself; nothing for an empty one.
fn value(text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    serde_json::from_str(text).unwrap_or_else(|_| text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Map<String, Value> {
        let settings = json!({"max_retries": 0, "packages": {"tiktok": "a.b"}, "default_app": "tiktok", "paused": false});
        settings.as_object().unwrap().clone()
    }

    fn changed(changes: &[&str]) -> anyhow::Result<Value> {
        let changes: Vec<String> = changes.iter().map(|&change| change.to_owned()).collect();
        Ok(serde_json::to_value(patch(&settings(), &changes)?)?)
    }

    #[test]
    fn texts_become_the_values_that_settings_have() {
        let change =
            changed(&["max_retries=2", "paused=true", "default_app=instagram", "packages.tiktok="]).unwrap();
        let expected = json!({"max_retries": 2, "paused": true, "default_app": "instagram", "packages": {"tiktok": null}});
        assert_eq!(change, expected);
    }

    #[test]
    fn unknown_and_doubled_settings_are_refused_before_anything_is_changed() {
        for (changes, part) in [
            (&["max_retry=2"][..], "did you mean max_retries?"),
            (&["max_retries"], "is not NAME=VALUE"),
            (&["paused=true", "paused=false"], "paused is given twice"),
            (&["packages.tiktok=a.b", "packages.tiktok=a.c"], "packages.tiktok is given twice"),
            (&["paused=perhaps"], "the settings cannot be changed like this"),
        ] {
            let said = format!("{:#}", changed(changes).unwrap_err());
            assert!(said.contains(part), "{changes:?}: {said}");
        }
    }

    #[test]
    fn one_setting_is_found_by_its_path() {
        assert_eq!(named(&settings(), "packages.tiktok").unwrap(), "a.b");
        assert_eq!(named(&settings(), "packages.instagram").unwrap(), &Value::Null);
        assert!(named(&settings(), "package").is_err());
    }
}
