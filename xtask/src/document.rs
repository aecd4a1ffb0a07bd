//! `cargo xtask openapi`: writes the OpenAPI document into `docs/`, so that reviews show how a change affects the API. A
//! whole-system test compares that file with what the server serves.

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
