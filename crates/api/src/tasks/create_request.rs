//! The body of `POST /api/v1/task`: its rules beyond the schema, and the request of the domain that it becomes.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use tikmatrix_api_types::tasks::NewTasks;
use tikmatrix_device::script::{self, Planned, RegisteredScript, ScriptRegistry};
use tikmatrix_domain::{
    EnteredUsername, Interval, MAX_TASKS_PER_REQUEST, Recipients, ScriptName, Serial, Source, Target,
    TaskOptions, TaskRequest, TimeOfDay, TooManyTasks,
};
use tikmatrix_validation::{Fields, Nulls, Problem, Problems, Schema, SchemaError, shortened, unknown_name};

use crate::http::body::{object, schema, text};
use crate::http::error::{ApiError, ErrorCode};

/// The longest configuration of one task, as it is stored.
const MAX_CONFIG_BYTES: usize = 128 * 1024;
/// The most that the configurations of all tasks of a request take.
const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

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

/// The result of the rules about scripts.
#[derive(Default)]
struct Plan {
    /// The code of an error that has its own.
    code: Option<ErrorCode>,
    targets: Option<Vec<Target>>,
    warnings: Vec<String>,
}

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
        let mut plan = Plan::default();
        let valid = self.0.read::<NewTasks>(object(body)?, |fields, problems| {
            check_recipients(fields, problems);
            plan = plan_targets(fields, scripts, problems);
            let targets = plan.targets.as_deref().unwrap_or_default();
            check_apps(fields, targets, problems);
            check_count(fields, targets.len(), problems);
            check_size(fields, targets, problems);
            check_timing(fields, problems);
        });
        let code = plan.code.unwrap_or(ErrorCode::InvalidParameter);
        let new = valid.map_err(|problems| ApiError::problems(code, problems))?.value;
        let mut warnings = plan.warnings;
        let recipients = recipients(&new, &mut warnings)?;
        let start_time = start_time(&new, now, &mut warnings);
        let request = TaskRequest {
            recipients,
            script: text("script_name", new.script_name.trim(), ScriptName::new)?,
            targets: plan.targets.unwrap_or_default(),
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

/// Returns the phones or accounts that the tasks are for, each once. Accounts win over phones.
fn recipients(new: &NewTasks, warnings: &mut Vec<String>) -> Result<Recipients, ApiError> {
    let multi_account = new.enable_multi_account.unwrap_or(false);
    let serials = new.serials.as_deref().unwrap_or_default();
    let usernames = new.usernames.as_deref().unwrap_or_default();
    if usernames.is_empty() {
        let serials = serials.iter().map(|serial| text("serials", serial, Serial::new));
        let serials = folded(serials.collect::<Result<_, _>>()?);
        return Ok(if multi_account {
            Recipients::AccountsOfDevices(serials)
        } else {
            Recipients::Devices(serials)
        });
    }
    if !serials.is_empty() {
        warnings.push("serials: was ignored: the tasks are those of the accounts in usernames".to_owned());
    }
    if multi_account {
        warnings.push("enable_multi_account: applies to serials only and was ignored".to_owned());
    }
    let names = usernames.iter().flat_map(|names| EnteredUsername::split(names.as_str()));
    let names = names.map(|(_, name)| text("usernames", "", |_| name).map(|entered| entered.username));
    Ok(Recipients::Accounts(folded(names.collect::<Result<_, _>>()?)))
}

/// The names in their order, each once.
fn folded<Name: std::hash::Hash + Eq + Clone>(mut names: Vec<Name>) -> Vec<Name> {
    let mut seen = std::collections::HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}

/// When the first task of each phone starts.
fn start_time(new: &NewTasks, now: DateTime<Utc>, warnings: &mut Vec<String>) -> Option<DateTime<Utc>> {
    let zone = new.timezone.as_deref().and_then(|zone| zone.parse::<Tz>().ok());
    let Some(time) = new.start_time.as_deref().and_then(TimeOfDay::parse) else {
        if zone.is_some() {
            warnings.push("timezone: says nothing without start_time and was ignored".to_owned());
        }
        return None;
    };
    Some(match zone {
        Some(zone) => time.next_after(&now.with_timezone(&zone)),
        None => time.next_after(&now.with_timezone(&Local)),
    })
}

/// Returns the field that names the recipients, and how many there are, each once; `None` where what it holds is wrong.
fn named_recipients(fields: &Fields<'_>) -> Option<(&'static str, usize)> {
    let usernames: Vec<String> = fields.get("usernames").unwrap_or_default();
    if usernames.is_empty() {
        let serials: Vec<String> = fields.get("serials")?;
        return Some(("serials", folded(serials).len()));
    }
    let names = usernames.iter().flat_map(|names| EnteredUsername::split(names));
    let names = names.filter_map(|(_, name)| name.ok()).map(|entered| entered.username);
    Some(("usernames", folded(names.collect()).len()))
}

/// The URL of an account's profile has to be one of the app that the configuration names.
fn check_apps(fields: &Fields<'_>, targets: &[Target], problems: &mut Problems) {
    let usernames: Vec<String> = fields.get("usernames").unwrap_or_default();
    let Some(app) = targets.first().and_then(|target| target.app) else { return };
    for (_, name) in usernames.iter().flat_map(|names| EnteredUsername::split(names)) {
        if let Some(Err(reason)) = name.ok().map(|name| name.check_app(app)) {
            problems.add("usernames", reason);
        }
    }
}

/// `serials` or `usernames` has to name something.
fn check_recipients(fields: &Fields<'_>, problems: &mut Problems) {
    let names = |field| fields.given(field).and_then(Value::as_array).is_some_and(|names| !names.is_empty());
    let are_sound = fields.is_sound("serials") && fields.is_sound("usernames");
    if are_sound && !names("serials") && !names("usernames") {
        problems.add("serials", "at least one serial, or one of usernames, is required");
    }
}

/// Finds the script and lets it plan its configuration.
fn plan_targets(fields: &Fields<'_>, scripts: &ScriptRegistry, problems: &mut Problems) -> Plan {
    let refused = |code| Plan { code: Some(code), ..Plan::default() };
    let name = match fields.given("script_name") {
        None => return refused(ErrorCode::ScriptNameMissing),
        Some(Value::String(name)) => name.trim(),
        Some(_) => return Plan::default(),
    };
    if name.is_empty() {
        problems.add("script_name", "must not be empty");
        return refused(ErrorCode::ScriptNameMissing);
    }
    let Some(script) = scripts.get(name) else {
        let known: Vec<&str> = scripts.iter().map(|script| script.name()).collect();
        let reason = format!("{:?} {}", shortened(name), unknown_name("script", name, &known));
        problems.add("script_name", reason);
        return refused(ErrorCode::UnknownScript);
    };
    match fields.given("script_config") {
        None => {
            problems.add("script_config", "is required: an object, {} for the script's defaults");
            Plan::default()
        }
        Some(config @ Value::Object(_)) => plan(&script, config, problems),
        Some(_) => Plan::default(),
    }
}

fn plan(script: &Arc<RegisteredScript>, config: &Value, problems: &mut Problems) -> Plan {
    match script.plan_and_warn(config) {
        Ok(script::Plan { tasks, .. }) if tasks.is_empty() => {
            problems.add("script_config", "asks for nothing");
            Plan::default()
        }
        Ok(script::Plan { tasks, warnings }) => {
            let mut below = Problems::default();
            below.add_below("script_config", warnings);
            Plan {
                code: None,
                targets: Some(tasks.into_iter().map(target).collect()),
                warnings: below.iter().map(ToString::to_string).collect(),
            }
        }
        Err(found) => {
            let mut below = Problems::default();
            for problem in found {
                below.add(problem.field, problem.reason);
            }
            problems.add_below("script_config", below);
            Plan::default()
        }
    }
}

fn target(Planned { config, app }: Planned) -> Target {
    Target { app, script_config: config.to_string().into() }
}

/// A request may create no more than so many tasks.
fn check_count(fields: &Fields<'_>, targets: usize, problems: &mut Problems) {
    let Some((field, recipients)) = named_recipients(fields) else { return };
    let count = recipients.saturating_mul(targets);
    if count > MAX_TASKS_PER_REQUEST {
        problems.add(field, TooManyTasks { count }.to_string());
    }
}

/// Checks how much the tasks of the request would take in the database: each has its configuration.
fn check_size(fields: &Fields<'_>, targets: &[Target], problems: &mut Problems) {
    let sizes = targets.iter().map(|target| target.script_config.len());
    if let Some(size) = sizes.clone().find(|size| *size > MAX_CONFIG_BYTES) {
        return problems
            .add("script_config", format!("takes {size} bytes, at most {MAX_CONFIG_BYTES} are allowed"));
    }
    let Some((field, recipients)) = named_recipients(fields) else { return };
    let size = sizes.sum::<usize>().saturating_mul(recipients);
    if size > MAX_REQUEST_BYTES {
        let reason = format!(
            "the configurations of all tasks take {size} bytes, at most {MAX_REQUEST_BYTES} are allowed"
        );
        problems.add(field, reason);
    }
}

fn check_timing(fields: &Fields<'_>, problems: &mut Problems) {
    if let Some(Value::String(time)) = fields.given("start_time")
        && TimeOfDay::parse(time).is_none()
    {
        let shown = shortened(time);
        problems.add("start_time", format!("{shown:?} is not a time as HH:MM, 00:00 to 23:59"));
    }
    if let Some(Value::String(zone)) = fields.given("timezone")
        && zone.parse::<Tz>().is_err()
    {
        let shown = shortened(zone);
        let reason = format!("{shown:?} is not the name of an IANA time zone, such as Europe/Berlin or UTC");
        problems.add("timezone", reason);
    }
    if fields.is_sound("min_interval") && fields.is_sound("max_interval") {
        let minutes = |field| fields.get::<u32>(field).unwrap_or_default();
        let (least, most) = (minutes("min_interval"), minutes("max_interval"));
        if most < least {
            problems.add("max_interval", format!("{most} is less than min_interval, which is {least}"));
        }
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
