//! Counts and cursors under changes: what is counted is what is listed, and a walk meets every task once.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tikmatrix_domain::{
    AppId, FailureCode, NewTask, Outcome, ScriptName, Source, Status, Task, TaskId, TaskState, Username,
};
use tikmatrix_storage::{Page, PageStart, TaskFilter};

use crate::tasks::query::first;
use crate::{Fixture, at, claim_task, code_of, finish, for_phone, lease, serial};

#[derive(Debug, Clone)]
enum Step {
    Create(Vec<(Option<usize>, Option<usize>, usize, bool)>),
    Claim(usize),
    Finish(bool),
    Release,
    Bind(usize, usize),
    Delete(Vec<i64>),
    RetryAll,
}

const PHONES: [&str; 3] = ["a", "b", "c"];
const ACCOUNTS: [&str; 3] = ["x", "y", "z"];
const SCRIPTS: [&str; 2] = ["post", "follow"];

fn step() -> impl Strategy<Value = Step> {
    let who = prop_oneof![
        (0..3_usize).prop_map(|phone| (Some(phone), None)),
        (0..3_usize).prop_map(|account| (None, Some(account))),
    ];
    let task = (who, 0..2_usize, any::<bool>());
    let task = task.prop_map(|((phone, account), script, by_person)| (phone, account, script, by_person));
    prop_oneof![
        3 => prop::collection::vec(task, 1..6).prop_map(Step::Create),
        3 => (0..3_usize).prop_map(Step::Claim),
        2 => any::<bool>().prop_map(Step::Finish),
        1 => Just(Step::Release),
        1 => (0..3_usize, 0..3_usize).prop_map(|(account, phone)| Step::Bind(account, phone)),
        1 => prop::collection::vec(1..60_i64, 1..8).prop_map(Step::Delete),
        1 => Just(Step::RetryAll),
    ]
}

fn account(index: usize) -> Username {
    Username::new(ACCOUNTS[index]).unwrap()
}

fn instagram() -> AppId {
    AppId::new("instagram").unwrap()
}

fn script(index: usize) -> ScriptName {
    ScriptName::new(SCRIPTS[index]).unwrap()
}

async fn take(fixture: &Fixture, running: &mut Vec<TaskId>, step: Step) {
    match step {
        Step::Create(tasks) => {
            let tasks = tasks.into_iter().map(|(phone, user, name, by_person)| NewTask {
                serial: phone.map(|phone| serial(PHONES[phone])),
                username: user.map(account),
                script: script(name),
                source: if by_person { Source::Ui } else { Source::Api },
                app: by_person.then(instagram),
                ..for_phone("unused")
            });
            fixture.create(tasks.collect()).await;
        }
        Step::Claim(phone) => {
            let claimed = claim_task(&fixture.store, serial(PHONES[phone]), lease("one"), at(1)).await;
            running.extend(claimed.map(|task| task.id));
        }
        Step::Finish(well) => {
            let outcome = if well { Outcome::Succeeded } else { Outcome::Failed };
            if let Some(id) = running.pop() {
                fixture.store.attempts().finish(id, lease("one"), finish(outcome, "", 2)).await.unwrap();
            }
        }
        Step::Release => {
            if let Some(id) = running.pop() {
                fixture.store.attempts().release(id, lease("one"), at(2)).await.unwrap();
            }
        }
        Step::Delete(numbers) => {
            fixture.store.tasks().delete(numbers.into_iter().map(TaskId).collect(), at(9)).await.unwrap();
        }
        Step::RetryAll => {
            fixture.store.tasks().retry_all(at(3)).await.unwrap();
        }
        Step::Bind(user, phone) => {
            fixture.bind(account(user), AppId::new("tiktok").unwrap(), PHONES[phone], 2).await;
        }
    }
}

fn every_filter() -> Vec<TaskFilter> {
    let mut filters = Vec::new();
    for status in [None, Some(Status::Pending), Some(Status::Running), Some(Status::Failed)] {
        for phone in [None, Some(serial("a")), Some(serial("none"))] {
            for username in [None, Some(account(0))] {
                for name in [None, Some(script(0)), Some(script(1))] {
                    for source in [None, Some(Source::Ui)] {
                        for app in [None, Some(instagram())] {
                            let (serial, username, script) = (phone.clone(), username.clone(), name.clone());
                            let narrow = TaskFilter {
                                status,
                                serial,
                                username,
                                script,
                                source,
                                app,
                                failure_code: None,
                            };
                            let failure_code = code_of(Outcome::Failed);
                            filters.extend([narrow.clone(), TaskFilter { failure_code, ..narrow }]);
                        }
                    }
                }
            }
        }
    }
    filters
}

