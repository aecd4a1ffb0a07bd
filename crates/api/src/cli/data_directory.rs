//! Where the server keeps its database and files when nobody says.

use std::path::PathBuf;

use anyhow::Context;
use etcetera::app_strategy::choose_native_strategy;
use etcetera::{AppStrategy, AppStrategyArgs};

/// The platform's place for a program's data: `~/.local/share/tikmatrix` on Linux.
///
/// # Errors
/// When the user has no home directory.
pub(super) fn default() -> anyhow::Result<PathBuf> {
    let strategy = choose_native_strategy(AppStrategyArgs {
        top_level_domain: "com".to_owned(),
        author: "TikMatrix".to_owned(),
        app_name: "tikmatrix".to_owned(),
    })
    .context("cannot tell where your home directory is: say with --data-dir where the data is to be kept")?;
    Ok(strategy.data_dir())
}
