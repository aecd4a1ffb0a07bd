//! The scripts that tasks can run.

use actix_web::HttpRequest;
use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::scripts::{Script, ScriptList};
use tikmatrix_device::script::{RegisteredScript, ScriptRegistry};

use crate::http::envelope::Success;
use crate::http::error::{Answer, ApiError, ErrorCode};
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: list, show]
}

/// Lists the scripts that tasks can run.
#[utoipa::path(
    get,
    path = "/api/v1/script",
    operation_id = "listScripts",
    tag = "Scripts",
    responses((status = 200, description = "The scripts that tasks can run.", body = Envelope<ScriptList>)),
)]
pub(crate) async fn list(scripts: Data<ScriptRegistry>, _: NoQuery) -> Answer<ScriptList> {
    let scripts: Vec<Script> = scripts.iter().map(|script| script_of(script)).collect();
    let total = scripts.len();
    Ok(Success(ScriptList { scripts, total }))
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
    responses((status = 200, description = "The script.", body = Envelope<Script>)),
)]
pub(crate) async fn show(scripts: Data<ScriptRegistry>, _: NoQuery, request: HttpRequest) -> Answer<Script> {
    let name = request.match_info().get("script_name").unwrap_or_default();
    let unknown = || ApiError::new(ErrorCode::NotFound, format!("there is no script called {name:?}"));
    let script = scripts.get(name).ok_or_else(unknown)?;
    Ok(Success(script_of(&script)))
}

fn script_of(script: &RegisteredScript) -> Script {
    Script {
        name: script.name().to_owned(),
        description: script.description().to_owned(),
        schema: script.schema().clone(),
    }
}
