//! The settings of the whole server.

use actix_web::web::Data;
use tikmatrix_api_types::Envelope;
use tikmatrix_api_types::settings::{Settings, SettingsPatch};
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;

use crate::apps::KnownApps;
use crate::http::body::Json;
use crate::http::envelope::Success;
use crate::http::error::Answer;
use crate::http::query::NoQuery;
use crate::http::routing::{Operation, operations};
use crate::settings::CurrentSettings;
use crate::settings::convert;

pub(crate) fn routes() -> Vec<Operation> {
    operations![Viewer: show; Admin: change]
}

/// Shows the settings.
#[utoipa::path(
    get,
    path = "/api/v1/setting",
    operation_id = "showSettings",
    tag = "Settings",
    responses((status = 200, description = "The settings.", body = Envelope<Settings>)),
)]
pub(crate) async fn show(store: Data<Store>, apps: Data<KnownApps>, _: NoQuery) -> Answer<Settings> {
    Ok(Success(convert::settings(&store.settings().load().await?, &apps)))
}

/// Changes the settings that are given.
#[utoipa::path(
    patch,
    path = "/api/v1/setting",
    operation_id = "changeSettings",
    tag = "Settings",
    request_body(content = SettingsPatch, example = json!({})),
    responses((status = 200, description = "The settings as they are now.", body = Envelope<Settings>)),
)]
pub(crate) async fn change(
    store: Data<Store>,
    runner: Data<Runner>,
    current: Data<CurrentSettings>,
    apps: Data<KnownApps>,
    _: NoQuery,
    Json(change): Json<SettingsPatch>,
) -> Answer<Settings> {
    let settings = store.settings().change(convert::change(change)?).await?;
    let shown = convert::settings(&settings, &apps);
    current.send_replace(settings);
    runner.settings_changed();
    Ok(Success(shown))
}
