//! The scripts that tasks can be made of.

use actix_web::{HttpRequest, HttpResponse, web};

use super::read_only;
use crate::core::Core;
use crate::envelope::{Envelope, success};
use crate::error::{ApiError, ErrorCode};
use crate::request::Query;
use crate::view::{ScriptListView, ScriptView};

/// Adds the routes.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(read_only("/api/v1/script").route(web::get().to(list)))
        .service(read_only("/api/v1/script/{script_name}").route(web::get().to(show)));
}

/// Lists the scripts that tasks can run.
#[utoipa::path(
    get,
    path = "/api/v1/script",
    operation_id = "listScripts",
    tag = "Scripts",
    responses((status = 200, description = "The scripts that tasks can be made of.", body = Envelope<ScriptListView>)),
)]
pub(super) async fn list(core: web::Data<Core>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let scripts: Vec<ScriptView> =
        core.scripts.iter().map(|script| ScriptView::new(script.as_ref())).collect();
    let total = scripts.len();
    Ok(success(ScriptListView { scripts, total }))
}

/// Shows one script with the schema of its configuration.
#[utoipa::path(
    get,
    path = "/api/v1/script/{script_name}",
    operation_id = "showScript",
    tag = "Scripts",
    params(
        ("script_name" = String, Path, description = "The name of a script."),
    ),
    responses((status = 200, description = "The script.", body = Envelope<ScriptView>)),
)]
pub(super) async fn show(core: web::Data<Core>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let name = request.match_info().get("script_name").unwrap_or_default();
    let script = core.scripts.get(name);
    let script = script
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no script called {name:?}")))?;
    Ok(success(ScriptView::new(script.as_ref())))
}
