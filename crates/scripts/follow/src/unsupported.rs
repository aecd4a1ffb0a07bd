//! What `follow` accepts and cannot do yet: each is refused at once, with one sentence that says what to use instead.

use tikmatrix_device::script::Failure;
use tikmatrix_domain::AppKind;

use crate::config::{AccessMethod, FollowConfig};

/// Refuses what cannot be done yet.
pub(crate) fn check(config: &FollowConfig, app: AppKind) -> Result<(), Failure> {
    let sentence = if config.app.unwrap_or(app) == AppKind::Instagram {
        "following on instagram is not supported yet; use app tiktok"
    } else if config.access_method == AccessMethod::Search {
        "access_method search is not supported yet; use direct"
    } else {
        return Ok(());
    };
    Err(Failure::Impossible(sentence.to_owned()))
}
