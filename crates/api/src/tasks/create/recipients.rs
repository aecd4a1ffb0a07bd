//! The recipients that a request for tasks names: phones, groups of phones, accounts; and how much it may ask for.

use std::collections::HashSet;
use std::hash::Hash;

use serde_json::Value;
use tikmatrix_api_types::tasks::{Distribute, NewTasks};
use tikmatrix_domain::{EnteredUsername, OversizedRequest, Recipients, Serial, Target};
use tikmatrix_validation::{Fields, Problems};

use crate::http::body::text;
use crate::http::error::ApiError;

/// The longest configuration of one task, as it is stored.
const MAX_CONFIG_BYTES: usize = 128 * 1024;
/// The fields that name recipients. Of those that hold something the last wins over the others.
const FIELDS: [&str; 3] = ["serials", "groups", "usernames"];

/// The recipients of a request.
pub(super) struct Addressees {
    pub(super) recipients: Recipients,
    /// The names of groups, each once.
    pub(super) groups: Vec<String>,
}

/// Returns the phones or accounts that the tasks are for, each once. Accounts win over phones.
pub(super) fn addressees(new: &NewTasks, warnings: &mut Vec<String>) -> Result<Addressees, ApiError> {
    let multi_account = new.enable_multi_account.unwrap_or(false);
    let serials = new.serials.as_deref().unwrap_or_default();
    let groups = new.groups.as_deref().unwrap_or_default();
    let usernames = new.usernames.as_deref().unwrap_or_default();
    if usernames.is_empty() {
        let serials = serials.iter().map(|serial| text("serials", serial, Serial::new));
        let serials = folded(serials.collect::<Result<_, _>>()?);
        let recipients =
            if multi_account { Recipients::AccountsOfDevices(serials) } else { Recipients::Devices(serials) };
        let groups = folded(groups.iter().map(|group| group.as_str().trim().to_owned()).collect());
        return Ok(Addressees { recipients, groups });
    }
    for (field, names) in [("serials", serials), ("groups", groups)] {
        if !names.is_empty() {
            warnings.push(format!("{field}: was ignored: the tasks are those of the accounts in usernames"));
        }
    }
    if multi_account {
        warnings.push("enable_multi_account: applies to serials and groups only and was ignored".to_owned());
    }
    let names = usernames.iter().flat_map(|names| EnteredUsername::split(names.as_str()));
    let names = names.map(|(_, name)| text("usernames", "", |_| name).map(|entered| entered.username));
    Ok(Addressees {
        recipients: Recipients::Accounts(folded(names.collect::<Result<_, _>>()?)),
        groups: Vec::new(),
    })
}

/// `serials`, `groups` or `usernames` has to name something.
pub(super) fn check(fields: &Fields<'_>, problems: &mut Problems) {
    let names = |field: &&str| fields.given(field).and_then(Value::as_array).is_some_and(|it| !it.is_empty());
    if FIELDS.iter().all(|field| fields.is_sound(field)) && !FIELDS.iter().any(names) {
        problems.add("serials", "at least one serial, or one of groups or usernames, is required");
    }
}

/// The URL of an account's profile has to be one of the app that the configuration names.
pub(super) fn check_apps(fields: &Fields<'_>, targets: &[Target], problems: &mut Problems) {
    let usernames: Vec<String> = fields.get("usernames").unwrap_or_default();
    let Some(app) = targets.first().and_then(|target| target.app) else { return };
    for (_, name) in usernames.iter().flat_map(|names| EnteredUsername::split(names)) {
        if let Some(Err(reason)) = name.ok().map(|name| name.check_app(app)) {
            problems.add("usernames", reason);
        }
    }
}

/// Checks how many tasks the request creates, and how much they would take in the database: each has its configuration. How
/// many phones its groups have is checked when it is carried out.
pub(super) fn check_size(fields: &Fields<'_>, targets: &[Target], problems: &mut Problems) {
    let sizes = targets.iter().map(|target| target.script_config.len());
    if let Some(size) = sizes.clone().find(|size| *size > MAX_CONFIG_BYTES) {
        return problems
            .add("script_config", format!("takes {size} bytes, at most {MAX_CONFIG_BYTES} are allowed"));
    }
    let Some((field, recipients)) = named(fields) else { return };
    let tasks = recipients.saturating_mul(targets.len());
    let bytes = sizes.clone().sum::<usize>().saturating_mul(recipients);
    let checked = match fields.get::<Distribute>("distribute") {
        // Each recipient is looked up, also one that gets no task.
        Some(Distribute { count }) => {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            let longest = sizes.max().unwrap_or_default();
            OversizedRequest::check(recipients.max(count), longest.saturating_mul(count))
        }
        None => OversizedRequest::check(tasks, bytes),
    };
    if let Err(oversized) = checked {
        problems.add(field, oversized.to_string());
    }
}

/// Returns the field that names the recipients, and how many there are, each once; `None` where what it holds is wrong.
fn named(fields: &Fields<'_>) -> Option<(&'static str, usize)> {
    let usernames: Vec<String> = fields.get("usernames").unwrap_or_default();
    if usernames.is_empty() {
        let serials: Vec<String> = match fields.given("serials") {
            Some(Value::Null) | None => Vec::new(),
            Some(_) => fields.get("serials")?,
        };
        return Some(("serials", folded(serials).len()));
    }
    let names = usernames.iter().flat_map(|names| EnteredUsername::split(names));
    let names = names.filter_map(|(_, name)| name.ok()).map(|entered| entered.username);
    Some(("usernames", folded(names.collect()).len()))
}

/// The names in their order, each once.
fn folded<Name: Hash + Eq + Clone>(mut names: Vec<Name>) -> Vec<Name> {
    let mut seen = HashSet::new();
    names.retain(|name| seen.insert(name.clone()));
    names
}
