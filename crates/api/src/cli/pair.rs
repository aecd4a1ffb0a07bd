//! `tikmatrix pair`: pairs with a phone by its code, as `adb pair` does, without adb.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use serde_json::json;
use tikmatrix_device::adb::keys::{KeyFiles, KeyStore};
use tikmatrix_device::adb::pairing::pair;
use tikmatrix_device::deadline::Deadline;
use tikmatrix_device::registry::parse_address;
use tikmatrix_domain::Secret;

use super::output::answer::Output;

const PAIRING_TIMEOUT: Duration = Duration::from_secs(30);

/// The options of `pair`.
#[derive(Debug, Args)]
pub(super) struct Options {
    /// The address and port that the phone shows under "Pair device with pairing code"
    #[arg(value_name = "HOST:PORT", value_parser = parse_address)]
    address: String,
    /// The six digits that it shows there
    #[arg(value_name = "CODE")]
    code: Secret,
    /// The RSA key that the phone is to trust, as given to `serve`; made when it is missing [default: ~/.android/adbkey]
    #[arg(long, env = "TIKMATRIX_ADB_KEY", value_name = "FILE")]
    adb_key: Option<PathBuf>,
}

/// Pairs with the phone and prints how to use it.
pub(super) async fn run(options: &Options, output: Output) -> anyhow::Result<()> {
    let keys = match &options.adb_key {
        Some(file) => KeyStore::new(KeyFiles { own: Some(file.clone()), ..KeyFiles::of_user() }),
        None => KeyStore::of_user(),
    };
    let paired = pair(&options.address, options.code.expose(), &keys, Deadline::after(PAIRING_TIMEOUT)).await;
    let name = paired.context("the phone is not paired")?;
    let sentence = format!(
        "paired with {name:?}: it lets this key in from now on, at the address of its page \"Wireless debugging\" \
         (serve --phone HOST:PORT)"
    );
    output.done(&json!({ "paired_with": name }), &sentence)
}
