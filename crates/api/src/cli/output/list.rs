//! Lists: a page with what is beyond it, or all pages.

use serde_json::{Value, json};

use super::empty::next_step;
use super::fields::select;
use super::style::Style;
use super::table::{Column, cells, objects};
use super::{complain, deliver, is_read, json as as_json, json_line, say_data};
use crate::cli::options::global::Fields;

/// Shows the page that `answer` holds under `name` as a table, and on stderr how many entries there are beside it.
pub(super) fn page(answer: Value, name: &str, columns: &[Column], style: Style) -> anyhow::Result<()> {
    let (rows, shown, total) = parts(answer, name);
    let rows = rows.as_array().into_iter().flatten();
    let rows: Vec<Vec<String>> = rows.map(|row| cells(row, columns, style)).collect();
    if rows.is_empty() {
        complain(if total == 0 { next_step(name) } else { "This page is empty: --page 1 is the first one." });
        return Ok(());
    }
    say_data(objects(rows, columns, style))?;
    if shown < total {
        complain(format_args!("{shown} of {total}: --all shows all"));
    }
    Ok(())
}

/// Shows the page as an array, and on stderr how many entries there are beside it, and where the next page begins.
pub(super) fn page_as_json(mut answer: Value, name: &str, fields: &Fields) -> anyhow::Result<()> {
    let cursor = answer["next_cursor"].take();
    let (rows, shown, total) = parts(answer, name);
    say_data(as_json(&select(fields, rows)?)?)?;
    if shown < total {
        let part = format!("{shown} of {total}");
        complain(json_line(&json!({"warning": part, "total": total, "next_cursor": cursor})));
    }
    Ok(())
}

/// Returns the entries of a page, how many they are, and how many there are on all pages.
fn parts(mut answer: Value, name: &str) -> (Value, u64, u64) {
    let rows = answer[name].take();
    let shown = rows.as_array().map_or(0, Vec::len) as u64;
    (rows, shown, answer["total"].as_u64().unwrap_or(shown))
}

/// Shows every entry in one table.
pub(super) fn all(
    items: impl Iterator<Item = anyhow::Result<Value>>,
    name: &str,
    columns: &[Column],
    style: Style,
) -> anyhow::Result<()> {
    let rows = items.map(|item| Ok(cells(&item?, columns, style))).collect::<anyhow::Result<Vec<_>>>()?;
    if rows.is_empty() {
        complain(next_step(name));
        return Ok(());
    }
    Ok(say_data(objects(rows, columns, style))?)
}

/// Shows every entry as it arrives, in an array with an entry a line, so that nothing of a long list is kept.
pub(super) fn all_as_json(
    items: impl Iterator<Item = anyhow::Result<Value>>,
    fields: &Fields,
) -> anyhow::Result<()> {
    let mut last = "[".to_owned();
    let mut separator = "";
    for item in items {
        let item = select(fields, item?)?;
        if !is_read(deliver(last + separator))? {
            return Ok(());
        }
        last = json_line(&item);
        separator = ",";
    }
    if separator.is_empty() {
        return Ok(say_data("[]")?);
    }
    Ok(say_data(format_args!("{last}\n]"))?)
}
