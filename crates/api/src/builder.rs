//! How a server is put together before it starts.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web::ServiceConfig;
use tikmatrix_device::script::{Script, ScriptRegistry};
use tikmatrix_domain::{Clock, SystemClock};

use crate::server::Server;
use crate::start_error::StartError;

/// The port that clients expect.
const DEFAULT_PORT: u16 = 50809;
/// From a task's first step to its last, unless it asks for less. The longest upload that a configuration may wait for
/// is an hour, and a post has more to do than that.
const TASK_LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// Routes from outside that the server has too.
pub(crate) type MoreRoutes = Arc<dyn Fn(&mut ServiceConfig) + Send + Sync>;

/// A server that has not started.
pub struct ServerBuilder {
    pub(crate) data_directory: PathBuf,
    pub(crate) port: u16,
    pub(crate) phones: Vec<String>,
    pub(crate) scripts: ScriptRegistry,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) task_limit: Duration,
    pub(crate) more_routes: MoreRoutes,
}

impl ServerBuilder {
    pub(crate) fn new(data_directory: PathBuf) -> Self {
        Self {
            data_directory,
            port: DEFAULT_PORT,
            phones: Vec::new(),
            scripts: ScriptRegistry::default(),
            clock: Arc::new(SystemClock),
            task_limit: TASK_LIMIT,
            more_routes: Arc::new(|_| {}),
        }
    }

    /// The port to listen on, on loopback only; 0 means any free one. Default: 50809.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// A phone that speaks ADB at this `host:port`. It need not answer yet: it is connected as soon as it does.
    #[must_use]
    pub fn phone(mut self, address: impl Into<String>) -> Self {
        self.phones.push(address.into());
        self
    }

    /// A script that tasks can be made of.
    #[must_use]
    pub fn script(mut self, script: impl Script) -> Self {
        self.scripts = self.scripts.with(script);
        self
    }

    /// Where the server's time comes from. Default: the machine's own clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The longest that a task may work before it ends `timed_out`. Default: two hours.
    #[must_use]
    pub fn task_limit(mut self, limit: Duration) -> Self {
        self.task_limit = limit;
        self
    }

    /// Routes that the server answers besides its own, which come first. Only the last ones given count.
    #[must_use]
    pub fn routes(mut self, routes: impl Fn(&mut ServiceConfig) + Send + Sync + 'static) -> Self {
        self.more_routes = Arc::new(routes);
        self
    }

    /// Starts the server: when this returns, it answers requests.
    ///
    /// # Errors
    /// [`StartError`]; nothing runs then.
    pub async fn start(self) -> Result<Server, StartError> {
        Server::start(self).await
    }
}
