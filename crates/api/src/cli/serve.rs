//! `tikmatrix serve`: the server, composed of the scripts and phones that the options name.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;

use anyhow::Context;
use clap::Args;
use clap::builder::BoolishValueParser;
use serde_json::json;
use tikmatrix_api::{HostName, Server, ServerConfig};
use tikmatrix_device::adb::reach::PhoneNetwork;
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::registry::{Discovery, parse_address};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::Secret;
use tikmatrix_follow::Follow;
use tikmatrix_match_accounts::MatchAccounts;
use tikmatrix_post::{MaterialRoots, Post};

use super::composition::{app_ids, apps, attach_virtual_phones, start_virtual_phones};
use super::license::location::vendor_key;
use super::options::arguments::{AdbServerOption, default_data_directory, parse_adb_server};
use super::output::answer::Output;
use super::shutdown::{shut_down, shutdown_signal};

/// The separator of folders in one text, as in the system's own PATH.
const PATH_SEPARATOR: char = if cfg!(windows) { ';' } else { ':' };

/// The options of `serve`. The keys of the configuration file are made of them: see `config.rs`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The port to listen on; 0 means any free one
    #[arg(long, env = "TIKMATRIX_PORT", default_value_t = 50809)]
    port: u16,
    /// An address to listen on instead of this machine's own 127.0.0.1 and ::1; may be given more than once. Any other
    /// than a loopback address makes tokens necessary
    #[arg(long, env = "TIKMATRIX_BIND", value_name = "ADDR", value_delimiter = ',')]
    bind: Vec<IpAddr>,
    /// A name under which clients reach the server, besides the loopback ones and the addresses of --bind, as behind a
    /// proxy; may be given more than once. Makes tokens necessary
    #[arg(long, env = "TIKMATRIX_HOST_NAME", value_name = "NAME", value_delimiter = ',')]
    host_name: Vec<HostName>,
    /// Requires a token with every request even if only this machine can reach the server
    #[arg(long, env = "TIKMATRIX_REQUIRE_TOKEN", value_parser = BoolishValueParser::new())]
    require_token: bool,
    /// A file with tokens, one on each line, that are good besides those of `tikmatrix token`. Makes tokens necessary
    #[arg(long, env = "TIKMATRIX_TOKEN_FILE", value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// A folder from which tasks may name files; may be given more than once. Without any, tasks may name every file if
    /// no tokens are necessary, and none if they are
    #[arg(long, env = "TIKMATRIX_MATERIAL_ROOT", value_name = "DIR", value_delimiter = PATH_SEPARATOR)]
    material_root: Vec<PathBuf>,
    /// The largest file that the material library takes, in MiB
    #[arg(long, env = "TIKMATRIX_MAX_MATERIAL_MIB", value_name = "N", default_value_t = 2048,
        value_parser = clap::value_parser!(u32).range(1..))]
    max_material_mib: u32,
    /// How many clients may have a request at once; the others are answered with 42901
    #[arg(long, env = "TIKMATRIX_MAX_CONNECTIONS", value_name = "N", default_value_t = 512,
        value_parser = clap::value_parser!(u16).range(2..))]
    max_connections: u16,
    /// How many requests are worked on at once; the others are answered with 42901
    #[arg(long, env = "TIKMATRIX_MAX_REQUESTS", value_name = "N", default_value_t = 256,
        value_parser = clap::value_parser!(u16).range(1..))]
    max_requests: u16,
    /// How many tasks may wait; requests for more are answered with 42901
    #[arg(long, env = "TIKMATRIX_MAX_PENDING", value_name = "N", default_value_t = 1_000_000)]
    max_pending: u64,
    /// Where the database and files are kept [default: the platform's place for a program's data]
    #[arg(long, env = "TIKMATRIX_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The database, sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME; several servers may work on one PostgreSQL
    /// database [default: an SQLite file in the data directory]
    #[arg(long, env = "TIKMATRIX_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    database_url: Option<Secret>,
    /// How many virtual phones to run; what they published is at /virtual/phones
    #[arg(long, env = "TIKMATRIX_VIRTUAL_PHONES", value_name = "N", default_value_t = 0)]
    virtual_phones: u16,
    /// A phone that speaks ADB over TCP; may be given more than once
    #[arg(long = "phone", env = "TIKMATRIX_PHONE", value_name = "HOST:PORT", value_delimiter = ',',
        value_parser = parse_address)]
    phones: Vec<String>,
    /// A network in which clients may add phones, such as 192.168.0.0/16, or fe80::%eth0/10 for link-local addresses; may be
    /// given more than once. Phones of --phone may be anywhere [default: every address but link-local, multicast, broadcast
    /// and unspecified ones]
    #[arg(
        long = "phone-network",
        env = "TIKMATRIX_PHONE_NETWORK",
        value_name = "ADDRESS/PREFIX",
        value_delimiter = ','
    )]
    phone_networks: Vec<PhoneNetwork>,
    /// Uses the phones that announce their wireless debugging in the local network
    #[arg(long, env = "TIKMATRIX_DISCOVER_PHONES", value_parser = BoolishValueParser::new())]
    discover_phones: bool,
    /// Allows webhooks to call private, loopback, link-local and other special addresses
    #[arg(long, env = "TIKMATRIX_WEBHOOK_PRIVATE_TARGETS", value_parser = BoolishValueParser::new())]
    webhook_private_targets: bool,
    /// The adb server by which phones on USB are reached, or `off`. It is used as it is found: none is started, and that
    /// there is none is no error
    #[arg(long, env = "TIKMATRIX_ADB_SERVER", value_name = "HOST:PORT|off",
        default_value = AdbServer::DEFAULT_ADDRESS, value_parser = parse_adb_server)]
    adb_server: AdbServerOption,
    /// The RSA key by which phones know this server, made when it is missing [default: ~/.android/adbkey, as for adb]
    #[arg(long, env = "TIKMATRIX_ADB_KEY", value_name = "FILE")]
    adb_key: Option<PathBuf>,
    /// A TOML file with any of these options under its key; the command line and the environment override it
    #[arg(long, env = "TIKMATRIX_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// The licence file [default: the one that `license install` put into the data directory, if any]
    #[arg(long, env = "TIKMATRIX_LICENSE", value_name = "FILE")]
    license: Option<PathBuf>,
    /// The vendor's public key, or a file that holds it; for builds that hold none
    #[arg(long, env = "TIKMATRIX_LICENSE_KEY", value_name = "FILE|KEY")]
    license_key: Option<String>,
}

