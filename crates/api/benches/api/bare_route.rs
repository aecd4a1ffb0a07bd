//! What actix-web gives at best: a route that answers the same bytes each time, in a process of its own with as many
//! workers as the server.

use std::process::Command;

use actix_web::{App, HttpResponse, HttpServer, web};

use crate::server::Server;

/// The argument that makes the bench this route.
pub(crate) const COMMAND: &str = "bare-route";
/// As `WORKERS` of the server.
const WORKERS: usize = 2;

/// Starts it with these bytes.
pub(crate) fn start(body: &[u8]) -> Server {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), body).unwrap();
    Server::listening(Command::new(std::env::current_exe().unwrap()).arg(COMMAND).arg(file.path()), None)
}

/// Is it, until it is killed.
pub(crate) fn serve(file: &str) {
    let body = web::Bytes::from(std::fs::read(file).unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let server = HttpServer::new(move || {
            let body = body.clone();
            let answer = move || {
                let body = body.clone();
                async move { HttpResponse::Ok().content_type("application/json").body(body) }
            };
            App::new().route("/bare", web::get().to(answer))
        });
        let server = server.workers(WORKERS).bind("127.0.0.1:0").unwrap();
        println!("listening on http://{}", server.addrs()[0]);
        server.run().await.unwrap();
    });
}
