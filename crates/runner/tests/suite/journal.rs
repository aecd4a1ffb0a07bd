//! The journal of a script in the database.

use serde_json::json;

use crate::{Fixture, phone, task};

#[tokio::test]
async fn a_chatty_script_is_stored_in_order_within_bounds_and_the_missing_lines_are_counted() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let ids = fixture.create(vec![task("a", &json!({ "act": "chatter" }))]).await;
    fixture.settled(&runner, "a").await;
    let detail = fixture.task(ids[0]).await;
    assert_eq!((detail.task.progress, detail.task.step.as_deref()), (99, Some("come to an end")));
    let log = fixture.store.task_log(ids[0]).await.unwrap();
    // It logged without a pause: the first thousand lines were waiting before any could be stored.
    assert_eq!(log.len(), 1_001);
    assert_eq!((log[0].text.as_str(), log[999].text.as_str()), ("line 0", "line 999"));
    assert!(log[1_000].text.starts_with("4000 lines are missing here"), "{}", log[1_000].text);
}
