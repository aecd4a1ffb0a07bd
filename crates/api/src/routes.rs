//! Every route of the server, resource by resource.

use crate::http::openapi::document_route;
use crate::http::routing::Routes;
use crate::{
    accounts, audit, devices, events, groups, license, materials, monitoring, scripts, settings, tasks,
    webhooks,
};

/// The table from which routing and the OpenAPI document are made.
pub(crate) fn all() -> Routes {
    Routes::new([
        tasks::read::routes(),
        tasks::create::handler::routes(),
        tasks::change::routes(),
        tasks::batch::routes(),
        tasks::evidence::routes(),
        accounts::handlers::routes(),
        accounts::status::routes(),
        audit::handlers::routes(),
        devices::address_handlers::routes(),
        devices::handlers::routes(),
        groups::handlers::routes(),
        license::handlers::routes(),
        events::handlers::routes(),
        monitoring::routes(),
        materials::handlers::routes(),
        materials::content::routes(),
        scripts::handlers::routes(),
        settings::handlers::routes(),
        webhooks::handlers::routes(),
        webhooks::delivery_handlers::routes(),
        document_route::routes(),
    ])
}
