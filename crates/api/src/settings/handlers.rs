//! The settings of the whole server.

use actix_web::{HttpRequest, HttpResponse, web};

use crate::http::envelope::{Envelope, success};
use crate::http::error::ApiError;
use crate::http::extract;
use crate::http::query::Query;
use crate::http::routing::wrong_method;
use crate::http::schema::SettingsPatch;
use crate::settings::request;
use crate::settings::view::SettingView;
use crate::state::AppState;

/// Adds the route.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config.service(
        web::resource("/api/v1/setting")
            .route(web::get().to(show))
            .route(web::patch().to(change))
            .default_service(web::to(|request| wrong_method(request, "GET, PATCH"))),
    );
}

/// Shows the settings.
#[utoipa::path(
    get,
    path = "/api/v1/setting",
    operation_id = "showSettings",
    tag = "Settings",
    responses((status = 200, description = "The settings.", body = Envelope<SettingView>)),
)]
pub(crate) async fn show(core: web::Data<AppState>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let settings =
        core.store.settings().await.map_err(|error| ApiError::internal("GET /api/v1/setting", &error))?;
    Ok(success(SettingView::from(&settings)))
}

/// Changes the settings that are given.
#[utoipa::path(
    patch,
    path = "/api/v1/setting",
    operation_id = "changeSettings",
    tag = "Settings",
    request_body = SettingsPatch,
    responses((status = 200, description = "The settings as they are now.", body = Envelope<SettingView>)),
)]
pub(crate) async fn change(
    core: web::Data<AppState>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let change = request::change(extract::json(&request, body)?)?;
    let settings = core
        .store
        .change_settings(change)
        .await
        .map_err(|error| ApiError::internal("PATCH /api/v1/setting", &error))?;
    core.settings.send_replace(settings.clone());
    core.runner.wake();
    Ok(success(SettingView::from(&settings)))
}
