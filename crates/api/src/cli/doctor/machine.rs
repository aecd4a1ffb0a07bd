//! Checks of what this machine says: each is a pure function of facts.

use std::path::PathBuf;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use tikmatrix_device::adb::server::device_list::{ListedPhone, ListedState};

use super::super::output::counted;
use super::check::Check;

const MIB: u64 = 1024 * 1024;
/// With less, a server cannot work for long, in bytes.
const LEAST_ROOM: u64 = 100 * MIB;
/// With less, the next large video may not fit, in bytes.
const LITTLE_ROOM: u64 = 2048 * MIB;
/// More than what file systems and networks differ.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::minutes(5);
/// No clock that is right shows an earlier year.
const FIRST_YEAR: i32 = 2026;

/// What is at the path of the data directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DirectoryFacts {
    pub(super) path: PathBuf,
    pub(super) state: DirectoryState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DirectoryState {
    Missing,
    /// It cannot be read or written, for this reason.
    Unusable(String),
    /// Other users have access to this path.
    Open(PathBuf),
    Private,
}

pub(super) fn data_directory(facts: &DirectoryFacts) -> Check {
    const NAME: &str = "data directory";
    let shown = facts.path.display();
    match &facts.state {
        DirectoryState::Missing => Check::warn(
            NAME,
            format!("{shown} is not there"),
            "the first `tikmatrix serve` makes it; if a server ran before, name its directory with --data-dir",
        ),
        DirectoryState::Unusable(reason) => Check::fail(
            NAME,
            format!("{shown} cannot be used: {reason}"),
            "give it to the user that runs the server: chown -R USER, chmod 700",
        ),
        DirectoryState::Open(path) => Check::warn(
            NAME,
            format!("other users of this machine have access to {}", path.display()),
            format!("restart the server, which closes it, or: chmod -R go= {shown}"),
        ),
        DirectoryState::Private => Check::ok(NAME, format!("{shown}, open to its owner alone")),
    }
}

/// `room` is what the disk of the data directory has free, in bytes.
pub(super) fn disk(room: Result<u64, String>) -> Check {
    const NAME: &str = "disk";
    const FIX: &str =
        "remove what is not needed: `tikmatrix material list`, old tasks with their evidence, other files";
    match room {
        Err(reason) => Check::warn(NAME, format!("the free room is unknown: {reason}"), "look with df"),
        Ok(free) if free < LEAST_ROOM => Check::fail(NAME, format!("{} MiB free", free / MIB), FIX),
        Ok(free) if free < LITTLE_ROOM => Check::warn(NAME, format!("{} MiB free", free / MIB), FIX),
        Ok(free) => Check::ok(NAME, format!("{} MiB free", free / MIB)),
    }
}

/// How the database is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DatabaseFacts {
    /// It was read, and nothing else would have prevented a write.
    Works(String),
    /// There is no file yet.
    Missing(String),
    /// Its tables are those of another version, as this message says.
    OtherVersion(String),
    /// It cannot be used, for this reason.
    Unusable(String),
}

pub(super) fn database(facts: &DatabaseFacts) -> Check {
    const NAME: &str = "database";
    match facts {
        DatabaseFacts::Works(location) => Check::ok(NAME, format!("{location} can be read and written")),
        DatabaseFacts::Missing(location) => {
            Check::warn(NAME, format!("{location} is not there"), "the first `tikmatrix serve` makes it")
        }
        DatabaseFacts::OtherVersion(message) => Check::warn(
            NAME,
            message.clone(),
            "make a backup with the version that wrote it, then start the server of this version, which migrates it",
        ),
        DatabaseFacts::Unusable(reason) => Check::fail(
            NAME,
            reason.clone(),
            "see docs/operations.md, Troubleshooting; a PostgreSQL server has to run and to accept the URL",
        ),
    }
}

/// `newest` is the newest change of a file of the data directory.
pub(super) fn clock(now: DateTime<Utc>, newest: Option<DateTime<Utc>>) -> Check {
    const NAME: &str = "clock";
    const FIX: &str = "set it, and let it follow a time server: timedatectl set-ntp true";
    if now.year() < FIRST_YEAR {
        return Check::fail(NAME, format!("it shows {}, before this version was made", shown(now)), FIX);
    }
    match newest {
        Some(newest) if newest - now > CLOCK_TOLERANCE => Check::fail(
            NAME,
            format!("it shows {}, and a file of the data directory is of {}", shown(now), shown(newest)),
            FIX,
        ),
        _ => Check::ok(NAME, shown(now)),
    }
}

