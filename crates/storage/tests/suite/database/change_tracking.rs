//! The version of the tasks follows the tables that are written, not the operation that writes them.

use diesel::prelude::*;
use diesel::sql_types::Text;
use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, EventSubject, LogLevel, Outcome, Patch, Record, RecordedEvent,
    ServerId, SettingsChange, TaskId, Username,
};
use tikmatrix_storage::{StorageError, Version};

use crate::database::test_database::is_postgres;
use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

struct Versions {
    fixture: Fixture,
    last: Version,
}

impl Versions {
    /// Checks whether the version has changed since the last call.
    async fn check(&mut self, operation: &str, changes: bool) {
        let version = self.fixture.store.database().version().await.unwrap();
        assert_eq!(version != self.last, changes, "{operation}");
        self.last = version;
    }
}

#[tokio::test]
async fn the_version_changes_with_what_is_shown_of_tasks_and_with_nothing_else() {
    let fixture = Fixture::new();
    let store = fixture.store.clone();
    let last = store.database().version().await.unwrap();
    let mut versions = Versions { fixture, last };

    let id = versions.fixture.create(vec![for_phone("a")]).await[0];
    versions.check("create", true).await;
    claim_task(&store, serial("a"), lease("one"), at(1)).await.unwrap();
    versions.check("claim", true).await;
    assert!(claim_task(&store, serial("a"), lease("two"), at(1)).await.is_none());
    versions.check("claim of nothing", false).await;
    let line = Record { at: at(2), event: RecordedEvent::Log(LogLevel::Info, "line".to_owned()) };
    store.attempts().record(id, lease("one"), vec![line]).await.unwrap();
    versions.check("record", true).await;
    store.attempts().finish(id, lease("one"), finish(Outcome::Failed, "", 3)).await.unwrap();
    versions.check("finish", true).await;
    store.task_changes().retry(id, at(4)).await.unwrap();
    versions.check("retry", true).await;
    let refused = store.task_changes().retry(TaskId(99), at(4)).await.unwrap_err();
    assert!(matches!(refused, StorageError::NoSuchTask(_)));
    versions.check("refused retry", false).await;
    let details = AccountChange { serial: Patch::Set(serial("b")), ..AccountChange::default() };
    let account = AccountUpsert {
        username: Username::new("maker").unwrap(),
        app: AppId::new("tiktok").unwrap(),
        details,
    };
    store.accounts().create(account, at(5)).await.unwrap().unwrap();
    versions.check("account", true).await;
    let random = SettingsChange { random_order: Some(true), ..SettingsChange::default() };
    store.settings().change(random).await.unwrap();
    versions.check("settings", true).await;
    let subject = EventSubject::Device { address: "a".to_owned(), state: "ready".to_owned(), reason: None };
    store.events().record_device_event(None, subject, None, at(6)).await.unwrap();
    versions.check("event", true).await;
    store.task_changes().delete(vec![id], at(7)).await.unwrap();
    versions.check("delete", true).await;

    store.cluster().heartbeat(ServerId::new(7)).await.unwrap();
    store.settings().installation(at(8)).await.unwrap();
    store.settings().record_seen(at(9)).await.unwrap();
    store.tasks().stats().await.unwrap();
    versions.check("what no answer about tasks shows", false).await;
}

#[test]
fn every_table_of_postgres_is_tracked_or_known_not_to_be_shown() {
    if !is_postgres() {
        return;
    }
    let fixture = Fixture::new();
    let untracked = "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables
        WHERE schemaname = 'public' AND tablename NOT LIKE '\\_\\_diesel%' AND NOT EXISTS (
            SELECT 1 FROM pg_trigger
            WHERE tgrelid = tablename::regclass AND tgfoid = 'record_change'::regproc AND tgtype = 28
        )";
    let mut connection = PgConnection::establish(&fixture.database.url()).unwrap();
    let untracked: String = diesel::dsl::sql::<Text>(untracked).get_result(&mut connection).unwrap();
    assert_eq!(
        untracked,
        "access_token account_tag audit change_count device_app device_presence installation local_file material material_tag \
         request_key script_config server stop_request \
         task_group task_interval task_kind task_number turn turn_counter wakeup webhook webhook_delivery"
    );
}
