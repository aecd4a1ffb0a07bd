//! When the tasks of a request start.

use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use tikmatrix_api_types::tasks::NewTasks;
use tikmatrix_domain::StartTime;
use tikmatrix_validation::{Fields, Problems, shortened};

/// When the first task of each phone starts. `None` is at once, also for a moment that is past.
pub(super) fn start_time(
    new: &NewTasks,
    now: DateTime<Utc>,
    warnings: &mut Vec<String>,
) -> Option<DateTime<Utc>> {
    let zone = new.timezone.as_deref().and_then(|zone| zone.parse::<Tz>().ok());
    let start = new.start_time.as_deref().and_then(StartTime::parse);
    if zone.is_some() && !matches!(start, Some(StartTime::TimeOfDay(_))) {
        warnings.push("timezone: says nothing without a start_time as HH:MM and was ignored".to_owned());
    }
    match start? {
        StartTime::TimeOfDay(time) => Some(match zone {
            Some(zone) => time.next_after(&now.with_timezone(&zone)),
            None => time.next_after(&now.with_timezone(&Local)),
        }),
        StartTime::Moment(moment) if moment < now => {
            let given = new.start_time.as_deref().unwrap_or_default();
            warnings.push(format!("start_time: {} is past: the tasks are due at once", shortened(given)));
            None
        }
        StartTime::Moment(moment) => Some(moment),
    }
}

/// Adds what is wrong with the fields about time.
pub(super) fn check(fields: &Fields<'_>, problems: &mut Problems) {
    if let Some(Value::String(time)) = fields.given("start_time")
        && StartTime::parse(time).is_none()
    {
        let reason = format!(
            "{:?} is not a time as HH:MM, 00:00 to 23:59, or a date and time of RFC 3339, such as \
             2026-12-24T14:30:00+01:00",
            shortened(time)
        );
        problems.add("start_time", reason);
    }
    if let Some(Value::String(zone)) = fields.given("timezone")
        && zone.parse::<Tz>().is_err()
    {
        let shown = shortened(zone);
        let reason = format!("{shown:?} is not the name of an IANA time zone, such as Europe/Berlin or UTC");
        problems.add("timezone", reason);
    }
    if fields.is_sound("min_interval") && fields.is_sound("max_interval") {
        let minutes = |field| fields.get::<u32>(field).unwrap_or_default();
        let (least, most) = (minutes("min_interval"), minutes("max_interval"));
        if most < least {
            problems.add("max_interval", format!("{most} is less than min_interval, which is {least}"));
        }
    }
}
