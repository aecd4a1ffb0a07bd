//! Protects what clients read about a wrong value: every problem at once, in the order of the fields, in sentences
//! without a word of the schema's own language.

use serde::Deserialize;
use serde_json::{Value, json};
use tikmatrix_validation::{Fields, MAX_PROBLEMS, Nulls, Problems, Schema, Validated, validate};

/// A text without digits, which its own type checks.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(try_from = "String")]
struct Word(String);

impl TryFrom<String> for Word {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.chars().any(|letter| letter.is_ascii_digit()) {
            true => Err(format!("{text:?} holds a digit")),
            false => Ok(Self(text)),
        }
    }
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    name: Word,
    #[serde(default)]
    words: Vec<Word>,
    #[serde(default)]
    kind: Option<u8>,
    #[serde(default)]
    way: Option<String>,
    #[serde(default)]
    seconds: Option<u32>,
    #[serde(default)]
    ready: Option<bool>,
    #[serde(default)]
    note: Option<Note>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Note {
    text: Option<String>,
    #[serde(default)]
    lines: Vec<u32>,
}

impl Validated for Order {
    fn schema() -> Value {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name"],
            "properties": {
                "name": {"$ref": "#/$defs/Word"},
                "words": {"type": "array", "items": {"$ref": "#/$defs/Word"}, "maxItems": 200},
                "kind": {"oneOf": [
                    {"const": 0, "description": "The video."},
                    {"const": 1, "description": "Images"},
                ]},
                "way": {"enum": ["share", "addButton"]},
                "seconds": {"type": "integer", "minimum": 0, "maximum": 3600},
                "ready": {"type": ["boolean", "null"]},
                "note": {"anyOf": [{"$ref": "#/$defs/Note"}, {"type": "null"}]},
            },
            "$defs": {
                "Word": {"type": "string", "pattern": "^[^0-9]+$", "maxLength": 50},
                "Note": {
                    "type": "object",
                    "additionalProperties": false,
                    "properties": {
                        "text": {"type": "string"},
                        "lines": {"type": "array", "items": {"type": "integer", "minimum": 1}},
                    },
                    "required": ["text"],
                },
            },
        })
    }

    fn check(fields: &Fields<'_>, problems: &mut Problems) {
        if fields.get::<String>("way").as_deref() == Some("share") && fields.get::<u32>("seconds") == Some(0)
        {
            problems.add("seconds", "0 is too soon for share");
        }
    }
}

fn problems(value: Value) -> Vec<String> {
    let problems = validate::<Order>(value).err().unwrap_or_default();
    problems.iter().map(|it| format!("{}: {}", it.field, it.reason)).collect()
}

#[test]
fn every_problem_is_reported_at_once_in_the_order_of_the_fields() {
    let value = json!({
        "seconds": 3601,
        "ready": "maybe",
        "kind": 7,
        "words": ["fine", "fine too", 3, "", "a1", [], {"a": 1}],
        "wrds": [],
        "way": "mail",
        "note": {"lines": [1, 0, 1.5], "txt": ""},
    });
    assert_eq!(
        problems(value),
        [
            "wrds: is not a known field; did you mean words?",
            "name: is required",
            "words[2]: 3 is not a string",
            "words[3]: must not be empty",
            r#"words[4]: "a1" holds a digit"#,
            "words[5]: [] is not a string",
            "words[6]: an object is not a string",
            "kind: 7 is not one of 0 (the video), 1 (images)",
            r#"way: "mail" is not one of share, addButton"#,
            "seconds: 3601 is not a whole number from 0 to 3600",
            r#"ready: "maybe" is not true or false"#,
            "note.txt: is not a known field; did you mean text?",
            "note.text: is required",
            "note.lines[1]: 0 is not a whole number from 1",
            "note.lines[2]: 1.5 is not a whole number from 1",
        ]
    );
}

