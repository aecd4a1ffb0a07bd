//! What `follow` accepts and cannot do yet: each is refused at once, with one sentence that says what to use instead.

use tikmatrix_device::script::Failure;
use tikmatrix_domain::StandardFailure;

use crate::config::{AccessMethod, FollowConfig};

/// Refuses what cannot be done yet.
pub(crate) fn check(config: &FollowConfig) -> Result<(), Failure> {
    if config.access_method == AccessMethod::Search {
        let remark = "access_method search is not supported yet; use direct";
        return Err(Failure::of_request(StandardFailure::OptionUnavailable, remark));
    }
    Ok(())
}
