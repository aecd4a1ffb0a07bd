//! The configuration of a server.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use tikmatrix_device::adb::reach::PhoneNetwork;
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::registry::Discovery;
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::{AppId, Clock, Secret, SystemClock};
use tikmatrix_licensing::PublicKey;

use crate::http::middleware::auth::Exposure;
use crate::http::middleware::host_names::HostName;

/// Routes that the server answers besides its own.
pub type ExtraRoutes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// The configuration of a server; [`ServerConfig::new`] has the defaults.
///
/// ```no_run
/// # async fn example() -> Result<(), tikmatrix_api::StartError> {
/// use tikmatrix_api::{Server, ServerConfig};
///
/// let config = ServerConfig { port: 0, phones: vec!["192.168.1.20:5555".to_owned()], ..ServerConfig::new("data") };
/// let server = Server::start(config).await?;
/// println!("listening on {}", server.url());
/// server.shutdown().await;
/// # Ok(())
/// # }
/// ```
pub struct ServerConfig {
    /// The directory of the database and of files, created if there is none.
    pub data_directory: PathBuf,
    /// The database: `sqlite://PATH` or `postgres://…`. Several servers may work on one PostgreSQL database. Default: an
    /// SQLite file in the data directory.
    pub database_url: Option<Secret>,
    /// The port to listen on; 0 means any free one. Default: 50809, which clients expect.
    pub port: u16,
    /// The addresses to listen on. With one that other machines reach, every request needs a token. The server answers
    /// to each of them as a host name too, unless it stands for every address. Default: 127.0.0.1 and ::1.
    pub bind: Vec<IpAddr>,
    /// Names, besides the loopback ones, under which clients reach the server, as behind a proxy. With one that other
    /// machines use, every request needs a token.
    pub host_names: Vec<HostName>,
    /// A file of tokens that are valid besides those in the database. With one, every request needs a token.
    pub token_file: Option<PathBuf>,
    /// Whether every request needs a token even if only this machine can reach the server. Default: `false`.
    pub require_token: bool,
    /// How many clients may have a request at once, at least 2; the requests of those beyond are answered with 42901. A
    /// new connection takes the place of the one that has been silent for longest. A quarter of them may listen to
    /// events. A connection is a file to the system, which by default allows a program 1,024, and the database and the
    /// phones need some too. Default: 512.
    pub max_connections: usize,
    /// How many requests are handled at once, at least 1; those beyond are answered with 42901. Fewer than the
    /// connections, so that monitoring always finds one that is answered. Default: 256.
    pub max_requests: usize,
    /// The largest file that the material library accepts, in bytes. Default: 2 GiB, a quarter of an hour of video as
    /// phones record it.
    pub max_material_size: u64,
    /// How many tasks may be pending; a request for more is answered with 42901. Default: 1,000,000.
    pub max_pending: u64,
    /// Phones that speak ADB at `HOST:PORT`. They need not answer yet: each is connected as soon as it does.
    pub phones: Vec<String>,
    /// The networks in which clients may add phones. Default: none, which allows every address but link-local, multicast,
    /// broadcast and unspecified ones. [`ServerConfig::phones`] may be anywhere.
    pub phone_networks: Vec<PhoneNetwork>,
    /// An adb server whose phones are used too. It need not run yet. Default: none.
    pub adb_server: Option<AdbServer>,
    /// The file of the RSA key by which phones know this server, created when it is missing. Default: the one that adb
    /// uses for this user, `~/.android/adbkey`.
    pub adb_key: Option<PathBuf>,
    /// Where phones announce their wireless debugging, which are used too. Default: nowhere.
    pub discovery: Option<Discovery>,
    /// Whether webhooks may call private, loopback, link-local and other special addresses. Default: `false`.
    pub webhook_private_targets: bool,
    /// The scripts that tasks can run.
    pub scripts: ScriptRegistry,
    /// The apps that accounts, settings and tasks may name. The first is the default of the setting `default_app`. Default:
    /// none, and every task is one of the phone itself.
    pub apps: Vec<AppId>,
    /// The source of the server's time. Default: the machine's own clock.
    pub clock: Arc<dyn Clock>,
    /// How long one attempt of a task may take before it ends `timed_out`. Default: two hours, since an upload may be
    /// waited for an hour, and a post has more to do than that.
    pub attempt_timeout: Duration,
    /// The licence file, which has to exist. Default: the one in the data directory, if there is one.
    pub license: Option<PathBuf>,
    /// The vendor's key, which verifies licences. Without it no licence is in force.
    pub license_key: Option<PublicKey>,
    /// Routes that the server answers besides its own, which come first.
    pub extra_routes: ExtraRoutes,
}

impl ServerConfig {
    /// Returns the defaults for a server with this data directory.
    #[must_use]
    pub fn new(data_directory: impl Into<PathBuf>) -> Self {
        Self {
            data_directory: data_directory.into(),
            database_url: None,
            port: 50809,
            bind: Vec::new(),
            host_names: Vec::new(),
            token_file: None,
            require_token: false,
            max_connections: 512,
            max_requests: 256,
            max_material_size: 2 * 1024 * 1024 * 1024,
            max_pending: 1_000_000,
            phones: Vec::new(),
            phone_networks: Vec::new(),
            adb_server: None,
            adb_key: None,
            discovery: None,
            webhook_private_targets: false,
            scripts: ScriptRegistry::default(),
            apps: Vec::new(),
            clock: Arc::new(SystemClock),
            attempt_timeout: Duration::from_secs(2 * 60 * 60),
            license: None,
            license_key: None,
            extra_routes: Arc::new(|_| {}),
        }
    }

    /// Whether every request needs a token.
    #[must_use]
    pub fn needs_token(&self) -> bool {
        self.exposure().is_some()
    }

    /// Why every request needs a token, if it does.
    pub(crate) fn exposure(&self) -> Option<Exposure> {
        let address = self.bind.iter().find(|address| !address.is_loopback());
        let name = self.host_names.iter().find(|name| !name.is_loopback());
        address
            .map(|address| Exposure::Address(*address))
            .or_else(|| name.map(|name| Exposure::Name(name.to_string())))
            .or_else(|| (self.require_token || self.token_file.is_some()).then_some(Exposure::Required))
    }
}
