//! The parts of a running server that handlers use. Each handler names those that it needs as arguments.

use actix_web::web::{Bytes, Data, ServiceConfig};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::Clock;
use tikmatrix_runner::Runner;
use tikmatrix_storage::Store;

use crate::apps::KnownApps;
use crate::audit::recorder::AuditRecorder;
use crate::devices::connections::Connections;
use crate::events::handlers::EventStreams;
use crate::http::middleware::auth::Access;
use crate::http::middleware::limit::RequestLimit;
use crate::http::middleware::metrics::Metrics;
use crate::license::license_gate::LicenseGate;
use crate::materials::library::Library;
use crate::monitoring::HealthCheck;
use crate::settings::CurrentSettings;
use crate::tasks::create::handler::TaskCreator;
use crate::tasks::read::TaskReader;
use crate::webhooks::sending::sender::Webhooks;

/// The OpenAPI document as it is served.
pub(crate) struct OpenApiDocument(pub(crate) Bytes);

/// Every part, as each of the HTTP workers gets it.
#[derive(Clone)]
pub(crate) struct AppState {
    pub(crate) store: Data<Store>,
    pub(crate) clock: Data<dyn Clock>,
    pub(crate) runner: Data<Runner>,
    pub(crate) scripts: Data<ScriptRegistry>,
    pub(crate) apps: Data<KnownApps>,
    pub(crate) settings: Data<CurrentSettings>,
    pub(crate) gate: Data<LicenseGate>,
    pub(crate) access: Data<Access>,
    pub(crate) audit: Data<AuditRecorder>,
    pub(crate) limit: Data<RequestLimit>,
    pub(crate) metrics: Data<Metrics>,
    pub(crate) library: Data<Library>,
    pub(crate) connections: Data<Connections>,
    pub(crate) tasks: Data<TaskReader>,
    pub(crate) events: Data<EventStreams>,
    pub(crate) creator: Data<TaskCreator>,
    pub(crate) document: Data<OpenApiDocument>,
    pub(crate) health: Data<HealthCheck>,
    pub(crate) webhooks: Data<Webhooks>,
}

impl AppState {
    pub(crate) fn register(&self, config: &mut ServiceConfig) {
        config
            .app_data(self.store.clone())
            .app_data(self.clock.clone())
            .app_data(self.runner.clone())
            .app_data(self.scripts.clone())
            .app_data(self.apps.clone())
            .app_data(self.settings.clone())
            .app_data(self.gate.clone())
            .app_data(self.access.clone())
            .app_data(self.audit.clone())
            .app_data(self.limit.clone())
            .app_data(self.metrics.clone())
            .app_data(self.library.clone())
            .app_data(self.connections.clone())
            .app_data(self.tasks.clone())
            .app_data(self.events.clone())
            .app_data(self.creator.clone())
            .app_data(self.document.clone())
            .app_data(self.health.clone())
            .app_data(self.webhooks.clone());
    }
}
