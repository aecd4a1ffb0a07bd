//! Pages of lists, newest first. All tasks, those of a phone and those of an account lie in an index in that order. Any
//! other filters let a few groups of tasks through, each of which lies in an index in that order too: the newest of each
//! are looked up and merged. So no page is found by reading tasks that do not belong to it, however rare those are that do.

use diesel::dsl::sum;
use diesel::prelude::*;
use diesel::sql_types::Text;
use tikmatrix_domain::{ScriptName, Serial, Source, TaskId, Username};

use crate::database::connection::{Connection, Engine};
use crate::error::Fault;
use crate::page::{Page, PageStart};
use crate::schema::{task, task_kind};
use crate::tasks::counts;
use crate::tasks::filter::TaskFilter;
use crate::tasks::rows::TaskRow;

/// The newest of all tasks, or those that follow where a page ended, and how many tasks there are: what most ask for, in one
/// statement, which sees one state of the database without a transaction. Each engine has it in its own types: it is put
/// into words once for each connection, where one for either engine is again for each call, and its rows are read directly.
pub(crate) fn newest(
    connection: &mut Connection,
    size: u32,
    before: Option<TaskId>,
) -> Result<(Vec<TaskRow>, u64), Fault> {
    macro_rules! load {
        ($connection:expr) => {{
            let total = task_kind::table.select(sum(task_kind::tasks)).single_value();
            let newest = task::table.select((TaskRow::as_select(), total)).order(task::id.desc());
            let newest = newest.limit(i64::from(size));
            match before {
                None => newest.load::<(TaskRow, Option<i64>)>($connection)?,
                Some(id) => newest.filter(task::id.lt(id.0)).load($connection)?,
            }
        }};
    }
    let rows = match connection {
        Connection::Sqlite(connection) => load!(connection),
        Connection::Postgres(connection) => load!(connection),
    };
    let total = match rows.first() {
        Some((_, total)) => counts::unsigned(*total),
        None => counts::matching(connection, &TaskFilter::default())?,
    };
    Ok((rows.into_iter().map(|(task, _)| task).collect(), total))
}

/// The tasks of `page`, of those that `filter` lets through; `total` is how many these are.
pub(crate) fn page(
    connection: &mut Connection,
    filter: &TaskFilter,
    page: Page,
    total: u64,
) -> Result<Vec<TaskRow>, Fault> {
    if u64::try_from(offset(page)).is_ok_and(|offset| offset >= total) {
        return Ok(Vec::new());
    }
    match filter {
        TaskFilter { status: None, script: None, source: None, serial, username }
            if serial.is_none() || username.is_none() =>
        {
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
    query.order(task::id.desc()).limit(i64::from(page.size)).offset(offset(page))
}

fn merged(connection: &mut Connection, filter: &TaskFilter, page: Page) -> Result<Vec<TaskRow>, Fault> {
    let texts = [
        ("serial", filter.serial.as_ref().map(Serial::as_str)),
        ("username", filter.username.as_ref().map(Username::as_str)),
        ("script_name", filter.script.as_ref().map(ScriptName::as_str)),
        ("source", filter.source.map(Source::as_str)),
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

/// Names, and numbers that this program made, are all that is put into the text; both engines take `$1`.
fn statement(connection: &Connection, filter: &TaskFilter, page: Page, conditions: &str) -> String {
    let (groups, index, group) = if filter.serial.is_none() && filter.username.is_none() {
        (
            "task_kind",
            "task_by_kind",
            "one.status = kept.status AND one.script_name = kept.script_name AND one.source = kept.source",
        )
    } else {
        (
            "task_group",
            "task_by_group",
            // SQLite uses the index of an expression only for what is compared without a column's type.
            "COALESCE(one.serial, '') = COALESCE(kept.serial, '') \
             AND COALESCE(one.username, '') = COALESCE(kept.username, '') \
             AND one.script_name = kept.script_name AND one.source = kept.source AND one.status = kept.status",
        )
    };
    // SQLite would take another index for as good. PostgreSQL would take the primary key, and read on and on for a group
    // that has nothing left: only the right index is in this order there.
    let (indexed, number, order) = match connection {
        Connection::Sqlite(_) => (format!("INDEXED BY {index}"), "one.id <", "one.id DESC"),
        Connection::Postgres(_) => (String::new(), "-one.id > -", "-one.id"),
    };
    let before = match page.start {
        PageStart::Number(_) => String::new(),
        PageStart::Before(id) => format!("AND {number} {id}"),
    };
    let (size, offset) = (page.size, offset(page));
    let reach = offset.saturating_add(i64::from(size));
    let newest = format!(
        "SELECT one.id FROM task one {indexed} WHERE {group} {before} ORDER BY {order} LIMIT {reach}"
    );
    let of_the_page = format!("WHERE {conditions} ORDER BY found.id DESC LIMIT {size} OFFSET {offset}");
    match connection {
        // SQLite knows no LATERAL; CROSS JOIN there keeps the order in which the tables are named.
        Connection::Sqlite(_) => format!(
            "SELECT task.* FROM task WHERE task.id IN (
                SELECT found.id FROM {groups} kept CROSS JOIN task found ON found.id IN ({newest}) {of_the_page}
            ) ORDER BY task.id DESC"
        ),
        Connection::Postgres(_) => format!(
            "SELECT task.* FROM (
                SELECT found.id FROM {groups} kept CROSS JOIN LATERAL ({newest}) found {of_the_page}
            ) page JOIN task ON task.id = page.id ORDER BY task.id DESC"
        ),
    }
}

fn offset(page: Page) -> i64 {
    match page.start {
        PageStart::Number(number) => i64::from(number.saturating_sub(1)) * i64::from(page.size),
        PageStart::Before(_) => 0,
    }
}
