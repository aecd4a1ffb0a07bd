//! The start time of tasks: a moment, or a time of day and the next moment at which a clock shows it. The time zone and the
//! current moment are arguments.

use chrono::{DateTime, Days, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Timelike, Utc};

/// When a task starts, as a request says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartTime {
    /// A time of day: the next moment at which a clock shows it.
    TimeOfDay(TimeOfDay),
    /// A moment, which may be past.
    Moment(DateTime<Utc>),
}

impl StartTime {
    /// Parses `HH:MM`, or a date and time of RFC 3339.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = || DateTime::parse_from_rfc3339(text).ok().map(|moment| Self::Moment(moment.to_utc()));
        TimeOfDay::parse(text).map(Self::TimeOfDay).or_else(moment)
    }
}

/// The minute of a day at which a task starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeOfDay {
    hour: u32,
    minute: u32,
}

impl TimeOfDay {
    /// Parses `HH:MM`, 00:00 to 23:59, both parts with two digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let number = |part: &str| {
            let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            two_digits.then(|| part.parse::<u32>().ok()).flatten()
        };
        let (hour, minute) = (number(hour)?, number(minute)?);
        (hour < 24 && minute < 60).then_some(Self { hour, minute })
    }

    /// Returns the next moment at which a clock in the zone of `now` shows this time, today or tomorrow. The minute of
    /// `now` itself counts.
    ///
    /// A time that a daylight-saving change skips means the first instant after the gap. A time that occurs twice means
    /// its first occurrence, unless that is past.
    #[must_use]
    pub fn next_after<Zone: TimeZone>(self, now: &DateTime<Zone>) -> DateTime<Utc> {
        let zone = now.timezone();
        let this_minute = now.with_timezone(&Utc)
            - Duration::seconds(i64::from(now.second()))
            - Duration::nanoseconds(i64::from(now.nanosecond()));
        let today = now.date_naive();
        // Two days ahead only matters where a change of zone swallows a whole day.
        (0..=2)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .flat_map(|date| self.on(date, &zone))
            .find(|moment| *moment >= this_minute)
            .unwrap_or(this_minute)
    }

    /// Returns the moments at which clocks in `zone` show this time on `date`, in order.
    fn on<Zone: TimeZone>(self, date: NaiveDate, zone: &Zone) -> Vec<DateTime<Utc>> {
        let Some(time) = NaiveTime::from_hms_opt(self.hour, self.minute, 0) else { return Vec::new() };
        let shown = date.and_time(time);
        match zone.from_local_datetime(&shown) {
            LocalResult::Single(moment) => vec![moment.to_utc()],
            LocalResult::Ambiguous(one, other) => {
                // chrono's `Local` returns the later of the two first.
                let mut moments = vec![one.to_utc(), other.to_utc()];
                moments.sort_unstable();
                moments
            }
            // Gaps begin and end on whole minutes, and none is longer than a day.
            LocalResult::None => (1..=24 * 60)
                .find_map(|minutes| {
                    zone.from_local_datetime(&(shown + Duration::minutes(minutes))).earliest()
                })
                .map(|moment| moment.to_utc())
                .into_iter()
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Europe::Berlin;

    use super::*;

    fn next(time: &str, now: &str) -> String {
        let now = now.parse::<DateTime<Utc>>().unwrap().with_timezone(&Berlin);
        TimeOfDay::parse(time).unwrap().next_after(&now).with_timezone(&Berlin).to_rfc3339()
    }

    #[test]
    fn only_two_digit_times_of_a_day_are_read() {
        for text in ["", "9:30", "09:3", "24:00", "12:60", "12:30:00", "+1:30", "１２:30", "noon"] {
            assert_eq!(TimeOfDay::parse(text), None, "{text}");
        }
        assert_eq!(TimeOfDay::parse("23:59"), Some(TimeOfDay { hour: 23, minute: 59 }));
    }

    #[test]
    fn a_start_time_is_a_time_of_day_or_a_moment_with_an_offset() {
        assert_eq!(StartTime::parse("14:30"), TimeOfDay::parse("14:30").map(StartTime::TimeOfDay));
        let moment = "2026-12-24T13:30:00Z".parse().map(StartTime::Moment).ok();
        assert_eq!(StartTime::parse("2026-12-24T14:30:00+01:00"), moment);
        for text in ["2026-12-24T14:30:00", "2026-12-24", "2026-02-30T14:30:00Z", "tomorrow", "14:30Z"] {
            assert_eq!(StartTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_time_still_to_come_is_today_and_a_past_one_tomorrow() {
        assert_eq!(next("14:30", "2026-06-10T10:00:00Z"), "2026-06-10T14:30:00+02:00");
        assert_eq!(next("11:59", "2026-06-10T10:00:00Z"), "2026-06-11T11:59:00+02:00");
    }

    #[test]
    fn the_minute_that_the_clock_shows_has_come() {
        assert_eq!(next("12:00", "2026-06-10T10:00:59.9Z"), "2026-06-10T12:00:00+02:00");
    }

    #[test]
    fn a_skipped_time_means_the_first_instant_after_the_gap() {
        assert_eq!(next("02:30", "2026-03-28T22:00:00Z"), "2026-03-29T03:00:00+02:00");
    }

    #[test]
    fn a_time_that_occurs_twice_means_the_first_unless_that_is_past() {
        assert_eq!(next("02:30", "2026-10-24T20:00:00Z"), "2026-10-25T02:30:00+02:00");
        assert_eq!(next("02:30", "2026-10-25T00:45:00Z"), "2026-10-25T02:30:00+01:00");
    }
}
