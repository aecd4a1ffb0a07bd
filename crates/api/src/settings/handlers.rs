//! The settings of the whole server.

use actix_web::web::Data;
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;

use crate::http::envelope::{Envelope, Success};
use crate::http::error::Answer;
use crate::http::extract::Json;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::http::schema::SettingsPatch;
use crate::settings::request;
use crate::settings::view::SettingView;
use crate::state::CurrentSettings;

pub(crate) fn routes() -> Vec<Operation> {
    operations![show, change]
}

/// Shows the settings.
#[utoipa::path(
    get,
    path = "/api/v1/setting",
    operation_id = "showSettings",
    tag = "Settings",
    responses((status = 200, description = "The settings.", body = Envelope<SettingView>)),
)]
pub(crate) async fn show(store: Data<Store>, _: NoQuery) -> Answer<SettingView> {
    Ok(Success(SettingView::from(&store.settings().await?)))
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
    store: Data<Store>,
    runner: Data<Runner>,
    current: Data<CurrentSettings>,
    _: NoQuery,
    body: Json,
) -> Answer<SettingView> {
    let settings = store.change_settings(request::change(body.0)?).await?;
    let view = SettingView::from(&settings);
    current.send_replace(settings);
    runner.wake();
    Ok(Success(view))
}
