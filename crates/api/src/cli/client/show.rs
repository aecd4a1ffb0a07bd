//! Answers for people and programs: lists as tables, one thing as lines, or everything as JSON.

use comfy_table::presets::NOTHING;
use comfy_table::{ContentArrangement, Table};
use serde::Serialize;
use serde_json::Value;

use super::super::output::{complain, json, printable, say, say_data};
use anyhow::Context as _;

/// The form in which answers are shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Output {
    /// As JSON, for programs.
    pub(in crate::cli) json: bool,
}

/// A column: its heading, and a JSON pointer (RFC 6901) to its values.
pub(super) type Column = (&'static str, &'static str);

impl Output {
    /// Shows the list that `answer` holds under `name`, and on stderr which part of the whole it is.
    pub(super) fn list(self, answer: &impl Serialize, name: &str, columns: &[Column]) -> anyhow::Result<()> {
        let answer = value(answer)?;
        if self.json {
            return Ok(say_data(json(&answer)?)?);
        }
        let rows = answer[name].as_array().map(Vec::as_slice).unwrap_or_default();
        if !rows.is_empty() {
            say(table(rows, columns))?;
        }
        let total = answer["total"].as_u64().unwrap_or(rows.len() as u64);
        match answer["page"].as_u64() {
            Some(page) => complain(format_args!("{} of {total}, page {page}", rows.len())),
            None => complain(format_args!("{} of {total}", rows.len())),
        }
        Ok(())
    }

    /// Shows one thing, a line for each of its fields; lists in it are shown as JSON.
    pub(super) fn one(self, answer: &impl Serialize) -> anyhow::Result<()> {
        let answer = value(answer)?;
        if self.json {
            return Ok(say_data(json(&answer)?)?);
        }
        let fields = answer.as_object().into_iter().flatten();
        let width = fields.clone().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        for (name, value) in fields {
            say(format_args!("{name:width$}  {}", text(value)).to_string().trim_end())?;
        }
        Ok(())
    }

    /// Shows what was created or changed, as [`Output::one`] does.
    pub(super) fn changed(self, answer: &impl Serialize) -> anyhow::Result<()> {
        self.one(answer).context("the change was made, and cannot be shown")
    }

    /// Shows in a sentence what was done, or the answer as JSON.
    pub(super) fn done(self, answer: &impl Serialize, sentence: &str) -> anyhow::Result<()> {
        let answer = value(answer)?;
        let said = if self.json { say_data(json(&answer)?) } else { say(sentence) };
        said.with_context(|| format!("it was done, and cannot be shown ({})", sentence.replace('\n', ", ")))
    }
}

/// Returns the JSON of an answer as the server sent it: by way of text, so that numbers keep their digits.
fn value(answer: &impl Serialize) -> serde_json::Result<Value> {
    serde_json::from_str(&serde_json::to_string(answer)?)
}

fn table(rows: &[Value], columns: &[Column]) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|(heading, _)| *heading));
    for row in rows {
        table.add_row(columns.iter().map(|(_, pointer)| row.pointer(pointer).map(text).unwrap_or_default()));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
}

/// Formats a value on one line.
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
