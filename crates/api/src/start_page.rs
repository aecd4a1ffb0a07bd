//! The page at `/`, for people who open the server's address in a browser: where things are, and how the farm is. The farm's
//! state is shown only to a request that would be let in.

use std::fmt::Write as _;

use actix_web::http::header;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use tikmatrix_api_types::devices::DeviceState;
use tikmatrix_storage::Store;

use crate::devices::connections::Connections;
use crate::devices::convert::device_state;
use crate::http::error::ApiError;
use crate::http::middleware::auth::Access;
use crate::http::routing::{READING, only, reading};

/// Nothing but the page itself: it has a style of its own, and neither scripts nor texts of others.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                      frame-ancestors 'none'";

/// What the page links to: the path, relative so that it also holds behind a proxy that serves the server below a path, and
/// what is there.
const LINKS: [(&str, &str); 4] = [
    ("docs", "the API, described and tried"),
    ("openapi.json", "the same for programs"),
    ("healthz", "whether the server can do its work"),
    ("metrics", "figures for Prometheus"),
];

/// Registers the page, which is no part of the API.
pub(crate) fn configure(config: &mut ServiceConfig) {
    config.service(only("/", READING.to_owned()).route(reading().to(page)));
}

/// `GET /`.
async fn page(
    request: HttpRequest,
    access: Data<Access>,
    store: Data<Store>,
    connections: Data<Connections>,
) -> Result<HttpResponse, ApiError> {
    let state = if access.admits(request.headers()).await {
        farm(&store, &connections).await?
    } else {
        "<p>The state of the phones and tasks is shown to requests with a token.</p>".to_owned()
    };
    let links = LINKS.iter().filter(|(path, _)| *path != "docs" || cfg!(feature = "swagger"));
    let links: String =
        links.map(|(path, text)| format!("<li><a href=\"{path}\">{path}</a>: {text}</li>\n")).collect();
    let version = env!("CARGO_PKG_VERSION");
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>TikMatrix</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <style>body {{ font-family: system-ui, sans-serif; max-width: 40em; margin: 2em auto; padding: 0 1em }} \
         td {{ padding-right: 1.5em }}</style>\n</head>\n<body>\n<h1>TikMatrix {version}</h1>\n{state}\n\
         <ul>\n{links}</ul>\n</body>\n</html>\n"
    );
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .body(body))
}

/// Describes the phones by their state, and the tasks by their status.
async fn farm(store: &Store, connections: &Connections) -> Result<String, ApiError> {
    let tasks = store.tasks().stats().await?;
    let states: Vec<_> = connections.phones.borrow().iter().map(|it| device_state(Some(it)).0).collect();
    let mut rows = String::new();
    let mut row = |what: &str, text: &str| {
        let _ = writeln!(rows, "<tr><td>{what}</td><td>{text}</td></tr>");
    };
    let phones: Vec<String> = DeviceState::ALL
        .iter()
        .map(|state| (state, states.iter().filter(|it| *it == state).count()))
        .filter(|(_, count)| *count > 0)
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let phones = if phones.is_empty() { "none connected".to_owned() } else { phones.join(", ") };
    row("Phones", &phones);
    row(
        "Tasks",
        &format!(
            "{} pending, {} running, {} completed, {} failed",
            tasks.pending, tasks.running, tasks.completed, tasks.failed
        ),
    );
    Ok(format!("<table>\n{rows}</table>"))
}
