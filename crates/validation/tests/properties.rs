//! Protects the agreement of the walk with the judge that it is made of, and with serde: what is valid can be read, what
//! is not is reported, and no value makes it panic.

use proptest::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tikmatrix_validation::{Nulls, Schema};

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Body {
    name: String,
    #[serde(default)]
    tags: Vec<Tag>,
    count: Option<u8>,
    #[serde(default)]
    part: Option<Part>,
    #[serde(default)]
    way: Way,
    #[serde(default)]
    ratio: f64,
    #[serde(default)]
    is_ready: bool,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Tag(#[schemars(length(max = 3))] String);

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Part {
    #[schemars(range(min = 1, max = 5))]
    size: i32,
    parts: Vec<Vec<bool>>,
}

/// A way.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Way {
    /// This way.
    #[default]
    Here,
    /// That way.
    There,
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..9).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        (-2i32..7).prop_map(|number| json!(f64::from(number))),
        "here|there|[a-z]{0,5}|\\PC{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            object(inner).prop_map(Value::Object),
        ]
    })
}

fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![
        9 => proptest::sample::select(vec!["name", "tags", "count", "part", "way", "ratio", "is_ready", "size", "parts"])
            .prop_map(str::to_owned),
        1 => "\\PC{0,4}",
    ];
    proptest::collection::vec((name, inner), 0..6).prop_map(Map::from_iter)
}

/// Objects of which many are valid.
fn body() -> impl Strategy<Value = Value> {
    let right = |name: &'static str, values: Vec<Value>| {
        let value = prop_oneof![4 => proptest::sample::select(values), 1 => any_value()];
        proptest::option::of(value).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
    };
    let part = json!({"size": 3, "parts": [[true], []]});
    let fields = (
        right("name", vec![json!("n"), json!("")]),
        right("tags", vec![json!([]), json!(["a", "abc"]), json!(["abcd"])]),
        right("count", vec![json!(null), json!(255), json!(256), json!(3.0)]),
        right("part", vec![json!(null), part, json!({"size": 6, "parts": []}), json!({"size": 1})]),
        right("way", vec![json!("here"), json!("there")]),
        right("ratio", vec![json!(1), json!(1.5)]),
        right("is_ready", vec![json!(true), json!(false)]),
    );
    fields.prop_map(|(a, b, c, d, e, f, g)| {
        Value::Object([a, b, c, d, e, f, g].into_iter().flatten().collect())
    })
}

proptest! {
    #[test]
    fn the_walk_refuses_what_the_judge_of_the_whole_refuses_and_serde_reads_the_rest(
        value in prop_oneof![2 => body(), 1 => any_value()],
    ) {
        let whole = schemars::schema_for!(Body).to_value();
        let schema = Schema::new(&whole, Nulls::Wrong).unwrap();
        let read = schema.read::<Body>(value.clone(), |_, _| {});
        let judged = jsonschema::draft202012::is_valid(&whole, &value);
        prop_assert_eq!(read.is_ok(), judged, "{}: {:?}", value, read);
        if let Err(problems) = read {
            for problem in &problems {
                let text = problem.to_string();
                prop_assert!(!text.contains("oneOf") && !text.contains("anyOf"), "{}", text);
                prop_assert!(!text.contains("expected") && !text.contains("invalid"), "serde's words: {}", text);
            }
        }
    }

    #[test]
    fn no_value_makes_a_lenient_schema_panic_or_accept_what_serde_cannot_read(value in any_value()) {
        let whole = schemars::schema_for!(Body).to_value();
        for nulls in [Nulls::Wrong, Nulls::Absent, Nulls::Change] {
            let schema = Schema::new(&whole, nulls).unwrap().lenient();
            if let Ok(valid) = schema.read::<Body>(value.clone(), |_, _| {}) {
                let again = schema.read::<Body>(Value::Object(valid.given.clone()), |_, _| {}).unwrap();
                prop_assert_eq!(again.given, valid.given, "what is canonical stays as it is");
            }
        }
    }
}
