//! How a server is put together before it starts.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::registry::Discovery;
use tikmatrix_device::script::{Script, ScriptRegistry};
use tikmatrix_domain::{Clock, SystemClock};
use tikmatrix_licensing::PublicKey;

use crate::http::middleware::auth::Exposure;
use crate::http::middleware::host_names::HostName;
use crate::license::license_file::license_path;
use crate::license::license_gate::LicenseOptions;
use crate::server::Server;
use crate::start_error::StartError;

/// The port that clients expect.
const DEFAULT_PORT: u16 = 50809;
/// From a task's first step to its last, unless it asks for less. The longest upload that a configuration may wait for
/// is an hour, and a post has more to do than that.
const TASK_LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// How many clients may be connected at once. A connection is a file to the system, which by default allows a program
/// 1,024, and the database and the phones need some too.
const MOST_CONNECTIONS: usize = 512;

/// The largest file that the material library takes, in bytes: a quarter of an hour of video as phones record it.
const LARGEST_MATERIAL: u64 = 2 * 1024 * 1024 * 1024;
/// How many requests are worked on at once. Fewer than the connections, so that whoever watches over the server always
/// finds one that is answered.
const MOST_REQUESTS: usize = 256;
/// How many tasks may wait: far more than any farm works off in a day, and few enough for every disk.
const MOST_PENDING: u64 = 1_000_000;

/// Routes from outside that the server has too.
pub(crate) type MoreRoutes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// A server that has not started.
pub struct ServerBuilder {
    pub(crate) data_directory: PathBuf,
    pub(crate) database_url: Option<String>,
    pub(crate) port: u16,
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) host_names: Vec<HostName>,
    pub(crate) token_file: Option<PathBuf>,
    pub(crate) require_token: bool,
    pub(crate) most_connections: usize,
    pub(crate) largest_material: u64,
    pub(crate) most_requests: usize,
    pub(crate) most_pending: u64,
    pub(crate) phones: Vec<String>,
    pub(crate) adb_server: Option<AdbServer>,
    pub(crate) adb_key: Option<PathBuf>,
    pub(crate) discovery: Option<Discovery>,
    pub(crate) scripts: ScriptRegistry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) task_limit: Duration,
    pub(crate) license: Option<PathBuf>,
    pub(crate) license_key: Option<PublicKey>,
    pub(crate) more_routes: MoreRoutes,
}

impl ServerBuilder {
    pub(crate) fn new(data_directory: PathBuf) -> Self {
        Self {
            data_directory,
            database_url: None,
            port: DEFAULT_PORT,
            addresses: Vec::new(),
            host_names: Vec::new(),
            token_file: None,
            require_token: false,
            most_connections: MOST_CONNECTIONS,
            largest_material: LARGEST_MATERIAL,
            most_requests: MOST_REQUESTS,
            most_pending: MOST_PENDING,
            phones: Vec::new(),
            adb_server: None,
            adb_key: None,
            discovery: None,
            scripts: ScriptRegistry::default(),
            clock: Arc::new(SystemClock),
            task_limit: TASK_LIMIT,
            license: None,
            license_key: None,
            more_routes: Arc::new(|_| {}),
        }
    }

    /// The database: `sqlite://PATH` or `postgres://…`. Several servers may work on one PostgreSQL database. Default: an
    /// SQLite file in the data directory.
    #[must_use]
    pub fn database_url(mut self, url: impl Into<String>) -> Self {
        self.database_url = Some(url.into());
        self
    }

    /// The port to listen on; 0 means any free one. Default: 50809.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// An address to listen on instead of 127.0.0.1 and ::1. With one that other machines reach, every request needs a
    /// token. The server answers to it as a host name too, unless it stands for every address.
    #[must_use]
    pub fn bind(mut self, address: IpAddr) -> Self {
        self.addresses.push(address);
        self
    }

    /// A name, besides the loopback ones, under which clients reach the server, as behind a proxy. Every request then
    /// needs a token.
    #[must_use]
    pub fn host_name(mut self, name: HostName) -> Self {
        self.host_names.push(name);
        self
    }

