//! The rows of the audit, and their conversions to and from domain types.

use diesel::prelude::*;
use tikmatrix_domain::{Actor, ActorKind, AuditEntry, AuditId, AuditRecord, AuditSubject, Role};

use crate::columns::{Read, millis, moment, number, storable, unreadable};
use crate::database::connection::Engine;
use crate::schema;

/// Divides the parts of a subject. An id that holds one would be read as two, so that none does.
const DIVIDER: char = '\t';

/// An entry to be inserted; the database gives it its number.
#[derive(Insertable)]
#[diesel(table_name = schema::audit)]
pub(crate) struct NewAuditRow {
    at: i64,
    actor_kind: &'static str,
    actor: String,
    token_id: Option<String>,
    role: Option<&'static str>,
    address: Option<String>,
    operation: String,
    method: Option<String>,
    path: Option<String>,
    subjects: String,
    changed: Option<i64>,
    status: Option<i32>,
    code: Option<i32>,
}

impl NewAuditRow {
    pub(crate) fn new(record: &AuditRecord) -> Self {
        let (token_id, role) = match &record.actor {
            Actor::Token { id, role, .. } => (id.clone(), Some(role.as_str())),
            Actor::Local | Actor::CommandLine => (None, None),
        };
        Self {
            at: millis(record.at),
            actor_kind: record.actor.kind().as_str(),
            actor: storable(record.actor.name()),
            token_id,
            role,
            address: record.address.map(|address| address.to_string()),
            operation: storable(&record.operation),
            method: record.method.as_deref().map(storable),
            path: record.path.as_deref().map(storable),
            subjects: written(&record.subjects),
            changed: record.changed.map(|changed| i64::try_from(changed).unwrap_or(i64::MAX)),
            status: record.result.map(|(status, _)| i32::from(status)),
            code: record.result.map(|(_, code)| i32::try_from(code).unwrap_or(i32::MAX)),
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = schema::audit, check_for_backend(Engine))]
pub(crate) struct AuditRow {
    id: i64,
    at: i64,
    actor_kind: String,
    actor: String,
    token_id: Option<String>,
    role: Option<String>,
    address: Option<String>,
    operation: String,
    method: Option<String>,
    path: Option<String>,
    subjects: String,
    changed: Option<i64>,
    status: Option<i32>,
    code: Option<i32>,
}

impl AuditRow {
    pub(crate) fn into_entry(self) -> Read<AuditEntry> {
        let address = |text: &String| text.parse().map_err(|_| unreadable("audit.address", text));
        let changed = |count: i64| u64::try_from(count).map_err(|_| unreadable("audit.changed", &count));
        let actor = self.actor()?;
        let record = AuditRecord {
            at: moment("audit.at", self.at)?,
            actor,
            address: self.address.as_ref().map(address).transpose()?,
            subjects: read(&self.subjects)?,
            changed: self.changed.map(changed).transpose()?,
            result: match (self.status, self.code) {
                (Some(status), Some(code)) => {
                    Some((number("audit.status", status)?, number("audit.code", code)?))
                }
                _ => None,
            },
            operation: self.operation,
            method: self.method,
            path: self.path,
        };
        Ok(AuditEntry { id: AuditId(self.id), record })
    }

    fn actor(&self) -> Read<Actor> {
        let kind = self.actor_kind.parse().map_err(|_| unreadable("audit.actor_kind", &self.actor_kind))?;
        Ok(match kind {
            ActorKind::Token => {
                let role = self.role.as_deref().unwrap_or_default();
                let role: Role = role.parse().map_err(|_| unreadable("audit.role", role))?;
                Actor::Token { name: self.actor.clone(), id: self.token_id.clone(), role }
            }
            ActorKind::Local => Actor::Local,
            ActorKind::CommandLine => Actor::CommandLine,
        })
    }
}

fn written(subjects: &[AuditSubject]) -> String {
    let part = |text: &String| storable(text).replace([DIVIDER, '\n', '\r'], " ");
    let line = |subject: &AuditSubject| {
        let mut parts = vec![part(&subject.kind), subject.count.to_string()];
        parts.extend(subject.ids.iter().map(part));
        parts.join(&DIVIDER.to_string())
    };
    subjects.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn read(text: &str) -> Read<Vec<AuditSubject>> {
    let subject = |line: &str| {
        let mut parts = line.split(DIVIDER).map(str::to_owned);
        let (kind, count) = (parts.next()?, parts.next()?.parse().ok()?);
        Some(AuditSubject { kind, count, ids: parts.collect() })
    };
    text.lines().map(|line| subject(line).ok_or_else(|| unreadable("audit.subjects", line))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn subjects_are_read_as_they_were_written(
            subjects in prop::collection::vec(("[a-z]{1,8}", prop::collection::vec("[^\\x00\\t\\n\\r]{1,9}", 0..4), any::<u64>()), 0..4),
        ) {
            let subjects: Vec<AuditSubject> =
                subjects.into_iter().map(|(kind, ids, count)| AuditSubject { kind, ids, count }).collect();
            prop_assert_eq!(read(&written(&subjects)).unwrap(), subjects);
        }

        #[test]
        fn no_name_makes_another_subject_or_id(name in any::<String>()) {
            let subjects = read(&written(&[AuditSubject::named("device", &name)])).unwrap();
            prop_assert_eq!((subjects.len(), subjects[0].ids.len(), subjects[0].count), (1, 1, 1));
        }
    }
}
