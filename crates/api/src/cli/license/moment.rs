//! Reading a day or a moment from the command line.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};

/// Reads `YYYY-MM-DD`, which is its first moment in UTC, or a moment in RFC 3339.
///
/// # Errors
/// What is wrong with it.
pub(super) fn parse(text: &str) -> Result<DateTime<Utc>, String> {
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
            assert_eq!(parse(text).unwrap().to_rfc3339(), "2027-01-31T00:00:00+00:00", "{text}");
        }
        for text in ["", "31.1.2027", "2027-02-30", "2027-01-31 12:00"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
