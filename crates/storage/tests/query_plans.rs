//! How SQLite plans the queries that run often: with a million tasks, a scan or a sort would be felt. The statements are
//! recorded while the store runs its operations.

#![cfg(test)]

use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};
use diesel::prelude::*;
use diesel::sql_types::Text;
use tempfile::TempDir;
use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, Interval, LeaseId, Recipients, ScriptName, Serial, Source, Status,
    Target, TaskId, TaskOptions, TaskRequest, Username,
};
use tikmatrix_storage::{Claim, Page, PageStart, Store, TaskFilter};
use tokio::runtime::Runtime;

/// What all connections of the process have run since it was last cleared.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// One test records at a time.
static RECORDER: Mutex<()> = Mutex::new(());

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text)]
    detail: String,
}

struct Fixture {
    folder: TempDir,
    store: Store,
    runtime: Runtime,
}

impl Fixture {
    /// A store with two tasks of device `a` with an interval, and one of account `a`.
    fn new() -> Self {
        set_default_instrumentation(|| {
            Some(Box::new(|event: InstrumentationEvent<'_>| {
                if let InstrumentationEvent::StartQuery { query, .. } = event {
                    STATEMENTS.lock().unwrap().push(query.to_string());
                }
            }))
        })
        .unwrap();
        let folder = TempDir::new().unwrap();
        let store = Store::open(folder.path().join("tasks.db")).unwrap();
        let fixture = Self { folder, store, runtime: Runtime::new().unwrap() };
        fixture.runtime.block_on(async {
            let details = AccountChange { serial: Serial::new("a").ok().into(), ..AccountChange::default() };
            let account = AccountUpsert { username: username(), app: AppId::new("tiktok").unwrap(), details };
            fixture.store.accounts().create(account, now()).await.unwrap().unwrap();
            for recipients in [Recipients::Devices(vec![serial()]), Recipients::Accounts(vec![username()])] {
                fixture.store.queue().create(request(recipients), now()).await.unwrap();
            }
        });
        fixture
    }

    /// The plans of all statements that `operation` runs.
    fn plan<T>(&self, operation: impl Future<Output = T>) -> Vec<String> {
        STATEMENTS.lock().unwrap().clear();
        self.runtime.block_on(operation);
        let statements = std::mem::take(&mut *STATEMENTS.lock().unwrap());
        let path = self.folder.path().join("tasks.db");
        let mut connection = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
        let mut plans = Vec::new();
        for statement in
            statements.iter().filter(|it| ["SELECT", "UPDATE"].iter().any(|verb| it.starts_with(verb)))
        {
            let explain = diesel::sql_query(format!("EXPLAIN QUERY PLAN {statement}"));
            let lines = explain.load::<PlanLine>(&mut connection).unwrap();
            plans.push(lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("; "));
        }
        plans
    }

    fn list(&self, filter: &TaskFilter, start: PageStart) -> String {
        let plans = self.plan(async {
            let page = Page { start, size: 20 };
            self.store.tasks().list(filter.clone(), page).await.unwrap();
        });
        plans.into_iter().rfind(|plan| plan.contains("task")).unwrap()
    }
}

fn serial() -> Serial {
    Serial::new("a").unwrap()
}

fn username() -> Username {
    Username::new("a").unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_780_000_000_000).unwrap()
}

fn request(recipients: Recipients) -> TaskRequest {
    TaskRequest {
        recipients,
        groups: Vec::new(),
        script: ScriptName::new("post").unwrap(),
        targets: vec![Target::new(None, "{}"); 2],
        distribute: None,
        source: Source::Ui,
        start_time: None,
        interval: Interval { min_minutes: 5, max_minutes: 5 },
        seed: 7,
        options: TaskOptions::default(),
    }
}

/// Runs `test` while no other test records.
fn recorded(test: impl FnOnce(&Fixture)) {
    let _alone = RECORDER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    test(&Fixture::new());
}

#[test]
fn the_names_near_an_unknown_one_are_searched_in_an_index() {
    recorded(|fixture| {
        let plans = fixture.plan(async {
            let (serials, usernames) = (Serial::new("b").unwrap(), Username::new("b").unwrap());
            let unknown = fixture.store.queue().names().unknown(vec![serials], vec![usernames], None);
            let unknown = unknown.await.unwrap();
            assert_eq!((unknown.serials.len(), unknown.usernames.len()), (1, 1));
        });
        assert!(plans.len() >= 8, "{plans:?}");
        assert!(plans.iter().all(|plan| plan.starts_with("SEARCH") && !plan.contains("TEMP")), "{plans:?}");
    });
}

