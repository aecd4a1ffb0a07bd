//! A running server: storage, phones, runner and HTTP, started and stopped in order.

use std::hash::RandomState;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::web::Data;
use tikmatrix_device::adb::keys::{KeyFiles, KeyStore};
use tikmatrix_device::adb::reach::PhoneNetworks;
use tikmatrix_device::registry::{Registry, RegistryOptions};
use tikmatrix_runner::{Runner, RunnerOptions, Tasks};
use tikmatrix_storage::Store;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

mod http_server;
mod listeners;

use self::http_server::serve;
use crate::apps::KnownApps;
use crate::audit::recorder::{RunningWriter, audit_queue};
use crate::config::ServerConfig;
use crate::data_directory;
use crate::devices::connections::Connections;
use crate::devices::saved_addresses::SavedAddresses;
use crate::events::event_retention;
use crate::events::handlers::EventStreams;
use crate::http::connection::table::ConnectionTable;
use crate::http::middleware::auth::{Access, Tokens};
use crate::http::middleware::host_names::{HostName, HostNames};
use crate::http::middleware::limit::RequestLimit;
use crate::http::middleware::metrics::Metrics;
use crate::http::openapi;
use crate::license::license_file::license_path;
use crate::license::license_gate::{LicenseGate, LicenseOptions};
use crate::license::running_server::{RunningServer, ServerRecord};

use crate::materials::library::Library;
use crate::monitoring::HealthCheck;
use crate::settings::CurrentSettings;
use crate::start_error::StartError;
use crate::state::{AppState, OpenApiDocument};
use crate::tasks::create::handler::TaskCreator;
use crate::tasks::create::request::RequestReader;
use crate::tasks::idempotency::KeysInFlight;
use crate::tasks::read::TaskReader;
use crate::tokens::token_file;
use crate::webhooks::dispatcher::Dispatcher;
use crate::webhooks::sending::sender::Webhooks;

/// How many bytes of answers the server keeps for all clients together that do not take them.
const MAX_UNSENT: usize = 64 * 1024 * 1024;
/// How long the end of a server waits until its database is closed.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(2);
/// One in so many connections may listen to events, which takes a connection for as long as the client likes.
const LISTENERS_SHARE: usize = 4;

/// A running server. Dropping it does not stop it: it runs for as long as the tokio runtime does.
pub struct Server {
    addresses: Vec<SocketAddr>,
    store: Store,
    handle: ServerHandle,
    http: JoinHandle<io::Result<()>>,
    runner: Runner,
    registry: Arc<Registry>,
    gate: LicenseGate,
    background: Vec<JoinHandle<()>>,
    audit: RunningWriter,
    dispatcher: JoinHandle<()>,
    stopping: CancellationToken,
    /// Shows that the server runs, until it is dropped.
    _record: Option<ServerRecord>,
}

impl Server {
    /// The address that clients of this machine use, the port being the real one. Without an address of its own the
    /// server listens on `::1` too, on machines that have it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        let first = self.addresses.first().copied();
        first.map_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), listeners::reachable)
    }

    /// The URL that clients of this machine use.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Every address that was asked for, as it was asked for.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The database of the server, with the events of its tasks and phones.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The tasks: to plan and create them without HTTP, to wait for one, and to subscribe to events.
    #[must_use]
    pub fn tasks(&self) -> Tasks {
        self.runner.tasks()
    }

    /// Ends the server: no new requests, running tasks are interrupted and accounted for, phones are disconnected.
    pub async fn shutdown(self) {
        let Self {
            handle,
            http,
            runner,
            registry,
            gate,
            background,
            dispatcher,
            audit,
            stopping,
            store,
            _record,
            ..
        } = self;
        stopping.cancel();
        tokio::join!(handle.stop(true), runner.shutdown());
        audit.close().await;
        registry.shutdown().await;
        // It ends as it notices that the server does; a panic is logged, and it has no other result.
        let _ = dispatcher.await;
        for task in background {
            task.abort();
            // It was aborted, and has no result.
            let _ = task.await;
        }
        gate.close().await;
        if let Ok(Err(error)) = http.await {
            log::warn!("the HTTP server ended with an error: {error}");
        }
        // The threads of the HTTP server drop what they hold after its end. An embedding program may hold the store longer.
        let closed = store.database().closed();
        drop((store, gate, runner));
        // It is dropped all the same, only later.
        let _ = tokio::time::timeout(CLOSING_TIMEOUT, closed).await;
    }

    /// Starts a server: when this returns, it answers requests.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start(config: ServerConfig) -> Result<Self, StartError> {
        assemble(config).await
    }
}

