//! The bodies and parameters of requests as the OpenAPI document describes them. What counts is what the readers beside
//! this module accept; a test holds each field's name and limits against them.

#![expect(dead_code, reason = "these types describe JSON that is read field by field, and never hold any")]

use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// A name: not blank, without control characters.
#[derive(ToSchema)]
#[schema(
    pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s][^\x00-\x1f\x7f-\x9f]*$",
    max_length = 200
)]
pub(crate) struct Name(String);

/// The name of an account; with or without `@`, in any case.
#[derive(ToSchema)]
#[schema(
    pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\x00-\x1f\x7f-\x9f\s@][^\x00-\x1f\x7f-\x9f]*$",
    max_length = 200
)]
pub(crate) struct Username(String);

/// The name of an Android package, such as `com.example.app`.
#[derive(ToSchema)]
#[schema(pattern = "^ *[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z][A-Za-z0-9_]*)+ *$", max_length = 200)]
pub(crate) struct Package(String);

/// Any text with line breaks and tabs, and no other control characters.
#[derive(ToSchema)]
#[schema(pattern = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$", max_length = 2000)]
pub(crate) struct Note(String);

/// An app whose accounts run tasks.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum App {
    TikTok,
    Instagram,
}

/// Who made a task: a program, or a person in the web console.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum Source {
    Api,
    Ui,
}

/// Tasks to be made: one for each phone or account and each target of the script. `null` counts as not given.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTasks {
    /// Serials of phones; one task for each of them and each target. A phone need not be connected yet. The same serial
    /// twice counts once. Exactly one of `serials` and `usernames` has to name somebody.
    serials: Option<Vec<Name>>,
    /// Accounts; one task for each of them and each target, on the phone that the account is bound to.
    usernames: Option<Vec<Username>>,
    /// The name of the script.
    script_name: String,
    /// The configuration of the script, `{}` for its defaults.
    #[schema(value_type = Object)]
    script_config: Value,
    /// With `serials`: one task for each enabled account of each phone instead of the one that is signed in. A phone with
    /// no known account gets one for that one all the same; one whose accounts are all disabled gets none.
    #[schema(default = false)]
    enable_multi_account: Option<bool>,
    /// `HH:MM`, 24 hours: not before the clock next shows this time, today or tomorrow.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", examples("14:30"))]
    start_time: Option<String>,
    /// The time zone of `start_time`. Default: the server's own.
    #[schema(schema_with = time_zone)]
    timezone: Option<String>,
    /// Minutes: each following task of a phone starts at least this much later than the one before.
    #[schema(minimum = 0, maximum = 10080, default = 0)]
    min_interval: Option<u32>,
    /// Minutes: and at most this much, at random between the two. Not less than `min_interval`.
    #[schema(minimum = 0, maximum = 10080, default = 0)]
    max_interval: Option<u32>,
    /// Of the due tasks of a phone, the one with the highest priority runs first.
    #[schema(minimum = -100, maximum = 100, default = 0)]
    priority: Option<i32>,
    /// How many times a task is begun again by itself. Default: what the settings say.
    #[schema(minimum = 0, maximum = 100)]
    max_retries: Option<u32>,
    /// Seconds that each attempt may take. Default: two hours.
    #[schema(minimum = 1, maximum = 86400)]
    timeout: Option<u32>,
}

/// Tasks by their numbers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TaskIds {
    /// The numbers; the same one twice counts once.
    #[schema(max_items = 1000, examples(json!([1, 2, 3])))]
    task_ids: Vec<TaskId>,
}

/// The number of a task.
#[derive(ToSchema)]
#[schema(minimum = 1)]
pub(crate) struct TaskId(i64);

/// An account to be recorded. There is no field for a password: none is ever taken or kept.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    /// Its name.
    username: Username,
    /// Its app. Default: `tiktok`.
    app: Option<App>,
    /// The app's package on its phone, where it is not the one that the settings name.
    package: Option<Package>,
    /// The serial of the phone that it lives on.
    serial: Option<Name>,
    /// Whether it takes part in requests for every account of a phone.
    #[schema(default = true)]
    enabled: Option<bool>,
    /// What a person wants to remember of it.
    note: Option<Note>,
}

/// What is to become different of an account; what is left out stays as it is.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct AccountPatch {
    /// Another package, or `null` for none of its own.
    package: Option<Package>,
    /// The serial of another phone, or `null` for none.
    serial: Option<Name>,
    /// Whether it takes part in requests for every account of a phone.
    #[schema(nullable = false)]
    enabled: Option<bool>,
    /// Another note, or `null` for none.
    note: Option<Note>,
}

/// `HOST:PORT` of a phone's adbd; an IPv6 host stands in brackets.
#[derive(ToSchema)]
#[schema(
    pattern = r"^ *([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]):(6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3}) *$",
    examples("192.168.1.20:5555")
)]
pub(crate) struct HostAndPort(String);

