//! `tikmatrix license keygen`.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use serde_json::json;
use tikmatrix_licensing::PrivateKey;

use super::secret_file;
use crate::cli::output::say;

/// What `license keygen` can be told.
#[derive(Debug, Args)]
pub(in crate::cli) struct Options {
    /// The file for the private key, which its owner alone may read; it must not be there yet
    #[arg(long, env = "TIKMATRIX_LICENSE_KEYGEN_OUT", value_name = "FILE")]
    out: PathBuf,
    /// Tells it as JSON
    #[arg(long, env = "TIKMATRIX_LICENSE_KEYGEN_JSON")]
    json: bool,
}

/// Makes the pair, keeps the private key and tells the public one.
pub(super) fn run(options: &Options) -> anyhow::Result<()> {
    let mut seed = [0; 32];
    OsRng.try_fill_bytes(&mut seed).context("the system gives no randomness")?;
    let private = PrivateKey::from_seed(&seed);
    secret_file::create(&options.out, &format!("{}\n", private.to_text()))?;
    let public = private.public();
    if options.json {
        let file = options.out.to_string_lossy();
        let told = json!({"key_id": public.id().to_string(), "public_key": public.to_string(), "private_key_file": file});
        say(told);
        return Ok(());
    }
    say(format_args!("The private key is in {}: keep it secret, and keep a copy.", options.out.display()));
    say(
        "Servers verify with the public key: build them with it in TIKMATRIX_LICENSE_PUBLIC_KEY, or start them with",
    );
    say("it in --license-key.");
    say(&public);
    Ok(())
}
