//! `/api/v1/event`: server-sent events.

use std::io::{BufRead, BufReader};

use tikmatrix_api_types::events::{EventData, EventQuery, RESET_EVENT, Reset};
use tikmatrix_api_types::fields::EventKindText;

use crate::error::Error;
use crate::http::download::Download;
use crate::http::{Http, with_query};

/// One event of the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something happened to a task or a phone.
    Change {
        /// What happened.
        kind: EventKindText,
        /// To which task or phone, and the details.
        data: Box<EventData>,
    },
    /// Events after the last known one are no longer stored: read the tasks and phones anew.
    Reset(Reset),
}

/// A stream of events without an end. It ends with an error when the connection breaks; [`EventStream::last_event_id`]
/// is where the next stream continues.
#[derive(Debug)]
pub struct EventStream {
    lines: BufReader<Download>,
    parser: Parser,
    url: String,
}

impl EventStream {
    pub(crate) fn open(http: &Http, query: &EventQuery) -> Result<Self, Error> {
        let lines = BufReader::new(http.stream(&with_query("/api/v1/event", query))?);
        Ok(Self { lines, parser: Parser::new(query.last_event_id), url: http.url().to_owned() })
    }

    /// Returns the id to continue after (`EventQuery::last_event_id`); `None` before the server named one.
    #[must_use]
    pub fn last_event_id(&self) -> Option<i64> {
        self.parser.last_event_id
    }

    /// Waits for the next event; `None` when the server ends the stream.
    fn read(&mut self) -> Result<Option<Event>, Error> {
        let mut line = Vec::new();
        while self.lines.read_until(b'\n', &mut line)? > 0 {
            let text = String::from_utf8_lossy(&line);
            if let Some((kind, data)) = self.parser.line(text.trim_end_matches(['\r', '\n'])) {
                return self.event(&kind, &data).map(Some);
            }
            line.clear();
        }
        Ok(None)
    }

    fn event(&self, kind: &str, data: &str) -> Result<Event, Error> {
        let unexpected = |source| Error::Unexpected { url: self.url.clone(), source };
        if kind == RESET_EVENT {
            return serde_json::from_str(data).map(Event::Reset).map_err(unexpected);
        }
        let kind = serde_json::from_value(kind.into()).map_err(unexpected)?;
        let data = serde_json::from_str(data).map_err(unexpected)?;
        Ok(Event::Change { kind, data: Box::new(data) })
    }
}

impl Iterator for EventStream {
    type Item = Result<Event, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// The fields of the event that is being read (WHATWG HTML, server-sent events).
#[derive(Debug, Default)]
struct Parser {
    last_event_id: Option<i64>,
    kind: String,
    data: String,
}

impl Parser {
    fn new(last_event_id: Option<i64>) -> Self {
        Self { last_event_id, ..Self::default() }
    }

    /// Takes one line; returns the kind and the data of the event that an empty line ends.
    fn line(&mut self, line: &str) -> Option<(String, String)> {
        if line.is_empty() {
            let (kind, data) = (std::mem::take(&mut self.kind), std::mem::take(&mut self.data));
            // What has no data is a sign of life.
            return (!data.is_empty()).then_some((kind, data));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.last_event_id = value.parse().ok().or(self.last_event_id),
            "event" => value.clone_into(&mut self.kind),
            "data" if self.data.is_empty() => value.clone_into(&mut self.data),
            "data" => {
                self.data.push('\n');
                self.data.push_str(value);
            }
            // A comment, or a field that the server does not use.
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_line_by_line_and_signs_of_life_move_the_position() {
        let mut parser = Parser::new(None);
        let text =
            ": alive\nid: 4\n\nid: 7\nevent: task_step\ndata: {\"a\":1}\n\nevent: x\ndata: 1\ndata: 2\n\n";
        let events: Vec<_> = text.lines().filter_map(|line| parser.line(line)).collect();
        let event = |kind: &str, data: &str| (kind.to_owned(), data.to_owned());
        assert_eq!(events, [event("task_step", "{\"a\":1}"), event("x", "1\n2")]);
        assert_eq!(parser.last_event_id, Some(7));
    }
}
