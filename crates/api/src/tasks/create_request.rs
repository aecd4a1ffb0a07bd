//! The body of `POST /api/v1/task`.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tikmatrix_device::script::{Planned, Problem, RegisteredScript, ScriptRegistry, unknown_name};
use tikmatrix_domain::{
    MAX_TASKS_PER_REQUEST, Recipients, ScriptName, Serial, Source, Target, TaskRequest, TooManyTasks,
    Username,
};

use crate::http::error::{ApiError, ErrorCode};
use crate::http::fields::{Fields, name, shortened, shown};
use crate::tasks::timing;

/// What counts where a request says nothing.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Defaults {
    /// How many times a task is begun again by itself.
    pub(crate) max_retries: u32,
    /// Where chance begins.
    pub(crate) chance: u64,
}

/// A request for tasks that holds what it may hold.
#[derive(Debug)]
pub(crate) struct CreateTasks {
    /// What is asked for.
    pub(crate) request: TaskRequest,
    /// What the client should know although the request is carried out.
    pub(crate) warnings: Vec<String>,
}

impl CreateTasks {
    /// Reads `body`. `now` is the present moment; `defaults` is what counts where the body says nothing.
    ///
    /// # Errors
    /// All that is wrong with it at once: 40002 when there is no script name, 40003 when no script has it,
    /// 40001 in every other case.
    pub(crate) fn read(
        body: Value,
        scripts: &ScriptRegistry,
        now: DateTime<Utc>,
        defaults: Defaults,
    ) -> Result<Self, ApiError> {
        let mut fields = Fields::of(body)
            .map_err(|problem| ApiError::problems(ErrorCode::InvalidParameter, vec![problem]))?;
        let (script, script_error) = read_script_name(&mut fields, scripts);
        let recipients = read_recipients(&mut fields);
        let config = read_config(&mut fields);
        let targets =
            script.as_ref().zip(config).and_then(|(script, config)| plan(&mut fields, script, &config));
        let mut warnings = Vec::new();
        let timing = timing::read(&mut fields, now, &mut warnings);
        let options = timing::read_options(&mut fields, defaults.max_retries);
        let multi_account = fields.flag("enable_multi_account").unwrap_or(false);
        let recipients = recipients.map(|recipients| match recipients {
            Recipients::Devices(serials) if multi_account => Recipients::AccountsOfDevices(serials),
            Recipients::Accounts(usernames) if multi_account => {
                warnings.push("enable_multi_account: applies to serials only and was ignored".to_owned());
                Recipients::Accounts(usernames)
            }
            as_they_are => as_they_are,
        });
        if let (Some(recipients), Some(targets)) = (&recipients, &targets) {
            check_count(&mut fields, recipients, targets.len());
        }
        let problems = fields.finish();
        let name = script.and_then(|script| ScriptName::new(script.name()).ok());
        match (recipients, name, targets) {
            (Some(recipients), Some(script), Some(targets)) if problems.is_empty() => {
                let request = TaskRequest {
                    recipients,
                    script,
                    targets,
                    source: Source::Api,
                    start_time: timing.start_time,
                    interval: timing.interval,
                    seed: defaults.chance,
                    options,
                };
                Ok(Self { request, warnings })
            }
            _ => Err(ApiError::problems(script_error.unwrap_or(ErrorCode::InvalidParameter), problems)),
        }
    }
}

/// The script, or the code of what is wrong with its name when that has a code of its own.
fn read_script_name(
    fields: &mut Fields,
    scripts: &ScriptRegistry,
) -> (Option<Arc<RegisteredScript>>, Option<ErrorCode>) {
    let name = match fields.any("script_name") {
        None => {
            fields.problem("script_name", "is required");
            return (None, Some(ErrorCode::ScriptNameMissing));
        }
        Some(Value::String(name)) => name,
        Some(other) => {
            fields.problem("script_name", format!("{} is not a string", shown(&other)));
            return (None, None);
        }
    };
    let name = name.trim();
    if name.is_empty() {
        fields.problem("script_name", "must not be empty");
        return (None, Some(ErrorCode::ScriptNameMissing));
    }
    let script = scripts.get(name);
    if script.is_none() {
        let known: Vec<&str> = scripts.iter().map(|script| script.name()).collect();
        let reason = format!("{:?} {}", shortened(name), unknown_name("script", name, &known));
        fields.problem("script_name", reason);
        return (None, Some(ErrorCode::UnknownScript));
    }
    (script, None)
}

fn read_recipients(fields: &mut Fields) -> Option<Recipients> {
    let serials = fields.names("serials", |text| name(text, Serial::new));
    let usernames = fields.names("usernames", |text| name(text, Username::new));
    let given = |named: &Option<usize>| named.is_some_and(|count| count > 0);
    let (serial_count, username_count) = (serials.as_ref().map(Vec::len), usernames.as_ref().map(Vec::len));
    match (serials, usernames) {
        _ if given(&serial_count) && given(&username_count) => {
            fields.problem(
                "usernames",
                "cannot be given together with serials: one request is for one of them",
            );
            None
        }
        (Some(serials), _) if !serials.is_empty() => Some(Recipients::Devices(serials)),
        (_, Some(usernames)) if !usernames.is_empty() => Some(Recipients::Accounts(usernames)),
        _ => {
            // A field whose elements are all wrong has been complained of already.
            if !fields.has_problem_with(&["serials", "usernames"]) {
                fields.problem("serials", "at least one serial, or one of usernames, is required");
            }
            None
        }
    }
}

fn check_count(fields: &mut Fields, recipients: &Recipients, targets: usize) {
    let (field, recipients) = match recipients {
        Recipients::Devices(serials) | Recipients::AccountsOfDevices(serials) => ("serials", serials.len()),
        Recipients::Accounts(usernames) => ("usernames", usernames.len()),
    };
    let count = recipients.saturating_mul(targets);
    if count > MAX_TASKS_PER_REQUEST {
        fields.problem(field, TooManyTasks { count }.to_string());
    }
}

fn read_config(fields: &mut Fields) -> Option<Value> {
    match fields.any("script_config") {
        None => {
            fields.problem("script_config", "is required: an object, {} for the script's defaults");
            None
        }
        Some(config @ Value::Object(_)) => Some(config),
        Some(other) => {
            fields.problem("script_config", format!("{} is not an object", shown(&other)));
            None
        }
    }
}

fn plan(fields: &mut Fields, script: &Arc<RegisteredScript>, config: &Value) -> Option<Vec<Target>> {
    match script.plan(config) {
        Ok(planned) if planned.is_empty() => {
            fields.problem("script_config", "asks for nothing");
            None
        }
        Ok(planned) => Some(planned.into_iter().map(target).collect()),
        Err(problems) => {
            for Problem { field, reason } in problems {
                let separator = if field.is_empty() { "" } else { "." };
                fields.problem(format!("script_config{separator}{field}"), reason);
            }
            None
        }
    }
}

fn target(Planned { config, app }: Planned) -> Target {
    Target { app, script_config: config.to_string().into() }
}