fn shown(moment: DateTime<Utc>) -> String {
    moment.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The key by which phones know the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyFacts {
    /// There is no home directory for it.
    NoPlace,
    Missing(PathBuf),
    Unusable(PathBuf, String),
    /// Other users can read it.
    Open(PathBuf),
    Private(PathBuf),
}

pub(super) fn adb_key(facts: &KeyFacts) -> Check {
    const NAME: &str = "adb key";
    match facts {
        KeyFacts::NoPlace => {
            Check::fail(NAME, "there is no home directory to keep it in", "name a file with --adb-key")
        }
        KeyFacts::Missing(path) => Check::ok(NAME, format!("{} is made for the first phone", path.display())),
        KeyFacts::Unusable(path, reason) => Check::fail(
            NAME,
            format!("{} cannot be used: {reason}", path.display()),
            "make it readable for the user that runs the server; if it is broken, move it away, and accept the new one on \
             each phone",
        ),
        KeyFacts::Open(path) => Check::warn(
            NAME,
            format!("other users of this machine can read {}, and use the phones with it", path.display()),
            format!("chmod 600 {}", path.display()),
        ),
        KeyFacts::Private(path) => Check::ok(NAME, path.display().to_string()),
    }
}

/// The adb server, as far as one is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum AdbServerFacts {
    Off,
    Unreachable { address: String, reason: String },
    Lists { address: String, phones: Vec<ListedPhone> },
}

pub(super) fn adb_server(facts: &AdbServerFacts) -> Check {
    const NAME: &str = "adb server";
    match facts {
        AdbServerFacts::Off => Check::ok(NAME, "off: phones on USB are not used"),
        AdbServerFacts::Unreachable { address, reason } => Check::warn(
            NAME,
            format!("none answers at {address}: {reason}"),
            "for phones on USB: adb start-server; without such phones: --adb-server off",
        ),
        AdbServerFacts::Lists { address, phones } => {
            let unusable: Vec<String> = phones
                .iter()
                .filter_map(|phone| Some(format!("{}: {}", phone.serial, advice(&phone.state)?)))
                .collect();
            let found = format!("{address} lists {}", counted(phones.len() as u64, "phone"));
            match unusable.as_slice() {
                [] => Check::ok(NAME, found),
                unusable => Check::warn(NAME, found, unusable.join("; ")),
            }
        }
    }
}

/// What to do about a phone in this state.
fn advice(state: &ListedState) -> Option<String> {
    Some(match state {
        ListedState::Device => return None,
        ListedState::Offline => "offline: unplug it and plug it in again, or restart it".to_owned(),
        ListedState::Unauthorized => {
            "unauthorized: unlock it and accept this computer's key; if it does not ask, revoke USB debugging \
             authorizations in its developer options and plug it in again"
                .to_owned()
        }
        ListedState::Authorizing => "authorizing: unlock it and accept this computer's key".to_owned(),
        ListedState::Connecting => "connecting: wait a moment".to_owned(),
        ListedState::Other(other) => format!("{other}: start Android on it, with USB debugging on"),
    })
}

/// The port of a server that does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PortFacts {
    Free,
    /// Another program listens there.
    Taken,
    /// The system does not let the server listen, for this reason.
    Refused(String),
}

