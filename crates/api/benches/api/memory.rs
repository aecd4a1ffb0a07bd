//! What memory the server takes while a million tasks are listed, counted and deleted.

use serde_json::json;

use crate::client::Client;
use crate::server::Server;
use crate::table::row;

const PAGE_SIZE: usize = 100;
const BATCH: usize = 1_000;

pub(crate) async fn measure(large: &Server) {
    let mut client = Client::connect(&large.address).await;
    let (before, _) = large.memory();
    let ids = list_all(&mut client).await;
    let (listed, _) = large.memory();
    for _ in 0..1_000 {
        let request = client.get("/api/v1/task/stats", "");
        client.data(&request).await;
    }
    let (counted, _) = large.memory();
    for batch in ids.chunks(BATCH) {
        let request = client.post("/api/v1/task/batch-delete", &json!({ "task_ids": batch }).to_string());
        assert_eq!(client.data(&request).await["deleted_count"], batch.len());
    }
    let (deleted, most) = large.memory();
    let request = client.get("/api/v1/task/stats", "");
    assert_eq!(client.data(&request).await["total"], 0);
    let measured = format!(
        "{before} MiB before, {listed} listed, {counted} counted, {deleted} deleted, never more than {most}"
    );
    let what = format!("memory while {} tasks are listed, counted and deleted by {BATCH}", ids.len());
    row(&what, "", "flat", &measured);
}

/// The numbers of all tasks, page by page along the cursors.
async fn list_all(client: &mut Client) -> Vec<i64> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let request = client.get(&format!("/api/v1/task?page_size={PAGE_SIZE}{cursor}"), "");
        let data = client.data(&request).await;
        ids.extend(data["tasks"].as_array().unwrap().iter().map(|task| task["id"].as_i64().unwrap()));
        match data["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}
