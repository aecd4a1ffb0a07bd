//! Entries of the audit as the API shows them.

use tikmatrix_api_types::audit::{AuditEntry, AuditSubject};
use tikmatrix_domain::{self as domain, Actor};

use crate::http::time::moment;

/// The entry as the API shows it.
pub(crate) fn entry(entry: domain::AuditEntry) -> AuditEntry {
    let domain::AuditEntry { id, record } = entry;
    let (token_id, role) = match &record.actor {
        Actor::Token { id, role, .. } => (id.clone(), Some((*role).into())),
        Actor::Local | Actor::CommandLine => (None, None),
    };
    AuditEntry {
        id: id.0,
        at: moment(record.at),
        actor: record.actor.name().to_owned(),
        actor_kind: record.actor.kind().into(),
        token_id,
        role,
        address: record.address.map(|address| address.to_string()),
        operation: record.operation,
        method: record.method,
        path: record.path,
        subjects: record.subjects.into_iter().map(subject).collect(),
        changed_count: record.changed,
        status: record.result.map(|(status, _)| status),
        code: record.result.map(|(_, code)| code),
    }
}

fn subject(subject: domain::AuditSubject) -> AuditSubject {
    let domain::AuditSubject { kind, ids, count } = subject;
    AuditSubject { kind, ids, count }
}
