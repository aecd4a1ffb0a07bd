//! The parameters of a script, as rows of a table made from its JSON Schema.

use serde_json::Value;
use tikmatrix_api_types::scripts::Script;

use crate::cli::output::printable;
use crate::cli::output::style::Style;
use crate::cli::output::table::{Fit, table};

const HEADINGS: [&str; 5] = ["PARAMETER", "TYPE", "DEFAULT", "RANGE", "MEANING"];

/// Formats a script: what it does, its parameters, and an example.
pub(super) fn page(script: &Script, style: Style) -> String {
    let title = format!("{}: {}", style.heading(&script.name), printable(&script.description));
    let properties = script.schema["properties"].as_object();
    let rows: Vec<Vec<String>> =
        properties.into_iter().flatten().map(|(name, property)| row(name, property)).collect();
    let mut parts = vec![title, table(&HEADINGS, &rows, Fit::Wrap, style)];
    if let Some(example) = script.schema.pointer("/examples/0") {
        parts.push(format!("{}\n  {}", style.heading("Example"), printable(&example.to_string())));
    }
    parts.push(style.aside("--json=schema prints the JSON Schema."));
    parts.join("\n\n")
}

fn row(name: &str, property: &Value) -> Vec<String> {
    let default = property.get("default").map(shown).unwrap_or_default();
    [name, &kind(property), &default, &range(property), &meaning(property)].map(printable).to_vec()
}

/// Returns the type of a parameter: `string`, `integer[]`, or `choice`.
fn kind(property: &Value) -> String {
    if !choices(property).is_empty() {
        return "choice".to_owned();
    }
    match property["type"].as_str().unwrap_or("any") {
        "array" => format!("{}[]", kind(&property["items"])),
        name => name.to_owned(),
    }
}

/// Returns which values a parameter takes: the choices, the least and the most, or the greatest length.
fn range(property: &Value) -> String {
    let choices = choices(property);
    if !choices.is_empty() {
        return choices.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>().join(", ");
    }
    let most =
        |limit: &str, things: &str| property[limit].as_u64().map(|most| format!("up to {most} {things}"));
    match (&property["minimum"], &property["maximum"]) {
        (Value::Number(least), Value::Number(most)) => format!("{least} to {most}"),
        (Value::Number(least), _) => format!("from {least}"),
        (_, Value::Number(most)) => format!("up to {most}"),
        _ => most("maxLength", "characters").or_else(|| most("maxItems", "elements")).unwrap_or_default(),
    }
}

fn meaning(property: &Value) -> String {
    let text = property["description"].as_str().unwrap_or_default();
    let choices = choices(property);
    let explained = choices.iter().filter(|(_, meaning)| !meaning.is_empty());
    let explained: Vec<String> =
        explained.map(|(value, meaning)| format!("{value}: {}", meaning.trim_end_matches('.'))).collect();
    if explained.is_empty() { text.to_owned() } else { format!("{text} {}.", explained.join("; ")) }
}

/// Returns each value that is offered, with its description; values that are taken for old clients alone are not.
fn choices(property: &Value) -> Vec<(String, String)> {
    let plain = |value: &Value| (shown(value), String::new());
    if let Some(only) = property.get("const") {
        return vec![plain(only)];
    }
    if let Some(values) = property["enum"].as_array() {
        return values.iter().map(plain).collect();
    }
    let offered = property["oneOf"].as_array().into_iter().flatten().filter_map(|variant| {
        let description = variant["description"].as_str().unwrap_or_default();
        Some((shown(variant.get("const")?), description.to_owned()))
    });
    offered.collect()
}

fn shown(value: &Value) -> String {
    value.as_str().filter(|text| !text.is_empty()).map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::cli::output::time::Clock;

    #[test]
    fn each_parameter_is_a_row_with_type_default_range_and_meaning() {
        let schema = json!({
            "properties": {
                "kind": {"default": 0, "description": "What.", "oneOf": [
                    {"const": 0, "description": "Video."}, {"const": 1, "description": "Images."},
                    {"enum": ["0"], "deprecated": true},
                ]},
                "seconds": {"type": "integer", "minimum": 0, "maximum": 60, "default": 30, "description": "How long."},
                "names": {"type": "array", "items": {"type": "string"}, "description": "Whom.\nAll of them."},
                "text": {"type": "string", "maxLength": 9, "default": "", "description": "A\u{1b}[2J."},
            },
            "examples": [{"kind": 0}],
        });
        let script = Script { name: "post".to_owned(), description: "Publishes.".to_owned(), schema };
        let style = Style { clock: Clock::Utc, width: None, has_color: false };
        let lines: Vec<String> = page(&script, style).lines().map(str::to_owned).collect();
        let cells = |line: &str| -> Vec<String> {
            line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect()
        };
        assert_eq!(lines[0], "post: Publishes.");
        assert_eq!(cells(&lines[2]), HEADINGS);
        assert_eq!(cells(&lines[3]), ["kind", "choice", "0", "0, 1", "What. 0: Video; 1: Images."]);
        assert_eq!(cells(&lines[4]), ["seconds", "integer", "30", "0 to 60", "How long."]);
        assert_eq!(cells(&lines[5]), ["names", "string[]", "Whom. All of them."]);
        assert_eq!(cells(&lines[6]), ["text", "string", "\"\"", "up to 9 characters", "A [2J."]);
        assert!(lines.contains(&"  {\"kind\":0}".to_owned()), "{lines:?}");
    }
}
