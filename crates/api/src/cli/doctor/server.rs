//! Checks of what a server answers: each is a pure function of its answers.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_api_types::devices::{Device, DeviceState};
use tikmatrix_api_types::license::License;
use tikmatrix_api_types::tasks::Task;
use tikmatrix_api_types::{FailureCode, Health, StandardFailure};

use super::super::output::counted;
use super::check::Check;

/// A licence or trial that ends this soon is worth a warning.
const SOON: TimeDelta = TimeDelta::days(14);
/// For so long a failure says something about the version of an app that is installed.
const LATELY: TimeDelta = TimeDelta::days(3);
/// More phones than that are counted instead of named.
const MAX_NAMED: usize = 5;

/// What answers at the server's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ServerFacts {
    Runs(Health),
    /// No program answers, for this reason.
    Unreachable(String),
    /// It wants a token, or another one.
    NeedsToken,
    /// What answers is no server of this kind, or refuses, with this message.
    Refuses(String),
}

pub(super) fn server(url: &str, own_version: &str, facts: &ServerFacts) -> Check {
    const NAME: &str = "server";
    match facts {
        ServerFacts::Unreachable(reason) => Check::warn(
            NAME,
            format!("none answers at {url}: {reason}"),
            "start it with `tikmatrix serve`, or name another one with --server; phones are checked by a running server",
        ),
        ServerFacts::NeedsToken => Check::warn(
            NAME,
            format!("{url} lets in no one without one of its tokens"),
            "make one with `tikmatrix token create NAME`, and set TIKMATRIX_TOKEN",
        ),
        ServerFacts::Refuses(message) => {
            Check::fail(NAME, format!("{url}: {message}"), "look at --server: does TikMatrix answer there?")
        }
        ServerFacts::Runs(health) if !health.reasons.is_empty() => {
            Check::fail(NAME, health.reasons.join("; "), "see docs/operations.md, Troubleshooting")
        }
        ServerFacts::Runs(health) if health.version != own_version => Check::warn(
            NAME,
            format!("{url} is version {}, and this command is {own_version}", health.version),
            "restart the server with the version that is installed",
        ),
        ServerFacts::Runs(health) => Check::ok(NAME, format!("{url}, version {}", health.version)),
    }
}

pub(super) fn license(license: &License, now: DateTime<Utc>) -> Check {
    const NAME: &str = "licence";
    const FIX: &str = "install one with `tikmatrix license install FILE`; `tikmatrix license show` prints this machine's \
                       fingerprint";
    let found = format!("{}: {}", license.plan_name.as_str(), license.message);
    let ends_soon = license.expires_at.as_ref().is_some_and(|end| end.0.to_utc() - now < SOON);
    match (license.api_enabled, ends_soon) {
        (false, _) => Check::fail(NAME, found, FIX),
        (true, true) => Check::warn(NAME, found, FIX),
        (true, false) => Check::ok(NAME, found),
    }
}

/// One result for each state that a phone has.
pub(super) fn phones(devices: &[Device]) -> Vec<Check> {
    const NAME: &str = "phones";
    if devices.is_empty() {
        return vec![Check::warn(
            NAME,
            "none is known",
            "plug one in with USB debugging on, or add one with `tikmatrix device add HOST:PORT` or `tikmatrix pair`",
        )];
    }
    let mut by_state: BTreeMap<&str, (DeviceState, Vec<&Device>)> = BTreeMap::new();
    for device in devices {
        by_state.entry(device.state.as_str()).or_insert((device.state, Vec::new())).1.push(device);
    }
    let checks = by_state.into_values().map(|(state, devices)| {
        let found =
            format!("{} {state}: {}", devices.len(), named(devices.iter().map(|device| name(device))));
        match advice(state) {
            None => Check::ok(NAME, found),
            Some((true, fix)) => Check::fail(NAME, found, fix),
            Some((false, fix)) => Check::warn(NAME, found, fix),
        }
    });
    checks.collect()
}

/// What to do about phones in a state, and whether nothing else helps.
fn advice(state: DeviceState) -> Option<(bool, &'static str)> {
    Some(match state {
        DeviceState::Ready | DeviceState::Busy => return None,
        DeviceState::Conflict => {
            (true, "two phones report one serial: give one of them another serial, or remove its address")
        }
        DeviceState::Unauthorized => (
            true,
            "unlock it and accept this computer's key; if it does not ask, revoke USB debugging authorizations in its \
             developer options",
        ),
        DeviceState::Authorizing => {
            (false, "unlock it and accept this computer's key, with \"always allow\"")
        }
        DeviceState::Connecting => (false, "wait a moment"),
        DeviceState::Stalled => (false, "it accepts connections and answers nothing: restart it"),
        DeviceState::Offline => (false, "unplug it and plug it in again, or switch USB debugging off and on"),
        DeviceState::Absent => (
            false,
            "switch it on and check its cable or network; forget it with `tikmatrix device delete SERIAL`",
        ),
    })
}

