//! Records the requests that change something, whatever comes of them.

use std::sync::Arc;

use actix_web::HttpMessage as _;
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::middleware::Next;
use actix_web::web::Data;
use tikmatrix_domain::{Actor, AuditRecord, clean_to};

use crate::audit::recorder::AuditRecorder;
use crate::audit::subjects::{Answered, NamedInBody, of_path};
use crate::http::extract::path_text;
use crate::tokens::caller::Caller;

/// The longest path that is recorded, in characters.
const MAX_PATH: usize = 500;

/// An operation that changes something.
#[derive(Clone)]
pub(crate) struct Change {
    /// Its name in the document.
    operation: Arc<str>,
    /// The kind of the things that it is about, such as `task`.
    kind: Arc<str>,
}

impl Change {
    /// The operation called `operation`, at `path`.
    pub(crate) fn new(operation: &str, path: &str) -> Self {
        let kind =
            path.strip_prefix("/api/v1").unwrap_or(path).split('/').find(|segment| !segment.is_empty());
        Self { operation: operation.into(), kind: kind.unwrap_or_default().into() }
    }
}

/// A middleware of one route (for `actix_web::middleware::from_fn`) that records each request: who asked for what, and what
/// came of it. Requests that are refused for another reason than what they ask for (no token, no licence, too many) do not
/// come here.
///
/// # Errors
/// Those of the route.
pub(crate) async fn record(
    change: Change,
    recorder: Data<AuditRecorder>,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if is_dry_run(request.query_string()) {
        return next.call(request).await;
    }
    let mut entry = Entry::begin(&change, recorder, &request);
    let answer = match next.call(request).await {
        Ok(answer) => answer,
        Err(error) => {
            entry.answered(error.as_response_error().status_code(), &Answered::default(), &change);
            return Err(error);
        }
    };
    let (request, answer) = answer.into_parts();
    if let Some(NamedInBody(subjects)) = request.extensions_mut().remove::<NamedInBody>() {
        entry.record.subjects.extend(subjects);
    }
    let (head, body) = answer.into_parts();
    let (body, answered) = match body.try_into_bytes() {
        Ok(bytes) => (BoxBody::new(bytes.clone()), Answered::read(&bytes)),
        Err(stream) => (stream, Answered::default()),
    };
    entry.answered(head.status(), &answered, &change);
    Ok(ServiceResponse::new(request, head.set_body(body)))
}

/// An entry that is recorded when it is dropped, as also when the client leaves before the answer.
struct Entry {
    record: AuditRecord,
    recorder: Data<AuditRecorder>,
}

impl Entry {
    fn begin(change: &Change, recorder: Data<AuditRecorder>, request: &ServiceRequest) -> Self {
        let actor = request.extensions().get::<Caller>().map_or(Actor::Local, |caller| caller.actor.clone());
        let named = request.match_info().iter();
        let subjects = named.map(|(name, _)| of_path(name, &path_text(request.request(), name))).collect();
        let record = AuditRecord {
            at: recorder.clock.now(),
            actor,
            address: request.peer_addr().map(|peer| peer.ip()),
            operation: change.operation.to_string(),
            method: Some(request.method().to_string()),
            path: Some(clean_to(request.path(), MAX_PATH)),
            subjects,
            changed: None,
            result: None,
        };
        Self { record, recorder }
    }

    fn answered(&mut self, status: StatusCode, answered: &Answered, change: &Change) {
        let record = &mut self.record;
        for subject in answered.subjects(&change.kind) {
            // An answer repeats what the path names.
            if record.subjects.iter().all(|known| known.kind != subject.kind) {
                record.subjects.push(subject);
            }
        }
        record.result = Some((status.as_u16(), answered.code));
        record.changed = if status.is_success() {
            let named: u64 = record.subjects.iter().map(|subject| subject.count).sum();
            answered.changed.or((named > 0).then_some(named))
        } else {
            // After an error of the server a part of a batch may be done.
            status.is_client_error().then_some(0)
        };
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.recorder.record(self.record.clone());
    }
}

/// Whether a query asks what a request would change. The routes that do not know it refuse it.
fn is_dry_run(query: &str) -> bool {
    query.split('&').any(|parameter| parameter == "dry_run=true")
}
