//! Installs what the interop suites need from PyPI and npm: Python virtual environments and a folder of npm packages below
//! `target/interop`, with the versions that `xtask/python` and `xtask/node` list.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::debian::{self, Missing};
use crate::process::Program;

/// Returns the Python of a virtual environment with the packages of `xtask/python/NAME.txt`.
pub(crate) fn python(name: &str) -> Result<PathBuf, Missing> {
    debian::command("python3", "python3-venv")?;
    // Debian's Python comes without the module that installs pip into environments.
    if Program::new("python3").arguments(["-c", "import ensurepip, venv"]).output().is_err() {
        debian::install("the Python module `venv` is not installed", "python3-venv")?;
    }
    let wanted = Path::new("xtask/python").join(name).with_extension("txt");
    made_of(&[&wanted], &format!("python-{name}"), |folder| {
        Program::new("python3").arguments(["-m".as_ref(), "venv".as_ref(), folder.as_os_str()]).run()?;
        Program::new(folder.join("bin/python"))
            .arguments(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"])
            .arguments([&wanted])
            .run()
    })
    .map(|folder| folder.join("bin/python"))
}

/// Returns the folder `node_modules` with the packages of `xtask/node/package.json`, for `NODE_PATH`.
pub(crate) fn node_modules() -> Result<PathBuf, Missing> {
    debian::command("node", "nodejs")?;
    debian::command("npm", "npm")?;
    let wanted = ["package.json", "package-lock.json"].map(|name| Path::new("xtask/node").join(name));
    made_of(&[&wanted[0], &wanted[1]], "node", |folder| {
        fs::create_dir_all(folder)?;
        for file in &wanted {
            fs::copy(file, folder.join(file.file_name().context("a list of packages has a name")?))?;
        }
        Program::new("npm")
            .arguments(["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"])
            .within(folder)
            .run()
    })
    .map(|folder| folder.join("node_modules"))
}

/// Returns the folder `target/interop/NAME`; `make` fills it unless it was filled from the same lists before.
fn made_of(lists: &[&Path], name: &str, make: impl Fn(&Path) -> Result<()>) -> Result<PathBuf, Missing> {
    let mut wanted = String::new();
    for list in lists {
        wanted += &fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    }
    let folder = std::path::absolute("target/interop").context("no current folder")?.join(name);
    let complete = folder.join("complete");
    if fs::read_to_string(&complete).is_ok_and(|made| made == wanted) {
        return Ok(folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    make(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    fs::write(&complete, wanted).with_context(|| format!("cannot mark {} complete", folder.display()))?;
    Ok(folder)
}