/// The keyboards of the phones that could be asked, by their names: whether ADBKeyBoard is installed, or why it is unknown.
pub(super) fn keyboards(found: &BTreeMap<String, Result<bool, String>>) -> Option<Check> {
    const NAME: &str = "text input";
    let of = |wanted: fn(&Result<bool, String>) -> bool| -> Vec<String> {
        found.iter().filter(|(_, found)| wanted(found)).map(|(name, _)| name.clone()).collect()
    };
    let (with, without) = (of(|it| *it == Ok(true)), of(|it| *it == Ok(false)));
    if found.is_empty() {
        return None;
    }
    if !without.is_empty() {
        return Some(Check::warn(
            NAME,
            format!("ADBKeyBoard is missing on {}", named(without.into_iter())),
            "install it there, or only plain Latin letters can be typed: adb install ADBKeyboard.apk \
             (https://github.com/senzhk/ADBKeyBoard)",
        ));
    }
    let unknown = found.iter().find_map(|(name, found)| Some((name, found.as_ref().err()?)));
    Some(match unknown {
        Some((name, reason)) => Check::warn(NAME, format!("{name} was not asked: {reason}"), "try it again"),
        None => Check::ok(NAME, format!("ADBKeyBoard is on {}", counted(with.len() as u64, "phone"))),
    })
}

/// The versions of the apps, and whether their profiles still describe them: `failed` are the newest failed tasks.
pub(super) fn apps(devices: &[Device], failed: &[Task], now: DateTime<Utc>) -> Vec<Check> {
    const NAME: &str = "apps";
    let mut versions: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (app, version) in devices.iter().flat_map(|device| &device.app_versions) {
        *versions.entry((app.as_str(), version.as_str())).or_default() += 1;
    }
    let mut checks: Vec<Check> = versions
        .iter()
        .map(|((app, version), phones)| {
            Check::ok(NAME, format!("{app} {version} on {}", counted(*phones, "phone")))
        })
        .collect();
    let is_lately = |task: &&Task| task.finished_at.is_some_and(|end| now - end.0.to_utc() < LATELY);
    for (code, fix) in [
        (StandardFailure::AppChanged, "its profile has to be adapted to this version: docs/profiles.md"),
        (StandardFailure::AppUpdateRequired, "update the app on these phones"),
        (
            StandardFailure::AppMissing,
            "install the app there, or name its package with `package` in the settings",
        ),
    ] {
        let of_code = |task: &&Task| task.failure_code == Some(code.into());
        let mut of_apps: BTreeMap<(String, String), u64> = BTreeMap::new();
        for task in failed.iter().filter(is_lately).filter(of_code) {
            let version = task.app_version.clone().unwrap_or_default();
            *of_apps.entry((task.app.to_string(), version)).or_default() += 1;
        }
        for ((app, version), tasks) in of_apps {
            let app = format!("{app} {version}");
            let tasks = counted(tasks, "task");
            checks.push(Check::warn(
                NAME,
                format!("{tasks} with {} failed lately: {}", app.trim(), FailureCode::from(code)),
                fix,
            ));
        }
    }
    checks
}

/// The name of a phone for people.
pub(super) fn name(device: &Device) -> String {
    let known = [&device.serial, &device.address];
    known.into_iter().flatten().next().cloned().unwrap_or_else(|| "one without a serial".to_owned())
}

