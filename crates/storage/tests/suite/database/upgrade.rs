//! A database of an earlier version opens, migrates and goes on working. The files were made by the version of 2026-11-25;
//! they stay as they are for every later migration.

use std::io::Read;

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use flate2::read::GzDecoder;
use tikmatrix_domain::{
    AccountId, AppId, EventId, Heartbeat, Interval, LogLevel, MaterialUse, Outcome, PackageName, Recipients,
    Role, ScriptConfig, ScriptName, ServerId, Source, Status, Target, TaskId, TaskOptions, TaskRequest,
    TaskState,
};
use tikmatrix_storage::{
    AccountFilter, EventFilter, Events, Installation, InterruptedTask, MaterialFilter, NumberedPage, Page,
    PageStart, RequestKey, Store, TaskCounts, TaskFilter,
};

use crate::database::test_database::TestDatabase;
use crate::tasks::query::first;
use crate::{Fixture, at, claim_task, code_of, finish, serial};

const SQLITE: &[u8] = include_bytes!("../../data/2026-11-25.db.gz");
const POSTGRES: &[u8] = include_bytes!("../../data/2026-11-25.sql.gz");

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    GzDecoder::new(packed).read_to_end(&mut bytes).unwrap();
    bytes
}

/// The store over a copy of the old database.
fn upgraded() -> Fixture {
    upgraded_after("SELECT 1")
}

/// The same, with a statement run on the old database before.
fn upgraded_after(statement: &str) -> Fixture {
    let database = TestDatabase::empty();
    match &database {
        TestDatabase::Sqlite(folder) => {
            let file = folder.path().join("tasks.db");
            std::fs::write(&file, unpacked(SQLITE)).unwrap();
            let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            connection.batch_execute(statement).unwrap();
        }
        TestDatabase::Postgres { url } => {
            let dump = String::from_utf8(unpacked(POSTGRES)).unwrap();
            PgConnection::establish(url).unwrap().batch_execute(&dump).unwrap();
            PgConnection::establish(url).unwrap().batch_execute(statement).unwrap();
        }
    }
    Fixture { store: Store::open_url(&database.url()).unwrap(), database }
}

#[tokio::test]
async fn tasks_of_an_earlier_version_keep_their_states_and_their_history() {
    let fixture = upgraded();
    let store = &fixture.store;
    let counts = TaskCounts { pending: 5, running: 1, completed: 1, failed: 1 };
    assert_eq!(store.tasks().stats().await.unwrap(), counts);
    let (tasks, total) = store.tasks().list(TaskFilter::default(), first(20)).await.unwrap();
    let ids: Vec<i64> = tasks.iter().map(|task| task.id.0).collect();
    assert_eq!((ids, total), (vec![8, 7, 6, 5, 4, 3, 2, 1], 8));
    assert_eq!(tasks[4].state, TaskState::Retrying { at: at(5000) });
    assert_eq!(tasks[5].state, TaskState::Running { lease: ServerId::new(1).lease(3), since: at(22) });
    assert_eq!(tasks[0].username.as_ref().unwrap().as_str(), "painter");
    assert_eq!(
        (tasks[0].app, tasks[7].app),
        (AppId::new("instagram").unwrap(), AppId::new("instagram").unwrap())
    );
    let failed = TaskFilter { status: Some(Status::Failed), ..TaskFilter::default() };
    assert_eq!(store.tasks().list(failed, first(20)).await.unwrap().1, 1);

    let done = store.tasks().find(TaskId(1)).await.unwrap().unwrap();
    assert_eq!(
        done.task.options,
        TaskOptions { priority: 5, max_retries: 2, time_limit: Some(std::time::Duration::from_secs(90)) }
    );
    let finish = done.attempts[0].finish.clone().unwrap();
    assert_eq!((finish.outcome, finish.remark.as_str()), (Outcome::Succeeded, "published"));
    assert_eq!(done.steps[0].text, "tap Post");
    assert_eq!(done.artifacts[0].file, "1/1/tree.xml");
    let log = store.tasks().log(TaskId(1)).await.unwrap();
    assert_eq!((log[0].level, log[0].text.as_str()), (LogLevel::Warn, "slow"));
}

