//! The scripts in the OpenAPI document: a request for tasks has one form for each script, with the script's own
//! configuration in it.

use serde_json::{Map, Value, json};
use tikmatrix_device::script::{RegisteredScript, ScriptRegistry};

/// The component that describes a request for tasks.
const REQUEST: &str = "NewTasks";

/// Adds the configuration of each script, and makes the request for tasks one of several forms.
pub(crate) fn add_to(document: &mut Value, scripts: &ScriptRegistry) {
    let examples = scripts.iter().map(|script| {
        let name = script.name();
        let value =
            json!({"serials": ["virtual-1"], "script_name": name, "script_config": example(script.as_ref())});
        (name.to_owned(), json!({"summary": script.description(), "value": value}))
    });
    // In the order of their names, so that a page shows the one first that needs nothing but a phone.
    let examples: Map<String, Value> = examples.collect();
    document["paths"]["/api/v1/task"]["post"]["requestBody"]["content"]["application/json"]["examples"] =
        Value::Object(examples);
    let schemas = &mut document["components"]["schemas"];
    let base = schemas[REQUEST].clone();
    let mut forms = Vec::new();
    let mut mapping = Map::new();
    for script in scripts.iter() {
        let name = script.name();
        let form = format!("{REQUEST}_{name}");
        schemas[format!("{name}_config")] = configuration(script.as_ref());
        schemas[&form] = request(&base, name);
        forms.push(json!({"$ref": format!("#/components/schemas/{form}")}));
        mapping.insert(name.to_owned(), json!(format!("#/components/schemas/{form}")));
    }
    if !forms.is_empty() {
        schemas[REQUEST] = json!({
            "description": base["description"],
            "oneOf": forms,
            "discriminator": {"propertyName": "script_name", "mapping": mapping},
        });
    }
}

/// The configuration that a script gives as its example, or that of its defaults.
fn example(script: &RegisteredScript) -> Value {
    script.schema().pointer("/examples/0").cloned().unwrap_or_else(|| json!({}))
}

fn configuration(script: &RegisteredScript) -> Value {
    let mut schema = script.schema().clone();
    if let Some(schema) = schema.as_object_mut() {
        // The document as a whole has the same dialect.
        schema.remove("$schema");
    }
    schema
}

/// The request for tasks of the script `name`: for phones, groups of phones, or accounts.
fn request(base: &Value, name: &str) -> Value {
    let mut form = base.clone();
    form["description"] = json!(format!("Tasks of the script `{name}`."));
    form["properties"]["script_name"] = json!({"const": name, "description": "The name of the script."});
    form["properties"]["script_config"] = json!({
        "$ref": format!("#/components/schemas/{name}_config"),
        "description": "The configuration of the script, `{}` for its defaults.",
    });
    let some =
        |these: &str| json!({"required": [these], "properties": {these: {"type": "array", "minItems": 1}}});
    form["anyOf"] = json!([some("serials"), some("groups"), some("usernames")]);
    form
}
