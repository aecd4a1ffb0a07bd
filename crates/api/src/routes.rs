//! Which address is answered by what. The answers are made in the modules below.

mod account;
mod change_tasks;
mod create_tasks;
mod device;
mod documentation;
mod edition;
mod event;
mod evidence;
mod group;
mod health;
mod license;
mod material;
mod material_file;
mod metrics;
mod path;
mod phone_address;
mod script;
mod setting;
mod tasks;

use actix_web::{HttpRequest, HttpResponse, web};
use utoipa::OpenApi;

use crate::error::{ApiError, ErrorCode};
use crate::request::body::LARGEST_BODY;

/// Every route as the OpenAPI document tells of it. What is answered by what, [`configure`] says; a test holds the two
/// against each other.
#[derive(OpenApi)]
#[openapi(paths(
    tasks::list,
    tasks::stats,
    tasks::show,
    create_tasks::create,
    change_tasks::delete,
    change_tasks::delete_batch,
    change_tasks::delete_batch_by_post,
    change_tasks::retry,
    change_tasks::retry_all,
    change_tasks::stop,
    evidence::log,
    evidence::artifact,
    account::list,
    account::create,
    account::show,
    account::change,
    account::delete,
    account::export,
    account::import,
    phone_address::list,
    phone_address::add,
    phone_address::remove,
    phone_address::scan,
    device::list,
    device::show,
    device::change,
    device::delete,
    group::list,
    group::create,
    group::show,
    group::change,
    group::delete,
    license::check,
    event::listen,
    metrics::metrics,
    material::list,
    material::upload,
    material::show,
    material::change,
    material::delete,
    material_file::content,
    material_file::thumbnail,
    script::list,
    script::show,
    setting::show,
    setting::change,
    documentation::openapi,
    health::health,
))]
pub(crate) struct Documented;

/// Adds every route of the API. Unknown ones are answered by [`unknown_route`], which the application needs as its
/// default.
pub(crate) fn configure(config: &mut web::ServiceConfig) {
    config
        .app_data(web::PayloadConfig::new(LARGEST_BODY))
        .service(
            web::resource("/api/v1/task")
                .route(web::get().to(tasks::list))
                .route(web::post().to(create_tasks::create))
                .default_service(web::to(|request| wrong_method(request, "GET, POST"))),
        )
        .service(read_only("/api/v1/task/stats").route(web::get().to(tasks::stats)))
        .service(only("/api/v1/task/batch", "DELETE").route(web::delete().to(change_tasks::delete_batch)))
        .service(
            only("/api/v1/task/batch-delete", "POST")
                .route(web::post().to(change_tasks::delete_batch_by_post)),
        )
        .service(only("/api/v1/task/retry-all", "POST").route(web::post().to(change_tasks::retry_all)))
        // After every path that has a word in its place: those win over a number.
        .service(
            only("/api/v1/task/{task_id}", "GET, DELETE")
                .route(web::get().to(tasks::show))
                .route(web::delete().to(change_tasks::delete)),
        )
        .service(only("/api/v1/task/{task_id}/stop", "POST").route(web::post().to(change_tasks::stop)))
        .service(only("/api/v1/task/{task_id}/retry", "POST").route(web::post().to(change_tasks::retry)))
        .service(read_only("/api/v1/task/{task_id}/log").route(web::get().to(evidence::log)))
        .service(read_only("/api/v1/task/{task_id}/artifact/{name}").route(web::get().to(evidence::artifact)))
        .service(read_only("/api/v1/event").route(web::get().to(event::listen)))
        .configure(account::configure)
        .service(read_only("/api/v1/license/check").route(web::get().to(license::check)))
        .configure(phone_address::configure)
        .configure(device::configure)
        .configure(group::configure)
        .configure(material::configure)
        .configure(script::configure)
        .configure(setting::configure)
        .service(read_only("/metrics").route(web::get().to(metrics::metrics)))
        .configure(documentation::configure)
        .service(read_only("/healthz").route(web::get().to(health::health)));
}

/// The answer where nothing is.
pub(crate) async fn unknown_route(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    Err(ApiError::new(ErrorCode::NotFound, format!("there is nothing at {}", request.path())))
}

fn read_only(path: &str) -> actix_web::Resource {
    only(path, "GET")
}

/// A path that has the methods that `allow` names, and no others.
fn only(path: &str, allow: &'static str) -> actix_web::Resource {
    web::resource(path).default_service(web::to(move |request| wrong_method(request, allow)))
}

async fn wrong_method(request: HttpRequest, allow: &'static str) -> Result<HttpResponse, ApiError> {
    Err(ApiError::method(request.method().as_str(), request.path(), allow))
}
