//! The body of `POST /api/v1/task`: its rules beyond the schema, and the request of the domain that it becomes.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tikmatrix_api_types::tasks::NewTasks;
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{Interval, ScriptName, Source, TaskOptions, TaskRequest};
use tikmatrix_validation::{Nulls, Problem, Schema, SchemaError};

use crate::http::body::{object, schema, text};
use crate::http::error::{ApiError, ErrorCode};
use crate::tasks::create::recipients::{self, Addressees};
use crate::tasks::create::script_plan::{self, ScriptPlan};
use crate::tasks::create::timing;

/// The values that apply where a request names none.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Defaults {
    /// How many times a task is retried automatically.
    pub(crate) max_retries: u32,
    /// The seed of random choices.
    pub(crate) seed: u64,
}

/// Reads requests for tasks.
#[derive(Debug)]
pub(crate) struct RequestReader(Schema);

impl RequestReader {
    pub(crate) fn new() -> Result<Self, SchemaError> {
        Schema::new(&schema::<NewTasks>(), Nulls::Absent).map(|schema| Self(schema.without_blanks()))
    }

    /// Removes the fields of `body` and of the script's configuration that are not known, and returns a warning for each.
    pub(crate) fn remove_unknown(&self, body: &mut Value, scripts: &ScriptRegistry) -> Vec<String> {
        let mut unknown = self.0.remove_unknown(body);
        let script =
            body.get("script_name").and_then(Value::as_str).and_then(|name| scripts.get(name.trim()));
        if let (Some(script), Some(config)) = (script, body.get_mut("script_config")) {
            unknown.add_below("script_config", script.remove_unknown(config));
        }
        let rest = unknown.rest();
        let ignored =
            unknown.iter().map(|Problem { field, reason }| format!("{field}: was ignored: it {reason}"));
        let rest = (rest > 0).then(|| format!("{rest} more fields are not known and were ignored"));
        ignored.chain(rest).collect()
    }

    /// Reads `body`; `now` is the present moment. Returns the request, and what the client should know although it is
    /// carried out.
    ///
    /// # Errors
    /// Everything that is wrong at once: 40002 when there is no script name, 40003 when no script has it, 40001 in every
    /// other case.
    pub(crate) fn read(
        &self,
        body: Value,
        scripts: &ScriptRegistry,
        now: DateTime<Utc>,
        defaults: Defaults,
    ) -> Result<(TaskRequest, Vec<String>), ApiError> {
        let mut plan = ScriptPlan::default();
        let valid = self.0.read::<NewTasks>(object(body)?, |fields, problems| {
            recipients::check(fields, problems);
            plan = script_plan::plan(fields, scripts, problems);
            let targets = plan.targets.as_deref().unwrap_or_default();
            recipients::check_apps(fields, targets, problems);
            recipients::check_size(fields, targets, problems);
            timing::check(fields, problems);
        });
        let code = plan.code.unwrap_or(ErrorCode::InvalidParameter);
        let new = valid.map_err(|problems| ApiError::problems(code, problems))?.value;
        let mut warnings = plan.warnings;
        let Addressees { recipients, groups } = recipients::addressees(&new, &mut warnings)?;
        let start_time = timing::start_time(&new, now, &mut warnings);
        let request = TaskRequest {
            recipients,
            groups,
            script: text("script_name", new.script_name.trim(), ScriptName::new)?,
            targets: plan.targets.unwrap_or_default(),
            distribute: new.distribute.map(|distribute| distribute.count),
            source: Source::Api,
            start_time,
            interval: Interval {
                min_minutes: new.min_interval.unwrap_or_default(),
                max_minutes: new.max_interval.unwrap_or_default(),
            },
            seed: defaults.seed,
            options: TaskOptions {
                priority: new.priority.unwrap_or_default(),
                max_retries: new.max_retries.unwrap_or(defaults.max_retries),
                time_limit: new.timeout.map(|seconds| Duration::from_secs(seconds.into())),
            },
        };
        Ok((request, warnings))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};
    use tikmatrix_device::script::{Completion, Context, Failure, Script, async_trait};
    use tikmatrix_domain::AppId;

    use super::*;

