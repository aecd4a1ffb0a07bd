//! Times and durations for people.

use std::fmt;

use chrono::{DateTime, Local, SecondsFormat, TimeDelta, Utc};

/// Which clock the times of answers are shown by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Clock {
    /// This machine's zone; within a day, tables show how long ago it was.
    Local,
    /// UTC.
    Utc,
    /// RFC 3339 in UTC, for files and other programs.
    Iso,
}

/// Up to this distance a table shows how long ago a moment was.
const NEAR: TimeDelta = TimeDelta::hours(24);

impl Clock {
    /// Formats a moment for a cell of a table, seen from `now`.
    pub(in crate::cli) fn short(self, moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
        match self {
            Self::Local if (now - moment).abs() < NEAR => relative(moment, now),
            Self::Local => moment.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string(),
            Self::Utc | Self::Iso => self.exact(moment),
        }
    }

    /// Formats a moment, with how long ago it was.
    pub(in crate::cli) fn long(self, moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
        match self {
            Self::Local | Self::Utc => format!("{} ({})", self.exact(moment), relative(moment, now)),
            Self::Iso => self.exact(moment),
        }
    }

    /// Formats the time of day of a moment, for a list whose other lines have the same date.
    pub(in crate::cli) fn time_of_day(self, moment: DateTime<Utc>) -> String {
        match self {
            Self::Local => moment.with_timezone(&Local).format("%H:%M:%S").to_string(),
            Self::Utc => moment.format("%H:%M:%SZ").to_string(),
            Self::Iso => self.exact(moment),
        }
    }

    fn exact(self, moment: DateTime<Utc>) -> String {
        match self {
            Self::Local => moment.with_timezone(&Local).format("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Utc => moment.format("%Y-%m-%d %H:%M:%SZ").to_string(),
            Self::Iso => moment.to_rfc3339_opts(SecondsFormat::Millis, true),
        }
    }
}

/// Formats how long before or behind `now` a moment is: `3 min ago`, `in 2 h`.
fn relative(moment: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let distance = now - moment;
    if distance.abs() < TimeDelta::seconds(1) {
        return "now".to_owned();
    }
    let seconds = distance.num_seconds().abs();
    let shown = match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    };
    if distance > TimeDelta::zero() { format!("{shown} ago") } else { format!("in {shown}") }
}

/// A duration with the two units that matter: `0.4 s`, `3 min 05 s`, `2 h 10 min`, `4 d 3 h`.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Lasted(pub(in crate::cli) TimeDelta);

impl fmt::Display for Lasted {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Of clocks that were set back.
        let duration = self.0.max(TimeDelta::zero());
        let seconds = duration.num_seconds();
        match seconds {
            0..60 => write!(formatter, "{seconds}.{} s", duration.subsec_millis() / 100),
            60..3600 => write!(formatter, "{} min {:02} s", seconds / 60, seconds % 60),
            3600..86_400 => write!(formatter, "{} h {:02} min", seconds / 3600, seconds / 60 % 60),
            _ => write!(formatter, "{} d {} h", seconds / 86_400, seconds / 3600 % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_near_moment_is_relative_and_a_far_one_has_its_date() {
        let now = at("2026-11-30T12:00:00Z");
        for (moment, shown) in [
            ("2026-11-30T12:00:00.400Z", "now"),
            ("2026-11-30T11:59:30Z", "30 s ago"),
            ("2026-11-30T11:56:59Z", "3 min ago"),
            ("2026-11-29T12:30:00Z", "23 h ago"),
            ("2026-11-30T14:00:00Z", "in 2 h"),
        ] {
            assert_eq!(Clock::Local.short(at(moment), now), shown, "{moment}");
        }
        let far = at("2026-11-01T08:00:00Z");
        let local = far.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string();
        assert_eq!(Clock::Local.short(far, now), local);
        assert!(Clock::Local.long(far, now).ends_with(":00 (29 d ago)"));
    }

    #[test]
    fn utc_and_rfc_3339_are_shown_where_they_are_asked_for() {
        let (now, moment) = (at("2026-11-30T12:00:00Z"), at("2026-11-30T11:00:00.5Z"));
        assert_eq!(Clock::Utc.short(moment, now), "2026-11-30 11:00:00Z");
        assert_eq!(Clock::Utc.long(moment, now), "2026-11-30 11:00:00Z (59 min ago)");
        assert_eq!(Clock::Utc.time_of_day(moment), "11:00:00Z");
        for shown in
            [Clock::Iso.short(moment, now), Clock::Iso.long(moment, now), Clock::Iso.time_of_day(moment)]
        {
            assert_eq!(shown, "2026-11-30T11:00:00.500Z");
        }
    }

    #[test]
    fn a_duration_has_two_units() {
        for (milliseconds, shown) in [
            (-5, "0.0 s"),
            (430, "0.4 s"),
            (59_900, "59.9 s"),
            (185_000, "3 min 05 s"),
            (7_800_000, "2 h 10 min"),
            (356_400_000, "4 d 3 h"),
        ] {
            assert_eq!(Lasted(TimeDelta::milliseconds(milliseconds)).to_string(), shown);
        }
    }
}
