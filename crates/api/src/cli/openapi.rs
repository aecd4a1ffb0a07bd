//! `tikmatrix openapi`: the OpenAPI document without a server.

use tikmatrix_api::openapi_document;

use super::output::say;
use super::scripts;

/// Prints the document of a server that has every script.
pub(super) fn run() -> anyhow::Result<()> {
    say(serde_json::to_string_pretty(&openapi_document(&scripts::all()?))?);
    Ok(())
}
