//! Moments and spans of time as options name them.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

/// How long a token may be valid, at most: ten years.
const MAX_SPAN: TimeDelta = TimeDelta::days(3_650);

/// The end of something that may have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Expiry {
    /// It never ends.
    Never,
    /// So long after now.
    After(TimeDelta),
    /// At this moment.
    At(DateTime<Utc>),
}

impl Expiry {
    /// Returns the moment, seen from `now`; `None` for never.
    ///
    /// # Errors
    /// The moment, when it has passed.
    pub(in crate::cli) fn from(self, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, DateTime<Utc>> {
        match self {
            Self::Never => Ok(None),
            Self::After(span) => Ok(now.checked_add_signed(span)),
            Self::At(end) if end > now => Ok(Some(end)),
            Self::At(end) => Err(end),
        }
    }
}

/// Reads `never`, a span, or a moment.
///
/// # Errors
/// What is wrong with it.
pub(in crate::cli) fn parse_expiry(text: &str) -> Result<Expiry, String> {
    if text == "never" {
        return Ok(Expiry::Never);
    }
    if let Ok(end) = parse_moment(text) {
        return Ok(Expiry::At(end));
    }
    match parse_span(text) {
        Ok(span) if span > TimeDelta::zero() => Ok(Expiry::After(span)),
        _ => Err(
            "a span such as 90d, a day such as 2027-01-31, a moment such as 2027-01-31T12:00:00Z, or never"
                .to_owned(),
        ),
    }
}

/// Reads a span, which is so long before `now`, or a moment.
///
/// # Errors
/// What is wrong with it.
pub(in crate::cli) fn parse_past(text: &str) -> Result<DateTime<Utc>, String> {
    let before = |span| Utc::now() - span;
    parse_moment(text).or_else(|_| parse_span(text).map(before)).map_err(|_| {
        "a span such as 24h, a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z".to_owned()
    })
}

/// Reads a span of at most ten years: a whole number of seconds, minutes, hours, days or weeks, such as `24h`; or 0.
///
/// # Errors
/// What is wrong with it.
pub(in crate::cli) fn parse_span(text: &str) -> Result<TimeDelta, String> {
    if text == "0" {
        return Ok(TimeDelta::zero());
    }
    let wrong = || "a whole number and s, m, h, d or w, such as 24h, and ten years at most".to_owned();
    let (digits, unit) =
        text.split_at(text.find(|letter: char| !letter.is_ascii_digit()).unwrap_or_default());
    let of = match unit {
        "s" => TimeDelta::try_seconds,
        "m" => TimeDelta::try_minutes,
        "h" => TimeDelta::try_hours,
        "d" => TimeDelta::try_days,
        "w" => TimeDelta::try_weeks,
        _ => return Err(wrong()),
    };
    digits.parse().ok().and_then(of).filter(|span| *span <= MAX_SPAN).ok_or_else(wrong)
}

/// Reads `YYYY-MM-DD`, which is its first moment in UTC, or a moment in RFC 3339.
///
/// # Errors
/// What is wrong with it.
pub(in crate::cli) fn parse_moment(text: &str) -> Result<DateTime<Utc>, String> {
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Ok(day.and_time(NaiveTime::MIN).and_utc());
    }
    DateTime::parse_from_rfc3339(text)
        .map(|moment| moment.with_timezone(&Utc))
        .map_err(|_| "a day such as 2027-01-31, or a moment such as 2027-01-31T12:00:00Z".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_moments_are_read() {
        for text in ["2027-01-31", "2027-01-31T00:00:00Z", "2027-01-31T02:00:00+02:00"] {
            assert_eq!(parse_moment(text).unwrap().to_rfc3339(), "2027-01-31T00:00:00+00:00", "{text}");
        }
        for text in ["", "31.1.2027", "2027-02-30", "2027-01-31 12:00"] {
            assert!(parse_moment(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_a_number_and_a_unit() {
        let spans =
            ["0", "0s", "90s", "5m", "24h", "90d", "2w", "3650d"].map(|text| parse_span(text).unwrap());
        let seconds = spans.map(|span| span.num_seconds());
        assert_eq!(seconds, [0, 0, 90, 300, 86_400, 7_776_000, 1_209_600, 315_360_000]);
        for text in [
            "",
            "h",
            "24",
            "-1h",
            "1.5h",
            "24H",
            "24h ",
            "3651d",
            "99999999999999999999s",
            "9999999999999999w",
            "5ü",
        ] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_end_is_in_the_future_or_never() {
        let now = parse_moment("2027-01-31").unwrap();
        let end = |text| parse_expiry(text).unwrap().from(now);
        assert_eq!(end("never"), Ok(None));
        assert_eq!(end("1d"), Ok(parse_moment("2027-02-01").ok()));
        assert_eq!(end("2027-02-01"), Ok(parse_moment("2027-02-01").ok()));
        assert_eq!(end("2027-01-31"), Err(now));
        for text in ["0", "0d", "soon", ""] {
            assert!(parse_expiry(text).is_err(), "{text}");
        }
    }
}
