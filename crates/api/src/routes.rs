//! Which address is answered by what. The answers are made in the modules below.

use actix_web::web;
use utoipa::OpenApi;

use crate::http::extract::LARGEST_BODY;
use crate::http::openapi::pages;
use crate::http::routing::{only, read_only, wrong_method};
use crate::tasks::{change, create, evidence, read};
use crate::{accounts, devices, events, groups, license, materials, monitoring, scripts, settings};

/// Every route as the OpenAPI document tells of it. What is answered by what, [`configure`] says; a test holds the two
/// against each other.
#[derive(OpenApi)]
#[openapi(paths(
    read::list,
    read::stats,
    read::show,
    create::create,
    change::delete,
    change::delete_batch,
    change::delete_batch_by_post,
    change::retry,
    change::retry_all,
    change::stop,
    evidence::log,
    evidence::artifact,
    accounts::handlers::list,
    accounts::handlers::create,
    accounts::handlers::show,
    accounts::handlers::change,
    accounts::handlers::delete,
    accounts::handlers::export,
    accounts::handlers::import,
    devices::address_handlers::list,
    devices::address_handlers::add,
    devices::address_handlers::remove,
    devices::address_handlers::scan,
    devices::handlers::list,
    devices::handlers::show,
    devices::handlers::change,
    devices::handlers::delete,
    groups::handlers::list,
    groups::handlers::create,
    groups::handlers::show,
    groups::handlers::change,
    groups::handlers::delete,
    license::handlers::check,
    events::handlers::listen,
    monitoring::metrics,
    materials::handlers::list,
    materials::handlers::upload,
    materials::handlers::show,
    materials::handlers::change,
    materials::handlers::delete,
    materials::content::content,
    materials::content::thumbnail,
    scripts::handlers::list,
    scripts::handlers::show,
    settings::handlers::show,
    settings::handlers::change,
    pages::openapi,
    monitoring::health,
))]
pub(crate) struct Documented;

/// Adds every route of the API. Unknown ones are answered by [`unknown_route`], which the application needs as its
/// default.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .service(
            web::resource("/api/v1/task")
                .route(web::get().to(read::list))
                .route(web::post().to(create::create))
                .default_service(web::to(|request| wrong_method(request, "GET, POST"))),
        )
        .service(read_only("/api/v1/task/stats").route(web::get().to(read::stats)))
        .service(only("/api/v1/task/batch", "DELETE").route(web::delete().to(change::delete_batch)))
        .service(
            only("/api/v1/task/batch-delete", "POST").route(web::post().to(change::delete_batch_by_post)),
        )
        .service(only("/api/v1/task/retry-all", "POST").route(web::post().to(change::retry_all)))
        // After every path that has a word in its place: those win over a number.
        .service(
            only("/api/v1/task/{task_id}", "GET, DELETE")
                .route(web::get().to(read::show))
                .route(web::delete().to(change::delete)),
        )
        .service(only("/api/v1/task/{task_id}/stop", "POST").route(web::post().to(change::stop)))
        .service(only("/api/v1/task/{task_id}/retry", "POST").route(web::post().to(change::retry)))
        .service(read_only("/api/v1/task/{task_id}/log").route(web::get().to(evidence::log)))
        .service(read_only("/api/v1/task/{task_id}/artifact/{name}").route(web::get().to(evidence::artifact)))
        .service(read_only("/api/v1/event").route(web::get().to(events::handlers::listen)))
        .configure(accounts::handlers::configure)
        .service(read_only("/api/v1/license/check").route(web::get().to(license::handlers::check)))
        .configure(devices::address_handlers::configure)
        .configure(devices::handlers::configure)
        .configure(groups::handlers::configure)
        .configure(materials::handlers::configure)
        .configure(scripts::handlers::configure)
        .configure(settings::handlers::configure)
        .service(read_only("/metrics").route(web::get().to(monitoring::metrics)))
        .configure(pages::configure)
        .service(read_only("/healthz").route(web::get().to(monitoring::health)));
}
