//! What a request is about, for the audit: the ids that its path, its body and its answer hold. They stand in fields of a few
//! names that the whole API uses, so that no route can forget to tell them; nothing else of a body is looked at.

use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;
use tikmatrix_api_types::Envelope;
use tikmatrix_domain::{AuditSubject, clean_to};

/// The fields of a body that name things, and the kind of these.
const NAMING_FIELDS: [(&str, &str); 5] = [
    ("task_ids", "task"),
    ("serials", "device"),
    ("usernames", "account"),
    ("groups", "group"),
    ("address", "address"),
];
/// The fields of an answer that count what was changed; others count what was found, or left as it was.
const CHANGE_COUNTS: [&str; 6] =
    ["created_count", "updated_count", "deleted_count", "retried_count", "stopped_count", "cancelled_count"];
/// In characters: longer names than any that the API takes.
const MAX_NAME: usize = 200;

/// What the body of a request names; kept with the request once the body is known to be valid.
pub(crate) struct NamedInBody(pub(crate) Vec<AuditSubject>);

impl NamedInBody {
    pub(crate) fn of(body: &Value) -> Self {
        let subject = |(field, kind): &(&str, &str)| subject(kind, body.get(field)?);
        Self(NAMING_FIELDS.iter().filter_map(subject).collect())
    }
}

/// The thing that a path names by one of its parameters.
pub(crate) fn of_path(parameter: &str, value: &str) -> AuditSubject {
    let kind = match parameter {
        "serial" => "device",
        other => other.strip_suffix("_id").unwrap_or(other),
    };
    match value.parse() {
        Ok(number) if kind != "device" => AuditSubject::numbered(kind, vec![number]),
        _ => AuditSubject::named(kind, &clean_to(value, MAX_NAME)),
    }
}

/// What an answer says about the change that was made.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Answered {
    /// The code of the envelope.
    pub(crate) code: u32,
    /// What was created or changed; things without a kind are of that which the route is about.
    pub(crate) subjects: Vec<(Option<&'static str>, Value)>,
    /// The sum of all [`CHANGE_COUNTS`], if there is one.
    pub(crate) changed: Option<u64>,
}

impl Answered {
    /// Reads the body of an answer; an answer that is none of the API's says nothing.
    pub(crate) fn read(body: &[u8]) -> Self {
        let Ok(envelope) = serde_json::from_slice::<Envelope<Box<RawValue>>>(body) else {
            return Self::default();
        };
        let data = envelope.data.as_deref().map(RawValue::get);
        // The data of an error, and of some answers, is no object.
        let told = data.and_then(|data| serde_json::from_str(data).ok()).unwrap_or_default();
        Self { code: envelope.code, ..told }
    }

    /// The subjects, those without a kind being of `kind`.
    pub(crate) fn subjects(&self, kind: &str) -> impl Iterator<Item = AuditSubject> {
        self.subjects.iter().filter_map(move |(own, value)| subject(own.unwrap_or(kind), value))
    }
}

/// One thing or several: numbers, or names.
fn subject(kind: &str, value: &Value) -> Option<AuditSubject> {
    let all = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    if all.is_empty() {
        return None;
    }
    if let Some(numbers) = all.iter().map(Value::as_i64).collect() {
        return Some(AuditSubject::numbered(kind, numbers));
    }
    let names: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
    let ids = names.iter().take(AuditSubject::MAX_IDS).map(|name| clean_to(name, MAX_NAME)).collect();
    (!names.is_empty()).then(|| AuditSubject { kind: kind.to_owned(), ids, count: names.len() as u64 })
}

impl<'de> Deserialize<'de> for Answered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DataVisitor)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Answered;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the data of an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut data: A) -> Result<Answered, A::Error> {
        let mut told = Answered::default();
        while let Some(name) = data.next_key::<String>()? {
            match name.as_str() {
                "id" => told.subjects.push((None, data.next_value()?)),
                "task_ids" => told.subjects.push((Some("task"), data.next_value()?)),
                "materials" => {
                    let materials: Vec<Numbered> = data.next_value()?;
                    let ids = materials.into_iter().map(|material| material.id.into()).collect();
                    told.subjects.push((Some("material"), Value::Array(ids)));
                }
                count if CHANGE_COUNTS.contains(&count) => {
                    told.changed = Some(told.changed.unwrap_or_default() + data.next_value::<u64>()?);
                }
                _ => drop(data.next_value::<IgnoredAny>()?),
            }
        }
        Ok(told)
    }
}

#[derive(Deserialize)]
struct Numbered {
    id: i64,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn ids(subject: &AuditSubject) -> (&str, String, u64) {
        (&subject.kind, subject.ids.join(","), subject.count)
    }

    #[test]
    fn a_body_tells_ids_and_nothing_else() {
        let body = json!({"task_ids": [3, 1, 2], "serials": ["R5\n8", 7], "groups": [], "captions": "secret", "address": "10.0.0.9:5555"});
        let NamedInBody(subjects) = NamedInBody::of(&body);
        let told: Vec<_> = subjects.iter().map(ids).collect();
        assert_eq!(
            told,
            [
                ("task", "1-3".to_owned(), 3),
                ("device", "R5 8".to_owned(), 1),
                ("address", "10.0.0.9:5555".to_owned(), 1)
            ]
        );
    }

    #[test]
    fn a_path_names_things_by_their_kind_and_serials_of_digits_are_no_numbers() {
        assert_eq!(ids(&of_path("task_id", "7")), ("task", "7".to_owned(), 1));
        assert_eq!(ids(&of_path("serial", "0123")), ("device", "0123".to_owned(), 1));
        assert_eq!(ids(&of_path("group_id", "x\u{1b}y")), ("group", "x y".to_owned(), 1));
    }

    #[test]
    fn an_answer_tells_its_code_its_ids_and_the_sum_of_its_counts() {
        let read = |answer: Value| {
            let answered = Answered::read(answer.to_string().as_bytes());
            let subjects: Vec<AuditSubject> = answered.subjects("account").collect();
            let told = subjects.iter().map(|it| {
                let (kind, ids, _) = ids(it);
                format!("{kind} {ids}")
            });
            (answered.code, told.collect::<Vec<_>>().join("; "), answered.changed)
        };
        let of = |data: Value| read(json!({"code": 0, "message": "success", "data": data}));
        assert_eq!(
            of(json!({"task_ids": [4, 5, 6], "created_count": 3})),
            (0, "task 4-6".to_owned(), Some(3))
        );
        let imported = json!({"created_count": 3, "updated_count": 2, "duplicate_count": 9});
        assert_eq!(of(imported), (0, String::new(), Some(5)));
        assert_eq!(of(json!({"id": 9, "note": "n"})), (0, "account 9".to_owned(), None));
        assert_eq!(of(json!({"id": "wh_1"})), (0, "account wh_1".to_owned(), None));
        let materials = json!({"materials": [{"id": 1, "duplicate": true}, {"id": 3, "tags": ["a"]}]});
        assert_eq!(of(materials), (0, "material 1,3".to_owned(), None));
        for data in [Value::Null, json!([1]), json!("text"), json!({"id": [{}]})] {
            assert_eq!(of(data), (0, String::new(), None));
        }
        let refused = json!({"code": 40001, "message": "", "data": [{"field": "id", "reason": "x"}]});
        assert_eq!(read(refused), (40001, String::new(), None));
        assert_eq!(Answered::read(b"id: 7"), Answered::default());
    }
}
