//! `tikmatrix license`: the vendor makes keys and licences, the user installs one and looks at it. What a licence
//! amounts to is decided in the crate `licensing`.

mod install;
mod issue;
mod keygen;
mod moment;
mod place;
mod secret_file;
mod show;
mod vendor_key;

use clap::Subcommand;

pub(super) use vendor_key::vendor_key;

/// What can be done about licences.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Vendor: makes a pair of keys
    Keygen(keygen::Options),
    /// Vendor: makes a licence file, signed with the private key
    Issue(issue::Options),
    /// Verifies a licence file and installs it in the data directory
    Install(install::Options),
    /// Shows the licence in the data directory, and this machine's fingerprint
    Show(show::Options),
}

/// Carries it out.
pub(super) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Keygen(options) => keygen::run(options),
        Command::Issue(options) => issue::run(options),
        Command::Install(options) => install::run(options),
        Command::Show(options) => show::run(options),
    }
}
