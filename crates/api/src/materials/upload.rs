//! The body of `POST /api/v1/material`: `multipart/form-data` with any number of `file` parts, a `thumbnail` after a file
//! that has one of its own, and one `metadata` part. Files are written to the library as they arrive.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header;
use actix_web::{HttpRequest, web};
use futures_core::Stream;
use serde_json::Value;
use tikmatrix_domain::{CONTENT_HEAD, Content, MediaType, is_harmless};
use tikmatrix_validation::{json, shortened, unknown_name};

use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::{check_encoding, unreadable};
use crate::materials::library::Library;
use crate::materials::library::incoming::{Incoming, Received};
use crate::materials::upload_body::Body;

/// In one request.
const MAX_FILES: usize = 100;
/// Of a file's name, in characters; longer ones are cut.
const MAX_NAME: usize = 200;
/// In bytes.
const MAX_METADATA: usize = 1024 * 1024;
/// In bytes.
const MAX_THUMBNAIL: u64 = 16 * 1024 * 1024;
/// The known parts.
const PARTS: [&str; 3] = ["file", "thumbnail", "metadata"];
/// The accepted formats, for messages.
const TAKEN: &str = "MP4, JPG, PNG";

/// An upload that was received, file by file.
#[derive(Default)]
pub(crate) struct Upload {
    /// The files, at least one.
    pub(crate) files: Vec<UploadedFile>,
    /// The JSON of `metadata`, if there was one.
    pub(crate) metadata: Option<Value>,
}

/// One received file.
pub(crate) struct UploadedFile {
    /// The name that the client gives it, fit to be shown.
    pub(crate) name: String,
    /// Its media type by its first bytes.
    pub(crate) media_type: MediaType,
    pub(crate) content: Received,
    /// The image that was sent as its thumbnail.
    pub(crate) thumbnail: Option<(Received, MediaType)>,
}

/// Receives an upload. Nothing of a refused one is left on the disk.
///
/// # Errors
/// 41501 when the body is no form, 41301 when a file is too large, 40001 when something else is wrong, 50001 when the
/// disk is.
pub(crate) async fn receive(
    library: &Library,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Upload, ApiError> {
    let boundary = boundary(request)?;
    check_encoding(request)?;
    let body = Body::new(payload, &boundary);
    let mut form = Multipart::new(request.headers(), body.chunks());
    let received = parts(library, &mut form, &body).await;
    if received.is_err() {
        drop(form);
        body.discard().await;
    }
    received
}

/// Returns the boundary between the parts.
fn boundary(request: &HttpRequest) -> Result<String, ApiError> {
    let refuse = |message: String| Err(ApiError::new(ErrorCode::NotJson, message));
    let Some(given) = request.headers().get(header::CONTENT_TYPE) else {
        return refuse("header Content-Type: multipart/form-data is required".to_owned());
    };
    let given = given.to_str().unwrap_or_default();
    let form = given.parse::<mime::Mime>().ok().filter(|it| it.essence_str() == "multipart/form-data");
    let Some(form) = form else {
        return refuse(format!("header Content-Type: {:?} is not multipart/form-data", shortened(given)));
    };
    // RFC 2046, 5.1.1.
    match form.get_param(mime::BOUNDARY).map(|boundary| boundary.as_str()) {
        Some(boundary) if (1..=70).contains(&boundary.len()) => Ok(boundary.to_owned()),
        Some(_) => {
            Err(ApiError::invalid("header Content-Type", "has a boundary that is not 1 to 70 characters"))
        }
        None => Err(ApiError::invalid("header Content-Type", "has no boundary")),
    }
}

async fn parts(library: &Library, form: &mut Multipart, body: &Body) -> Result<Upload, ApiError> {
    let mut upload = Upload::default();
    while let Some(field) = next(form, body).await {
        let mut field = field.map_err(broken)?;
        body.begin_part();
        let name = field.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" if upload.files.len() == MAX_FILES => {
                return Err(ApiError::invalid("file", format!("is given more than {MAX_FILES} times")));
            }
            "file" => {
                let path = format!("file[{}]", upload.files.len());
                let name = label(&field);
                let (content, media_type) =
                    file(library, &mut field, body, &path, library.max_size()).await?;
                upload.files.push(UploadedFile { name, media_type, content, thumbnail: None });
            }
            "thumbnail" => {
                let path = format!("thumbnail of file[{}]", upload.files.len().saturating_sub(1));
                let (content, media_type) = file(library, &mut field, body, &path, MAX_THUMBNAIL).await?;
                if media_type == MediaType::Mp4 {
                    return Err(ApiError::invalid(path, "is a video, and an image is needed: JPG, PNG"));
                }
                match upload.files.last_mut() {
                    Some(file) if file.thumbnail.is_none() => file.thumbnail = Some((content, media_type)),
                    Some(_) => return Err(ApiError::invalid(path, "is given more than once")),
                    None => {
                        return Err(ApiError::invalid("thumbnail", "belongs behind the file that it shows"));
                    }
                }
            }
            "metadata" if upload.metadata.is_some() => {
                return Err(ApiError::invalid("metadata", "is given more than once"));
            }
            "metadata" => upload.metadata = Some(metadata(&mut field, body).await?),
            other => return Err(ApiError::invalid(shortened(other), unknown_name("part", other, &PARTS))),
        }
    }
    if upload.files.is_empty() {
        return Err(ApiError::invalid("file", "is required: a part of this name for each file"));
    }
    Ok(upload)
}

