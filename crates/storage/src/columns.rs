//! Conversions between column values and domain values.

use chrono::{DateTime, Utc};
use tikmatrix_domain::{AppId, FailureCode, PackageName, Serial, Status, Username};

use crate::error::StorageError;

pub(crate) type Read<T> = Result<T, StorageError>;

/// Makes a text storable in every database: PostgreSQL does not store a zero character.
pub(crate) fn storable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Converts a moment to its column value.
pub(crate) fn millis(moment: DateTime<Utc>) -> i64 {
    moment.timestamp_millis()
}

pub(crate) fn moment(what: &'static str, millis: i64) -> Read<DateTime<Utc>> {
    DateTime::from_timestamp_millis(millis).ok_or_else(|| unreadable(what, &millis))
}

pub(crate) fn serial(text: &str) -> Read<Serial> {
    Serial::new(text).map_err(|_| unreadable("serial", text))
}

pub(crate) fn app(text: &str) -> Read<AppId> {
    AppId::new(text).map_err(|_| unreadable("app", text))
}

pub(crate) fn failure_code(text: &str) -> Read<FailureCode> {
    text.parse().map_err(|_| unreadable("failure_code", text))
}

pub(crate) fn status(code: i32) -> Read<Status> {
    let status = u8::try_from(code).ok().and_then(Status::from_repr);
    status.ok_or_else(|| unreadable("task.status", &code))
}

pub(crate) fn username(text: &str) -> Read<Username> {
    Username::as_found(text).map_err(|_| unreadable("username", text))
}

pub(crate) fn number<T: TryFrom<i32>>(what: &'static str, value: i32) -> Read<T> {
    T::try_from(value).map_err(|_| unreadable(what, &value))
}

pub(crate) fn unreadable(what: &'static str, value: &(impl ToString + ?Sized)) -> StorageError {
    StorageError::Unreadable { what, value: value.to_string() }
}

pub(crate) fn package(text: &str) -> Read<PackageName> {
    PackageName::new(text).map_err(|_| unreadable("package", text))
}
