//! The parts of a request that handlers take as arguments: path parameters, and bodies of one media type. What does not
//! hold what it may hold is refused with the API's own errors.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::error::PayloadError;
use actix_web::http::{StatusCode, header};
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use percent_encoding::percent_decode_str;
use serde_json::Value;
use tikmatrix_domain::{AccountId, DeliveryId, GroupId, MaterialId, Serial, TaskId, WebhookId};
use tikmatrix_validation::{Problems, json, shown};

use crate::http::error::{ApiError, ErrorCode};

/// The largest body that is read as a whole, in bytes: room for a request of 10,000 long names.
pub(crate) const MAX_BODY: usize = 4 * 1024 * 1024;

type BodyFuture<Body> = Pin<Box<dyn Future<Output = Result<Body, ApiError>>>>;

/// The positive number that the path names a resource by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Id<Number>(pub(crate) Number);

/// The number of a resource, as paths and messages name it.
pub(crate) trait Identifier: Copy {
    /// The path parameter.
    const PARAMETER: &'static str;
    /// What it is the number of.
    const RESOURCE: &'static str;

    fn from_number(number: i64) -> Self;

    fn number(self) -> i64;
}

macro_rules! identifiers {
    ($($name:ident: $parameter:literal, $resource:literal;)+) => {
        $(impl Identifier for $name {
            const PARAMETER: &'static str = $parameter;
            const RESOURCE: &'static str = $resource;

            fn from_number(number: i64) -> Self {
                Self(number)
            }

            fn number(self) -> i64 {
                self.0
            }
        })+
    };
}

identifiers! {
    AccountId: "account_id", "account";
    DeliveryId: "delivery_id", "delivery";
    GroupId: "group_id", "group";
    MaterialId: "material_id", "material";
    TaskId: "task_id", "task";
    WebhookId: "webhook_id", "webhook";
}

/// The answer where there is no resource of this number.
pub(crate) fn missing<Number: Identifier>(id: Number) -> ApiError {
    no_such::<Number>(&id.number().to_string())
}

fn no_such<Number: Identifier>(id: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no {} {id}", Number::RESOURCE))
}

impl<Number: Identifier> FromRequest for Id<Number> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let text = request.match_info().get(Number::PARAMETER).unwrap_or_default();
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        ready(match text.parse() {
            Ok(number) if digits && number > 0 => Ok(Self(Number::from_number(number))),
            // A positive number, and larger than that of any resource.
            Err(_) if digits => Err(no_such::<Number>(text)),
            _ => {
                Err(ApiError::invalid(Number::PARAMETER, format!("{text:?} is not a positive whole number")))
            }
        })
    }
}

/// The serial that the path names a device by.
pub(crate) struct PathSerial(pub(crate) Serial);

impl FromRequest for PathSerial {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let serial = Serial::new(&path_text(request, "serial"));
        ready(serial.map(Self).map_err(|empty| ApiError::invalid("serial", empty.to_string())))
    }
}

/// The text that the path holds under `name`. The router leaves `%2F`, `%25` and `%2B` as they are, so that a slash in a
/// name is none of the path's.
pub(crate) fn path_text(request: &HttpRequest, name: &str) -> String {
    let text = request.match_info().get(name).unwrap_or_default();
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The absence of a body, or of any field in it: a client that sends fields means something that would not happen.
pub(crate) struct EmptyBody;

impl FromRequest for EmptyBody {
    type Error = ApiError;
    type Future = BodyFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = Bytes::from_request(request, payload);
        Box::pin(async {
            let body = body.await;
            let fields = body.as_ref().ok().and_then(|body| json::parse(body).ok());
            match (body, fields) {
                (Ok(body), _) if body.is_empty() => Ok(Self),
                (_, Some(Value::Object(fields))) if fields.is_empty() => Ok(Self),
                (_, Some(Value::Object(fields))) => {
                    let mut problems = Problems::default();
                    fields
                        .keys()
                        .for_each(|name| problems.add(name.clone(), "is not a known field: this takes none"));
                    Err(problems.into())
                }
                _ => Err(ApiError::invalid("", "the body has to be empty: this takes none")),
            }
        })
    }
}

/// The bytes of a body that says that it is JSON.
pub(crate) struct JsonText(pub(crate) Bytes);

impl JsonText {
    /// Parses the JSON strictly.
    ///
    /// # Errors
    /// 40001.
    pub(crate) fn parse(&self) -> Result<Value, ApiError> {
        json::parse(&self.0).map_err(|reason| ApiError::invalid("", reason))
    }
}

impl FromRequest for JsonText {
    type Error = ApiError;
    type Future = BodyFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, "application/json");
        Box::pin(async { body.await.map(Self) })
    }
}

/// The bytes of a body that says that it is a table.
pub(crate) struct CsvText(pub(crate) Bytes);

impl FromRequest for CsvText {
    type Error = ApiError;
    type Future = BodyFuture<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(request, payload, "text/csv");
        Box::pin(async { body.await.map(Self) })
    }
}

/// Reads a body of `media_type`: 41501 when it is of another, 41301 when it is too large, 40001 when it cannot be read.
fn body(
    request: &HttpRequest,
    payload: &mut Payload,
    media_type: &str,
) -> impl Future<Output = Result<Bytes, ApiError>> + 'static {
    let form = check_media_type(request, media_type).and_then(|()| check_encoding(request));
    let body = Bytes::from_request(request, payload);
    async move {
        let body = body.await;
        form?;
        body.map_err(|error| match error.as_response_error().status_code() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                ApiError::new(ErrorCode::BodyTooLarge, format!("the body is larger than {MAX_BODY} bytes"))
            }
            _ => {
                let reason = error.as_error().map_or_else(|| error.to_string(), unreadable);
                ApiError::invalid("", format!("the body could not be read: {reason}"))
            }
        })
    }
}

/// Describes why the bytes of a body could not be read.
pub(crate) fn unreadable(error: &PayloadError) -> String {
    match error {
        PayloadError::Incomplete(None) | PayloadError::EncodingCorrupted => {
            "it ends too early, or is not divided into chunks as HTTP demands".to_owned()
        }
        PayloadError::Incomplete(Some(error)) | PayloadError::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Refuses a body that is encoded: no encoding is taken back.
///
/// # Errors
/// 41501.
pub(crate) fn check_encoding(request: &HttpRequest) -> Result<(), ApiError> {
    for value in request.headers().get_all(header::CONTENT_ENCODING) {
        let text = value.to_str().unwrap_or("?");
        let mut encodings = text.split(',').map(str::trim).filter(|name| !name.is_empty());
        if let Some(encoding) = encodings.find(|name| !name.eq_ignore_ascii_case("identity")) {
            let shown = shown(&Value::from(encoding));
            let message = format!("header Content-Encoding: {shown} is not taken: send the body as it is");
            return Err(ApiError::new(ErrorCode::NotJson, message));
        }
    }
    Ok(())
}

fn check_media_type(request: &HttpRequest, wanted: &str) -> Result<(), ApiError> {
    let given = request.headers().get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
    let essence = given.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    let message = match given {
        Some(other) => format!("header Content-Type: {other:?} is not {wanted}"),
        None => format!("header Content-Type: {wanted} is required"),
    };
    Err(ApiError::new(ErrorCode::NotJson, message))
}
