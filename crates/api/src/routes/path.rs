//! The parts of an address that name one thing.

use actix_web::HttpRequest;
use percent_encoding::percent_decode_str;

use crate::error::ApiError;

/// The positive number that the path holds under `name`. One that is larger than any of ours is the largest, which
/// nothing has.
///
/// # Errors
/// 40001 when it is no positive whole number.
pub(super) fn number(request: &HttpRequest, name: &str) -> Result<i64, ApiError> {
    let text = request.match_info().get(name).unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match text.parse::<i64>() {
        Ok(number) if digits && number > 0 => Ok(number),
        Err(_) if digits => Ok(i64::MAX),
        _ => Err(ApiError::invalid(name, format!("{text:?} is not a positive whole number"))),
    }
}

/// The text that the path holds under `name`. The router leaves `%2F`, `%25` and `%2B` as they are, so that a slash in a
/// name is none of the path's.
pub(super) fn text(request: &HttpRequest, name: &str) -> String {
    let text = request.match_info().get(name).unwrap_or_default();
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
