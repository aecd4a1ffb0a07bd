//! The claim: no more devices are busy than allowed, however many claim at the same moment.

use std::num::NonZeroU32;

use tikmatrix_domain::{DEFAULT_RETRY_BACKOFF, Finish, NewTask, Outcome, Patch, SettingsChange, TaskOptions};
use tikmatrix_storage::{Claim, WorkLimit};

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

#[tokio::test]
async fn claims_at_one_moment_never_share_the_last_slot() {
    let fixture = Fixture::new();
    let names: Vec<String> = (0..12).map(|number| format!("phone {number}")).collect();
    fixture.create(names.iter().map(|name| for_phone(name)).collect()).await;
    let asked: Vec<_> = names
        .iter()
        .map(|name| {
            let (store, name) = (fixture.store.clone(), name.clone());
            tokio::spawn(
                async move { store.queue().claim(5, serial(&name), lease(&name), at(1)).await.unwrap() },
            )
        })
        .collect();
    let mut taken = 0;
    for claim in asked {
        match claim.await.unwrap() {
            Claim::Claimed(_) => taken += 1,
            other => assert_eq!(other, Claim::LimitReached(WorkLimit::Plan)),
        }
    }
    assert_eq!((taken, fixture.store.tasks().stats().await.unwrap().running), (5, 5));
}

#[tokio::test]
async fn a_slot_is_free_again_when_its_task_has_ended() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b")]).await;
    let claim = |name: &'static str| fixture.store.queue().claim(1, serial(name), lease(name), at(1));
    assert!(matches!(claim("a").await.unwrap(), Claim::Claimed(task) if task.id == ids[0]));
    assert_eq!(claim("b").await.unwrap(), Claim::LimitReached(WorkLimit::Plan));
    assert_eq!(fixture.store.tasks().stats().await.unwrap().pending, 1, "what finds no slot waits as before");
    fixture.store.attempts().finish(ids[0], lease("a"), finish(Outcome::Succeeded, "done", 2)).await.unwrap();
    assert!(matches!(claim("b").await.unwrap(), Claim::Claimed(task) if task.id == ids[1]));
}

#[tokio::test]
async fn the_limit_of_the_settings_holds_within_that_of_the_plan() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("a"), for_phone("b"), for_phone("c"), for_phone("d")]).await;
    let limit = async |limit: Patch<u32>| {
        let limit = limit.map(|limit| NonZeroU32::new(limit).unwrap());
        let change = SettingsChange { max_devices_at_work: limit, ..SettingsChange::default() };
        fixture.store.settings().change(change).await.unwrap();
    };
    let claim = async |plan: u32, name: &'static str| match fixture
        .store
        .queue()
        .claim(plan, serial(name), lease(name), at(1))
        .await
        .unwrap()
    {
        Claim::LimitReached(limit) => Some(limit),
        Claim::Claimed(_) => None,
        other => panic!("{other:?}"),
    };
    limit(Patch::Set(1)).await;
    assert_eq!(claim(9, "a").await, None);
    assert_eq!(claim(9, "b").await, Some(WorkLimit::Setting));
    // A higher limit would not help.
    assert_eq!(claim(1, "b").await, Some(WorkLimit::Plan));
    limit(Patch::Set(2)).await;
    assert_eq!(claim(1, "b").await, Some(WorkLimit::Plan));
    assert_eq!(claim(9, "b").await, None);
    limit(Patch::Set(1)).await;
    assert_eq!(claim(9, "c").await, Some(WorkLimit::Setting));
    limit(Patch::Clear).await;
    assert_eq!(claim(3, "c").await, None);
    assert_eq!(claim(3, "d").await, Some(WorkLimit::Plan));
}

#[tokio::test]
async fn without_work_there_is_nothing_to_wait_for() {
    let fixture = Fixture::new();
    let claim = fixture.store.queue().claim(0, serial("a"), lease("a"), at(1)).await.unwrap();
    assert_eq!(claim, Claim::NothingDue);
}

#[tokio::test]
async fn after_the_clock_was_set_back_only_the_tasks_that_wait_for_a_moment_wait() {
    let fixture = Fixture::new();
    let scheduled = NewTask { start_time: Some(at(60)), ..for_phone("a") };
    let was_due = NewTask { start_time: Some(at(-7_200)), ..for_phone("a") };
    let urgent = TaskOptions { priority: 5, ..TaskOptions::default() };
    let ids = fixture
        .create(vec![scheduled, was_due, for_phone("a"), NewTask { options: urgent, ..for_phone("a") }])
        .await;
    let an_hour_back = at(-3_600);
    assert_eq!(fixture.store.queue().next_due(serial("a"), an_hour_back).await.unwrap(), Some(an_hour_back));
    let mut claimed = Vec::new();
    while let Some(task) = claim_task(&fixture.store, serial("a"), lease("one"), an_hour_back).await {
        let done = Finish { at: an_hour_back, ..finish(Outcome::Succeeded, "done", 0) };
        fixture.store.attempts().finish(task.id, lease("one"), done).await.unwrap();
        claimed.push(task.id);
    }
    assert_eq!(claimed, [ids[3], ids[1], ids[2]]);
    assert_eq!(fixture.store.queue().next_due(serial("a"), an_hour_back).await.unwrap(), Some(at(60)));
}

#[tokio::test]
async fn a_retry_further_ahead_than_the_longest_delay_is_due_since_the_clock_was_set_back() {
    let fixture = Fixture::new();
    let id = fixture.create(vec![for_phone("a")]).await[0];
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    fixture
        .store
        .attempts()
        .postpone(id, lease("one"), finish(Outcome::Failed, "lost", 9), at(40))
        .await
        .unwrap();
    let longest = i64::try_from(DEFAULT_RETRY_BACKOFF.max.as_secs()).unwrap();
    assert!(claim_task(&fixture.store, serial("a"), lease("two"), at(40 - longest)).await.is_none());
    let claimed = claim_task(&fixture.store, serial("a"), lease("two"), at(39 - longest)).await;
    assert_eq!(claimed.map(|task| task.id), Some(id));
}
