//! The start times that people type: `--at` and `--in`. A time that is past, or that clocks never show, is refused, since who
//! types it means another one. The time zone and the current moment are arguments.

use std::fmt::Display;

use chrono::{DateTime, Days, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use thiserror::Error;
use tikmatrix_domain::TimeOfDay;
use tikmatrix_validation::shortened;

/// The longest wait, so that a slip does not hide a task for ever.
const MAX_WAIT: TimeDelta = TimeDelta::days(366);

/// A start time that cannot be used, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub(super) struct UnusableStart(String);

/// The refusal of a time zone that there is not.
pub(super) fn unknown_zone(zone: &str) -> UnusableStart {
    let shown = shortened(zone);
    UnusableStart(format!(
        "--zone: {shown:?} is not the name of an IANA time zone, such as Europe/Berlin or UTC"
    ))
}

/// Returns the moment that `text` names, on the clocks of `now`'s zone, which people call `zone`: `14:30`, `tomorrow 14:30`,
/// `2026-12-24 14:30`, or a date and time of RFC 3339.
///
/// # Errors
/// [`UnusableStart`] for a text of another form, and for a moment that is past or that does not exist in the zone.
pub(super) fn at<Zone: TimeZone>(
    text: &str,
    now: &DateTime<Zone>,
    zone: &str,
) -> Result<DateTime<Utc>, UnusableStart>
where
    Zone::Offset: Display,
{
    let text = text.trim();
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return not_past(&[moment.to_utc()], now, || later(text));
    }
    let (day, time) = match text.rsplit_once([' ', 'T']) {
        Some((day, time)) => (Some(day.trim()), time),
        None => (None, text),
    };
    let parsed = date(day, now.date_naive()).zip(time_of_day(time));
    let Some((date, time)) = parsed else {
        let shown = shortened(text);
        return Err(UnusableStart(format!(
            "--at: {shown:?} is not a time such as 14:30, \"tomorrow 14:30\", \"2026-12-24 14:30\" or \
             2026-12-24T14:30:00+01:00"
        )));
    };
    let moments = match now.timezone().from_local_datetime(&date.and_time(time)) {
        LocalResult::Single(moment) => vec![moment.to_utc()],
        LocalResult::Ambiguous(one, other) => {
            // chrono's `Local` returns the later of the two first.
            let mut moments = vec![one.to_utc(), other.to_utc()];
            moments.sort_unstable();
            moments
        }
        LocalResult::None => {
            let time = time.format("%H:%M");
            return Err(UnusableStart(format!(
                "--at: clocks in {zone} never show {time} on {date}, when they are put forward; choose a time an \
                 hour earlier or later"
            )));
        }
    };
    let time = time.format("%H:%M");
    not_past(&moments, now, || match day {
        Some(day) if !day.eq_ignore_ascii_case("today") => later(text),
        _ => format!("--at: {time} is past today; use \"tomorrow {time}\", or leave it out to start at once"),
    })
}

/// Returns the moment that is as long after `now` as `text` says: `90s`, `15m`, `2h`, `1d`.
///
/// # Errors
/// [`UnusableStart`] for a text of another form and for more than 366 days.
pub(super) fn after(text: &str, now: DateTime<Utc>) -> Result<DateTime<Utc>, UnusableStart> {
    let text = text.trim();
    let seconds = |unit: &str| match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(60 * 60),
        "d" => Some(24 * 60 * 60),
        _ => None,
    };
    let end = text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let wrong = || {
        let shown = shortened(text);
        UnusableStart(format!("--in: {shown:?} is not a duration such as 90s, 15m, 2h or 1d, at most 366d"))
    };
    let seconds =
        number.parse::<i64>().ok().zip(seconds(unit)).and_then(|(number, unit)| number.checked_mul(unit));
    let wait = seconds.and_then(TimeDelta::try_seconds).filter(|wait| *wait <= MAX_WAIT).ok_or_else(wrong)?;
    now.checked_add_signed(wait).ok_or_else(wrong)
}

