//! `tikmatrix phone`: virtual phones without a server.

use std::net::{Ipv4Addr, SocketAddr};

use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer};
use anyhow::Context;
use clap::{Args, ValueEnum};
use serde_json::json;
use tikmatrix_api::refuse_foreign;
use tikmatrix_virtual_phone::{Access, Farm, FarmOptions, control};

use super::output::answer::Output;
use super::shutdown::shutdown_signal;

/// The options of `phone`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The port of the first phone, on this machine only; the others follow; 0 means any free ones
    #[arg(long, env = "TIKMATRIX_PHONE_PORT", value_name = "P")]
    port: u16,
    /// How many phones to run
    #[arg(long, env = "TIKMATRIX_PHONE_COUNT", value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u16).range(1..))]
    count: u16,
    /// The control port: reports over HTTP what was done on the phones, and arms faults; 0 means any free one
    #[arg(long, env = "TIKMATRIX_PHONE_CONTROL", value_name = "P")]
    control: Option<u16>,
    /// The seed of everything random: the same seed gives the same phones
    #[arg(long, env = "TIKMATRIX_PHONE_SEED", value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Which clients the phones accept: all (accept), those whose key a person has allowed at the control port (ask), none
    /// (refuse), or those whose key is trusted, over TLS as in wireless debugging (tls)
    #[arg(
        long,
        env = "TIKMATRIX_PHONE_AUTH",
        value_name = "accept|ask|refuse|tls",
        default_value = "accept"
    )]
    auth: Access,
    /// The latency of the phones: none added, or that of real ones on a wireless network
    #[arg(long, env = "TIKMATRIX_PHONE_LATENCY", value_name = "L", default_value = "none")]
    latency: Latency,
}

/// The latency of virtual phones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Latency {
    /// As fast as this machine allows
    None,
    /// As a real phone on a wireless network
    Realistic,
}

/// Runs the phones until a signal stops the program.
pub(super) async fn run(options: &Options, output: Output) -> anyhow::Result<()> {
    let stopped = shutdown_signal().context("cannot listen for signals")?;
    let Options { port, count, control, seed, auth, latency } = *options;
    let first_port = Some(port).filter(|port| *port != 0);
    let farm = Farm::start(FarmOptions { count, first_port, seed })
        .await
        .context("cannot run the virtual phones")?;
    for phone in farm.phones() {
        phone.set_access(auth);
        if latency == Latency::Realistic {
            phone.be_realistic();
        }
    }
    let http = control.map(|port| serve_control(&farm, port)).transpose()?;
    for phone in farm.phones() {
        let (serial, address) = (phone.serial(), phone.address());
        output.event(&json!({"serial": serial, "address": address}), || {
            format!("{serial} listening on {address}")
        })?;
    }
    if let Some((address, _)) = &http {
        let control = format!("http://{address}/phones");
        output.event(&json!({ "control": control }), || format!("control listening on {control}"))?;
    }
    stopped.await;
    if let Some((_, handle)) = http {
        handle.stop(false).await;
    }
    farm.shutdown().await;
    Ok(())
}

fn serve_control(farm: &Farm, port: u16) -> anyhow::Result<(SocketAddr, actix_web::dev::ServerHandle)> {
    let failed = || format!("cannot listen on the control port {port}");
    let farm = farm.clone();
    let application =
        move || App::new().wrap(from_fn(refuse_foreign)).configure(control::configure(farm.clone()));
    let server = HttpServer::new(application)
        .workers(1)
        .disable_signals()
        .bind((Ipv4Addr::LOCALHOST, port))
        .with_context(failed)?;
    let address = server.addrs().first().copied().with_context(failed)?;
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Ok((address, handle))
}
