//! `tikmatrix openapi`: the OpenAPI document without a server.

use tikmatrix_api::openapi_document;
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_follow::Follow;
use tikmatrix_post::Post;

use super::output::say;

/// Prints the document of a server that has every script.
pub(super) fn run() -> anyhow::Result<()> {
    let scripts = ScriptRegistry::default().with(Post::new()?).with(Follow::new()?).with(Follow::unfollow()?);
    say(serde_json::to_string_pretty(&openapi_document(&scripts))?);
    Ok(())
}