/// Returns the next part or bytes. The multipart parser waits forever at the end of a body that ends within a boundary.
async fn next<T>(
    parts: &mut (impl Stream<Item = Result<T, MultipartError>> + Unpin),
    body: &Body,
) -> Option<Result<T, MultipartError>> {
    poll_fn(|context| match Pin::new(&mut *parts).poll_next(context) {
        Poll::Pending if body.has_ended() => Poll::Ready(Some(Err(MultipartError::Incomplete))),
        other => other,
    })
    .await
}

/// Receives one file; refuses it as soon as its first bytes show that its format is not accepted.
async fn file(
    library: &Library,
    field: &mut Field,
    body: &Body,
    path: &str,
    largest: u64,
) -> Result<(Received, MediaType), ApiError> {
    let media_type = |incoming: &Incoming| match incoming.recognized() {
        Content::Taken(media_type) => Ok(media_type),
        Content::Other(name) => Err(format!("is {name} by its content, and only {TAKEN} are taken")),
        Content::Unknown => Err(format!("is none of {TAKEN} by its content")),
    };
    let refused = |reason| ApiError::invalid(path, reason);
    let mut incoming: Incoming = library.begin().await?;
    while let Some(bytes) = next(field, body).await {
        let bytes = bytes.map_err(broken)?;
        body.count_read(bytes.len());
        incoming.write(bytes).await?;
        if incoming.size() > largest {
            let message = format!("{path}: is larger than {largest} bytes, which is the most that is taken");
            return Err(ApiError::new(ErrorCode::BodyTooLarge, message));
        }
        if incoming.size() >= CONTENT_HEAD as u64 {
            media_type(&incoming).map_err(refused)?;
        }
    }
    if incoming.size() == 0 {
        return Err(ApiError::invalid(path, "is empty"));
    }
    let media_type = media_type(&incoming).map_err(refused)?;
    Ok((incoming.finish().await?, media_type))
}

async fn metadata(field: &mut Field, body: &Body) -> Result<Value, ApiError> {
    let mut text = Vec::new();
    while let Some(bytes) = next(field, body).await {
        let bytes = bytes.map_err(broken)?;
        body.count_read(bytes.len());
        if text.len() + bytes.len() > MAX_METADATA {
            let message = format!("metadata: is larger than {MAX_METADATA} bytes");
            return Err(ApiError::new(ErrorCode::BodyTooLarge, message));
        }
        text.extend_from_slice(&bytes);
    }
    json::parse(&text).map_err(|reason| ApiError::invalid("metadata", reason))
}

/// Returns the name that a client gives a file, fit to be shown. It is never part of a path.
fn label(field: &Field) -> String {
    let given = field.content_disposition().and_then(|it| {
        let extended = it.get_filename_ext().map(|name| String::from_utf8_lossy(&name.value).into_owned());
        extended.or_else(|| it.get_filename().map(str::to_owned))
    });
    fit_to_be_shown(&given.unwrap_or_default())
}

fn fit_to_be_shown(given: &str) -> String {
    let name = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = name.chars().filter(|letter| is_harmless(*letter)).take(MAX_NAME).collect();
    match shown.trim() {
        "" | "." | ".." => "unnamed".to_owned(),
        name => name.to_owned(),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
fn broken(error: MultipartError) -> ApiError {
    let reason = match &error {
        MultipartError::Payload(PayloadError::Overflow) => "the head of a part is too long".to_owned(),
        MultipartError::Payload(error) => format!("the body could not be read: {}", unreadable(error)),
        MultipartError::Incomplete | MultipartError::BoundaryMissing => {
            "the body ends before its last boundary, or has another one than its header says".to_owned()
        }
        other => format!("the body is no valid form: {other}"),
    };
    ApiError::invalid("", reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_and_never_paths() {
        for (given, shown) in [
            ("video.mp4", "video.mp4"),
            ("../../x", "x"),
            (r"C:\Videos\x.mp4", "x.mp4"),
            ("CON", "CON"),
            ("..", "unnamed"),
            ("a/", "unnamed"),
            ("", "unnamed"),
            (" \u{0}\n", "unnamed"),
            ("שלום \u{1f469}.mp4", "שלום \u{1f469}.mp4"),
        ] {
            assert_eq!(fit_to_be_shown(given), shown, "{given:?}");
        }
        assert_eq!(fit_to_be_shown(&"ü".repeat(4000)), "ü".repeat(MAX_NAME));
    }
}