#[test]
fn a_claim_reads_the_first_entry_of_each_priority_in_its_index() {
    recorded(|fixture| {
        let plans = fixture.plan(async {
            let claim =
                fixture.store.queue().claim(9, serial(), LeaseId("one".to_owned()), now()).await.unwrap();
            assert!(matches!(claim, Claim::Claimed(_)), "{claim:?}");
        });
        for wanted in [
            "SEARCH task USING INDEX task_interrupted (serial=?)",
            "SEARCH task USING COVERING INDEX task_claim (serial=? AND status=? AND priority<?)",
            "SEARCH task USING INDEX task_claim (serial=? AND status=? AND priority=? AND due_at<?)",
        ] {
            assert!(plans.iter().any(|plan| plan == wanted), "{plans:?}");
        }
        let plans =
            fixture.plan(async { fixture.store.queue().next_due(serial(), now()).await.unwrap().unwrap() });
        let first = "SEARCH task USING COVERING INDEX task_claim (serial=? AND status=? AND priority=?)";
        assert!(plans.iter().any(|plan| plan == first), "{plans:?}");
    });
}

#[test]
fn what_is_due_in_spite_of_the_clock_is_searched_among_the_devices_tasks_without_a_start_time() {
    recorded(|fixture| {
        let before = now() - TimeDelta::hours(1);
        let plans =
            fixture.plan(async { fixture.store.queue().next_due(serial(), before).await.unwrap().unwrap() });
        let search = "SEARCH task USING INDEX task_unscheduled (serial=?)";
        assert!(plans.iter().any(|plan| plan == search), "{plans:?}");
    });
}

#[test]
fn the_tasks_that_an_interval_shifts_are_searched_among_those_of_their_device_alone() {
    recorded(|fixture| {
        let plans = fixture.plan(async {
            fixture.store.queue().claim(9, serial(), LeaseId("one".to_owned()), now()).await.unwrap();
        });
        let shift = plans.iter().find(|plan| plan.contains("shifted")).unwrap();
        for step in [
            "SEARCH task USING INDEX task_claim (serial=? AND status=?)",
            "USING PRIMARY KEY (task_id=?)",
            "SEARCH task USING INTEGER PRIMARY KEY (rowid=?)",
        ] {
            assert!(shift.contains(step), "{shift}");
        }
        assert!(!shift.contains("SCAN task") && !shift.contains("SCAN task_interval"), "{shift}");
    });
}

#[test]
fn all_tasks_and_those_of_a_device_or_an_account_lie_in_their_order() {
    let of_device = TaskFilter { serial: Some(serial()), ..TaskFilter::default() };
    let of_account = TaskFilter { username: Some(username()), ..TaskFilter::default() };
    let before = PageStart::Before(TaskId(9));
    recorded(|fixture| {
        for (filter, start, wanted) in [
            (TaskFilter::default(), PageStart::Number(1), "SCAN task"),
            (TaskFilter::default(), before, "SEARCH task USING INTEGER PRIMARY KEY (rowid<?)"),
            (of_device, before, "SEARCH task USING INDEX task_by_serial (serial=? AND id<?)"),
            (of_account, before, "SEARCH task USING INDEX task_by_username (username=? AND id<?)"),
        ] {
            let plan = fixture.list(&filter, start);
            assert!(plan.starts_with(wanted) && !plan.contains("TEMP B-TREE"), "{plan}");
        }
    });
}

#[test]
fn any_other_list_seeks_its_groups_in_an_index() {
    let pending = TaskFilter { status: Some(Status::Pending), ..TaskFilter::default() };
    let narrow = TaskFilter {
        serial: Some(serial()),
        script: ScriptName::new("post").ok(),
        source: Some(Source::Ui),
        ..pending.clone()
    };
    recorded(|fixture| {
        for (filter, wanted) in [
            (
                pending,
                "SEARCH one USING COVERING INDEX task_by_kind \
                 (status=? AND script_name=? AND source=? AND app=? AND <expr>=? AND id<?)",
            ),
            (
                narrow,
                "SEARCH one USING COVERING INDEX task_by_group \
                 (<expr>=? AND <expr>=? AND script_name=? AND source=? AND app=? AND <expr>=? AND status=? AND id<?)",
            ),
        ] {
            let plan = fixture.list(&filter, PageStart::Before(TaskId(9)));
            assert!(plan.contains(wanted), "{plan}");
            let mut scans = plan.split("; ").filter(|line| line.starts_with("SCAN"));
            assert!(scans.all(|line| line.contains("kept")), "{plan}");
        }
    });
}

#[test]
fn counts_read_no_tasks() {
    let of_account = TaskFilter { username: Some(username()), ..TaskFilter::default() };
    recorded(|fixture| {
        assert_eq!(fixture.plan(fixture.store.tasks().stats()), ["SCAN task_kind"]);
        let page = Page { start: PageStart::Number(1), size: 20 };
        let plans = fixture.plan(fixture.store.tasks().list(of_account, page));
        assert_eq!(plans[0], "SEARCH task_group USING INDEX task_group_by_username (username=?)");
    });
}
