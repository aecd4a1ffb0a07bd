//! The developers' commands: `cargo xtask setup | test | tidy | openapi | docs | new-script | ci | fuzz | bench`. They are Rust instead of shell
//! scripts, so that each prints what it runs and fails with a clear error.

mod bench;
mod ci;
mod debian;
mod docs;
mod fuzz;
mod namespace;
mod new_script;
mod process;
mod registries;
mod setup;
mod suites;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The developers' commands of TikMatrix")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Installs what the interop suites need (on Debian and its derivatives, with apt, pip and npm)
    Setup,
    /// Runs every test, including the interop suites
    Test,
    /// Counts what breaks the rules for sources and docs, and fails where it is more than allowed
    Tidy(tidy::Options),
    /// Writes docs/openapi.json
    Openapi,
    /// Writes the parameter tables of docs/scripts from docs/openapi.json
    Docs,
    /// Runs every check that a change must pass: fmt, tidy, clippy, doc, package, test, fuzz
    Ci,
    /// Makes a crate for a new script below crates/scripts
    NewScript {
        /// The script's name, such as `warm-up`
        name: String,
    },
    /// Runs libFuzzer on each decoder of ADB's bytes, one after the other
    Fuzz {
        /// Seconds for each decoder
        #[arg(long, value_name = "S", default_value_t = 60)]
        seconds: u32,
    },
    /// Measures the crates and what they are compared with, in one run
    Bench {
        /// What to measure
        #[command(subcommand)]
        what: Bench,
    },
    /// Runs a program beside a real adbd; started by `test` and `bench` inside a new network namespace
    #[command(hide = true)]
    BesideAdbd {
        /// The folder that holds the unpacked adbd
        adbd: PathBuf,
        /// The program and its arguments
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        program: Vec<String>,
    },
}

#[derive(Subcommand)]
enum Bench {
    /// ADB against real adbds, compared with five other clients: one phone, a hundred, failing ones, idle ones
    Adb,
    /// The store with a million tasks and with a thousand; on PostgreSQL with TIKMATRIX_TEST_DATABASE=postgres
    Store,
    /// The API over HTTP with a million tasks, with a thousand, and a bare route; likewise
    Api,
    /// Reading a screen and looking for elements, compared with lxml
    Ui,
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    std::env::set_current_dir(root()?).context("the workspace's folder is gone")?;
    match command {
        Command::Setup => setup::setup(),
        Command::Test => suites::test(),
        Command::Tidy(options) => tidy::tidy(&options),
        Command::Openapi => docs::openapi(),
        Command::Docs => docs::write(),
        Command::Ci => ci::ci(),
        Command::NewScript { name } => new_script::new_script(&name),
        Command::Fuzz { seconds } => fuzz::fuzz(seconds),
        Command::Bench { what: Bench::Adb } => bench::adb(),
        Command::Bench { what: Bench::Store } => bench::store(),
        Command::Bench { what: Bench::Api } => bench::api(),
        Command::Bench { what: Bench::Ui } => bench::ui(),
        Command::BesideAdbd { adbd, program } => namespace::beside_adbd(&adbd, &program),
    }
}

fn root() -> Result<PathBuf> {
    let xtask = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    Ok(xtask.parent().context("xtask has no parent folder")?.to_owned())
}
