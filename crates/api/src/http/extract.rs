//! The parts of a request: its body (media type, size, JSON) and the path parameters that name one thing.

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, web};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::json;

/// The largest body that is read whole: room for a request of 10,000 long names.
pub(crate) const LARGEST_BODY: usize = 4 * 1024 * 1024;

/// The JSON of a body that says that it is JSON.
///
/// # Errors
/// 41501 when it does not say so, 41301 when it is too large, 40001 when it is no JSON.
pub(crate) fn json(
    request: &HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<Value, ApiError> {
    let body = bytes(request, body, "application/json")?;
    json::parse(&body).map_err(|reason| ApiError::invalid("", reason))
}

/// A body that says that it is of `media_type`.
///
/// # Errors
/// 41501 when it does not say so, 41301 when it is too large, 40001 when it cannot be read.
pub(crate) fn bytes(
    request: &HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
    media_type: &str,
) -> Result<web::Bytes, ApiError> {
    let content_type =
        request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case(media_type) {
        let message = match content_type {
            Some(other) => format!("header Content-Type: {other:?} is not {media_type}"),
            None => format!("header Content-Type: {media_type} is required"),
        };
        return Err(ApiError::new(ErrorCode::NotJson, message));
    }
    body.map_err(|error| match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            ApiError::new(ErrorCode::BodyTooLarge, format!("the body is larger than {LARGEST_BODY} bytes"))
        }
        _ => ApiError::invalid("", format!("the body could not be read: {error}")),
    })
}

/// The positive number that the path holds under `name`. One that is larger than any of ours is the largest, which
/// nothing has.
///
/// # Errors
/// 40001 when it is no positive whole number.
pub(crate) fn number(request: &HttpRequest, name: &str) -> Result<i64, ApiError> {
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
pub(crate) fn text(request: &HttpRequest, name: &str) -> String {
    let text = request.match_info().get(name).unwrap_or_default();
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}
