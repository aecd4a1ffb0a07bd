//! `POST /api/v1/task`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::openapi::schema::{Object, ObjectBuilder, SchemaType, Type};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{Moment, Name, UsernameList};

/// Tasks to create: one for each phone or account and each target of the script. `null` counts as not given, and so does a
/// blank text for a field that is not required.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct NewTasks {
    /// Serials of phones; one task for each of them and each target. A phone need not be connected yet. The same serial
    /// twice counts once. `serials`, `groups` or `usernames` has to hold something.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "clap",
        arg(long = "serial", env = "TIKMATRIX_TASK_SERIAL", value_name = "SERIAL", value_delimiter = ',')
    )]
    pub serials: Option<Vec<Name>>,
    /// Names of groups of phones, beside or instead of `serials`: the phones that belong to them when the tasks are created.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "clap",
        arg(long = "group", env = "TIKMATRIX_TASK_GROUP", value_name = "NAME", value_delimiter = ',')
    )]
    pub groups: Option<Vec<Name>>,
    /// Accounts; one task for each of them and each target, on the phone that the account is bound to. They win over
    /// `serials` and `groups`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "clap",
        arg(
            long = "username",
            env = "TIKMATRIX_TASK_USERNAME",
            value_name = "USERNAME",
            value_delimiter = ','
        )
    )]
    pub usernames: Option<Vec<UsernameList>>,
    /// The name of the script.
    #[schema(required)]
    #[cfg_attr(feature = "clap", arg(long = "script", env = "TIKMATRIX_TASK_SCRIPT", value_name = "NAME"))]
    pub script_name: String,
    /// The configuration of the script, `{}` for its defaults.
    #[schema(value_type = Object, required)]
    #[cfg_attr(feature = "clap", arg(skip))]
    pub script_config: Value,
    /// With `serials` or `groups`: one task for each enabled account of each phone instead of the one that is signed in. A phone
    /// without a known account gets one task for the account that is signed in; one whose accounts are all disabled gets
    /// none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(default = false)]
    #[cfg_attr(
        feature = "clap",
        arg(long, env = "TIKMATRIX_TASK_ENABLE_MULTI_ACCOUNT", num_args = 0, default_missing_value = "true", value_parser = clap::builder::BoolishValueParser::new())
    )]
    pub enable_multi_account: Option<bool>,
    /// `HH:MM`, 24 hours: not before the clock next shows this time, today or tomorrow. Or a date and time of RFC 3339; one
    /// that is past means at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = start_time)]
    #[cfg_attr(
        feature = "clap",
        arg(long, env = "TIKMATRIX_TASK_START_TIME", value_name = "HH:MM|RFC 3339")
    )]
    pub start_time: Option<String>,
    /// The time zone of a `start_time` as `HH:MM`, such as `Europe/Berlin`. Default: the server's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = time_zone)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_TIMEZONE", value_name = "ZONE"))]
    pub timezone: Option<String>,
    /// Minutes: each following task of a phone starts at least this much later than the one before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10080, default = 0)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_MIN_INTERVAL", value_name = "MINUTES"))]
    pub min_interval: Option<u32>,
    /// Minutes: and at most this much, at random between the two. Not less than `min_interval`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 10080, default = 0)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_MAX_INTERVAL", value_name = "MINUTES"))]
    pub max_interval: Option<u32>,
    /// Of the due tasks of a phone, the one with the highest priority runs first; -100 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = -100, maximum = 100, default = 0)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_PRIORITY", allow_negative_numbers = true))]
    pub priority: Option<i32>,
    /// How many times a task is retried automatically. Default: what the settings say.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 100)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_MAX_RETRIES", value_name = "N"))]
    pub max_retries: Option<u32>,
    /// Seconds that each attempt may take. Default: two hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 86400)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_TASK_TIMEOUT", value_name = "SECONDS"))]
    pub timeout: Option<u32>,
    /// Spreads a number of materials over the phones or accounts in turn, one task each, instead of one task for each phone
    /// or account. Only of scripts whose tasks take materials.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "clap",
        arg(long, env = "TIKMATRIX_TASK_DISTRIBUTE", value_name = "COUNT", value_parser = distribute)
    )]
    pub distribute: Option<Distribute>,
}

/// How materials are spread over phones or accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Distribute {
    /// How many materials, and tasks, there are.
    #[schema(minimum = 1, maximum = 10000)]
    pub count: u32,
}

impl NewTasks {
    /// Creates a request for tasks of `script_name`; the phones or accounts are still to be added.
    pub fn new(script_name: impl Into<String>, script_config: Value) -> Self {
        Self { script_name: script_name.into(), script_config, ..Self::default() }
    }
}

/// How a request for tasks is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CreateQuery {
    /// What fields that are not known do, in the body and in `script_config`: `refuse` the request, or `warn` of each and
    /// ignore it. Default: `refuse`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub unknown_fields: Option<UnknownFields>,
    /// What the answer has beside the numbers of the tasks: `tasks` lists them.
    #[serde(rename = "return", skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub returned: Option<Returned>,
    /// With `true`, creates nothing, uses no `Idempotency-Key`, and answers with the tasks that would be created; their
    /// `id` is `null`. Start times at random are others when the tasks are created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dry_run: Option<bool>,
}

/// What the answer to a request for tasks has beside their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Returned {
    /// The tasks, with phone, account and start time.
    Tasks,
}

/// What a field that is not known does to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum UnknownFields {
    /// The request is refused.
    Refuse,
    /// The field is ignored, with a warning.
    Warn,
}

/// The tasks that a request created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Created {
    /// The numbers of the tasks: devices or accounts outermost in the order of the request, then targets.
    pub task_ids: Vec<i64>,
    /// How many they are; with `dry_run`, how many they would be.
    pub created_count: usize,
    /// The tasks in the same order, if `return` or `dry_run` asked for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tasks: Option<Vec<CreatedTask>>,
    /// What the client should know; left out when there is nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One of the tasks that a request created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreatedTask {
    /// Its number; `null` for one that was not created, with `dry_run`.
    pub id: Option<i64>,
    /// The phone; `null` for an account that is bound to none.
    pub serial: Option<String>,
    /// The account; `null` for the one that is signed in.
    pub username: Option<String>,
    /// Its earliest start; `null` for at once.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start_time: Option<Moment>,
}

#[cfg(feature = "clap")]
fn distribute(count: &str) -> Result<Distribute, std::num::ParseIntError> {
    count.parse().map(|count| Distribute { count })
}

fn start_time() -> Object {
    let of_clock = "([01][0-9]|2[0-3]):[0-5][0-9]";
    let date = "[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])";
    let end_of_month = "[0-9]{4}-(02-29|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)";
    let moment = format!("({date}|{end_of_month})T{of_clock}:[0-5][0-9](\\.[0-9]{{1,9}})?(Z|[+-]{of_clock})");
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some(
            "`HH:MM`, 24 hours: not before the clock next shows this time, today or tomorrow. Or a date and time of \
             RFC 3339; one that is past means at once.",
        ))
        .examples(["14:30", "2026-12-24T14:30:00+01:00"])
        .pattern(Some(format!("^({of_clock}|{moment})$")))
        .build()
}

fn time_zone() -> Object {
    let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| Value::from(zone.name()));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("The IANA name of the time zone of `start_time`. Default: the server's own zone."))
        .enum_values(Some(names.chain([Value::Null])))
        .build()
}
