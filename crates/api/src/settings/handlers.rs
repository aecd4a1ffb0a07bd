//! The settings of the whole server.

use actix_web::{HttpRequest, HttpResponse, web};

use super::wrong_method;
use crate::core::Core;
use crate::envelope::{Envelope, success};
use crate::error::ApiError;
use crate::request::schema::SettingsPatch;
use crate::request::{Query, body, setting};
use crate::view::SettingView;

/// Adds the route.
pub(super) fn configure(config: &mut web::ServiceConfig) {
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
pub(super) async fn show(core: web::Data<Core>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
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
pub(super) async fn change(
    core: web::Data<Core>,
    request: HttpRequest,
    body: Result<web::Bytes, actix_web::Error>,
) -> Result<HttpResponse, ApiError> {
    Query::none(request.query_string())?;
    let change = setting::change(body::json(&request, body)?)?;
    let settings = core
        .store
        .change_settings(change)
        .await
        .map_err(|error| ApiError::internal("PATCH /api/v1/setting", &error))?;
    core.settings.send_replace(settings.clone());
    core.runner.wake();
    Ok(success(SettingView::from(&settings)))
}
