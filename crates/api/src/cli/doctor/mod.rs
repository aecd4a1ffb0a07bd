//! `tikmatrix doctor`: finds out why tasks do not run, with what to do about each cause. Every check is a pure function of
//! facts; `facts.rs` gathers these, from this machine and from a running server.

mod check;
mod facts;
mod machine;
mod server;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::Utc;
use clap::Args;
use tikmatrix_device::adb::server::AdbServer;
use tikmatrix_device::adb::server::device_list::ListedState;

use self::check::{Check, Verdict, show, worst};
use self::facts::{PhoneRoute, ServerAnswers};
use self::machine::{AdbServerFacts, DatabaseFacts};
use self::server::ServerFacts;
use super::client::Connection;
use super::options::arguments::{AdbServerOption, parse_adb_server};
use super::output::answer::Output;
use super::token::Location;

/// The options of `doctor`.
#[derive(Debug, Args)]
pub(super) struct Options {
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    location: Location,
    /// The adb server by which phones on USB are reached, or `off`
    #[arg(long, env = "TIKMATRIX_ADB_SERVER", value_name = "HOST:PORT|off",
        default_value = AdbServer::DEFAULT_ADDRESS, value_parser = parse_adb_server)]
    adb_server: AdbServerOption,
    /// The RSA key by which phones know the server [default: ~/.android/adbkey, as for adb]
    #[arg(long, env = "TIKMATRIX_ADB_KEY", value_name = "FILE")]
    adb_key: Option<PathBuf>,
}

/// Checks everything, and returns whether tasks can run.
pub(super) async fn run(options: Options, output: Output) -> anyhow::Result<ExitCode> {
    let checks = checks(&options).await?;
    show(&checks, output)?;
    Ok(if worst(&checks) == Verdict::Fail { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

async fn checks(options: &Options) -> anyhow::Result<Vec<Check>> {
    let now = Utc::now();
    let directory = options.location.directory()?;
    let client = options.connection.client();
    let url = client.url().to_owned();
    // The client blocks.
    let asking = tokio::task::spawn_blocking(move || facts::server(&client));
    let (facts, answers) = asking.await?;
    let adb_server = facts::adb_server(&options.adb_server).await;

    let mut checks = vec![server::server(&url, env!("CARGO_PKG_VERSION"), &facts)];
    if matches!(facts, ServerFacts::Unreachable(_))
        && let Some((number, port)) = facts::port(&url)
    {
        checks.push(machine::port(number, &port));
    }
    let (path, database_url) = (directory.clone(), options.location.database_url().map(str::to_owned));
    let database =
        tokio::task::spawn_blocking(move || facts::database(&path, database_url.as_deref())).await?;
    checks.push(machine::data_directory(&facts::data_directory(&directory)));
    if !matches!((&facts, &database), (ServerFacts::Runs(_), DatabaseFacts::Missing(_))) {
        checks.push(machine::database(&database));
    }
    checks.push(machine::disk(facts::free_room(&directory)));
    checks.push(machine::clock(now, facts::newest_change(&directory)));
    checks.push(machine::adb_key(&facts::adb_key(options.adb_key.clone())));
    checks.push(machine::adb_server(&adb_server));
    if let Some(ServerAnswers { license, devices, failed }) = &answers {
        checks.push(server::license(license, now));
        checks.extend(server::phones(devices));
        checks.extend(server::apps(devices, failed, now));
    }
    let keyboards = facts::keyboards(routes(answers.as_ref(), &adb_server)).await;
    checks.extend(server::keyboards(&keyboards));
    Ok(checks)
}

/// The phones to ask: those that the server has ready, or else those that the adb server lists.
fn routes(answers: Option<&ServerAnswers>, adb_server: &AdbServerFacts) -> BTreeMap<String, PhoneRoute> {
    if let Some(answers) = answers {
        let ready = answers.devices.iter().filter_map(|it| Some((server::name(it), PhoneRoute::of(it)?)));
        return ready.collect();
    }
    let AdbServerFacts::Lists { address, phones } = adb_server else { return BTreeMap::new() };
    let usable = phones.iter().filter(|phone| phone.state == ListedState::Device);
    let route = |serial: &str| PhoneRoute::AdbServer { address: address.clone(), name: serial.to_owned() };
    usable.map(|phone| (phone.serial.clone(), route(&phone.serial))).collect()
}