    fn read(now: &str, fields: &Value) -> Result<(TaskRequest, Vec<String>), ApiError> {
        let mut body = json!({"serials": ["p1"], "script_name": "say", "script_config": {}});
        for (name, value) in fields.as_object().unwrap() {
            body[name] = value.clone();
        }
        let scripts = ScriptRegistry::default().with(Say);
        let defaults = Defaults { max_retries: 0, seed: 0 };
        RequestReader::new().unwrap().read(body, &scripts, now.parse().unwrap(), defaults)
    }

    fn timing(fields: &Value) -> Result<(TaskRequest, Vec<String>), ApiError> {
        read("2026-06-10T10:00:00Z", fields)
    }

    /// A script that plans one task.
    struct Say;

    #[async_trait]
    impl Script for Say {
        type Config = Map<String, Value>;

        fn name(&self) -> &'static str {
            "say"
        }

        fn description(&self) -> &'static str {
            "Says nothing"
        }

        fn app(&self, config: &Self::Config) -> Option<AppId> {
            AppId::new(config.get("app")?.as_str()?).ok()
        }

        async fn run(&self, _: &mut Context, _: Self::Config) -> Result<Completion, Failure> {
            Ok(Completion::new(""))
        }
    }

    #[test]
    fn the_profile_of_another_app_is_no_account_of_the_tasks_app() {
        let with = |app: Value| {
            let usernames = ["mia, https://www.instagram.com/natgeo/"];
            timing(&json!({"usernames": usernames, "script_config": {"app": app}}))
        };
        let refused = with(json!("tiktok")).unwrap_err().to_string();
        assert_eq!(refused, "usernames: @natgeo is a profile of instagram, and the app is tiktok");
        assert!(with(json!("instagram")).is_ok());
        assert!(with(Value::Null).is_ok(), "the account decides");
    }

    #[test]
    fn a_time_is_meant_in_the_zone_that_is_named() {
        let (request, _) = timing(&json!({"start_time": "14:30", "timezone": "Asia/Tokyo"})).unwrap();
        assert_eq!(request.start_time.unwrap().to_rfc3339(), "2026-06-11T05:30:00+00:00");
    }

    #[test]
    fn a_time_that_is_skipped_in_its_zone_is_the_first_instant_after_the_gap() {
        let fields = json!({"start_time": "02:30", "timezone": "Europe/Berlin"});
        let (request, _) = read("2026-03-28T22:00:00Z", &fields).unwrap();
        assert_eq!(request.start_time.unwrap().to_rfc3339(), "2026-03-29T01:00:00+00:00");
    }

    #[test]
    fn a_zone_without_a_time_is_a_warning() {
        let (request, warnings) = timing(&json!({"timezone": "UTC"})).unwrap();
        assert_eq!((request.start_time, request.interval), (None, Interval::default()));
        assert!(warnings[0].starts_with("timezone: "), "{warnings:?}");
    }

    #[test]
    fn an_interval_needs_a_most_that_is_not_below_its_least() {
        let (request, _) = timing(&json!({"min_interval": 5, "max_interval": 10})).unwrap();
        assert_eq!(request.interval, Interval { min_minutes: 5, max_minutes: 10 });
        for (fields, message) in [
            (json!({"min_interval": 5}), "max_interval: 0 is less than min_interval, which is 5"),
            (json!({"min_interval": 5, "max_interval": 4}), "max_interval: 4 is less than min_interval"),
            (json!({"max_interval": 10_081}), "max_interval: 10081 is not a whole number from 0 to 10080"),
            (json!({"min_interval": -1}), "min_interval: -1 is not a whole number from 0 to 10080"),
            (json!({"max_interval": 1.5}), "max_interval: 1.5 is not a whole number from 0 to 10080"),
            (
                json!({"start_time": "12:00", "timezone": "Mars/Olympus"}),
                "timezone: \"Mars/Olympus\" is not the name of an IANA time zone, such as Europe/Berlin or UTC",
            ),
        ] {
            let error = timing(&fields).unwrap_err().to_string();
            assert!(error.starts_with(message) && !error.contains("more problem"), "{error}");
        }
    }
}
