//! Entity tags of answers about tasks (`ETag`, `If-None-Match`): whether the copy that a client has is still what it would
//! get, decided without reading a task.

use std::hash::{BuildHasher, RandomState};

use actix_web::http::header::{
    CacheControl, CacheDirective, ETag, EntityTag, Header as _, IfNoneMatch, TryIntoHeaderPair as _,
};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tikmatrix_domain::{Task, waiting_changes};
use tikmatrix_storage::Version;

use crate::http::envelope::success;

/// All that an answer about tasks is made of: what is stored, what the phones are doing, and whether all is paused, as
/// it was before the answer was made. What changes meanwhile makes the answer newer than its tag says, never older.
pub(crate) struct TaskEtag<'request> {
    pub(crate) request: &'request HttpRequest,
    pub(crate) keys: RandomState,
    pub(crate) version: Version,
    pub(crate) presences: u64,
    pub(crate) paused: bool,
}

/// How long time alone leaves an answer as it is: from the first moment on, and up to the second. Milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Validity {
    from: i64,
    until: i64,
}

impl TaskEtag<'_> {
    /// The answer to a client whose copy is still what it would get; `None` if it is not.
    pub(crate) fn unchanged(&self, now: DateTime<Utc>) -> Option<HttpResponse> {
        // A proxy that compresses an answer makes a weak tag of it.
        let is_current = |tag: &EntityTag| {
            Validity::of_tag(tag.tag())
                .is_some_and(|validity| validity.holds(now) && self.tag(validity) == tag.tag())
        };
        let tag = client_tags(self.request).into_iter().find(is_current)?;
        Some(
            HttpResponse::NotModified()
                .insert_header(cached())
                .insert_header(ETag(strong(tag.tag())))
                .finish(),
        )
    }

    /// The answer that holds `data`, with the tag by which its client can ask whether it changed.
    pub(crate) fn answer(&self, data: &impl Serialize, validity: Validity) -> HttpResponse {
        let mut response = success(data);
        for (name, value) in [cached().try_into_pair(), ETag(strong(&self.tag(validity))).try_into_pair()]
            .into_iter()
            .flatten()
        {
            response.headers_mut().insert(name, value);
        }
        response
    }

    /// Without the keys, which are new at each start, no client can make a tag that this server did not give; and what a
    /// server that ended counted is never taken for what this one counts.
    fn tag(&self, validity: Validity) -> String {
        let shown = (&self.version, self.presences, self.paused);
        let asked = (self.request.path(), self.request.query_string());
        let hash = self.keys.hash_one((shown, asked, validity));
        format!("{hash:016x}.{:x}.{:x}", validity.from, validity.until)
    }
}

/// The tags of the copies that the client has. `*` describes none of them.
fn client_tags(request: &HttpRequest) -> Vec<EntityTag> {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags,
        Ok(IfNoneMatch::Any) | Err(_) => Vec::new(),
    }
}

/// The answer may be cached, and has to be validated before each use.
fn cached() -> CacheControl {
    CacheControl(vec![CacheDirective::Private, CacheDirective::NoCache])
}

fn strong(tag: &str) -> EntityTag {
    EntityTag::new_strong(tag.to_owned())
}

impl Validity {
    /// What time does not change.
    pub(crate) const ALWAYS: Self = Self { from: i64::MIN, until: i64::MAX };

    /// As long as none of `tasks` waits for another reason than at `now`, as far as time is concerned.
    pub(crate) fn around<'task>(now: DateTime<Utc>, tasks: impl Iterator<Item = &'task Task>) -> Self {
        let mut span = Self::ALWAYS;
        for turn in tasks.flat_map(waiting_changes) {
            if turn <= now {
                span.from = span.from.max(turn.timestamp_millis());
            } else {
                span.until = span.until.min(turn.timestamp_millis());
            }
        }
        span
    }

    fn of_tag(tag: &str) -> Option<Self> {
        let mut parts = tag.split('.').skip(1);
        let mut part = || u64::from_str_radix(parts.next()?, 16).ok().map(u64::cast_signed);
        Some(Self { from: part()?, until: part()? })
    }

    /// Whether it is still the same at `now`; the clock may have been set back meanwhile.
    fn holds(self, now: DateTime<Utc>) -> bool {
        let at = |millis| DateTime::from_timestamp_millis(millis);
        at(self.from).is_none_or(|from| from <= now) && at(self.until).is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use chrono::TimeDelta;
    use tikmatrix_domain::{AppId, ScriptConfig, ScriptName, Source, TaskId, TaskOptions, TaskState};

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
            app: AppId::new("tiktok").unwrap(),
            app_version: None,
            script: ScriptName::new("post").unwrap(),
            script_config: ScriptConfig::Text("{}".to_owned()),
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
            let tag = format!("{:016x}.{:x}.{:x}", 7, span.from, span.until);
            assert_eq!(Validity::of_tag(&tag), Some(span));
        }
        for other in ["", "*", "1", "1.2", "1.x.2", "1.2.fffffffffffffffff"] {
            assert_eq!(Validity::of_tag(other), None, "{other}");
        }
    }

    #[test]
    fn every_tag_of_every_header_counts_weak_ones_too() {
        let values = ["\"a\", W/\"b\"", "\"c\""];
        let headers = values.map(|value| ("If-None-Match", value));
        let request = headers.into_iter().fold(TestRequest::get(), TestRequest::append_header);
        let tags = client_tags(&request.to_http_request());
        assert_eq!(tags.iter().map(EntityTag::tag).collect::<Vec<_>>(), ["a", "b", "c"]);
        let any = TestRequest::get().append_header(("If-None-Match", "*")).to_http_request();
        assert!(client_tags(&any).is_empty());
    }
}
