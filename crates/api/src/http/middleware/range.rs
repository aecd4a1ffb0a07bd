//! The header `Range` as the sender of files reads it: what it may ignore is taken away (RFC 9110, 14.2).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::Next;

/// A middleware (for `actix_web::middleware::from_fn`) that leaves of `Range` one range of bytes, or nothing: unknown
/// units, several ranges and what is no range mean the whole file.
///
/// # Errors
/// Those of the rest of the application.
pub(crate) async fn read(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let given = request.headers().get(header::RANGE).and_then(|value| value.to_str().ok());
    let range = given.and_then(one_range).and_then(|range| HeaderValue::try_from(range).ok());
    match range {
        Some(range) => request.headers_mut().insert(header::RANGE, range),
        None => request.headers_mut().remove(header::RANGE),
    };
    next.call(request).await
}

/// One range of bytes, in numbers that fit; `None` for what may be ignored.
fn one_range(text: &str) -> Option<String> {
    let (unit, range) = text.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    match (first, last) {
        (Some(first), Some(last)) if first <= last => Some(format!("bytes={first}-{last}")),
        (Some(first), None) => Some(format!("bytes={first}-")),
        (None, Some(length)) => Some(format!("bytes=-{length}")),
        _ => None,
    }
}

/// The number, if there is one; `None` for what is none. A larger one than any file has stays larger.
fn number(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    const LARGE: u64 = u32::MAX as u64 * u32::MAX as u64 / 4;
    is_number.then(|| Some(text.parse().unwrap_or(LARGE).min(LARGE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_left_and_anything_else_is_ignored() {
        for (given, read) in [
            ("bytes=0-9", Some("bytes=0-9")),
            ("Bytes = 5-", Some("bytes=5-")),
            ("bytes=-3", Some("bytes=-3")),
            ("bytes=-0", Some("bytes=-0")),
            ("bytes=0-99999999999999999999999", Some("bytes=0-4611686016279904256")),
            ("bytes=99999999999999999999999-", Some("bytes=4611686016279904256-")),
            ("pages=1-2", None),
            ("bytes=7-4", None),
            ("bytes=0-1,4-5", None),
            ("bytes=x", None),
            ("bytes=-", None),
            ("bytes", None),
            ("bytes=+1-2", None),
        ] {
            assert_eq!(one_range(given).as_deref(), read, "{given}");
        }
    }
}
