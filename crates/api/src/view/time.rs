//! How moments are written.

use chrono::{DateTime, Local, SecondsFormat, Utc};

/// RFC 3339 with milliseconds and the offset of the server's own zone, such as `2026-03-01T14:30:00.000+02:00`.
pub(crate) fn written(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&Local).to_rfc3339_opts(SecondsFormat::Millis, false)
}
