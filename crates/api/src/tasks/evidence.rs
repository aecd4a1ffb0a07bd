//! The evidence of a task's attempts: their log, and files from the moment of a failure.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::tasks::TaskLog;
use tikmatrix_domain::{ArtifactKind, TaskId};

use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Id;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::tasks::convert;
use crate::tasks::read::TaskReader;
use crate::tasks::task_etag::Validity;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: log, artifact]
}

/// Shows the log of a task's attempts.
#[utoipa::path(
    get,
    path = "/api/v1/task/{task_id}/log",
    operation_id = "showTaskLog",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
        ("If-None-Match" = Option<String>, Header, description = "The `ETag` of an answer that the client has."),
    ),
    responses(
        (status = 200, description = "The log of the attempts of the task.", body = Envelope<TaskLog>),
        (status = 304, description = "The copy that `If-None-Match` names is still current."),
    ),
)]
pub(crate) async fn log(
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let read = async |_| {
        let lines = tasks.store.tasks().log(id).await?;
        if lines.is_empty() {
            tasks.task(id).await?;
        }
        Ok((convert::log(lines), Validity::ALWAYS))
    };
    tasks.answer(&request, read).await
}

/// Downloads a file of a task's evidence.
///
/// The name is looked for among those of the task's files and never made part of a path.
#[utoipa::path(
    get,
    path = "/api/v1/task/{task_id}/artifact/{name}",
    operation_id = "downloadArtifact",
    tag = "Tasks",
    params(
        ("task_id" = i64, Path, description = "The number of a task.", minimum = 1),
        ("name" = String, Path, description = "The name of one of the task's `artifacts`."),
    ),
    responses((
        status = 200,
        description = "The file: a screenshot (PNG), the tree of what was on the screen (XML), or the tape of the run (JSON \
            Lines in gzip), which `tikmatrix replay` runs again.",
        content((String = "image/png"), (String = "application/xml"), (String = "application/gzip")),
    )),
)]
pub(crate) async fn artifact(
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let name = request.match_info().get("name").unwrap_or_default();
    let detail = tasks.task(id).await?;
    let missing = || ApiError::new(ErrorCode::NotFound, format!("task {id} has no artifact of this name"));
    let found = detail.artifacts.iter().find(|artifact| convert::artifact_name(artifact) == name);
    let artifact = found.ok_or_else(missing)?;
    let bytes = tasks.runner.artifact(artifact).await.map_err(|error| {
        log::warn!("task {id}: the artifact {} cannot be read: {error}", artifact.file);
        missing()
    })?;
    let media_type = match artifact.kind {
        ArtifactKind::Screenshot => "image/png",
        ArtifactKind::UiTree => "application/xml",
        ArtifactKind::Tape => "application/gzip",
    };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, media_type))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // What a phone showed is data: a browser that opens it must neither guess its type nor run any of it.
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(bytes))
}