/// A phone to be looked for at an address.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPhoneAddress {
    /// Where its adbd listens.
    address: HostAndPort,
}

/// Where phones are looked for once.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkScan {
    /// A private network of IPv4, `ADDRESS/PREFIX`: of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, or this machine's own
    /// 127.0.0.0/8. At most 1,024 addresses, so that the prefix is 22 or more.
    #[schema(
        pattern = r"^ *((10|127)\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])|172\.(1[6-9]|2[0-9]|3[01])|192\.168)(\.(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])){2}/(2[2-9]|3[0-2]) *$",
        examples("192.168.1.0/24")
    )]
    network: String,
    /// The port of their adbd.
    #[schema(minimum = 1, maximum = 65535, default = 5555)]
    port: Option<u16>,
    /// Whether the phones that are found are added, as by `POST /api/v1/device/address`.
    #[schema(default = false)]
    add: Option<bool>,
}

/// What is to become different of a phone; what is left out stays as it is.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct DevicePatch {
    /// What people call it, or `null` for nothing.
    name: Option<Name>,
    /// The name of the group that it belongs to, or `null` for none.
    group: Option<Name>,
}

/// A group of phones to be made.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewGroup {
    /// Its name; no two groups have the same.
    name: Name,
    /// What a person wants to remember of it.
    note: Option<Note>,
}

/// What is to become different of a group; what is left out stays as it is.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct GroupPatch {
    /// Another name.
    #[schema(nullable = false)]
    name: Option<Name>,
    /// Another note, or `null` for none.
    note: Option<Note>,
}

/// What is to become different of the settings; what is left out stays as it is.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct SettingsPatch {
    /// The app of tasks and accounts that name none.
    #[schema(nullable = false)]
    default_app: Option<App>,
    /// TikTok's package, where an account has none of its own, or `null` for the official ones.
    tiktok_package: Option<Package>,
    /// Instagram's package, likewise.
    instagram_package: Option<Package>,
    /// How many times a task is begun again by itself when its request does not say.
    #[schema(nullable = false, minimum = 0, maximum = 100)]
    max_retries: Option<u32>,
    /// Seconds before the first of these retries.
    #[schema(nullable = false, minimum = 1, maximum = 86400)]
    retry_first_wait: Option<u32>,
    /// Seconds that no wait is longer than.
    #[schema(nullable = false, minimum = 1, maximum = 86400)]
    retry_longest_wait: Option<u32>,
    /// Whether a phone takes its due tasks of one priority in any order.
    #[schema(nullable = false)]
    random_order: Option<bool>,
    /// Whether no task is begun.
    #[schema(nullable = false)]
    paused: Option<bool>,
}

/// What a material is.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
pub(crate) enum MaterialKind {
    Video,
    Image,
}

/// A tag of materials; its case does not matter.
#[derive(ToSchema)]
#[schema(
    pattern = r"^[^,\x00-\x1f\x7f-\x9f]*[^,\x00-\x1f\x7f-\x9f\s][^,\x00-\x1f\x7f-\x9f]*$",
    max_length = 50
)]
pub(crate) struct Tag(String);

/// What is to become different of a material; what is left out stays as it is.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(min_properties = 1)]
pub(crate) struct MaterialPatch {
    /// All of its tags from now on.
    #[schema(nullable = false, max_items = 50)]
    tags: Option<Vec<Tag>>,
    /// Its own caption, a template as in `captions`, or `null` for none.
    caption: Option<Note>,
    /// The account that it is meant for, or `null` for any.
    username: Option<Username>,
    /// Its place among images that are published together, the lowest first.
    #[schema(nullable = false, minimum = -1_000_000, maximum = 1_000_000)]
    sort: Option<i32>,
    /// Whether it counts as published.
    #[schema(nullable = false)]
    used: Option<bool>,
}

/// Files for the library, and what is to be known of them.
#[derive(ToSchema)]
pub(crate) struct MaterialForm {
    /// A video (MP4) or an image (JPG, PNG), known by its bytes; up to 100 parts of this name.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// An image that shows what is in the file before it.
    #[schema(value_type = Option<String>, format = Binary)]
    thumbnail: Option<Vec<u8>>,
    /// JSON: `tags`, `caption`, `username` and `sort` of all the files, or a list with these of each.
    metadata: Option<String>,
}

fn time_zone() -> Object {
    let names = chrono_tz::TZ_VARIANTS.iter().map(|zone| Value::from(zone.name()));
    ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::SchemaType::from_iter([Type::String, Type::Null]))
        .description(Some("The IANA name of the time zone of `start_time`. Default: the server's own zone."))
        .enum_values(Some(names.chain([Value::Null])))
        .build()
}
