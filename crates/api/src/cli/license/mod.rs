//! `tikmatrix license`: the vendor creates keys and licences, the user installs a licence and shows it. What a licence
//! allows is decided in the crate `licensing`.

mod license_file;
pub(super) mod location;
mod status;
mod vendor;

use clap::Subcommand;

use super::client::Single;
use super::output::answer::Output;

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
    /// Shows the plan that is in force on a running server
    Status(Single<status::Status>),
}

/// Runs the command.
pub(super) async fn run(command: Command, output: Output) -> anyhow::Result<()> {
    match command {
        Command::Keygen(options) => vendor::keygen(&options, output),
        Command::Issue(options) => vendor::issue(&options, output),
        Command::Install(options) => license_file::install(&options, output).await,
        Command::Show(options) => license_file::show(&options, output),
        Command::Status(status) => status.run(output).await,
    }
}