fn failure_code(task: &Task) -> Option<FailureCode> {
    match &task.state {
        TaskState::Finished { finish, .. } => finish.failure_code,
        _ => None,
    }
}

fn lets_through(filter: &TaskFilter, task: &Task) -> bool {
    filter.status.is_none_or(|status| task.state.status() == status)
        && (filter.serial.is_none() || task.serial == filter.serial)
        && (filter.username.is_none() || task.username == filter.username)
        && filter.script.as_ref().is_none_or(|script| *script == task.script)
        && filter.source.is_none_or(|source| source == task.source)
        && filter.app.is_none_or(|app| app == task.app)
        && (filter.failure_code.is_none() || failure_code(task) == filter.failure_code)
}

async fn compare(fixture: &Fixture) {
    let (all, total) = fixture.store.tasks().list(TaskFilter::default(), first(10_000)).await.unwrap();
    assert_eq!(u64::try_from(all.len()).unwrap(), total);
    let stats = fixture.store.tasks().stats().await.unwrap();
    let of = |status: Status| all.iter().filter(|task| task.state.status() == status).count();
    let counted = [stats.pending, stats.running, stats.completed, stats.failed];
    assert_eq!(
        Status::ALL.iter().map(|status| u64::try_from(of(*status)).unwrap()).collect::<Vec<_>>(),
        counted
    );
    for filter in every_filter() {
        let wanted: Vec<TaskId> =
            all.iter().filter(|task| lets_through(&filter, task)).map(|task| task.id).collect();
        let (_, total) = fixture.store.tasks().list(filter.clone(), first(1)).await.unwrap();
        assert_eq!(total, u64::try_from(wanted.len()).unwrap(), "{filter:?}");
        assert_eq!(walk(fixture, &filter, 3).await, wanted, "{filter:?}");
        let second = Page { start: PageStart::Number(2), size: 3 };
        let (page, _) = fixture.store.tasks().list(filter.clone(), second).await.unwrap();
        let page: Vec<TaskId> = page.iter().map(|task| task.id).collect();
        assert_eq!(page, wanted.iter().copied().skip(3).take(3).collect::<Vec<_>>(), "{filter:?}");
    }
}

/// The whole list by cursor.
async fn walk(fixture: &Fixture, filter: &TaskFilter, size: u32) -> Vec<TaskId> {
    let mut met = Vec::new();
    let mut before = TaskId(i64::MAX);
    loop {
        let page = Page { start: PageStart::Before(before), size };
        let (tasks, _) = fixture.store.tasks().list(filter.clone(), page).await.unwrap();
        let Some(last) = tasks.last() else { return met };
        before = last.id;
        met.extend(tasks.iter().map(|task| task.id));
    }
}

#[test]
fn after_any_changes_every_count_is_that_of_a_recount_and_every_walk_meets_each_task_once() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner =
        TestRunner::new(ProptestConfig { cases: 8, failure_persistence: None, ..Default::default() });
    let steps = prop::collection::vec(step(), 1..40);
    runner
        .run(&steps, |steps| {
            runtime.block_on(async {
                let fixture = Fixture::new();
                let mut running = Vec::new();
                for step in steps {
                    take(&fixture, &mut running, step).await;
                }
                compare(&fixture).await;
            });
            Ok(())
        })
        .unwrap();
}

#[tokio::test]
async fn a_walk_meets_every_task_that_stays_exactly_once_while_others_come_change_and_go() {
    let fixture = Fixture::new();
    let mut stay: BTreeSet<TaskId> = fixture.create(vec![for_phone("b"); 60]).await.into_iter().collect();
    let filter = TaskFilter { script: Some(script(0)), ..TaskFilter::default() };
    let mut met = Vec::new();
    let mut before = TaskId(i64::MAX);
    loop {
        let page = Page { start: PageStart::Before(before), size: 7 };
        let (tasks, _) = fixture.store.tasks().list(filter.clone(), page).await.unwrap();
        let Some(last) = tasks.last() else { break };
        before = last.id;
        met.extend(tasks.iter().map(|task| task.id));
        fixture.create(vec![for_phone("a"), for_phone("b")]).await;
        claim_task(&fixture.store, serial("b"), lease(&before.to_string()), at(1)).await;
        // One that was met, one that is still to come, if it does not work.
        let going = vec![before, TaskId(before.0 - 3)];
        for gone in fixture.store.tasks().delete(going, at(9)).await.unwrap().done {
            stay.remove(&gone);
        }
    }
    let met_once: BTreeSet<TaskId> = met.iter().copied().collect();
    assert_eq!(met_once.len(), met.len(), "{met:?}");
    assert!(stay.is_subset(&met_once), "{:?} were not met", stay.difference(&met_once));
    assert!(stay.len() < 60);
}
