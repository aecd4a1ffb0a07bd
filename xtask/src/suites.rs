//! `cargo xtask test`: runs every test of the workspace, then the interop suites. What these need is installed where
//! possible; a suite that cannot run is reported with the reason, and is a failure under `CI=true`.

use anyhow::{Result, bail};
use cargo_metadata::Message;

use crate::debian::{self, Missing};
use crate::namespace;
use crate::process::Program;
use crate::registries;

/// An interop suite: it needs software of third parties and is therefore left out of `cargo test`.
struct Suite {
    package: &'static str,
    target: &'static str,
    run: fn(&str) -> Result<(), Missing>,
}

const SUITES: [Suite; 8] = [
    Suite { package: "tikmatrix-device", target: "real_adbd", run: against_real_adbd },
    Suite { package: "tikmatrix-device", target: "adb_servers", run: through_adb_servers },
    Suite { package: "tikmatrix-virtual-phone", target: "debian_adb", run: with_debian_adb },
    Suite { package: "tikmatrix-virtual-phone", target: "debian_adb", run: with_newer_adb },
    Suite { package: "tikmatrix-virtual-phone", target: "adb_clients", run: with_other_clients },
    Suite { package: "tikmatrix-storage", target: "suite", run: on_postgres },
    Suite { package: "tikmatrix-tests", target: "postgres", run: with_postgres },
    Suite { package: "tikmatrix-tests", target: "http_clients", run: with_http_clients },
];

pub(crate) fn test() -> Result<()> {
    // Builds the program too, for the tests of its package: those of the whole system start it.
    Program::cargo().arguments(["test", "--locked", "--workspace"]).run()?;

    let mut skipped = Vec::new();
    for suite in &SUITES {
        let program = build_test(suite.package, suite.target)?;
        match (suite.run)(&program) {
            Ok(()) => {}
            Err(Missing::Failed(error)) => return Err(error),
            Err(Missing::Unavailable(why)) => {
                skipped.push(format!("{} `{}`: {why}", suite.package, suite.target));
            }
        }
    }
    if skipped.is_empty() {
        println!("\nEvery suite ran.");
        return Ok(());
    }
    for line in &skipped {
        println!("\nSKIPPED {line}");
    }
    if std::env::var_os("CI").is_some_and(|value| value == "true") {
        bail!(
            "{} of {} interop suites did not run, which is a failure under CI=true",
            skipped.len(),
            SUITES.len()
        );
    }
    Ok(())
}

/// Returns the names of the test targets of the suites.
pub(crate) fn targets() -> Vec<&'static str> {
    SUITES.iter().map(|suite| suite.target).collect()
}

/// Builds one test target and returns the path of its program. It is built with the whole workspace: for one package alone
/// cargo would choose other features of shared dependencies and build them again.
fn build_test(package: &str, target: &str) -> Result<String> {
    built_program(&["test", "--locked", "--workspace", "--test", target, "--no-run"], package, target)
}

/// Runs cargo with `arguments` and returns the path of the program that it built for `target` of `package`.
pub(crate) fn built_program(arguments: &[&str], package: &str, target: &str) -> Result<String> {
    let output = Program::cargo()
        .arguments(arguments)
        .arguments(["--message-format", "json-render-diagnostics"])
        .output()?;
    // As in `path+file:///…/crates/storage#tikmatrix-storage@0.1.0`.
    let package = format!("#{package}@");
    for message in Message::parse_stream(output.as_bytes()) {
        if let Message::CompilerArtifact(artifact) = message?
            && artifact.target.name == target
            && artifact.package_id.repr.contains(&package)
            && let Some(program) = artifact.executable
        {
            return Ok(program.into_string());
        }
    }
    bail!("cargo built no program for `{target}`")
}

fn against_real_adbd(program: &str) -> Result<(), Missing> {
    let adbd = debian::real_adbd()?;
    namespace::run(&adbd, &[program])?;
    Ok(())
}

/// The namespace also keeps the user's adb server out of reach.
fn through_adb_servers(program: &str) -> Result<(), Missing> {
    debian::command("adb", "adb")?;
    against_real_adbd(program)
}

fn with_debian_adb(program: &str) -> Result<(), Missing> {
    debian::command("adb", "adb")?;
    let newer = debian::real_adbd()?.join("adb");
    Program::new(program).environment("TIKMATRIX_NEWER_ADB", newer).run()?;
    Ok(())
}

/// Runs the same suite with the `adb` that comes with the real adbd: it knows version 2 of `sync:` and packs files.
fn with_newer_adb(program: &str) -> Result<(), Missing> {
    let adb = debian::real_adbd()?.join("adb");
    Program::new(program)
        .environment("TIKMATRIX_ADB", &adb)
        .environment("TIKMATRIX_NEWER_ADB", &adb)
        .run()?;
    Ok(())
}

fn with_other_clients(program: &str) -> Result<(), Missing> {
    debian::command("adb", "adb")?;
    let python = registries::python("android")?;
    let modules = registries::node_modules()?;
    Program::new(program)
        .environment("TIKMATRIX_PYTHON", python)
        .environment("TIKMATRIX_NODE_MODULES", modules)
        .run()?;
    Ok(())
}

fn with_http_clients(program: &str) -> Result<(), Missing> {
    debian::command("curl", "curl")?;
    debian::command("node", "nodejs")?;
    let python = registries::python("http")?;
    Program::new(program)
        .environment("TIKMATRIX_PYTHON", python)
        .environment("TIKMATRIX_NODE", "node")
        .environment("TIKMATRIX_NGINX", debian::nginx()?)
        .run()?;
    Ok(())
}

/// Runs the suite that `cargo test` runs on SQLite on a PostgreSQL server, which the tests start.
fn on_postgres(program: &str) -> Result<(), Missing> {
    debian::postgres()?;
    Program::new(program).environment("TIKMATRIX_TEST_DATABASE", "postgres").run()?;
    Ok(())
}

/// Runs the whole-system tests on a PostgreSQL server, which they start.
fn with_postgres(program: &str) -> Result<(), Missing> {
    debian::postgres()?;
    Program::new(program).run()?;
    Ok(())
}
