//! Whether what a client kept of an answer about tasks is still what it would get (`ETag`, `If-None-Match`), found out
//! without reading a single task.

use std::hash::{BuildHasher, RandomState};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use tikmatrix_domain::{Task, waiting_turns};
use tikmatrix_storage::{StorageError, Version};

use crate::state::AppState;

/// All that an answer about tasks is made of: what is stored, what the phones are doing, and whether all is paused, as
/// it was before the answer was made. What changes meanwhile makes the answer newer than its tag says, never older.
pub(crate) struct TaskEtag<'request> {
    request: &'request HttpRequest,
    keys: RandomState,
    version: Version,
    presences: u64,
    paused: bool,
}

/// How long time alone leaves an answer as it is: from the first moment on, and up to the second. Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Validity {
    from: i64,
    until: i64,
}

impl<'request> TaskEtag<'request> {
    /// The edition that `request` would be answered with.
    ///
    /// # Errors
    /// Of the database only.
    pub(crate) async fn of(core: &AppState, request: &'request HttpRequest) -> Result<Self, StorageError> {
        Ok(Self {
            request,
            keys: core.tag_keys.clone(),
            version: core.store.version().await?,
            presences: core.runner.presence_changes(),
            paused: core.settings.borrow().paused,
        })
    }

    /// The answer to a client that has this edition already, if it does.
    pub(crate) fn unchanged(&self, now: DateTime<Utc>) -> Option<HttpResponse> {
        let tag = kept(self.request.headers()).find(|tag| {
            Validity::of_tag(tag).is_some_and(|span| span.holds(now) && self.tag(span) == *tag)
        })?;
        let mut response = HttpResponse::NotModified().finish();
        mark(response.headers_mut(), tag);
        Some(response)
    }

    /// `response` with the tag by which its client can ask whether it changed. It shows what `span` is of.
    pub(crate) fn marked(&self, mut response: HttpResponse, span: Validity) -> HttpResponse {
        mark(response.headers_mut(), &self.tag(span));
        response
    }

    /// Without the keys, which are new at each start, nobody makes a tag that this server did not give; and what a
    /// server that ended counted is never taken for what this one counts.
    fn tag(&self, span: Validity) -> String {
        let shown = (&self.version, self.presences, self.paused);
        let asked = (self.request.path(), self.request.query_string());
        format!("\"{:016x}.{:x}.{:x}\"", self.keys.hash_one((shown, asked, span)), span.from, span.until)
    }
}

impl Validity {
    /// What time does not change.
    pub(crate) const ALWAYS: Self = Self { from: i64::MIN, until: i64::MAX };

    /// As long as none of `tasks` waits for another reason than at `now`, as far as time is concerned.
    pub(crate) fn around<'task>(now: DateTime<Utc>, tasks: impl Iterator<Item = &'task Task>) -> Self {
        let mut span = Self::ALWAYS;
        for turn in tasks.flat_map(waiting_turns) {
            if turn <= now {
                span.from = span.from.max(turn.timestamp_millis());
            } else {
                span.until = span.until.min(turn.timestamp_millis());
            }
        }
        span
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let mut parts = tag.trim_matches('"').split('.').skip(1);
        let mut part = || u64::from_str_radix(parts.next()?, 16).ok().map(u64::cast_signed);
        Some(Self { from: part()?, until: part()? })
    }

    /// Whether it is still the same at `now`; the clock may have been set back meanwhile.
    fn holds(self, now: DateTime<Utc>) -> bool {
        let at = |millis| DateTime::from_timestamp_millis(millis);
        at(self.from).is_none_or(|from| from <= now) && at(self.until).is_none_or(|until| now < until)
    }
}

/// The tags that the client has. `*` is none of them: it says nothing of what the client has.
fn kept(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lists = headers.get_all(header::IF_NONE_MATCH).filter_map(|value| value.to_str().ok());
    let tags = lists.flat_map(|list| list.split(','));
    // A proxy that compresses an answer makes a weak tag of it.
    tags.map(|tag| tag.trim().trim_start_matches("W/"))
}

/// The answer may be kept, and has to be asked for again before each use.
fn mark(headers: &mut HeaderMap, tag: &str) {
    if let Ok(tag) = HeaderValue::from_str(tag) {
        headers.insert(header::ETAG, tag);
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    }
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderName;
    use chrono::TimeDelta;
    use tikmatrix_domain::{AppKind, ScriptName, Source, TaskId, TaskOptions, TaskState};

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_780_000_000_000).unwrap()
    }

    fn waiting(start_in: Option<i64>, again_in: Option<i64>) -> Task {
        let at = |millis| now() + TimeDelta::milliseconds(millis);
        Task {
            id: TaskId(1),
            serial: None,
            username: None,
            app: AppKind::TikTok,
            script: ScriptName::new("post").unwrap(),
            script_config: "{}".to_owned(),
            source: Source::Api,
            start_time: start_in.map(at),
            options: TaskOptions::default(),
            state: again_in.map_or(TaskState::Pending, |millis| TaskState::Retrying { at: at(millis) }),
            progress: 0,
            step: None,
            attempt_count: 0,
            retry_count: 0,
            created_at: now(),
            updated_at: now(),
        }
    }

    #[test]
    fn an_answer_is_good_until_the_first_task_on_it_has_its_time() {
        let tasks = [
            waiting(None, None),
            waiting(Some(-5), Some(40)),
            waiting(Some(30), None),
            waiting(Some(-9), None),
        ];
        let span = Validity::around(now(), tasks.iter());
        let holds = |millis| span.holds(now() + TimeDelta::milliseconds(millis));
        assert_eq!([-6, -5, 0, 29, 30].map(holds), [false, true, true, true, false]);
        assert!(Validity::around(now(), [waiting(None, None)].iter()).holds(DateTime::<Utc>::MIN_UTC));
    }

    #[test]
    fn a_span_is_read_back_from_its_tag_and_nothing_else_is_one() {
        for span in [
            Validity::ALWAYS,
            Validity { from: -1, until: 0 },
            Validity { from: i64::MIN, until: 1_780_000_000_000 },
        ] {
            let tag = format!("\"{:016x}.{:x}.{:x}\"", 7, span.from, span.until);
            assert_eq!(Validity::of_tag(&tag), Some(span));
        }
        for other in ["", "\"\"", "*", "\"1\"", "\"1.2\"", "\"1.x.2\"", "\"1.2.fffffffffffffffff\""] {
            assert_eq!(Validity::of_tag(other), None, "{other}");
        }
    }

    #[test]
    fn every_tag_of_every_header_counts_weak_ones_too() {
        let mut headers = HeaderMap::new();
        for value in ["\"a\", W/\"b\"", "\"c\""] {
            headers.append(HeaderName::from_static("if-none-match"), HeaderValue::from_static(value));
        }
        assert_eq!(kept(&headers).collect::<Vec<_>>(), ["\"a\"", "\"b\"", "\"c\""]);
    }
}
