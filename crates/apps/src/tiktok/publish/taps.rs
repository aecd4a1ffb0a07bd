//! How taps and reads of the screen are timed on the way to a post.

use std::time::Duration;

use tikmatrix_device::script::{Context, Failure};
use tikmatrix_device::ui::UiTree;

use crate::journey::after_post;

/// For the screen after a tap.
pub(super) const SCREEN_TIMEOUT: Duration = Duration::from_secs(20);
/// A tap that changed nothing for so long was lost.
pub(super) const LOST_TAP_TIMEOUT: Duration = Duration::from_secs(4);
/// A tap is repeated only while nothing has changed.
pub(super) const MAX_TAPS: u32 = 3;
/// Between two queries of the screen after Post.
pub(super) const QUERY_INTERVAL: Duration = Duration::from_millis(300);

/// Reads the screen after Post was tapped.
pub(super) async fn look(context: &mut Context) -> Result<UiTree, Failure> {
    context.screen().read().await.map_err(after_post)
}
