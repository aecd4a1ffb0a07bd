//! What a run of a script is for. Who assigns it, and why, is the runner's.

use serde_json::Value;
use tikmatrix_domain::{AppKind, PackageName, Username};

/// What is to be done, for whom.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    /// The account; none means whichever is signed in.
    pub username: Option<Username>,
    /// The app.
    pub app: AppKind,
    /// The app's package on the phone; none means whichever official one is there.
    pub package: Option<PackageName>,
    /// The configuration as [`Script::plan`](super::Script::plan) settled it.
    pub config: Value,
    /// Where chance begins: the same seed gives the same choices.
    pub seed: u64,
}
