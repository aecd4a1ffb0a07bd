//! `tikmatrix license`: the vendor creates keys and licences, the user installs a licence and shows it. What a licence
//! allows is decided in the crate `licensing`.

mod license_file;
pub(super) mod location;
mod vendor;

use clap::Subcommand;

/// The commands about licences.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Vendor: makes a pair of keys
    Keygen(vendor::KeygenOptions),
    /// Vendor: makes a licence file, signed with the private key
    Issue(vendor::IssueOptions),
    /// Verifies a licence file and installs it in the data directory
    Install(license_file::InstallOptions),
    /// Shows the licence in the data directory, and this machine's fingerprint
    Show(license_file::ShowOptions),
}

/// Runs the command.
pub(super) async fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Keygen(options) => vendor::keygen(options),
        Command::Issue(options) => vendor::issue(options),
        Command::Install(options) => license_file::install(options).await,
        Command::Show(options) => license_file::show(options),
    }
}
