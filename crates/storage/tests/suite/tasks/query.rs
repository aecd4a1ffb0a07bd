//! Lists, filters, pages and counts.

use tikmatrix_domain::{NewTask, Outcome, ScriptName, Source, Status, TaskId, Username};
use tikmatrix_storage::{Page, PageStart, TaskCounts, TaskFilter};

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

pub(crate) fn first(size: u32) -> Page {
    Page { start: PageStart::Number(1), size }
}

async fn listed(fixture: &Fixture, filter: TaskFilter, page: Page) -> (Vec<TaskId>, u64) {
    let (tasks, total) = fixture.store.tasks().list(filter, page).await.unwrap();
    (tasks.iter().map(|task| task.id).collect(), total)
}

#[tokio::test]
async fn pages_run_from_the_newest_task_to_the_oldest_and_know_the_total() {
    let fixture = Fixture::new();
    let mut ids = fixture.create(vec![for_phone("a"); 5]).await;
    ids.reverse();
    let page = |number| Page { start: PageStart::Number(number), size: 2 };
    let all = TaskFilter::default;
    assert_eq!(listed(&fixture, all(), page(1)).await, (ids[..2].to_vec(), 5));
    assert_eq!(listed(&fixture, all(), page(3)).await, (ids[4..].to_vec(), 5));
    assert_eq!(listed(&fixture, all(), page(4)).await, (Vec::new(), 5));
    assert_eq!(listed(&fixture, all(), page(u32::MAX)).await, (Vec::new(), 5));
    let before = Page { start: PageStart::Before(ids[1]), size: 2 };
    assert_eq!(listed(&fixture, all(), before).await, (ids[2..4].to_vec(), 5));
}

#[tokio::test]
async fn every_filter_narrows_and_filters_add_up() {
    let fixture = Fixture::new();
    let by_account =
        NewTask { serial: None, username: Some(Username::new("maker").unwrap()), ..for_phone("a") };
    let follow = NewTask { script: ScriptName::new("follow").unwrap(), source: Source::Ui, ..for_phone("b") };
    let ids = fixture.create(vec![for_phone("a"), by_account, follow]).await;
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();

    let none = TaskFilter::default;
    let running = TaskFilter { status: Some(Status::Running), ..none() };
    let of_phone = TaskFilter { serial: Some(serial("b")), ..none() };
    let of_account = TaskFilter { username: Some(Username::new("@Maker").unwrap()), ..none() };
    let of_script = TaskFilter { script: Some(ScriptName::new("post").unwrap()), ..none() };
    let of_source = TaskFilter { source: Some(Source::Ui), ..none() };
    let contradictory = TaskFilter { status: Some(Status::Running), ..of_source.clone() };
    for (filter, wanted) in [
        (running, vec![ids[0]]),
        (of_phone, vec![ids[2]]),
        (of_account, vec![ids[1]]),
        (of_script, vec![ids[1], ids[0]]),
        (of_source, vec![ids[2]]),
        (contradictory, vec![]),
    ] {
        let total = u64::try_from(wanted.len()).unwrap();
        assert_eq!(listed(&fixture, filter.clone(), first(10)).await, (wanted, total), "{filter:?}");
    }
}

#[tokio::test]
async fn a_filter_that_looks_like_sql_is_only_text() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("a"), for_phone("x' OR '1'='1")]).await;
    let filter = TaskFilter { serial: Some(serial("x' OR '1'='1")), ..TaskFilter::default() };
    assert_eq!(listed(&fixture, filter, first(10)).await.1, 1);
}

#[tokio::test]
async fn the_counts_follow_every_change_of_status() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.tasks().stats().await.unwrap(), TaskCounts::default());
    fixture.create(vec![for_phone("a"); 4]).await;
    for (name, outcome) in
        [("one", Some(Outcome::Succeeded)), ("two", Some(Outcome::TimedOut)), ("three", None)]
    {
        let task = claim_task(&fixture.store, serial("a"), lease(name), at(1)).await.unwrap();
        if let Some(outcome) = outcome {
            fixture.store.attempts().finish(task.id, lease(name), finish(outcome, "", 2)).await.unwrap();
        }
    }
    let counts = fixture.store.tasks().stats().await.unwrap();
    assert_eq!(counts, TaskCounts { pending: 1, running: 1, completed: 1, failed: 1 });
    assert_eq!(counts.total(), 4);
}

#[tokio::test]
async fn a_task_that_never_was_is_none() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.tasks().find(TaskId(1)).await.unwrap(), None);
    assert_eq!(fixture.store.tasks().log(TaskId(1)).await.unwrap(), []);
}
