//! `cargo xtask bench …`: measures release builds and, in the same run, what they are compared with.

use anyhow::{Result, bail};

use crate::debian::{self, Missing};
use crate::process::Program;
use crate::{namespace, registries, suites};

pub(crate) fn adb() -> Result<()> {
    match measure_adb() {
        Ok(()) => Ok(()),
        Err(Missing::Unavailable(why)) => bail!("cannot measure: {why}"),
        Err(Missing::Failed(error)) => Err(error),
    }
}

fn measure_adb() -> Result<(), Missing> {
    debian::command("adb", "adb")?;
    let adbd = debian::real_adbd()?;
    let places = [
        ("TIKMATRIX_ADBD_PROGRAM", adbd.join("adbd")),
        ("TIKMATRIX_PYTHON", registries::python("android")?),
        ("TIKMATRIX_NODE_MODULES", registries::node_modules()?),
    ];
    let program = suites::built_program(
        &["bench", "--locked", "--package", "tikmatrix-tests", "--bench", "adb", "--no-run"],
        "tikmatrix-tests",
        "adb",
    )?;
    let settings = places.map(|(name, place)| format!("{name}={}", place.display()));
    let words: Vec<&str> =
        std::iter::once("env").chain(settings.iter().map(String::as_str)).chain([program.as_str()]).collect();
    namespace::run(&adbd, &words)?;
    Ok(())
}

pub(crate) fn store() -> Result<()> {
    Program::cargo()
        .arguments(["bench", "--locked", "--package", "tikmatrix-storage", "--bench", "store"])
        .run()
}

pub(crate) fn api() -> Result<()> {
    Program::cargo().arguments(["bench", "--locked", "--package", "tikmatrix-api", "--bench", "api"]).run()
}

pub(crate) fn ui() -> Result<()> {
    let python = match registries::python("android") {
        Ok(python) => python,
        Err(Missing::Unavailable(why)) => bail!("cannot measure: {why}"),
        Err(Missing::Failed(error)) => return Err(error),
    };
    Program::cargo()
        .arguments(["bench", "--locked", "--package", "tikmatrix-tests", "--bench", "ui"])
        .environment("TIKMATRIX_PYTHON", python)
        .run()
}
