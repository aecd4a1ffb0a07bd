//! The form that every answer has, errors included.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{CacheControl, CacheDirective, ContentType};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;
use tikmatrix_api_types::Envelope;

/// The size of a usual page of a list, in bytes, so that the buffer is not moved while it is written.
const USUAL_PAGE: usize = 16 * 1024;

/// The answer to a request that succeeded.
pub(crate) struct Success<Data>(pub(crate) Data);

impl<Data: Serialize> Responder for Success<Data> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        success(&self.0)
    }
}

/// The answer with this data to a request that succeeded.
pub(crate) fn success(data: &impl Serialize) -> HttpResponse {
    respond(StatusCode::OK, &Envelope::success(data))
}

/// The answer to a request that failed.
pub(crate) fn failure<Data: Serialize>(
    status: StatusCode,
    code: u32,
    message: String,
    data: Option<Data>,
) -> HttpResponse {
    respond(status, &Envelope::failure(code, message, data))
}

/// The text of a failure that has no data.
pub(crate) fn text_of_failure(code: u32, message: &str) -> String {
    serde_json::to_string(&Envelope::<()>::failure(code, message, None)).unwrap_or_default()
}

fn respond<Data: Serialize>(status: StatusCode, envelope: &Envelope<Data>) -> HttpResponse {
    let mut body = Vec::with_capacity(USUAL_PAGE);
    if let Err(error) = serde_json::to_writer(&mut body, envelope) {
        return HttpResponse::from_error(error);
    }
    // Answers change from one moment to the next, and a proxy or browser must not keep them.
    let mut answer = HttpResponse::build(status);
    answer
        .insert_header(CacheControl(vec![CacheDirective::NoStore]))
        .content_type(ContentType::json())
        .body(body)
}
