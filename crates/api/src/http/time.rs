//! Moments in the server's own zone.

use std::cell::Cell;

use chrono::{DateTime, FixedOffset, Local, Offset, Utc};
use tikmatrix_api_types::Moment;

/// Since 1973 the offsets of all zones of the tz database change at full quarters of an hour.
const QUARTER: i64 = 15 * 60;

thread_local! {
    /// A quarter of an hour, and the offset in it. What is shown together is often from the same time, and the zone is
    /// looked up less quickly than the rest is written.
    static LAST: Cell<Option<(i64, FixedOffset)>> = const { Cell::new(None) };
}

/// The moment with the offset of the server's own zone.
pub(crate) fn moment(moment: DateTime<Utc>) -> Moment {
    Moment(moment.with_timezone(&offset(moment)))
}

fn offset(moment: DateTime<Utc>) -> FixedOffset {
    let quarter = moment.timestamp().div_euclid(QUARTER);
    match LAST.get() {
        Some((last, offset)) if last == quarter => offset,
        _ => {
            let offset = moment.with_timezone(&Local).offset().fix();
            LAST.set(Some((quarter, offset)));
            offset
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_moment_is_written_as_the_zone_has_it_whatever_was_written_before(
            seconds in prop::collection::vec(100_000_000_i64..4_000_000_000, 1..20),
        ) {
            for at in seconds.iter().flat_map(|at| [*at, at + 1, at - at % QUARTER, at - at % QUARTER - 1]) {
                let moment = DateTime::from_timestamp(at, 0).unwrap();
                let expected = moment.with_timezone(&Local).to_rfc3339_opts(SecondsFormat::Millis, false);
                prop_assert_eq!(super::moment(moment).to_string(), expected);
            }
        }
    }
}