/// Returns the date that `day` names, today where none is named.
fn date(day: Option<&str>, today: NaiveDate) -> Option<NaiveDate> {
    match day {
        None => Some(today),
        Some(day) if day.eq_ignore_ascii_case("today") => Some(today),
        Some(day) if day.eq_ignore_ascii_case("tomorrow") => today.checked_add_days(Days::new(1)),
        Some(day) => NaiveDate::parse_from_str(day, "%Y-%m-%d").ok(),
    }
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    TimeOfDay::parse(text)?;
    NaiveTime::parse_from_str(text, "%H:%M").ok()
}

/// Returns the first of `moments` that is still to come.
fn not_past<Zone: TimeZone>(
    moments: &[DateTime<Utc>],
    now: &DateTime<Zone>,
    refusal: impl FnOnce() -> String,
) -> Result<DateTime<Utc>, UnusableStart> {
    let coming = moments.iter().find(|moment| **moment > now.to_utc());
    coming.copied().ok_or_else(|| UnusableStart(refusal()))
}

fn later(text: &str) -> String {
    let shown = shortened(text);
    format!("--at: {shown} is past; choose a later time, or leave it out to start at once")
}

#[cfg(test)]
mod tests {
    use chrono_tz::{TZ_VARIANTS, Tz};
    use proptest::prelude::*;

    use super::*;

    fn on(text: &str, now: &str) -> Result<String, String> {
        let zone: Tz = "Europe/Berlin".parse().unwrap();
        let now = now.parse::<DateTime<Utc>>().unwrap().with_timezone(&zone);
        let moment = at(text, &now, zone.name()).map_err(|error| error.to_string())?;
        Ok(moment.with_timezone(&zone).to_rfc3339())
    }

    #[test]
    fn times_are_those_of_the_zone() {
        let noon = "2026-06-10T10:00:00Z";
        for (text, moment) in [
            ("14:30", "2026-06-10T14:30:00+02:00"),
            (" today 14:30", "2026-06-10T14:30:00+02:00"),
            ("Tomorrow  09:00", "2026-06-11T09:00:00+02:00"),
            ("2026-12-24 14:30", "2026-12-24T14:30:00+01:00"),
            ("2026-12-24T14:30", "2026-12-24T14:30:00+01:00"),
            ("2026-12-24T14:30:00Z", "2026-12-24T15:30:00+01:00"),
        ] {
            assert_eq!(on(text, noon).as_deref(), Ok(moment), "{text}");
        }
    }

    #[test]
    fn a_time_that_is_past_is_refused_with_what_to_do() {
        let noon = "2026-06-10T10:00:00Z";
        let tomorrow = |time| {
            format!("--at: {time} is past today; use \"tomorrow {time}\", or leave it out to start at once")
        };
        assert_eq!(on("12:00", noon), Err(tomorrow("12:00")), "now is not in the future");
        assert_eq!(on("today 11:59", noon), Err(tomorrow("11:59")));
        for past in ["2026-06-10 11:59", "2026-06-09 14:30", "2026-06-10T09:59:59Z"] {
            let told = format!("--at: {past} is past; choose a later time, or leave it out to start at once");
            assert_eq!(on(past, noon), Err(told));
        }
    }

    #[test]
    fn a_time_in_a_gap_is_refused_and_one_that_occurs_twice_is_the_first_to_come() {
        let told = on("2026-03-29 02:30", "2026-03-01T00:00:00Z").unwrap_err();
        let wanted = "--at: clocks in Europe/Berlin never show 02:30 on 2026-03-29, when they are put forward; choose a \
             time an hour earlier or later";
        assert_eq!(told, wanted);
        let twice = "2026-10-25 02:30";
        assert_eq!(on(twice, "2026-10-01T00:00:00Z").as_deref(), Ok("2026-10-25T02:30:00+02:00"));
        assert_eq!(on(twice, "2026-10-25T00:45:00Z").as_deref(), Ok("2026-10-25T02:30:00+01:00"));
    }

