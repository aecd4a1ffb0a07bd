//! The fields of a request for tasks that say when each of them starts and how it is treated.

use std::time::Duration;

use chrono::{DateTime, Local, Utc};
use chrono_tz::Tz;
use tikmatrix_domain::{
    Interval, MAX_INTERVAL_MINUTES, MAX_RETRIES, MAX_TIME_LIMIT, PRIORITIES, TaskOptions, TimeOfDay,
};

use crate::http::fields::{Fields, shortened};

/// When tasks start.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Timing {
    /// The first of each phone.
    pub(crate) start_time: Option<DateTime<Utc>>,
    /// The following ones.
    pub(crate) interval: Interval,
}

/// Reads `start_time`, `timezone`, `min_interval` and `max_interval`; `now` is the present moment.
pub(crate) fn read(fields: &mut Fields, now: DateTime<Utc>, warnings: &mut Vec<String>) -> Timing {
    let time = read_time(fields);
    let zone = read_zone(fields);
    if zone.is_some() && time.is_none() && !fields.has_problem_with(&["start_time"]) {
        warnings.push("timezone: says nothing without start_time and was ignored".to_owned());
    }
    let start_time = time.map(|time| match zone {
        Some(zone) => time.next_after(&now.with_timezone(&zone)),
        None => time.next_after(&now.with_timezone(&Local)),
    });
    Timing { start_time, interval: read_interval(fields) }
}

fn read_time(fields: &mut Fields) -> Option<TimeOfDay> {
    let text = fields.text("start_time")?;
    let time = TimeOfDay::parse(&text);
    if time.is_none() {
        let shown = shortened(&text);
        fields.problem("start_time", format!("{shown:?} is not a time as HH:MM, 00:00 to 23:59"));
    }
    time
}

fn read_zone(fields: &mut Fields) -> Option<Tz> {
    let text = fields.text("timezone")?;
    let zone = text.parse().ok();
    if zone.is_none() {
        let shown = shortened(&text);
        let reason = format!("{shown:?} is not the name of an IANA time zone, such as Europe/Berlin or UTC");
        fields.problem("timezone", reason);
    }
    zone
}

fn read_interval(fields: &mut Fields) -> Interval {
    let mut minutes = |name| {
        let minutes = fields.whole(name, 0..=i64::from(MAX_INTERVAL_MINUTES));
        minutes.and_then(|minutes| u32::try_from(minutes).ok()).unwrap_or_default()
    };
    let (least, most) = (minutes("min_interval"), minutes("max_interval"));
    if most < least && !fields.has_problem_with(&["min_interval", "max_interval"]) {
        fields.problem("max_interval", format!("{most} is less than min_interval, which is {least}"));
    }
    Interval { min_minutes: least, max_minutes: most }
}

/// Reads `priority`, `max_retries` and `timeout`. `max_retries` is what counts where the request says nothing of it.
pub(crate) fn read_options(fields: &mut Fields, max_retries: u32) -> TaskOptions {
    let priority = fields.whole("priority", i64::from(*PRIORITIES.start())..=i64::from(*PRIORITIES.end()));
    let retries = fields.whole("max_retries", 0..=i64::from(MAX_RETRIES));
    let longest = i64::try_from(MAX_TIME_LIMIT.as_secs()).unwrap_or(i64::MAX);
    let seconds = fields.whole("timeout", 1..=longest);
    TaskOptions {
        priority: priority.and_then(|priority| i32::try_from(priority).ok()).unwrap_or_default(),
        max_retries: retries.and_then(|retries| u32::try_from(retries).ok()).unwrap_or(max_retries),
        time_limit: seconds.and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn timing(body: Value) -> (Timing, Vec<String>, Vec<String>) {
        let now = "2026-06-10T10:00:00Z".parse().unwrap();
        let (mut fields, mut warnings) = (Fields::of(body).unwrap(), Vec::new());
        let timing = read(&mut fields, now, &mut warnings);
        (timing, warnings, fields.finish().into_iter().map(|problem| problem.field).collect())
    }

    #[test]
    fn a_time_is_meant_in_the_zone_that_is_named() {
        let (timing, ..) = timing(json!({"start_time": "14:30", "timezone": "Asia/Tokyo"}));
        assert_eq!(timing.start_time.unwrap().to_rfc3339(), "2026-06-11T05:30:00+00:00");
    }

    #[test]
    fn a_time_that_is_skipped_in_its_zone_is_the_first_instant_after_the_gap() {
        let now = "2026-03-28T22:00:00Z".parse().unwrap();
        let mut fields = Fields::of(json!({"start_time": "02:30", "timezone": "Europe/Berlin"})).unwrap();
        let timing = read(&mut fields, now, &mut Vec::new());
        assert_eq!(timing.start_time.unwrap().to_rfc3339(), "2026-03-29T01:00:00+00:00");
    }

    #[test]
    fn a_zone_without_a_time_is_a_warning() {
        let (timing, warnings, problems) = timing(json!({"timezone": "UTC"}));
        assert_eq!((timing, problems), (Timing::default(), Vec::new()));
        assert!(warnings[0].starts_with("timezone: "), "{warnings:?}");
    }

    #[test]
    fn an_interval_needs_a_most_that_is_not_below_its_least() {
        let (timing_of_both, _, problems) = timing(json!({"min_interval": 5, "max_interval": 10}));
        assert_eq!(
            (timing_of_both.interval, problems),
            (Interval { min_minutes: 5, max_minutes: 10 }, Vec::new())
        );
        for (body, field) in [
            (json!({"min_interval": 5}), "max_interval"),
            (json!({"min_interval": 5, "max_interval": 4}), "max_interval"),
            (json!({"max_interval": 10_081}), "max_interval"),
            (json!({"min_interval": -1}), "min_interval"),
            (json!({"max_interval": 1.5}), "max_interval"),
            (json!({"start_time": "12:00", "timezone": "Mars/Olympus"}), "timezone"),
        ] {
            assert_eq!(timing(body).2, [field]);
        }
    }
}
