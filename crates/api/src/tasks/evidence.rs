//! What was kept of a task's attempts: what was said, and files from the instant of a failure.

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use tikmatrix_domain::{Artifact, ArtifactKind, LogLine, TaskId};
use utoipa::ToSchema;

use crate::http::envelope::Envelope;
use crate::http::error::{ApiError, ErrorCode};
use crate::http::extract::Id;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::http::time::written;
use crate::tasks::read::TaskReader;
use crate::tasks::task_etag::Validity;

pub(crate) fn routes() -> Vec<Operation> {
    operations![log, artifact]
}

/// Gives what a task's attempts said.
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
        (status = 200, description = "What the attempts of the task said.", body = Envelope<TaskLogView>),
        (status = 304, description = "What `If-None-Match` names is what the answer would be."),
    ),
)]
pub(crate) async fn log(
    tasks: Data<TaskReader>,
    Id(id): Id<TaskId>,
    _: NoQuery,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let etag = tasks.etag(&request).await?;
    if let Some(unchanged) = etag.unchanged(tasks.clock.now()) {
        return Ok(unchanged);
    }
    let lines = tasks.store.task_log(id).await?;
    if lines.is_empty() {
        tasks.task(id).await?;
    }
    Ok(etag.answer(&TaskLogView::new(&lines), Validity::ALWAYS))
}

/// `GET /api/v1/task/{task_id}/artifact/{name}`. The name is looked for among those of the task's files and never made
/// part of a path.
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
    let found = detail.artifacts.iter().find(|artifact| artifact_name(artifact) == name);
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

/// What a task's attempts said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TaskLog)]
pub(crate) struct TaskLogView {
    /// The lines of all attempts, oldest first.
    lines: Vec<LogLineView>,
}

impl TaskLogView {
    pub(crate) fn new(lines: &[LogLine]) -> Self {
        Self { lines: lines.iter().map(LogLineView::from).collect() }
    }
}

/// One line of a task's log.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LogLine)]
struct LogLineView {
    /// The number of the attempt.
    attempt: u32,
    /// Rises within the attempt; steps and artifacts are counted with the lines, so that numbers may be missing.
    number: u32,
    /// When it was said.
    #[schema(format = DateTime)]
    at: String,
    /// `info` or `warn`.
    level: &'static str,
    /// What was said.
    text: String,
}

impl From<&LogLine> for LogLineView {
    fn from(line: &LogLine) -> Self {
        Self {
            attempt: line.attempt,
            number: line.number,
            at: written(line.at),
            level: line.level.as_str(),
            text: line.text.clone(),
        }
    }
}

/// One file that was kept as evidence.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Artifact)]
pub(crate) struct ArtifactView {
    /// The number of the attempt.
    attempt: u32,
    /// Rises within the attempt, counted with the steps.
    number: u32,
    /// `screenshot` (PNG), `ui_tree` (XML) or `tape` (JSON Lines in gzip).
    kind: &'static str,
    /// When it was taken.
    #[schema(format = DateTime)]
    taken_at: String,
    /// What it is called at `/api/v1/task/{task_id}/artifact/{name}`.
    name: String,
    /// Its path below the folder `artifacts` of the server's data directory.
    file: String,
}

impl From<&Artifact> for ArtifactView {
    fn from(artifact: &Artifact) -> Self {
        Self {
            attempt: artifact.attempt,
            number: artifact.number,
            kind: artifact.kind.as_str(),
            taken_at: written(artifact.at),
            name: artifact_name(artifact),
            file: artifact.file.clone(),
        }
    }
}

/// What a file is called among all files of its task: `2-screenshot.png` is the second attempt's.
pub(crate) fn artifact_name(artifact: &Artifact) -> String {
    let file = artifact.file.rsplit('/').next().unwrap_or_default();
    format!("{}-{file}", artifact.attempt)
}