    #[test]
    fn what_is_no_time_is_refused_with_the_forms_that_are() {
        for text in ["", "noon", "25:00", "9:30", "yesterday 14:30", "2026-02-30 14:30", "14:30 tomorrow"] {
            let told = on(text, "2026-06-10T10:00:00Z").unwrap_err();
            assert!(told.starts_with(&format!("--at: {text:?} is not a time such as 14:30, ")), "{told}");
        }
        assert!(unknown_zone("Mars/Olympus").to_string().contains("\"Mars/Olympus\" is not the name"));
    }

    #[test]
    fn a_duration_is_a_number_with_its_unit() {
        let now: DateTime<Utc> = "2026-06-10T10:00:00Z".parse().unwrap();
        let waits = |text: &str| after(text, now).map(|moment| (moment - now).num_seconds());
        for (text, seconds) in
            [("90s", 90), ("15m", 900), (" 2h ", 7200), ("1d", 86_400), ("366d", 31_622_400)]
        {
            assert_eq!(waits(text), Ok(seconds), "{text}");
        }
        for text in [
            "",
            "5",
            "h",
            "2 h",
            "-1h",
            "1.5h",
            "2w",
            "367d",
            "99999999999999999999s",
            "9223372036854775807d",
        ] {
            let told = waits(text).unwrap_err().to_string();
            let wanted = format!("--in: {text:?} is not a duration such as 90s, 15m, 2h or 1d, at most 366d");
            assert_eq!(told, wanted);
        }
    }

    /// A moment of the years 2000 to 2037 in any zone.
    fn clock() -> impl Strategy<Value = DateTime<Tz>> {
        (946_684_800_i64..2_145_916_800, 0..TZ_VARIANTS.len()).prop_map(|(seconds, zone)| {
            DateTime::from_timestamp(seconds, 0).unwrap().with_timezone(&TZ_VARIANTS[zone])
        })
    }

    proptest! {
        #[test]
        fn what_a_clock_will_show_is_the_moment_at_which_it_first_does(now in clock(), minutes in 1..1_000_000_i64) {
            let minute = now.timestamp().div_euclid(60) * 60 + minutes * 60;
            let shown = DateTime::from_timestamp(minute, 0).unwrap().with_timezone(&now.timezone());
            let text = shown.format("%Y-%m-%d %H:%M").to_string();
            let moment = at(&text, &now, "").unwrap().with_timezone(&now.timezone());
            prop_assert!(moment > now && moment <= shown);
            prop_assert_eq!(moment.format("%Y-%m-%d %H:%M").to_string(), text);
        }

        #[test]
        fn a_time_of_today_or_tomorrow_is_to_come_within_two_days(
            now in clock(), hour in 0..24_u32, minute in 0..60_u32, tomorrow: bool,
        ) {
            let day = if tomorrow { "tomorrow " } else { "" };
            if let Ok(moment) = at(&format!("{day}{hour:02}:{minute:02}"), &now, "") {
                let wait = moment - now.to_utc();
                prop_assert!(wait > TimeDelta::zero() && wait <= TimeDelta::hours(74), "{wait}");
            }
        }

        #[test]
        fn any_text_is_a_moment_to_come_or_refused_by_its_option(text in "\\PC{0,80}", now in clock()) {
            match at(&text, &now, "") {
                Ok(moment) => prop_assert!(moment > now),
                Err(error) => prop_assert!(error.to_string().starts_with("--at: ")),
            }
            match after(&text, now.to_utc()) {
                Ok(moment) => prop_assert!(moment >= now),
                Err(error) => prop_assert!(error.to_string().starts_with("--in: ")),
            }
        }
    }
}
