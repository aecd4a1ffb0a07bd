//! How SQLite means to answer the queries that run often: with a million tasks a scan or a sort would be felt.

use std::sync::{Arc, Mutex};

use diesel::connection::InstrumentationEvent;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tikmatrix_domain::{ScriptName, Serial, Source, Status, TaskId, Username};

use crate::columns::moment;
use crate::database::connection::Connection;
use crate::page::{Page, PageStart};
use crate::store::migrated;
use crate::tasks::claim::{due, first_due, highest_priority};
use crate::tasks::create::interval_shift;
use crate::tasks::filter::TaskFilter;
use crate::tasks::rows::TaskRow;
use crate::tasks::{counts, pagination};

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text)]
    detail: String,
}

/// The plans of all statements that `operation` runs, without indentation.
fn plan(operation: impl FnOnce(&mut Connection)) -> String {
    use diesel::Connection as _;

    let mut connection = migrated();
    let statements = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&statements);
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            seen.lock().unwrap().push(query.to_string());
        }
    });
    operation(&mut connection);
    let statements = std::mem::take(&mut *statements.lock().unwrap());
    let mut lines: Vec<PlanLine> = Vec::new();
    for statement in statements {
        let explain = format!("EXPLAIN QUERY PLAN {statement}");
        lines.extend(diesel::sql_query(explain).load::<PlanLine>(&mut connection).unwrap());
    }
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("; ")
}

fn list(filter: &TaskFilter, start: PageStart) -> String {
    plan(|connection| {
        pagination::page(connection, filter, Page { start, size: 20 }, u64::MAX).map(drop).unwrap();
    })
}

#[test]
fn a_claim_reads_the_first_entry_of_each_priority_in_its_index() {
    let serial = Serial::new("a").unwrap();
    let due = plan(|connection| {
        let due = due(&serial, 7, moment("now", 0).unwrap());
        due.select(TaskRow::as_select()).first(connection).optional().map(drop).unwrap();
    });
    let by_index = "SEARCH task USING INDEX task_claim (serial=? AND status=? AND priority=? AND due_at<?)";
    assert_eq!(due, by_index);
    let level = plan(|connection| {
        highest_priority(&serial, Some(7)).first::<i32>(connection).optional().map(drop).unwrap();
    });
    assert_eq!(level, "SEARCH task USING COVERING INDEX task_claim (serial=? AND status=? AND priority<?)");
    let first = plan(|connection| {
        first_due(&serial, 7).first::<i64>(connection).optional().map(drop).unwrap();
    });
    assert_eq!(first, "SEARCH task USING COVERING INDEX task_claim (serial=? AND status=? AND priority=?)");
}

#[test]
fn the_tasks_that_wait_for_their_turn_are_looked_for_among_those_of_their_phone_alone() {
    let plan = plan(|connection| {
        interval_shift::shift(connection, 7, &Serial::new("a").unwrap(), moment("now", 0).unwrap()).unwrap();
    });
    for step in [
        "SEARCH task USING INDEX task_claim (serial=? AND status=?)",
        "SEARCH pace USING PRIMARY KEY (task_id=?)",
        "SEARCH task USING INTEGER PRIMARY KEY (rowid=?)",
    ] {
        assert!(plan.contains(step), "{plan}");
    }
    assert!(!plan.contains("SCAN task") && !plan.contains("SCAN pace"), "{plan}");
}

#[test]
fn all_tasks_and_those_of_a_phone_or_an_account_lie_in_their_order() {
    let of_phone = TaskFilter { serial: Serial::new("a").ok(), ..TaskFilter::default() };
    let of_account = TaskFilter { username: Username::new("a").ok(), ..TaskFilter::default() };
    let before = PageStart::Before(TaskId(9));
    for (filter, start, wanted) in [
        (TaskFilter::default(), PageStart::Number(3), "SCAN task"),
        (TaskFilter::default(), before, "SEARCH task USING INTEGER PRIMARY KEY (rowid<?)"),
        (of_phone, before, "SEARCH task USING INDEX task_by_serial (serial=? AND id<?)"),
        (of_account, before, "SEARCH task USING INDEX task_by_username (username=? AND id<?)"),
    ] {
        assert_eq!(list(&filter, start), wanted);
    }
}

#[test]
fn any_other_list_seeks_its_groups_in_an_index() {
    let failed = TaskFilter { status: Some(Status::Failed), ..TaskFilter::default() };
    let narrow = TaskFilter {
        serial: Serial::new("a").ok(),
        script: ScriptName::new("post").ok(),
        source: Some(Source::Ui),
        ..failed.clone()
    };
    for (filter, wanted) in [
        (
            failed,
            "SEARCH one USING COVERING INDEX task_by_kind (status=? AND script_name=? AND source=? AND id<?)",
        ),
        (
            narrow,
            "SEARCH one USING COVERING INDEX task_by_group \
             (<expr>=? AND <expr>=? AND script_name=? AND source=? AND status=? AND id<?)",
        ),
    ] {
        let plan = list(&filter, PageStart::Before(TaskId(9)));
        assert!(plan.contains(wanted), "{plan}");
        let reads_tasks = plan.split("; ").filter(|line| line.starts_with("SCAN"));
        assert!(reads_tasks.clone().all(|line| line.contains("kept")), "{plan}");
    }
}

#[test]
fn counts_read_no_tasks() {
    let of_account = TaskFilter { username: Username::new("a").ok(), ..TaskFilter::default() };
    let plan = plan(|connection| {
        counts::by_status(connection).map(drop).unwrap();
        counts::matching(connection, &TaskFilter::default()).map(drop).unwrap();
        counts::matching(connection, &of_account).map(drop).unwrap();
    });
    assert_eq!(
        plan,
        "SCAN task_kind; SCAN task_kind; SEARCH task_group USING INDEX task_group_by_username (username=?)"
    );
}
