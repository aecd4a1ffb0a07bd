//! How SQLite means to answer the queries that run often: with a million tasks a scan or a sort would be felt.

use diesel::debug_query;
use diesel::prelude::*;
use diesel::query_builder::QueryFragment;
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use tikmatrix_domain::{ScriptName, Serial, Source, Status, TaskId, Username};

use crate::filter::{Page, PageStart, TaskFilter};
use crate::operations::lists::{matching, page_of};
use crate::operations::work::{due, first_due, highest_priority};
use crate::rows::moment;
use crate::store::{Connection, migrated};

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text)]
    detail: String,
}

fn plan(query: &impl QueryFragment<Sqlite>) -> String {
    let mut connection: Connection = migrated();
    let explain = format!("EXPLAIN QUERY PLAN {}", debug_query::<Sqlite, _>(query));
    let lines: Vec<PlanLine> = diesel::sql_query(explain).load(&mut connection).unwrap();
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_claim_reads_the_first_entry_of_each_priority_in_its_index() {
    let serial = Serial::new("a").unwrap();
    let due = plan(&due(&serial, 7, moment("now", 0).unwrap()));
    let by_index = "SEARCH task USING INDEX task_claim (serial=? AND status=? AND priority=? AND due_at<?)";
    assert_eq!(due, by_index);
    let level = plan(&highest_priority(&serial, Some(7)));
    assert_eq!(level, "SEARCH task USING COVERING INDEX task_claim (serial=? AND status=? AND priority<?)");
    let first = plan(&first_due(&serial, 7));
    assert_eq!(first, "SEARCH task USING COVERING INDEX task_claim (serial=? AND status=? AND priority=?)");
}

#[test]
fn every_list_runs_along_an_index_and_never_sorts() {
    let filters = [
        (
            "SEARCH task USING INDEX task_by_status (status=?)",
            filter_by(|filter| filter.status = Some(Status::Failed)),
        ),
        (
            "SEARCH task USING INDEX task_by_serial (serial=?)",
            filter_by(|filter| filter.serial = Serial::new("a").ok()),
        ),
        (
            "SEARCH task USING INDEX task_by_username (username=?)",
            filter_by(|filter| filter.username = Username::new("a").ok()),
        ),
        (
            "SEARCH task USING INDEX task_by_script (script_name=?)",
            filter_by(|filter| filter.script = ScriptName::new("post").ok()),
        ),
        (
            "SEARCH task USING INDEX task_by_source (source=?)",
            filter_by(|filter| filter.source = Some(Source::Ui)),
        ),
        ("SCAN task", TaskFilter::default()),
    ];
    for (wanted, filter) in filters {
        assert_eq!(plan(&page_of(&filter, Page { start: PageStart::Number(3), size: 20 })), wanted);
    }
    let before = page_of(&TaskFilter::default(), Page { start: PageStart::Before(TaskId(9)), size: 20 });
    assert_eq!(plan(&before), "SEARCH task USING INTEGER PRIMARY KEY (rowid<?)");
}

#[test]
fn filters_together_never_sort() {
    let both = filter_by(|filter| {
        filter.status = Some(Status::Failed);
        filter.serial = Serial::new("a").ok();
        filter.script = ScriptName::new("post").ok();
    });
    let plan = plan(&page_of(&both, Page { start: PageStart::Number(1), size: 20 }));
    assert!(plan.starts_with("SEARCH task USING INDEX"), "{plan}");
    assert!(!plan.contains("TEMP B-TREE"), "{plan}");
}

#[test]
fn counting_a_status_reads_an_index_alone() {
    let pending = filter_by(|filter| filter.status = Some(Status::Pending));
    let plan = plan(&matching(&pending).count());
    assert_eq!(plan, "SEARCH task USING COVERING INDEX task_by_status (status=?)");
}

fn filter_by(set: impl FnOnce(&mut TaskFilter)) -> TaskFilter {
    let mut filter = TaskFilter::default();
    set(&mut filter);
    filter
}
