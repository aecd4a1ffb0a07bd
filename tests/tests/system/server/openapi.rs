//! The OpenAPI document that is checked in is the one that the server serves.

use serde_json::Value;

use crate::harness::{Program, Server};

const WRITTEN: &str = include_str!("../../../../docs/openapi.json");
const RENEW: &str =
    "docs/openapi.json is not what the code says: run `cargo xtask openapi` and look at its changes";

#[test]
fn the_document_that_is_written_down_is_the_one_that_is_served_and_printed() {
    let directory = tempfile::tempdir().unwrap();
    let server = Server::start(&directory, 0);
    let served = server.get("/openapi.json").body;
    assert!(served == serde_json::from_str::<Value>(WRITTEN).unwrap(), "{RENEW}");
    let printed = Program::run(&["openapi"]).stdout;
    assert!(String::from_utf8(printed).unwrap() == WRITTEN, "{RENEW}");
}
