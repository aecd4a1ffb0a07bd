//! The HTTP server on its sockets: the layers of each connection and each request, and their limits.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, Protocol};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, PayloadConfig};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::config::ExtraRoutes;
use crate::http::extract::MAX_BODY;
use crate::http::middleware::{auth, license, limit, metrics};
#[cfg(feature = "swagger")]
use crate::http::openapi::swagger;
use crate::http::protocol_errors::WithErrorBodies;
use crate::http::{error, routing};
use crate::listeners::Listeners;
use crate::routes;
use crate::start_error::StartError;
use crate::state::AppState;

/// Threads that answer requests: what takes long runs elsewhere.
const WORKERS: usize = 2;
/// How long answers that have begun may take when the server ends.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);
/// How long a client may take to send the head of a request.
const REQUEST_HEAD_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to end a connection that the server has ended.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Answers requests until the handle says otherwise.
///
/// # Errors
/// [`StartError::Http`].
pub(crate) fn serve(
    listeners: Listeners,
    state: AppState,
    extra_routes: ExtraRoutes,
    max_connections: usize,
) -> Result<(ServerHandle, JoinHandle<io::Result<()>>), StartError> {
    let routes = Arc::new(routes::all());
    let app = move || {
        let (state, routes, extra_routes) = (state.clone(), Arc::clone(&routes), Arc::clone(&extra_routes));
        App::new()
            .wrap(from_fn(license::refuse_without_api))
            .wrap(from_fn(auth::guard))
            .wrap(from_fn(limit::bound))
            .wrap(from_fn(error::log_causes))
            .wrap(from_fn(metrics::count))
            .app_data(PayloadConfig::new(MAX_BODY))
            .configure(move |config| {
                state.register(config);
                routes.configure(config);
                #[cfg(feature = "swagger")]
                swagger::configure(config);
                extra_routes(config);
            })
            .default_service(web::to(routing::unknown_route))
    };
    let mut server = actix_server::Server::build()
        .workers(WORKERS)
        .max_concurrent_connections((max_connections / WORKERS).max(1))
        .shutdown_timeout(SHUTDOWN_GRACE.as_secs())
        .disable_signals();
    let ending = server.graceful_shutdown_signal();
    for socket in listeners.sockets {
        let address = socket.local_addr().map_err(StartError::Http)?;
        let (app, ending) = (app.clone(), ending.clone());
        let connection = move || {
            let ending = ending.clone();
            let http = HttpService::build()
                .client_request_timeout(REQUEST_HEAD_TIMEOUT)
                .client_disconnect_timeout(DISCONNECT_TIMEOUT)
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
                // An event has to arrive when it happens, not when there are more.
                if let Err(error) = stream.set_nodelay(true) {
                    log::debug!("TCP_NODELAY cannot be set: {error}");
                }
                Ok((WithErrorBodies::new(stream), Protocol::Http1, peer))
            })
            .and_then(http)
        };
        server = server.listen(format!("http {address}"), socket, connection).map_err(StartError::Http)?;
    }
    let server = server.run();
    let handle = server.handle();
    Ok((handle, tokio::spawn(server)))
}