#[tokio::test]
async fn long_configurations_of_an_earlier_version_are_stored_once_and_kept() {
    let config = format!("\"{}\"", "ü".repeat(2_500));
    let fixture = upgraded_after(&format!(
        "UPDATE task SET script_config = '{config}', created_at = 1000 WHERE id IN (1, 5, 6);
        UPDATE task SET script_config = '{config}', created_at = 2000 WHERE id = 4"
    ));
    assert_eq!(fixture.database.count("script_config"), 2, "one for each request");
    for id in [1, 4, 5, 6] {
        let task = fixture.store.tasks().find(TaskId(id)).await.unwrap().unwrap().task;
        assert_eq!(task.script_config, ScriptConfig::Text(config.clone()));
    }
    let (listed, _) = fixture.store.tasks().list(TaskFilter::default(), first(20)).await.unwrap();
    assert_eq!(listed[2].script_config, ScriptConfig::Omitted { bytes: 5_002 });
    let other = fixture.store.tasks().find(TaskId(2)).await.unwrap().unwrap().task;
    assert!(other.script_config.text().unwrap().starts_with('{'), "{other:?}");
    let request = Target::new(None, config.as_str());
    let created = fixture.store.queue().create(request_for(request), at(6000)).await.unwrap();
    assert_eq!(fixture.database.count("script_config"), 3, "new ones get ids of their own");
    fixture.store.task_changes().delete(created.tasks, at(6001)).await.unwrap();
    assert_eq!(fixture.database.count("script_config"), 2);
}

#[tokio::test]
async fn an_attempt_of_an_earlier_version_that_may_have_published_is_marked() {
    let posted =
        "INSERT INTO step (task_id, attempt, number, text, started_at) VALUES (3, 1, 99, 'tap Post', 0)";
    let fixture = upgraded_after(posted);
    let store = &fixture.store;
    assert_eq!(store.marks().standing(TaskId(3)).await.unwrap().unwrap().seen, "{}");
    assert_eq!(store.marks().standing(TaskId(1)).await.unwrap(), None, "it succeeded");
}

#[tokio::test]
async fn an_earlier_attempt_has_the_code_that_its_outcome_gives_for_certain_and_no_other() {
    let certain = [Outcome::Stopped, Outcome::TimedOut, Outcome::Interrupted];
    for outcome in certain.into_iter().chain([Outcome::Failed]) {
        let [task, attempt, event] = ["task", "attempt", "event"]
            .map(|table| format!("UPDATE {table} SET outcome = '{outcome}' WHERE outcome = 'failed';"));
        let fixture = upgraded_after(&format!("{task} {attempt} {event}"));
        let detail = fixture.store.tasks().find(TaskId(2)).await.unwrap().unwrap();
        let wanted = code_of(outcome).filter(|_| certain.contains(&outcome));
        assert_eq!(detail.attempts[0].finish.as_ref().unwrap().failure_code, wanted);
        let TaskState::Finished { finish, .. } = detail.task.state else { panic!("it has not ended") };
        assert_eq!((finish.outcome, finish.failure_code), (outcome, wanted));
    }
}