/// Starts the parts of a server, in the order in which they depend on each other.
async fn assemble(config: ServerConfig) -> Result<Server, StartError> {
    // The port is taken first: a server that cannot have it must not touch the tasks of the one that has.
    let sockets = listeners::on(&config.bind, config.port)?;
    let (directory, url) = (config.data_directory.clone(), config.database_url.clone());
    let apps = KnownApps::new(config.apps.clone());
    let store = blocking(move || data_directory::open(&directory, url.as_ref())).await?;
    let store = store.with_max_pending(config.max_pending).with_first_app(apps.first());
    let access = access(&config, &store).await?;
    let license = license(&config);
    let record = record(&config, &license).await;
    let gate = LicenseGate::open(license, store.clone(), Arc::clone(&config.clock)).await?;
    let materials = data_directory::materials_folder(&config.data_directory);
    let library = Library::open(materials.clone(), config.max_material_size, &store).await?;
    let connections = connect(&config).await?;
    let registry = Arc::clone(&connections.registry);
    if let Some(discovery) = config.discovery {
        registry.discover(discovery);
    }
    if let Some(server) = config.adb_server {
        registry.follow(server);
    }
    let runner = Runner::start(RunnerOptions {
        store: store.clone(),
        scripts: config.scripts.clone(),
        phones: registry.watch(),
        clock: Arc::clone(&config.clock),
        artifacts: data_directory::artifacts_folder(&config.data_directory),
        materials,
        task_limit: config.attempt_timeout,
        max_running: gate.max_at_work(),
    })
    .await?;
    let stopping = CancellationToken::new();
    let clock = config.clock;
    let event_retention = event_retention::run(store.clone(), registry.watch(), Arc::clone(&clock));
    let settings: Data<CurrentSettings> = Data::new(watch::Sender::new(store.settings().load().await?));
    let access = Data::new(access);
    let (audit, audit_writer) = audit_queue(store.clone(), Arc::clone(&clock));
    let webhooks = Data::new(Webhooks::new(config.webhook_private_targets));
    let dispatcher =
        Dispatcher { store: store.clone(), clock: Arc::clone(&clock), webhooks: webhooks.clone() };
    let table = Arc::new(ConnectionTable::new(config.max_connections, MAX_UNSENT));
    let state = AppState {
        store: Data::new(store.clone()),
        clock: Data::from(Arc::clone(&clock)),
        runner: Data::new(runner.clone()),
        document: Data::new(OpenApiDocument(
            openapi::document(&config.scripts, &config.apps).to_string().into(),
        )),
        apps: Data::new(apps),
        scripts: Data::new(config.scripts.clone()),
        settings: settings.clone(),
        gate: Data::new(gate.clone()),
        access: access.clone(),
        audit: Data::new(audit),
        limit: Data::new(RequestLimit::new(config.max_requests, Arc::clone(&table))),
        metrics: Data::new(Metrics::default()),
        health: Data::new(HealthCheck::new(store.clone(), config.data_directory.clone())),
        webhooks,
        library: Data::new(library),
        connections: Data::new(connections),
        tasks: Data::new(TaskReader {
            store: store.clone(),
            runner: runner.clone(),
            settings: settings.clone(),
            clock: Arc::clone(&clock),
            tag_keys: RandomState::new(),
        }),
        creator: Data::new(TaskCreator {
            tasks: runner.tasks(),
            clock: Arc::clone(&clock),
            settings: settings.clone(),
            keys_in_flight: KeysInFlight::default(),
            reader: RequestReader::new().map_err(|error| StartError::Http(io::Error::other(error)))?,
        }),
        events: Data::new(EventStreams::new(
            store.clone(),
            gate.clone(),
            access,
            stopping.clone(),
            (config.max_connections / LISTENERS_SHARE).max(1),
        )),
    };
    let addresses = sockets.addresses.clone();
    let (handle, http) = serve(sockets, state, config.extra_routes, &table)?;
    let settings = follow_settings(store.clone(), settings, runner.cluster_changes());
    let background =
        [tokio::spawn(settings), tokio::spawn(gate.clone().run()), tokio::spawn(event_retention)];
    Ok(Server {
        addresses,
        store,
        handle,
        http,
        runner,
        registry,
        gate,
        background: background.into(),
        audit: audit_writer.start(),
        dispatcher: tokio::spawn(dispatcher.run(stopping.clone())),
        stopping,
        _record: record,
    })
}

