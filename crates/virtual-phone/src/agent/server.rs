//! The agent's HTTP server: `GET /ping` and `POST /jsonrpc/0`. Calls run one after the other; waits do not block them.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::DuplexStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::agent::json_rpc;
use crate::agent::state::{Agent, Condition, Reply};
use crate::system::sockets::Listener;

const MAX_CALL_BYTES: usize = 4 * 1024 * 1024;
/// Between two queries of the screen while a call waits.
const QUERY_INTERVAL: Duration = Duration::from_millis(100);
const MAX_WAIT: Duration = Duration::from_secs(600);

/// Serves connections until the socket is closed from outside.
pub(crate) async fn serve(agent: Agent, mut listener: Listener) {
    let agent = Arc::new(agent);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Some(stream) => { connections.spawn(converse(Arc::clone(&agent), stream)); }
                None => return,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(agent: Arc<Agent>, stream: DuplexStream) {
    let service = service_fn(move |request| {
        let agent = Arc::clone(&agent);
        async move { Ok::<_, Infallible>(respond(&agent, request).await) }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        log::debug!("a client of the agent went away: {error}");
    }
}

async fn respond(agent: &Agent, request: Request<Incoming>) -> Response<Full<Bytes>> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/ping") => text(StatusCode::OK, "pong"),
        (&Method::POST, "/jsonrpc/0") => {
            match Limited::new(request.into_body(), MAX_CALL_BYTES).collect().await {
                Ok(body) => answer(agent, &body.to_bytes()).await,
                Err(error) => text(StatusCode::BAD_REQUEST, error.to_string()),
            }
        }
        _ => text(StatusCode::NOT_FOUND, "Not Found"),
    }
}

async fn answer(agent: &Agent, body: &[u8]) -> Response<Full<Bytes>> {
    let (id, reply) = json_rpc::call(agent, body);
    let result = match reply {
        Ok(Reply::Now(value)) => Ok(value),
        Ok(Reply::After(time, value)) => {
            tokio::time::sleep(time.min(MAX_WAIT)).await;
            Ok(value)
        }
        Ok(Reply::Until(condition, time)) => Ok(wait(agent, &condition, time).await.into()),
        Err(error) => Err(error),
    };
    text(StatusCode::OK, json_rpc::answer(&id, result).to_string())
}

async fn wait(agent: &Agent, condition: &Condition, time: Duration) -> bool {
    let end = Instant::now() + time.min(MAX_WAIT);
    loop {
        if agent.holds(condition) {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        tokio::time::sleep_until(end.min(Instant::now() + QUERY_INTERVAL)).await;
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    response
}