/// Runs the server until a signal stops it.
pub(super) async fn run(options: Options, output: Output) -> anyhow::Result<()> {
    let data_directory = options.data_dir.clone().map_or_else(default_data_directory, Ok)?;
    if let Some(file) = &options.config {
        log::info!("configuration file: {}", file.display());
    }
    let mut config = configuration(&data_directory, &options)?;
    let materials = materials(options.material_root, config.needs_token())?;
    // Not before: a signal ends the program while it waits for a file.
    let stopped = shutdown_signal().context("cannot listen for signals")?;
    let farm = match options.virtual_phones {
        0 => None,
        count => Some(start_virtual_phones(count).await?),
    };
    config.apps = app_ids()?;
    let apps = apps()?;
    config.scripts = ScriptRegistry::default()
        .with(Post::new(apps.clone()).with_materials_from(materials))
        .with(Follow::new(apps.clone()))
        .with(Follow::unfollow(apps.clone()))
        .with(MatchAccounts::new(apps));
    if let Some(farm) = &farm {
        attach_virtual_phones(&mut config, farm);
    }
    let mut stopped = pin!(stopped);
    // In a task of its own: it may wait for a file, such as one of tokens, while a signal ends the program.
    let server = tokio::select! {
        started = tokio::spawn(Server::start(config)) => started.context("the server did not start")??,
        () = &mut stopped => {
            log::info!("ended before the server had started");
            return Ok(());
        }
    };
    let listening =
        json!({"url": server.url(), "addresses": server.addresses(), "data_directory": data_directory});
    let said = output.event(&listening, || places(&server, &data_directory, farm.is_some()));
    if said.is_ok() {
        for address in server.addresses() {
            log::info!("address: {address}");
        }
        stopped.await;
        log::info!("ending: running tasks are being interrupted");
    }
    let shut_down = shut_down(server, farm).await;
    said?;
    if shut_down.is_ok() {
        log::info!("stopped");
    }
    shut_down
}

/// Says where a running server is, and what is where on it. Programs wait for the first line.
fn places(server: &Server, data_directory: &Path, has_virtual_phones: bool) -> String {
    let url = server.url();
    let mut lines = vec![format!("listening on {url}")];
    lines.push(format!("  API   {url}/api/v1"));
    lines.push(format!("  page  {url}/"));
    if cfg!(feature = "swagger") {
        lines.push(format!("  docs  {url}/docs"));
    }
    if has_virtual_phones {
        lines.push(format!("  what the virtual phones saw  {url}/virtual/phones"));
    }
    lines.push(format!("  data  {}", data_directory.display()));
    lines.join("\n")
}

/// The configuration that the options describe, without scripts and apps.
fn configuration(data_directory: &Path, options: &Options) -> anyhow::Result<ServerConfig> {
    if options.bind.iter().any(IpAddr::is_unspecified) && options.host_name.is_empty() {
        log::warn!(
            "listening on every address: other machines are answered under no name but those that --host-name gives"
        );
    }
    Ok(ServerConfig {
        database_url: options.database_url.clone(),
        port: options.port,
        bind: options.bind.clone(),
        host_names: options.host_name.clone(),
        token_file: options.token_file.clone(),
        require_token: options.require_token,
        max_connections: options.max_connections.into(),
        max_requests: options.max_requests.into(),
        max_material_size: u64::from(options.max_material_mib) * 1024 * 1024,
        max_pending: options.max_pending,
        phones: options.phones.clone(),
        phone_networks: options.phone_networks.clone(),
        adb_server: match &options.adb_server {
            AdbServerOption::At(address) => Some(AdbServer::at(address)),
            AdbServerOption::Off => None,
        },
        adb_key: options.adb_key.clone(),
        webhook_private_targets: options.webhook_private_targets,
        discovery: options.discover_phones.then(Discovery::new).transpose()?,
        license: options.license.clone(),
        license_key: vendor_key(options.license_key.as_deref())?,
        ..ServerConfig::new(data_directory)
    })
}

/// Returns the folders from which tasks may name files: any folder only while no other machine can create tasks.
fn materials(folders: Vec<PathBuf>, needs_token: bool) -> anyhow::Result<MaterialRoots> {
    if folders.is_empty() && !needs_token {
        return Ok(MaterialRoots::anywhere());
    }
    MaterialRoots::below(folders).context("--material-root")
}
