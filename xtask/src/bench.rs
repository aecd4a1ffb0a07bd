//! `cargo xtask bench …`: release builds, measured beside what others wrote, in one run.

use anyhow::{Result, bail};

use crate::debian::{self, Missing};
use crate::process::Program;
use crate::{namespace, suites};

pub(crate) fn adb() -> Result<()> {
    match debian::command("adb", "adb").and_then(|()| debian::real_adbd()) {
        Ok(adbd) => {
            let program = suites::built_program(
                &["bench", "--locked", "--package", "tikmatrix-device", "--bench", "adb", "--no-run"],
                "adb",
            )?;
            namespace::run(&adbd, &[&program])
        }
        Err(Missing::Unavailable(why)) => bail!("cannot measure: {why}"),
        Err(Missing::Failed(error)) => Err(error),
    }
}

pub(crate) fn store() -> Result<()> {
    Program::cargo()
        .arguments(["bench", "--locked", "--package", "tikmatrix-storage", "--bench", "store"])
        .run()
}

pub(crate) fn api() -> Result<()> {
    Program::cargo().arguments(["bench", "--locked", "--package", "tikmatrix-api", "--bench", "api"]).run()
}
