//! HTTP on the sockets of a server: which layers each connection and each request goes through, and their limits.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, Protocol};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::{AppConfig, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::config::MoreRoutes;
use crate::http::middleware::auth::Access;
use crate::http::middleware::limit::RequestLimit;
use crate::http::middleware::metrics::Metrics;
use crate::http::middleware::{auth, license, limit, metrics};
use crate::http::protocol_errors::Answering;
use crate::http::routing;
use crate::listeners::Listeners;
use crate::routes;
use crate::start_error::StartError;
use crate::state::AppState;

/// Threads that answer requests: what takes long runs elsewhere.
const WORKERS: usize = 2;
/// How long answers that are under way may take when the server ends.
const FOR_LAST_ANSWERS: Duration = Duration::from_secs(2);
/// How long a client may take to send the head of a request.
const CLIENT_LIMIT: Duration = Duration::from_secs(10);
/// How long a client may take to end a connection that the server has ended.
const DISCONNECT_LIMIT: Duration = Duration::from_secs(1);

/// How much the server takes on at once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    pub(crate) requests: usize,
}

/// Answers requests until the handle says otherwise.
///
/// # Errors
/// [`StartError::Http`].
pub(crate) fn serve(
    listeners: Listeners,
    core: web::Data<AppState>,
    access: Access,
    more_routes: MoreRoutes,
    limits: Limits,
) -> Result<(ServerHandle, JoinHandle<io::Result<()>>), StartError> {
    let access = web::Data::new(access);
    let load = web::Data::new(RequestLimit::new(limits.requests));
    let metrics = web::Data::new(Metrics::default());
    let app = move || {
        let more_routes = Arc::clone(&more_routes);
        App::new()
            .wrap(from_fn(license::refuse_without_api))
            .wrap(from_fn(auth::guard))
            .wrap(from_fn(limit::bound))
            .wrap(from_fn(metrics::count))
            .app_data(load.clone())
            .app_data(metrics.clone())
            .app_data(access.clone())
            .app_data(core.clone())
            .configure(routes::configure)
            .configure(move |config| more_routes(config))
            .default_service(web::to(routing::unknown_route))
    };
    let mut server = actix_server::Server::build()
        .workers(WORKERS)
        .max_concurrent_connections((limits.connections / WORKERS).max(1))
        .shutdown_timeout(FOR_LAST_ANSWERS.as_secs())
        .disable_signals();
    let ending = server.graceful_shutdown_signal();
    for socket in listeners.sockets {
        let address = socket.local_addr().map_err(StartError::Http)?;
        let (app, ending) = (app.clone(), ending.clone());
        let connection = move || {
            let ending = ending.clone();
            let http = HttpService::build()
                .client_request_timeout(CLIENT_LIMIT)
                .client_disconnect_timeout(DISCONNECT_LIMIT)
                .graceful_shutdown_signal(move || {
                    let ending = ending.clone();
                    async move { ending.notified().await }
                })
                .local_addr(address)
                .finish(map_config(app().into_factory().map_err(|error| error.error_response()), |()| {
                    AppConfig::default()
                }));
            fn_service(|stream: TcpStream| async {
                let peer: Option<SocketAddr> = stream.peer_addr().ok();
                // An event is to arrive when it happens, not when there are more.
                if let Err(error) = stream.set_nodelay(true) {
                    log::debug!("a connection sends in its own time: {error}");
                }
                Ok((Answering::new(stream), Protocol::Http1, peer))
            })
            .and_then(http)
        };
        server = server.listen(format!("http {address}"), socket, connection).map_err(StartError::Http)?;
    }
    let server = server.run();
    let handle = server.handle();
    Ok((handle, tokio::spawn(server)))
}
