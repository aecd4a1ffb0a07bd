//! A running server: storage, phones, runner and HTTP, put together and taken apart in order.

use std::hash::RandomState;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use actix_web::dev::ServerHandle;
use actix_web::web;
use tikmatrix_device::adb::keys::{KeyFiles, KeyStore};
use tikmatrix_device::registry::{Registry, RegistryOptions};
use tikmatrix_runner::{Runner, RunnerOptions};
use tikmatrix_storage::{StorageError, Store};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::config::ServerBuilder;
use crate::devices::saved_addresses::SavedAddresses;
use crate::events::event_retention;
use crate::http::middleware::auth::{Access, Tokens};
use crate::http::middleware::host_names::{HostName, HostNames};
use crate::http::openapi;
use crate::http_server::{Limits, serve};
use crate::license::license_gate::LicenseGate;
use crate::listeners;
use crate::materials::library::Library;
use crate::start_error::StartError;
use crate::state::AppState;
use crate::tasks::idempotency::KeysInFlight;
use crate::tokens::token_file;

/// The database, in the data directory.
const DATABASE: &str = "tikmatrix.sqlite";
/// The files of the material library, in the data directory.
const MATERIALS: &str = "materials";

/// A server that runs. Dropping it does not end it: it goes on for as long as the tokio runtime does.
pub struct Server {
    addresses: Vec<SocketAddr>,
    handle: ServerHandle,
    http: JoinHandle<io::Result<()>>,
    runner: Runner,
    registry: Arc<Registry>,
    gate: LicenseGate,
    gate_keeper: JoinHandle<()>,
    settings_keeper: JoinHandle<()>,
    event_keeper: JoinHandle<()>,
    ending: CancellationToken,
}

impl Server {
    /// Begins to put together a server whose database and files are in `data_directory`, which is made if there is
    /// none.
    #[must_use]
    pub fn builder(data_directory: impl Into<PathBuf>) -> ServerBuilder {
        ServerBuilder::new(data_directory.into())
    }

    /// The address that clients of this machine use, the port being the real one. Without an address of its own the
    /// server listens on `::1` too, on machines that have it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.addresses
            .first()
            .copied()
            .map_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), listeners::reachable)
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

    /// Ends the server: no new requests, running tasks are interrupted and accounted for, phones are let go.
    pub async fn shutdown(self) {
        let Self {
            handle,
            http,
            runner,
            registry,
            gate,
            gate_keeper,
            settings_keeper,
            event_keeper,
            ending,
            ..
        } = self;
        ending.cancel();
        tokio::join!(handle.stop(true), runner.shutdown());
        registry.shutdown().await;
        for keeper in [gate_keeper, settings_keeper, event_keeper] {
            keeper.abort();
            // It was told to end, and has nothing more to say.
            let _ = keeper.await;
        }
        gate.close().await;
        if let Ok(Err(error)) = http.await {
            log::warn!("the HTTP server did not end well: {error}");
        }
    }

    pub(crate) async fn start(builder: ServerBuilder) -> Result<Self, StartError> {
        // The port is taken first: a server that cannot have it must not touch the tasks of the one that has.
        let sockets = listeners::on(&builder.addresses, builder.port)?;
        let addresses = sockets.addresses.clone();
        let (directory, url) = (builder.data_directory.clone(), builder.database_url.clone());
        let store = tokio::task::spawn_blocking(move || open(&directory, url.as_deref()))
            .await
            .map_err(|error| StartError::Http(io::Error::other(error)))??
            .with_max_pending(builder.most_pending);
        let access = access(&builder, &store).await?;
        let gate =
            LicenseGate::open(builder.license_options(), store.clone(), Arc::clone(&builder.clock)).await?;
        let materials = builder.data_directory.join(MATERIALS);
        let library = Library::open(materials.clone(), builder.largest_material, &store).await?;
        let directory = builder.data_directory.clone();
        let saved_addresses = tokio::task::spawn_blocking(move || SavedAddresses::open(&directory))
            .await
            .map_err(|error| StartError::Http(io::Error::other(error)))?
            .map_err(|source| StartError::DataDirectory { path: builder.data_directory.clone(), source })?;
        let registry = Arc::new(Registry::start_as(
            builder.phones.clone(),
            keys(builder.adb_key),
            RegistryOptions::default(),
        ));
        for address in saved_addresses.all().await {
            registry.add(&address);
        }
        if let Some(discovery) = builder.discovery {
            registry.discover(discovery);
        }
        if let Some(server) = builder.adb_server {
            registry.follow(server);
        }
        let runner = Runner::start(RunnerOptions {
            store: store.clone(),
            scripts: builder.scripts.clone(),
            phones: registry.watch(),
            clock: Arc::clone(&builder.clock),
            artifacts: builder.data_directory.join("artifacts"),
            materials,
            task_limit: builder.task_limit,
            most_at_work: gate.most_at_work(),
        })
        .await?;
        let settings = watch::Sender::new(store.settings().await?);
        let ending = CancellationToken::new();
        let keeping = event_retention::run(store.clone(), registry.watch(), Arc::clone(&builder.clock));
        let core = web::Data::new(AppState {
            ending: ending.clone(),
            openapi: openapi::document(&builder.scripts).to_string().into(),
            settings,
            library,
            store,
            scripts: builder.scripts,
            phones: registry.watch(),
            registry: Arc::clone(&registry),
            configured_addresses: builder.phones,
            saved_addresses,
            scanning: tokio::sync::Mutex::default(),
            runner: runner.clone(),
            keys_in_flight: KeysInFlight::default(),
            gate: gate.clone(),
            tag_keys: RandomState::new(),
            clock: builder.clock,
        });
        let settings_keeper = tokio::spawn(follow_settings(core.clone(), runner.news()));
        let limits = Limits { connections: builder.most_connections, requests: builder.most_requests };
        let (handle, http) = serve(sockets, core, access, builder.more_routes, limits)?;
        let gate_keeper = tokio::spawn(gate.clone().keep());
        let event_keeper = tokio::spawn(keeping);
        Ok(Self {
            addresses,
            handle,
            http,
            runner,
            registry,
            gate,
            gate_keeper,
            settings_keeper,
            event_keeper,
            ending,
        })
    }
}

