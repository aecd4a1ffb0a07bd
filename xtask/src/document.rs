//! `cargo xtask openapi`: writes down what the API is, so that a change of it is seen where changes are reviewed. A
//! whole-system test fails when what is written is not what the code says.

use std::fs;

use anyhow::{Context, Result};

use crate::process::Program;

const DOCUMENT: &str = "docs/openapi.json";

pub(crate) fn openapi() -> Result<()> {
    let document = Program::cargo()
        .arguments(["run", "--quiet", "--locked", "--package", "tikmatrix-api", "--", "openapi"])
        .output()?;
    fs::write(DOCUMENT, document).with_context(|| format!("cannot write {DOCUMENT}"))
}