/// Runs what blocks on a thread for blocking work.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StartError> + Send + 'static,
) -> Result<T, StartError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| StartError::Http(io::Error::other(error)))?
}

/// Starts connecting the phones whose addresses are known.
async fn connect(config: &ServerConfig) -> Result<Connections, StartError> {
    let path = config.data_directory.clone();
    let networks = Arc::new(PhoneNetworks::new(config.phone_networks.clone()));
    let open = move || {
        SavedAddresses::open(&path, networks).map_err(|source| StartError::DataDirectory { path, source })
    };
    let saved = blocking(open).await?;
    let keys = keys(config.adb_key.clone());
    let registry = Arc::new(Registry::start_as(config.phones.clone(), keys, RegistryOptions::default()));
    saved.connect(&registry).await;
    Ok(Connections {
        phones: registry.watch(),
        registry,
        configured: config.phones.clone(),
        saved,
        scanning: Mutex::default(),
    })
}

/// Follows the settings that another server on the same database changes.
async fn follow_settings(store: Store, current: Data<CurrentSettings>, mut changes: watch::Receiver<()>) {
    while changes.changed().await.is_ok() {
        match store.settings().load().await {
            Ok(settings) => drop(current.send_replace(settings)),
            Err(error) => log::warn!("{error}"),
        }
    }
}

/// Makes known with which key the server verifies licences, and where it reads its own. A server starts without that too, as
/// on a full disk.
async fn record(config: &ServerConfig, license: &LicenseOptions) -> Option<ServerRecord> {
    let (directory, key, license) =
        (config.data_directory.clone(), license.key.clone(), license.path.clone());
    let record = tokio::task::spawn_blocking(move || {
        RunningServer { key, license: std::path::absolute(license)? }.record(&directory)
    });
    record.await.map_err(io::Error::other).flatten().unwrap_or_else(|error| {
        log::warn!("`tikmatrix license install` cannot know this server's key: {error}");
        None
    })
}

/// Returns where the server's licence is, and what verifies it.
fn license(config: &ServerConfig) -> LicenseOptions {
    LicenseOptions {
        path: config.license.clone().unwrap_or_else(|| license_path(&config.data_directory)),
        required: config.license.is_some(),
        key: config.license_key.clone(),
    }
}

/// Returns the rules by which the server accepts requests.
async fn access(config: &ServerConfig, store: &Store) -> Result<Access, StartError> {
    let bound = config.bind.iter().filter(|address| !address.is_unspecified()).copied();
    let names = config.host_names.iter().cloned().chain(bound.map(HostName::from)).collect();
    let Some(exposure) = config.exposure() else {
        return Ok(Access::new(HostNames::new(names), None));
    };
    let of_file = config.token_file.as_deref().map(token_file::read).transpose()?.unwrap_or_default();
    let tokens = Tokens::new(store.clone(), of_file, Arc::clone(&config.clock));
    if !tokens.exist().await? {
        return Err(StartError::NoToken {
            exposure: exposure.to_string(),
            database: store.database().location().to_owned(),
        });
    }
    Ok(Access::new(HostNames::new(names), Some(tokens)))
}

/// The keys by which phones know this server: those of its user, with another one of its own if a file is given.
fn keys(own: Option<PathBuf>) -> KeyStore {
    match own {
        Some(file) => KeyStore::new(KeyFiles { own: Some(file), ..KeyFiles::of_user() }),
        None => KeyStore::of_user(),
    }
}