#[tokio::test]
async fn all_else_of_an_earlier_version_is_kept() {
    let fixture = upgraded();
    let store = &fixture.store;
    let settings = store.settings().load().await.unwrap();
    assert_eq!((settings.default_app, settings.max_retries), (AppId::new("instagram").ok(), 3));
    assert_eq!(
        settings.packages.get(&AppId::new("tiktok").unwrap()),
        PackageName::new("com.clone.tiktok").ok().as_ref()
    );
    assert_eq!(
        settings.packages.get(&AppId::new("instagram").unwrap()),
        PackageName::new("com.clone.instagram").ok().as_ref()
    );
    let page = NumberedPage { number: 1, size: 9 };
    let (accounts, _) = store.accounts().list(AccountFilter::default(), page).await.unwrap();
    assert_eq!(accounts.iter().map(|it| it.username.as_str()).collect::<Vec<_>>(), ["maker", "painter"]);
    let maker = store.accounts().find(AccountId(1)).await.unwrap().unwrap();
    assert_eq!(
        (maker.app, maker.serial, maker.note.as_str()),
        (AppId::new("tiktok").unwrap(), Some(serial("phone-a")), "first")
    );
    assert_eq!(maker.package, PackageName::new("com.own.tiktok").ok());
    let devices = store.devices().list().await.unwrap();
    assert_eq!((devices.len(), devices[0].name.as_deref()), (2, Some("Left")));
    assert_eq!(devices[0].group.as_ref().unwrap().1, "Rack 1");
    assert_eq!(devices[0].facts.battery, Some(87));

    let newest = Page { start: PageStart::Number(1), size: 9 };
    let (materials, _) = store.materials().list(MaterialFilter::default(), newest).await.unwrap();
    let uses: Vec<MaterialUse> = materials.iter().rev().map(|it| it.usage).collect();
    let used = MaterialUse::Used { at: at(40), by: Some(TaskId(1)) };
    assert_eq!(uses[0], used);
    assert!(uses[1..].contains(&MaterialUse::Reserved { by: TaskId(3) }), "{uses:?}");
    assert!(uses[1..].contains(&MaterialUse::Unused), "{uses:?}");
    assert_eq!(materials[2].details.tags.len(), 2);

    let Events::Next { events, .. } =
        store.events().after(EventId(0), EventFilter::default(), 100).await.unwrap()
    else {
        panic!("the events are pruned")
    };
    assert_eq!(events.last().unwrap().at, at(60));
    assert!(events.len() > 20, "{}", events.len());
    let age = Installation { made_at: at(0), last_seen: at(5), set_back_at: None, newest_license: None };
    assert_eq!(store.settings().installation(at(100)).await.unwrap(), age);
    let token = store.tokens().list().await.unwrap().remove(0);
    assert_eq!((token.name.as_str(), token.role, token.expires_at), ("one", Role::Admin, None));
}

#[tokio::test]
async fn an_upgraded_database_goes_on_working() {
    let fixture = upgraded();
    let store = &fixture.store;
    let lease = |number| ServerId::new(2).lease(number);
    let dead = store.cluster().heartbeat(ServerId::new(2)).await.unwrap();
    assert_eq!(dead, [Heartbeat { server: ServerId::new(1), beats: 1 }]);
    assert_eq!(store.cluster().stop_requests_for(ServerId::new(1)).await.unwrap(), [TaskId(3)]);
    let stopped = InterruptedTask { task: TaskId(3), runs_again: false };
    assert_eq!(store.cluster().interrupt_tasks_of(dead[0].clone(), at(100)).await.unwrap(), [stopped]);

    // The first of three tasks with an interval of five minutes starts late.
    let first = claim_task(store, serial("phone-b"), lease(1), at(4000)).await.unwrap();
    assert_eq!(first.id, TaskId(5));
    store.attempts().finish(first.id, lease(1), finish(Outcome::Succeeded, "", 4010)).await.unwrap();
    assert_eq!(store.queue().next_due(serial("phone-b"), at(1_000_000_000)).await.unwrap(), Some(at(4300)));
    let retried = claim_task(store, serial("phone-a"), lease(2), at(5000)).await.unwrap();
    assert_eq!((retried.id, retried.attempt_count), (TaskId(4), 2));

    let request = request_for(Target::new(None, "{}"));
    let key = RequestKey {
        key: "order 66".to_owned(),
        fingerprint: "body".to_owned(),
        lifetime: TimeDelta::hours(24),
    };
    let again = store.queue().create_once(request.clone(), key, at(6000), |_| "another".to_owned()).await;
    assert_eq!(again.unwrap(), "the first answer");
    assert_eq!(store.queue().create(request, at(6000)).await.unwrap().tasks, [TaskId(10)]);
}

/// A request for one device.
fn request_for(target: Target) -> TaskRequest {
    TaskRequest {
        recipients: Recipients::Devices(vec![serial("phone-b")]),
        groups: Vec::new(),
        script: ScriptName::new("post").unwrap(),
        targets: vec![target],
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 7,
        options: TaskOptions::default(),
    }
}