    /// A file of tokens that are good besides those in the database. Every request then needs a token.
    #[must_use]
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.token_file = Some(path.into());
        self
    }

    /// Whether every request needs a token even if only this machine can reach the server. Default: no.
    #[must_use]
    pub fn require_token(mut self, require: bool) -> Self {
        self.require_token = require;
        self
    }

    /// How many clients may be connected at once, at least 2; those beyond wait until another one goes. Default: 512.
    #[must_use]
    pub fn most_connections(mut self, most: usize) -> Self {
        self.most_connections = most;
        self
    }

    /// The largest file that the material library takes, in bytes. Default: 2 GiB.
    #[must_use]
    pub fn largest_material(mut self, bytes: u64) -> Self {
        self.largest_material = bytes;
        self
    }

    /// How many requests are worked on at once, at least 1; those beyond are answered with 42901. Default: 256.
    #[must_use]
    pub fn most_requests(mut self, most: usize) -> Self {
        self.most_requests = most;
        self
    }

    /// How many tasks may wait; a request for more is answered with 42901. Default: 1,000,000.
    #[must_use]
    pub fn most_pending(mut self, most: u64) -> Self {
        self.most_pending = most;
        self
    }

    /// Whether every request will need a token.
    #[must_use]
    pub fn needs_token(&self) -> bool {
        self.exposure().is_some()
    }

    /// Why every request needs a token, if it does.
    pub(crate) fn exposure(&self) -> Option<Exposure> {
        let address = self.addresses.iter().find(|address| !address.is_loopback());
        let name = self.host_names.iter().find(|name| !name.is_loopback());
        address
            .map(|address| Exposure::Address(*address))
            .or_else(|| name.map(|name| Exposure::Name(name.to_string())))
            .or_else(|| (self.require_token || self.token_file.is_some()).then_some(Exposure::Wanted))
    }

    /// A phone that speaks ADB at this `host:port`. It need not answer yet: it is connected as soon as it does.
    #[must_use]
    pub fn phone(mut self, address: impl Into<String>) -> Self {
        self.phones.push(address.into());
        self
    }

    /// An adb server whose phones are used too. It need not be there yet. Default: none.
    #[must_use]
    pub fn adb_server(mut self, server: AdbServer) -> Self {
        self.adb_server = Some(server);
        self
    }

    /// The file of the RSA key by which phones know this server, made when it is missing. Default: the one that adb uses
    /// for this user, `~/.android/adbkey`.
    #[must_use]
    pub fn adb_key(mut self, file: impl Into<PathBuf>) -> Self {
        self.adb_key = Some(file.into());
        self
    }

    /// Where phones announce their wireless debugging, which are used too. Default: nowhere.
    #[must_use]
    pub fn discovery(mut self, discovery: Discovery) -> Self {
        self.discovery = Some(discovery);
        self
    }

    /// A script that tasks can be made of.
    #[must_use]
    pub fn script(mut self, script: impl Script) -> Self {
        self.scripts = self.scripts.with(script);
        self
    }

    /// Where the server's time comes from. Default: the machine's own clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The longest that a task may work before it ends `timed_out`. Default: two hours.
    #[must_use]
    pub fn task_limit(mut self, limit: Duration) -> Self {
        self.task_limit = limit;
        self
    }

    /// The licence file, which has to be there. Default: the one in the data directory, if there is one.
    #[must_use]
    pub fn license(mut self, path: impl Into<PathBuf>) -> Self {
        self.license = Some(path.into());
        self
    }

    /// The vendor's key, which verifies licences. Without it no licence is in force.
    #[must_use]
    pub fn license_key(mut self, key: PublicKey) -> Self {
        self.license_key = Some(key);
        self
    }

    /// Routes that the server answers besides its own, which come first. Only the last ones given count.
    #[must_use]
    pub fn routes(mut self, routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        self.more_routes = Arc::new(routes);
        self
    }

    /// Where its licence is, and what verifies it.
    pub(crate) fn license_options(&self) -> LicenseOptions {
        let installed = || license_path(&self.data_directory);
        LicenseOptions {
            path: self.license.clone().unwrap_or_else(installed),
            required: self.license.is_some(),
            key: self.license_key.clone(),
        }
    }

    /// Starts the server: when this returns, it answers requests.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start(self) -> Result<Server, StartError> {
        Server::start(self).await
    }
}
