//! Answers as people and programs read them: lists as tables, one thing as lines, or everything as JSON.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde_json::Value;

use super::super::output::{printable, say};

/// For whom answers are shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Output {
    /// For a program.
    pub(super) json: bool,
}

/// A column: its heading, and where its values are (a JSON pointer, RFC 6901).
pub(super) type Column = (&'static str, &'static str);

impl Output {
    /// Shows the list that `data` holds under `name`, and on stderr which part of the whole it is.
    pub(super) fn list(self, data: &Value, name: &str, columns: &[Column]) {
        if self.json {
            return say(pretty(data));
        }
        let rows = data[name].as_array().map(Vec::as_slice).unwrap_or_default();
        if !rows.is_empty() {
            say(table(rows, columns));
        }
        let total = data["total"].as_u64().unwrap_or(rows.len() as u64);
        match data["page"].as_u64() {
            Some(page) => eprintln!("{} of {total}, page {page}", rows.len()),
            None => eprintln!("{} of {total}", rows.len()),
        }
    }

    /// Shows one thing, a line for each of its fields; lists in it are shown as JSON.
    pub(super) fn one(self, data: &Value) {
        if self.json {
            return say(pretty(data));
        }
        let fields = data.as_object().into_iter().flatten();
        let width = fields.clone().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in fields {
            say(format_args!("{name:width$}  {}", text(value)).to_string().trim_end());
        }
    }

    /// Says in a sentence what was done.
    pub(super) fn done(self, data: &Value, sentence: &str) {
        if self.json { say(pretty(data)) } else { say(sentence) }
    }
}

fn pretty(data: &Value) -> String {
    serde_json::to_string_pretty(data).unwrap_or_default()
}

fn table(rows: &[Value], columns: &[Column]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|(heading, _)| *heading));
    for row in rows {
        table.add_row(columns.iter().map(|(_, place)| row.pointer(place).map(text).unwrap_or_default()));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// A value on one line.
fn text(value: &Value) -> String {
    let text = match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    printable(&text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wide_letters_keep_their_column_and_control_characters_do_nothing() {
        let rows = [
            json!({"id": 7, "phone": {"name": "机架"}, "note": "x"}),
            json!({"id": 1000, "phone": {"name": null}, "note": "\u{1b}[2Jy\n"}),
        ];
        let shown = table(&rows, &[("ID", "/id"), ("PHONE", "/phone/name"), ("NOTE", "/note")]);
        assert_eq!(shown, "ID    PHONE  NOTE\n7     机架   x\n1000          [2Jy");
    }
}
