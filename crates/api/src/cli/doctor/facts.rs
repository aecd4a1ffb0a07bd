//! Gathers what the checks are about, without changing anything.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use chrono::{DateTime, Utc};
use futures_util::{StreamExt as _, stream};
use tikmatrix_api::{database_path, read_text_file};
use tikmatrix_api_types::Status;
use tikmatrix_api_types::devices::{Device, DeviceQuery, DeviceState, WayKind};
use tikmatrix_api_types::license::License;
use tikmatrix_api_types::tasks::{Task, TaskFilter, TaskPage, TaskQuery};
use tikmatrix_client::{Client, Error};
use tikmatrix_device::adb::keys::{AdbKey, KeyFiles};
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::android::{Keyboard, version_name};
use tikmatrix_device::deadline::Deadline;
use tikmatrix_device::phone::Phone;
use tikmatrix_storage::{DatabaseLocation, HeldSnapshot, SnapshotError};

use super::super::client::status::health;
use super::super::options::arguments::AdbServerOption;
use super::machine::{AdbServerFacts, DatabaseFacts, DirectoryFacts, DirectoryState, KeyFacts, PortFacts};
use super::server::ServerFacts;

/// For the answer of the adb server.
const ADB_SERVER_TIMEOUT: Duration = Duration::from_secs(5);
/// For a phone to connect and to answer one question.
const PHONE_TIMEOUT: Duration = Duration::from_secs(10);
/// How many phones are asked at once.
const PHONES_AT_ONCE: usize = 16;
/// How many of the newest failed tasks are read.
const FAILED_TASKS: u32 = 100;

/// What a server says that lets this command in.
pub(super) struct ServerAnswers {
    pub(super) license: License,
    pub(super) devices: Vec<Device>,
    pub(super) failed: Vec<Task>,
}

/// How a phone is reached from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PhoneRoute {
    Tcp(String),
    AdbServer { address: String, name: String },
}

/// Asks the server. It blocks.
pub(super) fn server(client: &Client) -> (ServerFacts, Option<ServerAnswers>) {
    let health = match health(client) {
        Ok(health) => health,
        Err(Error::Unreachable { source, .. }) => {
            return (ServerFacts::Unreachable(source.to_string()), None);
        }
        Err(other) => return (ServerFacts::Refuses(other.to_string()), None),
    };
    match answers(client) {
        Ok(answers) => (ServerFacts::Runs(health), Some(answers)),
        Err(error) if error.code() == Some(40101) => (ServerFacts::NeedsToken, None),
        Err(error) => (ServerFacts::Refuses(error.to_string()), None),
    }
}

fn answers(client: &Client) -> Result<ServerAnswers, Error> {
    let license = client.license()?;
    if !license.api_enabled {
        // Nothing else would be answered.
        return Ok(ServerAnswers { license, devices: Vec::new(), failed: Vec::new() });
    }
    let devices = client.devices().all(DeviceQuery::default()).collect::<Result<_, _>>()?;
    let failed = TaskQuery {
        filter: TaskFilter { status: Some(Status::Failed.code()), ..TaskFilter::default() },
        page: TaskPage { page_size: Some(FAILED_TASKS), ..TaskPage::default() },
    };
    Ok(ServerAnswers { license, devices, failed: client.tasks().list(&failed)?.tasks })
}

/// Tries the port of a server's URL, if it is one of this machine.
pub(super) fn port(url: &str) -> Option<(u16, PortFacts)> {
    let url: ureq::http::Uri = url.parse().ok()?;
    if !["127.0.0.1", "localhost", "[::1]"].contains(&url.host()?) {
        return None;
    }
    let number = url.port_u16()?;
    let facts = match TcpListener::bind((Ipv4Addr::LOCALHOST, number)) {
        Ok(_) => PortFacts::Free,
        Err(error) if error.kind() == ErrorKind::AddrInUse => PortFacts::Taken,
        Err(error) => PortFacts::Refused(error.to_string()),
    };
    Some((number, facts))
}

pub(super) fn data_directory(directory: &Path) -> DirectoryFacts {
    let state = match open_paths(directory) {
        Err(error) if error.kind() == ErrorKind::NotFound => DirectoryState::Missing,
        Err(error) => DirectoryState::Unusable(error.to_string()),
        Ok(Some(open)) => DirectoryState::Open(open),
        Ok(None) => match tempfile::tempfile_in(directory) {
            Ok(_) => DirectoryState::Private,
            Err(error) => DirectoryState::Unusable(error.to_string()),
        },
    };
    DirectoryFacts { path: directory.to_owned(), state }
}

