//! The scripts that the program has, for commands that need no server.

use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_follow::Follow;
use tikmatrix_post::Post;

/// All of them.
///
/// # Errors
/// A profile that is part of the program cannot be read, which a test rules out.
pub(super) fn all() -> anyhow::Result<ScriptRegistry> {
    Ok(ScriptRegistry::default().with(Post::new()?).with(Follow::new()?).with(Follow::unfollow()?))
}
