//! Pages of lists of tasks, newest first. All tasks, those of a device and those of an account lie in an index in that
//! order. Any other filter matches a few groups of tasks, each of which lies in an index in that order too: the newest of
//! each group are looked up and merged. So no page is found by reading tasks that do not match, however rare the matches.

use diesel::dsl::sum;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tikmatrix_domain::{AppId, FailureCode, ScriptName, Serial, Source, TaskId, Username};

use crate::database::connection::{Connection, Engine, on_engine};
use crate::error::Fault;
use crate::page::{Page, PageStart};
use crate::schema::{task, task_kind};
use crate::tasks::counts;
use crate::tasks::filter::TaskFilter;
use crate::tasks::rows::TaskRow;

/// Loads the newest tasks, or those after a cursor, and counts all tasks: the most frequent query, in one statement, which
/// sees one state of the database without a transaction.
pub(crate) fn newest(
    connection: &mut Connection,
    size: u32,
    before: Option<TaskId>,
) -> Result<(Vec<TaskRow>, u64), Fault> {
    let rows = on_engine!(connection, own => {
        let total = task_kind::table.select(sum(task_kind::tasks)).single_value();
        let newest = task::table.select((TaskRow::as_select(), total)).order(task::id.desc());
        let newest = newest.limit(i64::from(size));
        match before {
            None => newest.load::<(TaskRow, Option<i64>)>(own)?,
            Some(id) => newest.filter(task::id.lt(id.0)).load(own)?,
        }
    });
    let total = match rows.first() {
        Some((_, total)) => counts::unsigned(*total),
        None => counts::matching(connection, &TaskFilter::default())?,
    };
    Ok((rows.into_iter().map(|(task, _)| task).collect(), total))
}

/// Loads one page of the tasks that match `filter`, of which there are `total`.
pub(crate) fn page(
    connection: &mut Connection,
    filter: &TaskFilter,
    page: Page,
    total: u64,
) -> Result<Vec<TaskRow>, Fault> {
    if u64::try_from(page.offset()).is_ok_and(|offset| offset >= total) {
        return Ok(Vec::new());
    }
    match filter {
        TaskFilter {
            status: None,
            script: None,
            source: None,
            app: None,
            failure_code: None,
            serial,
            username,
        } if serial.is_none() || username.is_none() => {
            Ok(in_order(filter, page).select(TaskRow::as_select()).load(connection)?)
        }
        _ => merged(connection, filter, page),
    }
}

fn in_order(filter: &TaskFilter, page: Page) -> task::BoxedQuery<'_, Engine> {
    let mut query = task::table.into_boxed();
    if let Some(serial) = &filter.serial {
        query = query.filter(task::serial.eq(serial.as_str()));
    }
    if let Some(username) = &filter.username {
        query = query.filter(task::username.eq(username.as_str()));
    }
    if let PageStart::Before(id) = page.start {
        query = query.filter(task::id.lt(id.0));
    }
    query.order(task::id.desc()).limit(i64::from(page.size)).offset(page.offset())
}

fn merged(connection: &mut Connection, filter: &TaskFilter, page: Page) -> Result<Vec<TaskRow>, Fault> {
    let texts = [
        ("serial", filter.serial.as_ref().map(Serial::as_str)),
        ("username", filter.username.as_ref().map(Username::as_str)),
        ("script_name", filter.script.as_ref().map(ScriptName::as_str)),
        ("source", filter.source.map(Source::as_str)),
        ("app", filter.app.as_ref().map(AppId::as_str)),
        ("failure_code", filter.failure_code.as_ref().map(FailureCode::as_str)),
    ];
    let status = filter.status.map(|status| format!("kept.status = {}", status.code()));
    let wanted: Vec<(&str, &str)> =
        texts.into_iter().filter_map(|(name, text)| text.map(|text| (name, text))).collect();
    let conditions: Vec<String> = wanted
        .iter()
        .enumerate()
        .map(|(index, (name, _))| format!("kept.{name} = ${}", index + 1))
        .chain(status)
        .collect();

    let sql = statement(connection, filter, page, &conditions.join(" AND "));
    let mut query = diesel::sql_query(sql).into_boxed::<Engine>();
    for (_, text) in wanted {
        query = query.bind::<Text, _>(text);
    }
    Ok(query.load(connection)?)
}

/// Only names and numbers of this program are put into the text; both engines take `$1`.
fn statement(connection: &Connection, filter: &TaskFilter, page: Page, conditions: &str) -> String {
    let (groups, index, group) = if filter.serial.is_none() && filter.username.is_none() {
        (
            "task_kind",
            "task_by_kind",
            "one.status = kept.status AND one.script_name = kept.script_name AND one.source = kept.source \
             AND one.app = kept.app AND COALESCE(one.failure_code, '') = COALESCE(kept.failure_code, '')",
        )
    } else {
        (
            "task_group",
            "task_by_group",
            // SQLite uses the index of an expression only for what is compared without a column's type.
            "COALESCE(one.serial, '') = COALESCE(kept.serial, '') \
             AND COALESCE(one.username, '') = COALESCE(kept.username, '') \
             AND one.script_name = kept.script_name AND one.source = kept.source AND one.app = kept.app \
             AND COALESCE(one.failure_code, '') = COALESCE(kept.failure_code, '') AND one.status = kept.status",
        )
    };
    // SQLite would consider another index as good. PostgreSQL would take the primary key, and read it to its end for a
    // group with nothing left: there, only the right index has this order.
    let (indexed, number, order) = if connection.is_sqlite() {
        (format!("INDEXED BY {index}"), "one.id <", "one.id DESC")
    } else {
        (String::new(), "-one.id > -", "-one.id")
    };
    let before = match page.start {
        PageStart::Number(_) => String::new(),
        PageStart::Before(id) => format!("AND {number} {id}"),
    };
    let (size, offset) = (page.size, page.offset());
    let reach = offset.saturating_add(i64::from(size));
    let newest = format!(
        "SELECT one.id FROM task one {indexed} WHERE {group} {before} ORDER BY {order} LIMIT {reach}"
    );
    let page_rows = format!("WHERE {conditions} ORDER BY found.id DESC LIMIT {size} OFFSET {offset}");
    // SQLite knows no LATERAL; CROSS JOIN there keeps the order in which the tables are named.
    if connection.is_sqlite() {
        format!(
            "SELECT task.* FROM task WHERE task.id IN (
                SELECT found.id FROM {groups} kept CROSS JOIN task found ON found.id IN ({newest}) {page_rows}
            ) ORDER BY task.id DESC"
        )
    } else {
        format!(
            "SELECT task.* FROM (
                SELECT found.id FROM {groups} kept CROSS JOIN LATERAL ({newest}) found {page_rows}
            ) page JOIN task ON task.id = page.id ORDER BY task.id DESC"
        )
    }
}
