//! The scripts that tasks can be made of.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::envelope::{Envelope, success};
use crate::http::error::{ApiError, ErrorCode};
use crate::http::query::Query;
use crate::http::routing::read_only;
use crate::scripts::view::{ScriptListView, ScriptView};
use crate::state::AppState;

/// Adds the routes.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
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
pub(crate) async fn list(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
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
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let name = request.match_info().get("script_name").unwrap_or_default();
    let script = core.scripts.get(name);
    let script = script
        .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no script called {name:?}")))?;
    Ok(success(ScriptView::new(script.as_ref())))
}
