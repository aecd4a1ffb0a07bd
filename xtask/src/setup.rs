//! `cargo xtask setup`: installs what the interop suites need, as far as this machine allows it.

use anyhow::Result;

use crate::debian::{self, Missing};
use crate::registries;

pub(crate) fn setup() -> Result<()> {
    let wanted = [
        debian::command("adb", "adb"),
        debian::command("ip", "iproute2"),
        debian::command("unshare", "util-linux"),
        debian::real_adbd().map(drop),
        debian::nginx().map(drop),
        debian::postgres(),
        registries::python("http").map(drop),
        registries::python("android").map(drop),
        registries::node_modules().map(drop),
    ];
    for answer in wanted {
        match answer {
            Ok(()) => {}
            Err(Missing::Unavailable(why)) => println!("not set up: {why}"),
            Err(Missing::Failed(error)) => return Err(error),
        }
    }
    println!("Set up what this machine allows.");
    Ok(())
}