pub(super) fn port(number: u16, facts: &PortFacts) -> Check {
    const NAME: &str = "port";
    match facts {
        PortFacts::Free => Check::ok(NAME, format!("{number} is free")),
        PortFacts::Taken => Check::fail(
            NAME,
            format!("another program listens on {number}"),
            "end that program, or choose another port with --port",
        ),
        PortFacts::Refused(reason) => Check::fail(
            NAME,
            format!("the system lets no server listen on {number}: {reason}"),
            "choose another port with --port",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Verdict::{self, Fail, Ok as Good, Warn};
    use super::*;

    /// Fails the test unless the result is so and says `part`, in what was found or in the fix; a bad one has a fix.
    fn is(check: &Check, verdict: Verdict, part: &str) {
        assert_eq!(check.verdict, verdict, "{check:?}");
        assert!(
            format!("{} {}", check.found, check.fix.as_deref().unwrap_or_default()).contains(part),
            "{check:?}"
        );
        assert_eq!(check.fix.is_some(), verdict != Good, "{check:?}");
    }

    #[test]
    fn the_data_directory_is_private_open_missing_or_unusable() {
        let check = |state| data_directory(&DirectoryFacts { path: "/data".into(), state });
        is(&check(DirectoryState::Private), Good, "/data");
        is(&check(DirectoryState::Open("/data/materials".into())), Warn, "chmod -R go= /data");
        is(&check(DirectoryState::Missing), Warn, "--data-dir");
        is(&check(DirectoryState::Unusable("denied".to_owned())), Fail, "denied");
    }

    #[test]
    fn the_disk_is_roomy_nearly_full_full_or_unknown() {
        is(&disk(Ok(LITTLE_ROOM)), Good, "2048 MiB");
        is(&disk(Ok(LITTLE_ROOM - 1)), Warn, "2047 MiB");
        is(&disk(Ok(LEAST_ROOM)), Warn, "100 MiB");
        is(&disk(Ok(LEAST_ROOM - 1)), Fail, "material list");
        is(&disk(Err("no answer".to_owned())), Warn, "no answer");
    }

    #[test]
    fn the_database_works_is_missing_of_another_version_or_unusable() {
        let text = || "the text".to_owned();
        is(&database(&DatabaseFacts::Works(text())), Good, "the text");
        is(&database(&DatabaseFacts::Missing(text())), Warn, "tikmatrix serve");
        is(&database(&DatabaseFacts::OtherVersion(text())), Warn, "backup");
        is(&database(&DatabaseFacts::Unusable(text())), Fail, "the text");
    }

    #[test]
    fn the_clock_is_right_in_the_past_or_was_set_back() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let now = at("2026-12-01T10:00:00Z");
        is(&clock(now, None), Good, "2026-12-01");
        is(&clock(now, Some(now + CLOCK_TOLERANCE)), Good, "2026-12-01");
        is(&clock(now, Some(at("2026-12-01T10:05:01Z"))), Fail, "10:05:01");
        is(&clock(at("1970-01-01T00:00:00Z"), None), Fail, "set-ntp");
    }

    #[test]
    fn the_key_is_private_open_missing_unusable_or_has_no_place() {
        let path = || PathBuf::from("/home/a/.android/adbkey");
        is(&adb_key(&KeyFacts::Private(path())), Good, "adbkey");
        is(&adb_key(&KeyFacts::Missing(path())), Good, "is made");
        is(&adb_key(&KeyFacts::Open(path())), Warn, "chmod 600 /home");
        is(&adb_key(&KeyFacts::Unusable(path(), "denied".to_owned())), Fail, "denied");
        is(&adb_key(&KeyFacts::NoPlace), Fail, "--adb-key");
    }

    #[test]
    fn the_adb_server_is_off_absent_or_lists_phones_with_what_to_do_for_each_state() {
        is(&adb_server(&AdbServerFacts::Off), Good, "off");
        let absent = AdbServerFacts::Unreachable { address: "a:1".to_owned(), reason: "refused".to_owned() };
        is(&adb_server(&absent), Warn, "adb start-server");
        let lists = |states: &[ListedState]| {
            let phone = |state: &ListedState| ListedPhone {
                serial: "S1".to_owned(),
                state: state.clone(),
                usb: true,
                transport_id: None,
            };
            let phones = states.iter().map(phone).collect();
            adb_server(&AdbServerFacts::Lists { address: "a:1".to_owned(), phones })
        };
        is(&lists(&[]), Good, "0 phones");
        is(&lists(&[ListedState::Device]), Good, "1 phone");
        for (state, part) in [
            (ListedState::Offline, "S1: offline: unplug"),
            (ListedState::Unauthorized, "accept this computer's key"),
            (ListedState::Authorizing, "unlock it"),
            (ListedState::Connecting, "wait"),
            (ListedState::Other("recovery".to_owned()), "recovery: start Android"),
        ] {
            is(&lists(&[ListedState::Device, state]), Warn, part);
        }
    }

    #[test]
    fn the_port_is_free_taken_or_refused() {
        is(&port(50809, &PortFacts::Free), Good, "50809");
        is(&port(50809, &PortFacts::Taken), Fail, "--port");
        is(&port(80, &PortFacts::Refused("denied".to_owned())), Fail, "denied");
    }
}