/// Follows what another server on the same database was told of.
async fn follow_settings(core: web::Data<AppState>, mut news: watch::Receiver<()>) {
    while news.changed().await.is_ok() {
        match core.store.settings().await {
            Ok(settings) => drop(core.settings.send_replace(settings)),
            Err(error) => log::warn!("{error}"),
        }
    }
}

/// Opens the database at `url`, or else that of a data directory, also beside the servers that work on it: for the short
/// work of a command line. It blocks.
///
/// # Errors
/// [`StorageError`].
pub fn open_data(directory: &Path, url: Option<&str>) -> Result<Store, StorageError> {
    Store::open_url_shared(&url.map_or_else(|| own_database(directory), str::to_owned))
}

fn open(directory: &Path, url: Option<&str>) -> Result<Store, StartError> {
    let unusable = |source| StartError::DataDirectory { path: directory.to_owned(), source };
    std::fs::create_dir_all(directory).map_err(unusable)?;
    let store = Store::open_url(&url.map_or_else(|| own_database(directory), str::to_owned))?;
    log::info!("database: {}", store.location());
    Ok(store)
}

/// The URL of the database in a data directory.
fn own_database(directory: &Path) -> String {
    format!("sqlite://{}", directory.join(DATABASE).display())
}

/// Who may talk to the server that `builder` describes.
async fn access(builder: &ServerBuilder, store: &Store) -> Result<Access, StartError> {
    let bound = builder.addresses.iter().filter(|address| !address.is_unspecified()).copied();
    let names = builder.host_names.iter().cloned().chain(bound.map(HostName::from)).collect();
    let Some(exposure) = builder.exposure() else {
        return Ok(Access::new(HostNames::new(names), None));
    };
    let of_file = builder.token_file.as_deref().map(token_file::read).transpose()?.unwrap_or_default();
    let tokens = Tokens::new(store.clone(), of_file, Arc::clone(&builder.clock));
    if !tokens.exist().await? {
        return Err(StartError::NoToken {
            exposure: exposure.to_string(),
            database: store.location().to_owned(),
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
