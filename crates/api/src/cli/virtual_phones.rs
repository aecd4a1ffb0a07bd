//! Virtual phones inside the server's own process, with their oracle below `/virtual` of the server.

use actix_web::web;
use anyhow::Context;
use tikmatrix_api::ServerBuilder;
use tikmatrix_virtual_phone::{Farm, FarmOptions, control};

/// Starts `count` virtual phones on any free ports of this machine.
///
/// # Errors
/// When they cannot listen.
pub(super) async fn start(count: u16) -> anyhow::Result<Farm> {
    Farm::start(FarmOptions { count, first_port: None, seed: 1 })
        .await
        .context("cannot run the virtual phones")
}

/// Gives the server of `builder` the phones of `farm`, and the oracle of what was done on them.
pub(super) fn attach(mut builder: ServerBuilder, farm: &Farm) -> ServerBuilder {
    for phone in farm.phones() {
        builder = builder.phone(phone.address().to_string());
    }
    let farm = farm.clone();
    builder.routes(move |config| {
        config.service(web::scope("/virtual").configure(control::configure(farm.clone())));
    })
}