/// Finds what other users have access to: a directory that they cannot enter protects what is in it.
fn open_paths(directory: &Path) -> io::Result<Option<PathBuf>> {
    fs::read_dir(directory)?;
    Ok(is_open(directory)?.then(|| directory.to_owned()))
}

#[cfg(unix)]
fn is_open(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    Ok(fs::metadata(path)?.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(path: &Path) -> io::Result<bool> {
    fs::metadata(path).map(|_| false)
}

/// Opens the database as a backup does. It blocks.
pub(super) fn database(directory: &Path, url: Option<&str>) -> DatabaseFacts {
    let file = database_path(directory);
    let location = url.map_or(DatabaseLocation::File(&file), DatabaseLocation::Url);
    match location.file() {
        Err(error) => return DatabaseFacts::Unusable(error.to_string()),
        Ok(Some(file)) if !file.exists() => return DatabaseFacts::Missing(file.display().to_string()),
        Ok(_) => {}
    }
    match HeldSnapshot::take(location).and_then(HeldSnapshot::release) {
        Ok(snapshot) => DatabaseFacts::Works(snapshot.database().to_owned()),
        Err(error @ SnapshotError::OtherVersion { .. }) => DatabaseFacts::OtherVersion(error.to_string()),
        Err(error) => DatabaseFacts::Unusable(error.to_string()),
    }
}

/// The free room of the disk of a directory, or of that above it, in bytes.
pub(super) fn free_room(directory: &Path) -> Result<u64, String> {
    let there = directory.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    #[cfg(unix)]
    {
        let about = rustix::fs::statvfs(there).map_err(|error| error.to_string())?;
        Ok(about.f_bavail.saturating_mul(about.f_frsize))
    }
    #[cfg(not(unix))]
    {
        Err(format!("this system does not say how much is free for {}", there.display()))
    }
}

/// The newest change of a file directly in the data directory.
pub(super) fn newest_change(directory: &Path) -> Option<DateTime<Utc>> {
    let entries = fs::read_dir(directory).ok()?;
    entries.flatten().filter_map(|entry| entry.metadata().ok()?.modified().ok()).max().map(DateTime::from)
}

pub(super) fn adb_key(given: Option<PathBuf>) -> KeyFacts {
    let Some(path) = given.or_else(|| KeyFiles::of_user().own) else { return KeyFacts::NoPlace };
    match read_text_file(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => KeyFacts::Missing(path),
        Err(error) => KeyFacts::Unusable(path, error.to_string()),
        Ok(text) => match AdbKey::from_pem(&text) {
            Err(error) => KeyFacts::Unusable(path, error.to_string()),
            Ok(_) if is_open(&path).unwrap_or_default() => KeyFacts::Open(path),
            Ok(_) => KeyFacts::Private(path),
        },
    }
}

pub(super) async fn adb_server(option: &AdbServerOption) -> AdbServerFacts {
    let AdbServerOption::At(address) = option else { return AdbServerFacts::Off };
    let address = address.clone();
    match AdbServer::at(&address).phones(Deadline::after(ADB_SERVER_TIMEOUT)).await {
        Ok(phones) => AdbServerFacts::Lists { address, phones },
        Err(error) => AdbServerFacts::Unreachable { address, reason: error.cause().to_string() },
    }
}

impl PhoneRoute {
    /// The way to a phone that a server has ready, if this machine has it too.
    pub(super) fn of(device: &Device) -> Option<Self> {
        if !matches!(device.state, DeviceState::Ready | DeviceState::Busy) {
            return None;
        }
        device.ways.iter().find_map(|way| match (way.by, way.address.clone(), way.name.clone()) {
            (WayKind::Tcp, Some(address), _) => Some(Self::Tcp(address)),
            (WayKind::AdbServer, Some(address), Some(name)) => Some(Self::AdbServer { address, name }),
            _ => None,
        })
    }

    async fn has_keyboard(&self) -> Result<bool, String> {
        let deadline = Deadline::after(PHONE_TIMEOUT);
        let connected = match self {
            Self::Tcp(address) => Phone::connect(address, deadline).await,
            Self::AdbServer { address, name } => {
                Phone::connect_through(&AdbServer::at(address), name, deadline).await
            }
        };
        let phone = connected.map_err(|error| error.to_string())?;
        let version = version_name(&phone, Keyboard::ADB.package(), deadline).await;
        version.map(|version| version.is_some()).map_err(|error| error.to_string())
    }
}

/// Asks each phone whether it has the keyboard by which any text is typed.
pub(super) async fn keyboards(
    routes: BTreeMap<String, PhoneRoute>,
) -> BTreeMap<String, Result<bool, String>> {
    let asked = stream::iter(routes).map(|(name, route)| async move { (name, route.has_keyboard().await) });
    asked.buffer_unordered(PHONES_AT_ONCE).collect().await
}