fn named(names: impl Iterator<Item = String>) -> String {
    let names: Vec<String> = names.collect();
    match names.len().checked_sub(MAX_NAMED) {
        None | Some(0) => names.join(", "),
        Some(more) => format!("{} and {more} more", names[..MAX_NAMED].join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::check::Verdict::{self, Fail, Ok as Good, Warn};
    use super::*;

    fn is(check: &Check, verdict: Verdict, part: &str) {
        assert_eq!(check.verdict, verdict, "{check:?}");
        assert!(
            format!("{} {}", check.found, check.fix.as_deref().unwrap_or_default()).contains(part),
            "{check:?}"
        );
        assert_eq!(check.fix.is_some(), verdict != Good, "{check:?}");
    }

    fn now() -> DateTime<Utc> {
        "2026-12-01T10:00:00Z".parse().unwrap()
    }

    fn device(serial: &str, state: &str, versions: &Value) -> Device {
        let nulls = [
            "address",
            "name",
            "group",
            "reason",
            "model",
            "android_version",
            "size",
            "battery",
            "battery_temperature",
            "storage",
            "facts_at",
            "created_at",
            "updated_at",
        ];
        let mut device = json!({"serial": serial, "ways": [], "state": state, "busy": false, "never_seen": false, "app_versions": versions});
        device.as_object_mut().unwrap().extend(nulls.map(|name| (name.to_owned(), Value::Null)));
        serde_json::from_value(device).unwrap()
    }

    #[test]
    fn the_server_runs_is_degraded_of_another_version_absent_closed_or_foreign() {
        let check = |facts| server("http://a", "1.0.0", &facts);
        let health = |reasons: &[&str], version: &str| {
            ServerFacts::Runs(Health {
                status: String::new(),
                reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect(),
                version: version.to_owned(),
            })
        };
        is(&check(health(&[], "1.0.0")), Good, "version 1.0.0");
        is(&check(health(&[], "0.9.0")), Warn, "restart the server");
        is(&check(health(&["the disk is full"], "1.0.0")), Fail, "the disk is full");
        is(&check(ServerFacts::Unreachable("refused".to_owned())), Warn, "tikmatrix serve");
        is(&check(ServerFacts::NeedsToken), Warn, "TIKMATRIX_TOKEN");
        is(&check(ServerFacts::Refuses("HTTP 404".to_owned())), Fail, "HTTP 404");
    }

    #[test]
    fn the_licence_is_in_force_ends_soon_or_has_no_api() {
        let check = |plan: &str, api: bool, end: Option<&str>| {
            let of = json!({
                "plan_name": plan, "api_enabled": api, "device_limit": 5, "message": "the message",
                "expires_at": end, "trial": false,
            });
            license(&serde_json::from_value(of).unwrap(), now())
        };
        is(&check("Pro", true, Some("2027-12-01T10:00:00Z")), Good, "Pro: the message");
        is(&check("Pro", true, Some("2026-12-15T09:59:59Z")), Warn, "license install");
        is(&check("Pro", true, Some("2026-12-15T10:00:00Z")), Good, "Pro");
        is(&check("Starter", false, None), Fail, "fingerprint");
    }

    #[test]
    fn each_state_of_a_phone_says_what_to_do() {
        is(&phones(&[])[0], Warn, "tikmatrix device add");
        for state in DeviceState::ALL {
            let checks = phones(&[device("S1", state.as_str(), &json!({}))]);
            let (verdict, part) = match state {
                DeviceState::Ready | DeviceState::Busy => (Good, "S1"),
                DeviceState::Conflict => (Fail, "another serial"),
                DeviceState::Unauthorized => (Fail, "revoke"),
                DeviceState::Authorizing => (Warn, "always allow"),
                DeviceState::Connecting => (Warn, "wait"),
                DeviceState::Stalled => (Warn, "restart it"),
                DeviceState::Offline => (Warn, "plug it in again"),
                DeviceState::Absent => (Warn, "device delete"),
            };
            is(&checks[0], verdict, part);
        }
        let many: Vec<Device> =
            (0..7).map(|number| device(&format!("S{number}"), "ready", &json!({}))).collect();
        is(&phones(&many)[0], Good, "7 ready: S0, S1, S2, S3, S4 and 2 more");
    }

    #[test]
    fn the_keyboard_is_there_missing_or_unknown() {
        let check = |found: &[(&str, Result<bool, String>)]| {
            keyboards(&found.iter().map(|(name, found)| ((*name).to_owned(), found.clone())).collect())
        };
        assert_eq!(check(&[]), None);
        is(&check(&[("a", Ok(true)), ("b", Ok(true))]).unwrap(), Good, "2 phones");
        is(&check(&[("a", Ok(true)), ("b", Ok(false))]).unwrap(), Warn, "missing on b");
        is(&check(&[("a", Err("no answer".to_owned()))]).unwrap(), Warn, "no answer");
    }

    #[test]
    fn apps_have_versions_and_profiles_that_fit_or_not() {
        let devices = [
            device("a", "ready", &json!({"tiktok": "43.1.4"})),
            device("b", "ready", &json!({"tiktok": "43.1.4"})),
        ];
        assert!(apps(&[], &[], now()).is_empty());
        is(&apps(&devices, &[], now())[0], Good, "tiktok 43.1.4 on 2 phones");
        let task = |code: &str, end: &str| -> Task {
            let nulls = [
                "serial",
                "username",
                "script_config",
                "waiting_reason",
                "start_time",
                "started_at",
                "step",
                "outcome",
                "remark",
            ];
            let mut task = json!({
                "id": 1, "app": "tiktok", "app_version": "44.0.0", "script_name": "post", "script_config_bytes": 2,
                "source": "api", "status": 3, "status_text": "failed", "finished_at": end, "progress": 0,
                "retry_count": 0, "max_retries": 0, "priority": 0, "failure_code": code,
                "created_at": end, "updated_at": end,
            });
            task.as_object_mut().unwrap().extend(nulls.map(|name| (name.to_owned(), Value::Null)));
            serde_json::from_value(task).unwrap()
        };
        let today = "2026-12-01T09:00:00Z";
        for (code, part) in [
            ("app_changed", "1 task with tiktok 44.0.0 failed lately: app_changed"),
            ("app_changed", "docs/profiles.md"),
            ("app_update_required", "update the app"),
            ("app_missing", "install the app"),
        ] {
            is(&apps(&devices, &[task(code, today)], now())[1], Warn, part);
        }
        let others = [task("upload_failed", today), task("app_changed", "2026-11-20T09:00:00Z")];
        assert_eq!(apps(&devices, &others, now()).len(), 1);
    }
}