#[test]
fn a_field_of_another_type_is_reported_with_what_it_should_be() {
    for (value, problem) in [
        (json!({"name": 3}), "name: 3 is not a string"),
        (json!({"name": "n", "words": "a"}), r#"words: "a" is not a list of strings"#),
        (json!({"name": "n", "words": vec!["a"; 201]}), "words: holds 201 strings; at most 200 are allowed"),
        (json!({"name": "n", "kind": "0"}), r#"kind: "0" is not one of 0 (the video), 1 (images)"#),
        (json!({"name": "n", "seconds": "10"}), r#"seconds: "10" is not a whole number from 0 to 3600"#),
        (json!({"name": "n", "note": 7}), "note: 7 is not an object"),
        (json!({"name": ""}), "name: must not be empty"),
        (json!([]), ": must be a JSON object"),
    ] {
        assert_eq!(problems(value.clone()), [problem], "{value}");
    }
}

#[test]
fn rules_about_several_fields_are_told_beside_other_problems_and_only_of_sound_fields() {
    let value = json!({"name": 3, "way": "share", "seconds": 0});
    assert_eq!(problems(value), ["name: 3 is not a string", "seconds: 0 is too soon for share"]);
    let value = json!({"name": "n", "way": 5, "seconds": 0});
    assert_eq!(problems(value), ["way: 5 is not one of share, addButton"]);
}

#[test]
fn a_whole_float_is_an_integer() {
    let order: Order = validate(json!({"name": "n", "kind": 1.0, "seconds": 30.0})).unwrap();
    assert_eq!((order.kind, order.seconds), (Some(1), Some(30)));
}

#[test]
fn null_means_that_a_field_is_not_given_or_is_wrong_as_the_type_says() {
    let value = json!({"name": "n", "seconds": null, "ready": null, "note": null});
    assert!(validate::<Order>(value.clone()).is_ok());
    assert_eq!(problems(json!({"name": null})), ["name: is required"]);
    assert_eq!(problems(json!({"name": "n", "words": [null]})), ["words[0]: null is not a string"]);
    let of = |nulls| {
        let schema = Schema::new(&Order::schema(), nulls).unwrap();
        let problems = schema.read::<Order>(value.clone(), |_, _| {}).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(of(Nulls::Wrong), ["seconds: null is not a whole number from 0 to 3600"]);
    assert_eq!(of(Nulls::Change), ["seconds: cannot be null; leave it out to keep it as it is"]);
}

#[test]
fn a_change_of_nothing_is_reported_with_what_can_change() {
    let schema = json!({
        "type": "object", "minProperties": 1, "additionalProperties": false,
        "properties": {"name": {"type": "string"}, "note": {"type": ["string", "null"]}},
    });
    let schema = Schema::new(&schema, Nulls::Change).unwrap();
    let problems = schema.read::<Value>(json!({}), |_, _| {}).unwrap_err();
    assert_eq!(problems.to_string(), "asks for no change; what can change is name, note");
    assert!(schema.read::<Value>(json!({"note": null}), |_, _| {}).is_ok());
}

#[test]
fn a_lenient_schema_reads_numbers_and_booleans_from_strings_at_the_top_level_only() {
    let schema = Schema::new(&Order::schema(), Nulls::Wrong).unwrap().lenient();
    let read = |value| schema.read::<Order>(value, |_, _| {});
    let sent = json!({"ready": "1", "seconds": " 30 ", "name": "n", "kind": "1", "note": {"text": "5"}});
    let valid = read(sent).unwrap();
    let stored = r#"{"ready":true,"seconds":30,"name":"n","kind":1,"note":{"text":"5"}}"#;
    assert_eq!(Value::Object(valid.given).to_string(), stored, "in canonical types, in the order as sent");
    assert_eq!((valid.value.ready, valid.value.kind), (Some(true), Some(1)));
    for (given, meant) in
        [(json!("true"), true), (json!("false"), false), (json!(0), false), (json!(1.0), true)]
    {
        assert_eq!(read(json!({"name": "n", "ready": given})).unwrap().value.ready, Some(meant));
    }
    let wrong =
        json!({"name": "n", "seconds": "ten", "kind": "2", "ready": 2, "note": {"text": "", "lines": ["1"]}});
    assert_eq!(
        read(wrong).unwrap_err().to_string(),
        r#"kind: "2" is not one of 0 (the video), 1 (images); seconds: "ten" is not a whole number from 0 to 3600; ready: 2 is not true or false; note.lines[0]: "1" is not a whole number from 1"#
    );
}

#[test]
fn a_blank_text_for_an_optional_field_counts_as_not_given_where_the_schema_says_so() {
    let schema = Schema::new(&Order::schema(), Nulls::Wrong).unwrap().without_blanks();
    let read = |value| schema.read::<Order>(value, |_, _| {});
    let valid = read(json!({"name": "n", "seconds": "", "ready": " ", "note": "\t"})).unwrap();
    assert_eq!(Value::Object(valid.given), json!({"name": "n"}));
    for (body, problem) in [
        (json!({"name": ""}), "name: "),
        (json!({"name": "n", "colour": ""}), "colour: is not a known field"),
        (json!({"name": "n", "note": {"text": "t", "lines": ""}}), "note.lines: "),
    ] {
        let problems = read(body).unwrap_err().to_string();
        assert!(problems.starts_with(problem), "{problems}");
    }
}

#[test]
fn unknown_fields_are_removed_at_any_depth_and_reported() {
    let schema = Schema::new(&Order::schema(), Nulls::Wrong).unwrap();
    let mut value = json!({"nam": 1, "name": "n", "note": {"text": "t", "colour": 2}});
    let unknown = schema.remove_unknown(&mut value);
    assert_eq!(value, json!({"name": "n", "note": {"text": "t"}}));
    let fields: Vec<&str> = unknown.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["nam", "note.colour"]);
    assert_eq!(unknown.iter().next().unwrap().reason, "is not a known field; did you mean name?");
}

#[test]
fn problems_are_bounded_in_number_and_length_and_the_rest_is_counted() {
    let words: Vec<Value> = (0..150).map(|index| json!(format!("a{index}"))).collect();
    let mut value = json!({"name": "x1".repeat(1_000_000), "words": words});
    value["y".repeat(1_000_000)] = json!(1);
    let problems = validate::<Order>(value).unwrap_err();
    assert_eq!((problems.iter().count(), problems.count()), (MAX_PROBLEMS, 152));
    assert!(problems.to_string().len() < 100_000);
}

#[test]
fn a_schema_that_cannot_be_used_is_an_error_and_no_panic() {
    for schema in [
        json!({"type": "string"}),
        json!({"type": "object", "properties": {"a": {"$ref": "#/$defs/missing"}}}),
        json!({"$ref": "#"}),
        json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "("}}}),
    ] {
        assert!(Schema::new(&schema, Nulls::Wrong).is_err(), "{schema}");
    }
}
