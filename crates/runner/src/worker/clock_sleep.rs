//! Sleeping until a moment of a clock that others may set.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tikmatrix_domain::Clock;

/// Timers count the time that the machine is awake, while a wall clock may be set and goes on when the machine
/// sleeps: the clock is looked at this often. It is the clock alone that is looked at, never the database.
const LOOK_AT_THE_CLOCK: Duration = Duration::from_secs(30);

/// Returns when `clock` shows `moment` or later; never, if there is none.
pub(crate) async fn until(clock: &dyn Clock, moment: Option<DateTime<Utc>>) {
    let Some(moment) = moment else { return std::future::pending().await };
    // An error means that the moment is past.
    while let Ok(left) = (moment - clock.now()).to_std()
        && !left.is_zero()
    {
        tokio::time::sleep(left.min(LOOK_AT_THE_CLOCK)).await;
    }
}
