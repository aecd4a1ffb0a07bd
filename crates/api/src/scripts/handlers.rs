//! The scripts that tasks can be made of.

use actix_web::HttpRequest;
use actix_web::web::Data;
use tikmatrix_device::script::ScriptRegistry;

use crate::http::envelope::{Envelope, Success};
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::scripts::view::{ScriptListView, ScriptView};

pub(crate) fn routes() -> Vec<Operation> {
    operations![list, show]
}

/// Lists the scripts that tasks can run.
#[utoipa::path(
    get,
    path = "/api/v1/script",
    operation_id = "listScripts",
    tag = "Scripts",
    responses((status = 200, description = "The scripts that tasks can be made of.", body = Envelope<ScriptListView>)),
)]
pub(crate) async fn list(scripts: Data<ScriptRegistry>, _: NoQuery) -> Answer<ScriptListView> {
    let scripts: Vec<ScriptView> = scripts.iter().map(|script| ScriptView::new(script.as_ref())).collect();
    let total = scripts.len();
    Ok(Success(ScriptListView { scripts, total }))
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
pub(crate) async fn show(
    scripts: Data<ScriptRegistry>,
    _: NoQuery,
    request: HttpRequest,
) -> Answer<ScriptView> {
    let name = request.match_info().get("script_name").unwrap_or_default();
    let unknown = || ApiError::new(ErrorCode::NotFound, format!("there is no script called {name:?}"));
    let script = scripts.get(name).ok_or_else(unknown)?;
    Ok(Success(ScriptView::new(script.as_ref())))
}
