//! Query parameters whose JSON type is not text: read from the text that a query holds, each with its own refusal.

use std::fmt::{self, Display, Formatter};

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use tikmatrix_domain::Status;
use tikmatrix_validation::{shortened, shown};

use super::moment::Moment;
use super::text::{Text, TextEnum};

/// Reads a whole number from 1, of a page or a size. A larger one than any of ours is the largest: a number that nothing
/// has is no mistake.
pub(crate) fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u32>, D::Error> {
    read(deserializer, |text| {
        let number = whole(text).filter(|number| *number > 0);
        let shown = || shown(&shortened(text).into());
        let number = number.ok_or_else(|| format!("{} is not a whole number from 1", shown()))?;
        Ok(u32::try_from(number).unwrap_or(u32::MAX))
    })
}

/// Reads the number of a task.
pub(crate) fn task_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    read(deserializer, |text| {
        let number = whole(text).filter(|number| *number > 0);
        number.ok_or_else(|| format!("{:?} is not a positive whole number", shortened(text)))
    })
}

/// Reads the id of an event.
pub(crate) fn event_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    read(deserializer, parse_event_id)
}

/// Reads the id of an event from a text: a whole number from 0.
///
/// # Errors
/// The reason for a client.
pub fn parse_event_id(text: &str) -> Result<i64, String> {
    whole(text).ok_or_else(|| format!("{:?} is not the id of an event", shortened(text)))
}

/// Reads a moment. A `+` of a query that is not escaped arrives as a space.
pub(crate) fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Moment>, D::Error> {
    read(deserializer, |text| {
        text.replace(' ', "+").parse().map_err(|_| {
            format!("{:?} is not a moment such as 2026-03-01T14:30:00+02:00 (RFC 3339)", shortened(text))
        })
    })
}

/// Reads the code of a status: the text of it that a query has, or the number of a JSON body.
pub(crate) fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    deserializer.deserialize_any(StatusCode).map(Some)
}

struct StatusCode;

impl Visitor<'_> for StatusCode {
    type Value = u8;

    fn expecting(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str("the code of a status")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<u8, E> {
        let found = Status::ALL.iter().find(|status| status.code().to_string() == text);
        let names = Status::ALL.iter().map(|status| format!("{} ({})", status.code(), status.as_str()));
        found.map(|status| status.code()).ok_or_else(|| E::custom(not_one_of(text, names)))
    }

    fn visit_u64<E: Error>(self, code: u64) -> Result<u8, E> {
        self.visit_str(&code.to_string())
    }
}

/// Reads 0 or 1, as clients of the original write flags.
pub(crate) fn bit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u8>, D::Error> {
    read(deserializer, |text| match text {
        "0" => Ok(0),
        "1" => Ok(1),
        _ => Err(not_one_of(text, ["0", "1"])),
    })
}

/// Reads one of the texts of an enum.
pub(crate) fn choice<'de, E: TextEnum, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Text<E>>, D::Error> {
    read(deserializer, |text| {
        let found = E::ALL.iter().find(|variant| variant.text() == text);
        let names = E::ALL.iter().map(|variant| variant.text());
        found.copied().map(Text).ok_or_else(|| not_one_of(text, names))
    })
}

/// Describes a value that is none of those that a parameter may have.
#[must_use]
pub fn not_one_of(text: &str, names: impl IntoIterator<Item = impl Display>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    format!("{} is not one of {}", shortened(text), names.join(", "))
}

fn read<'de, T, D: Deserializer<'de>>(
    deserializer: D,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    parse(&text).map(Some).map_err(D::Error::custom)
}

/// A whole number from 0; one that is larger than any of ours is the largest.
fn whole(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(i64::MAX))
}
