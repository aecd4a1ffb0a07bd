//! Answers for people and programs: lists as tables, one thing as lines, or everything as JSON.

use anyhow::Context as _;
use serde::Serialize;
use serde_json::{Value, json};
use tikmatrix_client::Error as ClientError;
use tikmatrix_domain::for_terminal;

use super::fields::{select, select_known};
use super::list;
use super::style::Style;
pub(in crate::cli) use super::table::Column;
use super::{complain, deliver, is_read, json as as_json, json_line, say_data};
use crate::cli::options::global::{Fields, Global};

/// The form in which answers are shown.
#[derive(Debug, Clone, Copy)]
pub(in crate::cli) struct Output(&'static Form);

/// What the options and the terminal say about the form of answers.
#[derive(Debug)]
struct Form {
    /// The fields that are shown as JSON, for programs; `None` for people.
    json: Option<Fields>,
    /// How text for people looks.
    style: Style,
}

impl Output {
    /// Returns the form that the options name. It is made once, and lives as long as the program.
    pub(in crate::cli) fn new(options: &Global) -> Self {
        let style = Style::of_stdout(options.clock());
        Self(Box::leak(Box::new(Form { json: options.json(), style })))
    }

    /// Returns whether a program reads the output.
    pub(in crate::cli) fn is_json(self) -> bool {
        self.0.json.is_some()
    }

    /// Returns how text for people looks.
    pub(in crate::cli) fn style(self) -> Style {
        self.0.style
    }

    /// Shows the list that `answer` holds under `name`, and on stderr which part of the whole it is.
    pub(in crate::cli) fn list(
        self,
        answer: &impl Serialize,
        name: &str,
        columns: &[Column],
    ) -> anyhow::Result<()> {
        let answer = value(answer)?;
        match &self.0.json {
            Some(fields) => list::page_as_json(answer, name, fields),
            None => list::page(answer, name, columns, self.0.style),
        }
    }

    /// Shows every entry of a list as its pages arrive.
    pub(in crate::cli) fn all<T: Serialize>(
        self,
        items: impl Iterator<Item = Result<T, ClientError>>,
        name: &str,
        columns: &[Column],
    ) -> anyhow::Result<()> {
        let items = items.map(|item| Ok(value(&item?)?));
        match &self.0.json {
            Some(fields) => list::all_as_json(items, fields),
            None => list::all(items, name, columns, self.0.style),
        }
    }

    /// Shows one thing, a line for each of its fields.
    pub(in crate::cli) fn one(self, answer: &impl Serialize) -> anyhow::Result<()> {
        let answer = value(answer)?;
        self.page(&answer, |style| lines(&answer, style))
    }

    /// Shows one thing in a form of its own, which has to be clean.
    pub(in crate::cli) fn page(
        self,
        answer: &impl Serialize,
        text: impl FnOnce(Style) -> String,
    ) -> anyhow::Result<()> {
        if self.is_json() { self.document(answer) } else { Ok(say_data(text(self.0.style))?) }
    }

    /// Shows what was created or changed, as [`Output::one`] does.
    pub(in crate::cli) fn changed(self, answer: &impl Serialize) -> anyhow::Result<()> {
        let shown = self.say_clean(answer, |answer| lines(answer, self.0.style));
        shown.context("the change was made, and cannot be shown")
    }

    /// Shows in a sentence what was done, or the answer as JSON.
    pub(in crate::cli) fn done(self, answer: &impl Serialize, sentence: &str) -> anyhow::Result<()> {
        let said = self.say(answer, || sentence.to_owned());
        said.with_context(|| format!("it was done, and cannot be shown ({})", sentence.replace('\n', ", ")))
    }

    /// Shows a text, or for a program the answer that it is made of.
    pub(in crate::cli) fn say(
        self,
        answer: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        self.say_clean(answer, |_| for_terminal(&text()))
    }

    fn say_clean(self, answer: &impl Serialize, text: impl FnOnce(&Value) -> String) -> anyhow::Result<()> {
        let answer = value(answer)?;
        match &self.0.json {
            Some(fields) => Ok(say_data(as_json(&select_known(fields, answer))?)?),
            None => Ok(say_data(text(&answer))?),
        }
    }

    /// Shows one of several things that happen one after the other: a line of text, or of JSON.
    pub(in crate::cli) fn event(
        self,
        event: &impl Serialize,
        line: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        self.streamed(event, || for_terminal(&line())).map(drop)
    }

    /// Shows one of things that go on without an end, as a clean line of text or as one of JSON. Returns whether a reader is
    /// left.
    pub(in crate::cli) fn streamed(
        self,
        event: &impl Serialize,
        line: impl FnOnce() -> String,
    ) -> anyhow::Result<bool> {
        let line = match &self.0.json {
            Some(fields) => json_line(&select_known(fields, value(event)?)),
            None => line(),
        };
        Ok(is_read(deliver(line))?)
    }

    /// Shows what is shown once, or for a program the answer that holds it; fails also when the reader is gone.
    pub(in crate::cli) fn deliver(
        self,
        answer: &impl Serialize,
        text: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        match &self.0.json {
            Some(fields) => Ok(deliver(as_json(&select_known(fields, value(answer)?))?)?),
            None => Ok(deliver(text())?),
        }
    }

    /// Shows an answer that is JSON for people too.
    pub(in crate::cli) fn document(self, answer: &impl Serialize) -> anyhow::Result<()> {
        let fields = self.0.json.as_ref().unwrap_or(&Fields::All);
        Ok(say_data(as_json(&select(fields, value(answer)?)?)?)?)
    }

    /// Reports on stderr what the user should know, and does not end the command.
    pub(in crate::cli) fn warn(self, sentence: &str) {
        if self.is_json() {
            complain(json_line(&json!({"warning": sentence})));
        } else {
            complain(format_args!("warning: {sentence}"));
        }
    }

    /// Explains on stderr, to people alone, what stdout does not say.
    pub(in crate::cli) fn explain(self, sentence: &str) {
        if !self.is_json() {
            complain(sentence);
        }
    }
}

/// Formats one thing, a line for each of its fields that has a value.
fn lines(answer: &Value, style: Style) -> String {
    let fields: Vec<(&String, String)> = answer
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| (name, style.value(name, value)))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let width = fields.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let line = |(name, value): &(&String, String)| format!("{name:width$}  {value}");
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns the JSON of an answer as the server sent it: by way of text, so that numbers keep their digits.
fn value(answer: &impl Serialize) -> serde_json::Result<Value> {
    serde_json::from_str(&serde_json::to_string(answer)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::output::time::Clock;

    #[test]
    fn one_thing_is_shown_by_the_fields_that_have_a_value() {
        let style = Style { clock: Clock::Utc, width: None, has_color: false };
        let account =
            json!({"id": 7, "note": "", "serial": null, "username": "a\u{1b}b", "tags": ["x", "y"]});
        assert_eq!(lines(&account, style), "id        7\nusername  a b\ntags      x, y");
    }
}
