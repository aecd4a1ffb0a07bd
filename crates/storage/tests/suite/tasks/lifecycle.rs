//! A task from its claim to its finish.

use std::collections::HashSet;

use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, IllegalTransition, MAX_INTERRUPTIONS, NewTask, Outcome, Patch,
    Record, RecordedEvent, Status, TaskOptions, TaskState, Username,
};
use tikmatrix_storage::StorageError;

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

#[tokio::test]
async fn a_task_goes_from_created_to_completed() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];

    let claimed = claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    assert_eq!((claimed.id, claimed.attempt_count), (id, 1));
    assert_eq!(claimed.state, TaskState::Running { lease: lease("one"), since: at(1) });
    assert_eq!(fixture.store.tasks().find(id).await.unwrap().unwrap().task, claimed);

    fixture
        .store
        .attempts()
        .finish(id, lease("one"), finish(Outcome::Succeeded, "published", 9))
        .await
        .unwrap();
    let detail = fixture.store.tasks().find(id).await.unwrap().unwrap();
    let ended = finish(Outcome::Succeeded, "published", 9);
    assert_eq!(detail.task.state, TaskState::Finished { started_at: Some(at(1)), finish: ended.clone() });
    assert_eq!(detail.task.updated_at, at(9));
    assert_eq!(detail.attempts.len(), 1);
    assert_eq!((detail.attempts[0].started_at, detail.attempts[0].finish.clone()), (at(1), Some(ended)));
}

#[tokio::test]
async fn a_phone_takes_the_task_that_has_been_due_longest() {
    let fixture = Fixture::new();
    let scheduled = |seconds| NewTask { start_time: Some(at(seconds)), ..for_phone("a") };
    let ids = fixture
        .create(vec![scheduled(60), scheduled(30), for_phone("a"), for_phone("a"), for_phone("b")])
        .await;

    let mut order = Vec::new();
    for now in [29, 29, 29, 90, 90, 90] {
        let claimed =
            claim_task(&fixture.store, serial("a"), lease(&format!("{}", order.len())), at(now)).await;
        order.push(claimed.map(|task| task.id));
    }
    assert_eq!(order, [Some(ids[2]), Some(ids[3]), None, Some(ids[1]), Some(ids[0]), None]);
}

#[tokio::test]
async fn a_higher_priority_comes_first_then_what_has_been_due_longest_then_the_lower_number() {
    let fixture = Fixture::new();
    let task = |priority, start: Option<i64>| NewTask {
        start_time: start.map(at),
        options: TaskOptions { priority, ..TaskOptions::default() },
        ..for_phone("a")
    };
    let wanted = [
        task(-100, None),
        task(0, Some(20)),
        task(0, Some(10)),
        task(0, Some(10)),
        task(100, Some(90)),
        task(5, Some(20)),
    ];
    let ids = fixture.create(wanted.to_vec()).await;
    let mut order = Vec::new();
    for now in [50, 50, 50, 50, 90, 90, 90] {
        let lease = lease(&format!("{}", order.len()));
        order.push(claim_task(&fixture.store, serial("a"), lease, at(now)).await.map(|task| task.id));
    }
    let wanted = [5, 2, 3, 1, 4, 0].map(|index| Some(ids[index]));
    assert_eq!(order, [&wanted[..], &[None]].concat());
}

#[tokio::test]
async fn the_next_due_moment_is_the_soonest_of_all_priorities() {
    let fixture = Fixture::new();
    let task = |priority, start| NewTask {
        start_time: Some(at(start)),
        options: TaskOptions { priority, ..TaskOptions::default() },
        ..for_phone("a")
    };
    fixture.create(vec![task(9, 60), task(0, 30), task(-9, 45)]).await;
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), Some(at(30)));
}

#[tokio::test]
async fn the_next_due_moment_is_that_of_the_phones_own_pending_tasks() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), None);
    let scheduled = |seconds| NewTask { start_time: Some(at(seconds)), ..for_phone("a") };
    fixture.create(vec![scheduled(60), scheduled(30), for_phone("b")]).await;
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), Some(at(30)));
    claim_task(&fixture.store, serial("a"), lease("one"), at(30)).await.unwrap();
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), Some(at(60)));
}

#[tokio::test]
async fn a_result_is_only_written_under_the_lease_that_the_task_has() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    let refused = fixture
        .store
        .attempts()
        .finish(id, lease("one"), finish(Outcome::Succeeded, "", 1))
        .await
        .unwrap_err();
    assert!(matches!(
        refused,
        StorageError::Illegal { source: IllegalTransition::NotRunning(Status::Pending), .. }
    ));

    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let refused = fixture
        .store
        .attempts()
        .finish(id, lease("two"), finish(Outcome::Succeeded, "", 2))
        .await
        .unwrap_err();
    assert!(matches!(refused, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }));
    let record = Record { at: at(2), event: RecordedEvent::Progress(50) };
    let refused = fixture.store.attempts().record(id, lease("two"), vec![record]).await.unwrap_err();
    assert!(matches!(refused, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }));
    assert!(!refused.is_transient());

    let untouched = fixture.store.tasks().find(id).await.unwrap().unwrap().task;
    assert_eq!((untouched.state.status(), untouched.progress), (Status::Running, 0));
}

