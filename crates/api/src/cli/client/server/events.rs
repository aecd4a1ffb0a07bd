//! `tikmatrix event`: what happens to a server's tasks and phones, as it happens.

use std::thread;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use tikmatrix_api_types::EventKind;
use tikmatrix_api_types::events::{EventData, EventQuery};
use tikmatrix_api_types::fields::{EventKindText, Name, text_parser};
use tikmatrix_client::{Client, Error, Event, EventStream};

use crate::cli::client::Work;
use crate::cli::output::answer::Output;
use crate::cli::output::printable;
use crate::cli::output::style::Style;

/// The pause before a connection that broke is made again.
const RECONNECT_PAUSE: Duration = Duration::from_secs(1);
/// How long a server may be away.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(300);

/// The commands about events.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Command {
    /// Prints events as they happen, without gaps over a restart of the server. Ctrl-C ends it
    Watch(Filters),
}

/// Which events are wanted.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct Filters {
    /// Only events of this task
    #[arg(long, env = "TIKMATRIX_EVENT_TASK", value_name = "ID", value_parser = clap::value_parser!(i64).range(1..))]
    task: Option<i64>,
    /// Only events of the phone with this serial
    #[arg(long, env = "TIKMATRIX_EVENT_SERIAL")]
    serial: Option<Name>,
    /// Only events of this kind; may be given more than once
    #[arg(long, env = "TIKMATRIX_EVENT_KIND", value_delimiter = ',', value_parser = text_parser::<EventKind>())]
    kind: Vec<EventKindText>,
    /// Begins behind the event of this number, as far as the server keeps them [default: with the next event]
    #[arg(long, env = "TIKMATRIX_EVENT_AFTER", value_name = "ID")]
    after: Option<i64>,
}

impl Work for Command {
    fn carry_out(self, client: &Client, output: Output) -> anyhow::Result<()> {
        let Self::Watch(Filters { task, serial, kind, after }) = self;
        let mut query = EventQuery { task_id: task, serial, kind, last_event_id: after };
        let mut stream = client.events(&query)?;
        output.explain("Events, as they happen. Ctrl-C ends this.");
        loop {
            if !print(&mut stream, output)? {
                return Ok(());
            }
            query.last_event_id = stream.last_event_id().or(query.last_event_id);
            output.explain("The connection broke; trying again.");
            stream = reconnect(client, &query)?;
        }
    }
}

/// Prints events until the connection breaks, and returns whether a reader is left.
fn print(stream: &mut EventStream, output: Output) -> anyhow::Result<bool> {
    while let Some(event) = stream.next() {
        match event {
            Ok(Event::Change { kind, data }) => {
                let line = as_json(stream.last_event_id(), kind, &data)?;
                if !output.streamed(&line, || text(kind, &data, output.style()))? {
                    return Ok(false);
                }
            }
            Ok(Event::Reset(reset)) => output.warn(&reset.reason),
            Err(error) if error.is_transient() => return Ok(true),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

fn reconnect(client: &Client, query: &EventQuery) -> Result<EventStream, Error> {
    let since = Instant::now();
    loop {
        match client.events(query) {
            Err(error) if error.is_transient() && since.elapsed() < RECONNECT_TIMEOUT => {
                thread::sleep(RECONNECT_PAUSE);
            }
            result => return result,
        }
    }
}

fn as_json(id: Option<i64>, kind: EventKindText, data: &EventData) -> serde_json::Result<Value> {
    let mut event = json!({"id": id, "kind": kind});
    if let (Value::Object(event), Value::Object(data)) = (&mut event, serde_json::to_value(data)?) {
        event.extend(data);
    }
    Ok(event)
}

/// Formats an event: when, which task or phone, what.
fn text(kind: EventKindText, data: &EventData, style: Style) -> String {
    let shown = |text: &Option<String>| text.as_deref().map(printable);
    let serial = shown(&data.serial).map(|serial| format!(" on {serial}")).unwrap_or_default();
    let subject = match data.task_id {
        Some(id) => format!("task {id}{serial}"),
        None => shown(&data.serial).or_else(|| shown(&data.address)).unwrap_or_default(),
    };
    let details = [
        data.outcome.map(|outcome| style.state(&outcome.to_string())),
        shown(&data.state).map(|state| style.state(&state)),
        data.failure_code.as_ref().map(|code| format!("({})", printable(&code.to_string()))),
        data.progress.map(|progress| format!("{progress} %")),
        shown(&data.step),
        shown(&data.remark),
        shown(&data.reason),
        data.retry_at.map(|at| format!("next attempt {}", style.moment(at))),
    ];
    let details: Vec<String> = details.into_iter().flatten().collect();
    let line =
        format!("{}  {:<15}  {subject}  {}", style.time_of_day(data.at), kind.to_string(), details.join(" "));
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use tikmatrix_api_types::{Outcome, Text};

    use super::*;
    use crate::cli::output::time::Clock;

    #[test]
    fn an_event_is_one_clean_line_or_one_object_with_its_number() {
        let data = EventData {
            serial: Some("virtual-1".to_owned()),
            task_id: Some(7),
            outcome: Some(Text(Outcome::Failed)),
            remark: Some("No\u{1b}[2J\nPost".to_owned()),
            ..EventData::new("2026-11-30T12:00:05Z".parse().unwrap())
        };
        let kind = Text(EventKind::TaskFinished);
        let style = Style { clock: Clock::Utc, width: None, has_color: false };
        assert_eq!(
            text(kind, &data, style),
            "12:00:05Z  task_finished    task 7 on virtual-1  failed No [2J Post"
        );
        let line = as_json(Some(9), kind, &data).unwrap();
        assert_eq!(
            (&line["id"], &line["kind"], &line["task_id"]),
            (&json!(9), &json!("task_finished"), &json!(7))
        );
    }
}
