//! Tasks that are followed until they have ended: `task wait` and `task watch`. A restart of the server in between is no end.

use std::collections::BTreeSet;
use std::thread;
use std::time::{Duration, Instant};

use tikmatrix_api_types::Status;
use tikmatrix_api_types::tasks::{Task, TaskFilter, TaskPage, TaskQuery};
use tikmatrix_client::{Client, Error};

use super::display::Display;
use crate::cli::output::counted;
use crate::cli::output::failure::{Cause, Failure};

/// The pause between two requests for the same task.
const POLL_INTERVAL: Duration = Duration::from_millis(500);
/// What each further task adds to it, so that many tasks do not make more requests.
const INTERVAL_OF_EACH: Duration = Duration::from_millis(10);
/// How long a server that has answered before may be away.
const RECONNECT_TIMEOUT: Duration = Duration::from_secs(300);
/// The tasks that are watched at once when none is named.
const MAX_WAITING: u32 = 20;
const MAX_RUNNING: u32 = 100;

/// The end of following tasks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    timeout: Option<Duration>,
    start: Instant,
}

impl Limit {
    /// Starts to count; `None` never ends.
    pub(super) fn new(timeout: Option<Duration>) -> Self {
        Self { timeout, start: Instant::now() }
    }

    fn is_over(self) -> bool {
        self.timeout.is_some_and(|timeout| self.start.elapsed() >= timeout)
    }

    /// Waits for `pause`, or less when the end comes before.
    fn pause(self, pause: Duration) {
        let left = self.timeout.map(|timeout| timeout.saturating_sub(self.start.elapsed()));
        thread::sleep(left.unwrap_or(pause).min(pause));
    }
}

/// A server that is asked again and again.
struct Poller<'client> {
    client: &'client Client,
    display: Display,
    limit: Limit,
    has_answered: bool,
}

/// The answer to one question.
enum Polled<T> {
    Answer(T),
    /// What was asked for does not exist any more.
    Gone,
    /// The server did not come back before the end.
    TimedOut,
}

impl Poller<'_> {
    /// Asks until the server answers; a server that never has is not waited for.
    fn ask<T>(&mut self, question: impl Fn(&Client) -> Result<T, Error>) -> Result<Polled<T>, Error> {
        let mut away: Option<Instant> = None;
        loop {
            let error = match question(self.client) {
                Ok(answer) => {
                    self.has_answered = true;
                    if away.is_some() {
                        self.display.explain("The server answers again.");
                    }
                    return Ok(Polled::Answer(answer));
                }
                Err(error) => error,
            };
            if !self.has_answered {
                return Err(error);
            }
            if Cause::of_client(&error) == Cause::Gone {
                return Ok(Polled::Gone);
            }
            if !error.is_transient() || away.is_some_and(|since| since.elapsed() >= RECONNECT_TIMEOUT) {
                return Err(error);
            }
            if away.is_none() {
                self.display.explain(&format!("{error}; trying again."));
                away = Some(Instant::now());
            }
            if self.limit.is_over() {
                return Ok(Polled::TimedOut);
            }
            self.limit.pause(POLL_INTERVAL);
        }
    }
}

/// Follows tasks until all of them have ended.
///
/// # Errors
/// [`Failure`] when one failed, was deleted, or has not ended in time; else as for every request.
pub(super) fn to_the_end(
    client: &Client,
    display: Display,
    task_ids: &[i64],
    limit: Limit,
) -> anyhow::Result<()> {
    let mut poller = Poller { client, display, limit, has_answered: false };
    let all: BTreeSet<i64> = task_ids.iter().copied().collect();
    let mut open = all.clone();
    let (mut failed, mut gone) = (Vec::new(), Vec::new());
    loop {
        for id in open.clone() {
            let task = match poller.ask(|client| client.tasks().get(id))? {
                Polled::Answer(detail) if detail.task.is_finished() => {
                    poller.display.end(&detail)?;
                    detail.task
                }
                Polled::Answer(detail) => {
                    poller.display.show(&detail.task)?;
                    continue;
                }
                Polled::Gone => {
                    poller.display.forget(id);
                    open.remove(&id);
                    gone.push(id.to_string());
                    continue;
                }
                Polled::TimedOut => break,
            };
            open.remove(&id);
            if *task.status_text == Status::Failed {
                failed.push(id.to_string());
            }
        }
        if open.is_empty() {
            return ended(all.len(), &failed, &gone);
        }
        if limit.is_over() {
            poller.display.clear();
            let open: Vec<String> = open.iter().map(i64::to_string).collect();
            let seconds = limit.timeout.unwrap_or_default().as_secs();
            return Err(failure(
                Cause::Timeout,
                format!("{} not finished within {seconds} s: {}", are(open.len(), "task"), open.join(", ")),
            ));
        }
        limit.pause(POLL_INTERVAL + INTERVAL_OF_EACH * u32::try_from(open.len()).unwrap_or(u32::MAX));
    }
}

fn ended(all: usize, failed: &[String], gone: &[String]) -> anyhow::Result<()> {
    if !gone.is_empty() {
        return Err(failure(
            Cause::Gone,
            format!("deleted while it was waited for: task {}", gone.join(", ")),
        ));
    }
    if !failed.is_empty() {
        let of = counted(all as u64, "task");
        return Err(failure(
            Cause::Failed,
            format!("{} of {of} failed: {}", failed.len(), failed.join(", ")),
        ));
    }
    Ok(())
}

/// Shows the tasks that run or wait, as they change, until the limit.
///
/// # Errors
/// As for every request.
pub(super) fn all(client: &Client, display: Display, limit: Limit) -> anyhow::Result<()> {
    let mut poller = Poller { client, display, limit, has_answered: false };
    let mut known: BTreeSet<i64> = BTreeSet::new();
    poller.display.explain("Tasks that run or wait, as they change. Ctrl-C ends this.");
    while !limit.is_over() {
        let Polled::Answer(tasks) = poller.ask(unfinished)? else { break };
        for id in
            known.iter().copied().filter(|id| tasks.iter().all(|task| task.id != *id)).collect::<Vec<_>>()
        {
            known.remove(&id);
            match poller.ask(|client| client.tasks().get(id))? {
                Polled::Answer(detail) if detail.task.is_finished() => poller.display.end(&detail)?,
                _ => poller.display.forget(id),
            }
        }
        for task in &tasks {
            known.insert(task.id);
            poller.display.show(task)?;
        }
        if !poller.display.is_read() {
            break;
        }
        limit.pause(POLL_INTERVAL);
    }
    poller.display.clear();
    Ok(())
}

/// Returns the tasks that run, and those that are next among the waiting ones.
fn unfinished(client: &Client) -> Result<Vec<Task>, Error> {
    let query = |status: Status, page_size| TaskQuery {
        filter: TaskFilter { status: Some(status.code()), ..TaskFilter::default() },
        page: TaskPage { page_size: Some(page_size), ..TaskPage::default() },
    };
    let mut tasks = client.tasks().list(&query(Status::Running, MAX_RUNNING))?.tasks;
    tasks.extend(client.tasks().list(&query(Status::Pending, MAX_WAITING))?.tasks);
    Ok(tasks)
}

fn failure(cause: Cause, message: String) -> anyhow::Error {
    Failure { cause, message }.into()
}

/// Formats a number of things that do something, as in "1 task has" and "2 tasks have".
fn are(number: usize, thing: &str) -> String {
    let verb = if number == 1 { "has" } else { "have" };
    format!("{} {verb}", counted(number as u64, thing))
}
