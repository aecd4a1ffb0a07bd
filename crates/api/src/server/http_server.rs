//! The HTTP server on its sockets: the layers of each connection and each request, and their limits.

use std::future::ready;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive, Protocol, ServiceConfig};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::App;
use actix_web::dev::{AppConfig, ServerHandle};
use actix_web::middleware::from_fn;
use actix_web::web::{self, PayloadConfig};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use super::listeners::Listeners;
use crate::config::ExtraRoutes;
use crate::http::connection::Connection;
use crate::http::connection::table::ConnectionTable;
use crate::http::connection::turn;
use crate::http::extract::MAX_BODY;
use crate::http::middleware::{auth, license, limit, metrics, range, role};
#[cfg(feature = "swagger")]
use crate::http::openapi::swagger;
use crate::http::{error, routing};
use crate::routes;
use crate::start_error::StartError;
use crate::start_page;
use crate::state::AppState;

/// Threads that answer requests: what takes long runs elsewhere.
const WORKERS: usize = 2;
/// How long answers that have begun may take when the server ends.
const SHUTDOWN_GRACE: Duration = Duration::from_secs(2);
/// How long a client may take to end a connection that the server has ended.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Connections beyond those with requests: for health checks, and for new clients while silent ones are let go.
const RESERVE: usize = 32;

/// Answers requests until the handle says otherwise.
///
/// # Errors
/// [`StartError::Http`].
pub(crate) fn serve(
    listeners: Listeners,
    state: AppState,
    extra_routes: ExtraRoutes,
    table: &Arc<ConnectionTable>,
) -> Result<(ServerHandle, JoinHandle<io::Result<()>>), StartError> {
    let routes = Arc::new(routes::all());
    let app = move || {
        let (state, routes, extra_routes) = (state.clone(), Arc::clone(&routes), Arc::clone(&extra_routes));
        App::new()
            .wrap(from_fn(range::read))
            .wrap(from_fn(license::refuse_without_api))
            .wrap(from_fn(auth::guard))
            .wrap(from_fn(limit::bound))
            .wrap(from_fn(error::log_causes))
            .wrap(from_fn(metrics::count))
            .wrap(from_fn(turn::keep))
            .app_data(PayloadConfig::new(MAX_BODY))
            .configure(move |config| {
                state.register(config);
                routes.configure(config);
                start_page::configure(config);
                config.service(routing::without_slash("/openapi.json"));
                #[cfg(feature = "swagger")]
                swagger::configure(config);
                let foreign = web::scope("").wrap(from_fn(role::require_for_foreign));
                config.service(foreign.configure(|config| extra_routes(config)));
            })
            .default_service(web::to(routing::unknown_route))
    };
    let mut server = actix_server::Server::build()
        .workers(WORKERS)
        .max_concurrent_connections((table.max_open() + RESERVE).div_ceil(WORKERS))
        .shutdown_timeout(SHUTDOWN_GRACE.as_secs())
        .disable_signals();
    let ending = server.graceful_shutdown_signal();
    for socket in listeners.sockets {
        let address = socket.local_addr().map_err(StartError::Http)?;
        let (app, ending, table) = (app.clone(), ending.clone(), Arc::clone(table));
        let connection = move || {
            let (ending, table) = (ending.clone(), Arc::clone(&table));
            let config = ServiceConfig::default();
            let http = HttpService::build()
                // The connection itself bounds how long a request is waited for.
                .keep_alive(KeepAlive::Os)
                .client_request_timeout(Duration::ZERO)
                .client_disconnect_timeout(DISCONNECT_TIMEOUT)
                .graceful_shutdown_signal(move || {
                    let ending = ending.clone();
                    async move { ending.notified().await }
                })
                .local_addr(address)
                .on_connect_ext(|connection: &Connection<TcpStream>, data| {
                    drop(data.insert(connection.turn()));
                })
                .finish(map_config(app().into_factory().map_err(|error| error.error_response()), |()| {
                    AppConfig::default()
                }));
            fn_service(move |stream: TcpStream| {
                let peer: Option<SocketAddr> = stream.peer_addr().ok();
                // An event has to arrive when it happens, not when there are more.
                if let Err(error) = stream.set_nodelay(true) {
                    log::debug!("TCP_NODELAY cannot be set: {error}");
                }
                let connection = Connection::new(stream, config.clone(), &table);
                ready(Ok((connection, Protocol::Http1, peer)))
            })
            .and_then(http)
        };
        server = server.listen(format!("http {address}"), socket, connection).map_err(StartError::Http)?;
    }
    let server = server.run();
    let handle = server.handle();
    Ok((handle, tokio::spawn(server)))
}
