//! The journal of a script in the database.

use serde_json::json;
use tikmatrix_domain::Outcome;

use crate::{Fixture, end_of, phone, task};

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
    let log = fixture.store.tasks().log(ids[0]).await.unwrap();
    // It logged without a pause: the first thousand lines were waiting before any could be stored.
    assert_eq!(log.len(), 1_001);
    assert_eq!((log[0].text.as_str(), log[999].text.as_str()), ("line 0", "line 999"));
    assert!(log[1_000].text.starts_with("4000 lines are missing here"), "{}", log[1_000].text);
}

#[tokio::test]
async fn what_a_script_returns_and_attaches_is_kept_of_a_success_too() {
    let fixture = Fixture::new();
    let (a, _adbd) = phone("a").await;
    let runner = fixture.runner().await;
    fixture.ready(&[&a]);
    let acts = ["attach", "tell"].map(|act| task("a", &json!({ "act": act, "word": "Café" })));
    let ids = fixture.create(acts.to_vec()).await;
    fixture.settled(&runner, "a").await;
    let detail = fixture.task(ids[0]).await;
    assert_eq!(end_of(&detail.task).0, Outcome::Succeeded);
    assert_eq!(detail.attempts[0].result.as_deref(), Some(r#"{"word":"Café"}"#));
    assert_eq!(detail.artifacts.len(), 1);
    assert_eq!(runner.artifact(&detail.artifacts[0]).await.unwrap(), b"seen");
    assert_eq!(fixture.task(ids[1]).await.attempts[0].result, None);
}