#[tokio::test]
async fn a_task_that_is_given_back_waits_as_if_it_had_never_been_taken() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    let refused = fixture.store.attempts().release(id, lease("two"), at(2)).await.unwrap_err();
    assert!(matches!(refused, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }));

    fixture.store.attempts().release(id, lease("one"), at(2)).await.unwrap();
    let waiting = fixture.store.tasks().find(id).await.unwrap().unwrap();
    assert_eq!((waiting.task.state, waiting.task.attempt_count), (TaskState::Pending, 0));
    assert_eq!(waiting.attempts, []);
    let again = claim_task(&fixture.store, serial("a"), lease("two"), at(3)).await.unwrap();
    assert_eq!((again.id, again.attempt_count), (id, 1));
}

#[tokio::test]
async fn the_end_of_an_unknown_task_is_refused() {
    let fixture = Fixture::new();
    let unknown = tikmatrix_domain::TaskId(7);
    let refused = fixture
        .store
        .attempts()
        .finish(unknown, lease("one"), finish(Outcome::Failed, "", 1))
        .await
        .unwrap_err();
    assert!(matches!(refused, StorageError::NoSuchTask(id) if id == unknown));
}

#[tokio::test]
async fn workers_that_claim_at_the_same_time_never_get_the_same_task() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"); 40]).await;
    let claims = (0..60).map(|number| {
        let store = fixture.store.clone();
        tokio::spawn(async move { claim_task(&store, serial("a"), lease(&number.to_string()), at(1)).await })
    });
    let mut claimed = Vec::new();
    for claim in claims.collect::<Vec<_>>() {
        claimed.extend(claim.await.unwrap().map(|task| task.id));
    }
    assert_eq!(claimed.len(), ids.len());
    assert_eq!(claimed.into_iter().collect::<HashSet<_>>(), ids.into_iter().collect());
}

#[tokio::test]
async fn a_mark_comes_with_those_that_other_tasks_of_its_phone_or_account_have_set_since() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("a"), for_phone("b")]).await;
    let claim = async |phone: &str, second| {
        claim_task(&fixture.store, serial(phone), lease(phone), at(second)).await.unwrap();
    };
    let mark = async |id, phone: &str, text: &str, second| {
        fixture.store.marks().set(id, lease(phone), text.to_owned(), at(second)).await.unwrap();
        fixture
            .store
            .attempts()
            .finish(id, lease(phone), finish(Outcome::Stopped, "", second))
            .await
            .unwrap();
    };
    let others = async |id| fixture.store.marks().standing(id).await.unwrap().unwrap().others_since;
    claim("b", 0).await;
    claim("a", 1).await;
    mark(ids[0], "a", "first", 2).await;
    mark(ids[2], "b", "elsewhere", 3).await;
    assert_eq!(others(ids[0]).await, [""; 0]);
    claim("a", 4).await;
    mark(ids[1], "a", "second", 5).await;
    assert_eq!(others(ids[0]).await, ["second"]);
    assert_eq!(others(ids[1]).await, [""; 0], "what came before it does not count");
}

#[tokio::test]
async fn an_earlier_attempt_that_marks_later_counts_too() {
    let fixture = Fixture::new();
    let details = AccountChange { serial: Patch::Set(serial("a")), ..AccountChange::default() };
    let account = AccountUpsert {
        username: Username::new("maker").unwrap(),
        app: AppId::new("tiktok").unwrap(),
        details,
    };
    fixture.store.accounts().import(vec![account.clone()], at(0)).await.unwrap();
    let of_maker = NewTask { serial: None, username: Some(account.username.clone()), ..for_phone("a") };
    let ids = fixture.create(vec![of_maker.clone(), of_maker]).await;
    claim_task(&fixture.store, serial("a"), lease("a"), at(1)).await.unwrap();
    let moved = AccountChange { serial: Patch::Set(serial("b")), ..AccountChange::default() };
    fixture.store.accounts().import(vec![AccountUpsert { details: moved, ..account }], at(2)).await.unwrap();
    claim_task(&fixture.store, serial("b"), lease("b"), at(3)).await.unwrap();
    fixture.store.marks().set(ids[1], lease("b"), "second".to_owned(), at(4)).await.unwrap();
    fixture.store.marks().set(ids[0], lease("a"), "first".to_owned(), at(5)).await.unwrap();
    let standing = fixture.store.marks().standing(ids[1]).await.unwrap().unwrap();
    assert_eq!(standing.others_since, ["first"]);
}

#[tokio::test]
async fn a_task_that_was_marked_outlasts_more_ends_of_its_server_than_one_that_was_not() {
    for (is_marked, is_withdrawn) in [(false, false), (true, false), (true, true)] {
        let fixture = Fixture::new();
        let id = fixture.create(vec![for_phone("a")]).await[0];
        for attempt in 1..=MAX_INTERRUPTIONS {
            let now = at(i64::from(attempt) * 1_000);
            let lease = lease(&attempt.to_string());
            let claimed = claim_task(&fixture.store, serial("a"), lease.clone(), now).await;
            assert!(claimed.is_some(), "attempt {attempt}, marked: {is_marked}, withdrawn: {is_withdrawn}");
            if is_marked && attempt == 1 {
                fixture.store.marks().set(id, lease.clone(), "{}".to_owned(), now).await.unwrap();
            }
            if is_withdrawn && attempt == 2 {
                fixture.store.marks().withdraw(id, lease.clone()).await.unwrap();
            }
            let end = finish(Outcome::Interrupted, "the server ended", i64::from(attempt) * 1_000 + 1);
            fixture.store.attempts().interrupt(id, lease, end).await.unwrap();
        }
        let status = fixture.store.tasks().find(id).await.unwrap().unwrap().task.state.status();
        assert_eq!(status == Status::Pending, is_marked, "withdrawn: {is_withdrawn}, {status:?}");
    }
}
