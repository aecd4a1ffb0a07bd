//! The fields of an answer that a program asked for.

use anyhow::bail;
use serde_json::{Map, Value};
use tikmatrix_device::script::unknown_name;

use crate::cli::options::global::Fields;

/// Returns `answer`, an object or a list of objects, with these fields alone, in their order.
///
/// # Errors
/// When no object of it has one of the fields.
pub(super) fn select(fields: &Fields, answer: Value) -> anyhow::Result<Value> {
    let Fields::Named(names) = fields else { return Ok(answer) };
    let objects = match &answer {
        Value::Array(objects) => objects.as_slice(),
        one => std::slice::from_ref(one),
    };
    if !objects.is_empty() {
        for name in names {
            if objects.iter().all(|object| field(object, name).is_none()) {
                let known: Vec<&str> =
                    objects[0].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
                bail!("--json: {name} {}", unknown_name("field", name, &known));
            }
        }
    }
    Ok(select_known(fields, answer))
}

/// Does the same; a field that no object has is `null`. For answers about changes that were made, and for streams, whose
/// objects differ.
pub(super) fn select_known(fields: &Fields, answer: Value) -> Value {
    let Fields::Named(names) = fields else { return answer };
    let chosen = |object: &Value| {
        let value = |name: &String| (name.clone(), field(object, name).cloned().unwrap_or_default());
        Value::Object(names.iter().map(value).collect::<Map<_, _>>())
    };
    match answer {
        Value::Array(objects) => objects.iter().map(chosen).collect(),
        one => chosen(&one),
    }
}

fn field<'answer>(object: &'answer Value, name: &str) -> Option<&'answer Value> {
    name.split('.').try_fold(object, |value, part| value.get(part))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(names: &[&str]) -> Fields {
        Fields::Named(names.iter().map(|&name| name.to_owned()).collect())
    }

    #[test]
    fn fields_are_chosen_in_the_order_of_the_request_from_one_thing_and_from_lists() {
        let task = json!({"id": 7, "status": 3, "used": {"at": "x"}});
        let fields = named(&["status", "id", "used.at"]);
        assert_eq!(
            select(&fields, task.clone()).unwrap().to_string(),
            r#"{"status":3,"id":7,"used.at":"x"}"#
        );
        assert_eq!(select(&named(&["id"]), json!([task, {"id": 8}])).unwrap(), json!([{"id": 7}, {"id": 8}]));
        assert_eq!(select(&fields, json!([])).unwrap(), json!([]));
        assert_eq!(select(&Fields::All, task.clone()).unwrap(), task);
    }

    #[test]
    fn a_field_that_does_not_exist_is_refused_with_the_nearest_one_but_not_after_a_change() {
        let said =
            select(&named(&["id", "statos"]), json!([{"id": 7, "status": 3}])).unwrap_err().to_string();
        assert!(said.starts_with("--json: statos ") && said.contains("did you mean status?"), "{said}");
        assert_eq!(select_known(&named(&["id", "new"]), json!({"id": 7})), json!({"id": 7, "new": null}));
    }
}
