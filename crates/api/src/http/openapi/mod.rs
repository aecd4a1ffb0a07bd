//! The OpenAPI document (3.1): the descriptions of the routes, the errors of each of them, and the
//! configurations of the scripts. `document_route` serves it.

pub(crate) mod document_route;
mod errors;
mod scripts;
#[cfg(feature = "swagger")]
pub(crate) mod swagger;

use serde_json::{Map, Value, json};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_domain::AppId;

use crate::routes;

const DESCRIPTION: &str = "\
Runs scripts on your Android phones: one request says which phones or accounts shall run which script with which \
configuration and when; the server queues the tasks and reports the outcome of each.

Every answer but files and this document is `{\"code\": 0, \"message\": \"success\", \"data\": …}`. Of an error, `code` is \
one of those below, `message` is one sentence that a person can act on, and `data` of a 40001 names every field that is \
wrong. Unknown fields and parameters are errors, except parameters of the query whose name begins with `_`, which are \
ignored; a blank value of one means that it is not given. Moments are RFC 3339 with offset.";

/// The groups of operations, in the order in which a page shows them.
const TAGS: [&str; 12] = [
    "Tasks",
    "Accounts",
    "Phones",
    "Materials",
    "Scripts",
    "Settings",
    "Audit",
    "Events",
    "Webhooks",
    "Watching",
    "Licence",
    "Server",
];

/// The OpenAPI document of a server that has `scripts` and `apps`.
#[must_use]
pub fn document(scripts: &ScriptRegistry, apps: &[AppId]) -> Value {
    // It is made of texts and numbers alone, which can always be written as JSON.
    let mut document = serde_json::to_value(routes::all().description()).unwrap_or_default();
    document["info"] = json!({
        "title": "TikMatrix",
        "version": env!("CARGO_PKG_VERSION"),
        "description": format!("{DESCRIPTION}\n\n{}", errors::table()),
        "license": {"name": "MIT", "identifier": "MIT"},
    });
    document["servers"] = json!([{"url": "/", "description": "The server that this document comes from."}]);
    document["components"]["securitySchemes"]["token"] = json!({
        "type": "http",
        "scheme": "bearer",
        "description": "Needed as soon as others than the server's own machine can reach it: `tikmatrix token create NAME --role ROLE`. \
            Each operation names the role that it needs: a `viewer` reads, an `operator` also works with tasks, phones, accounts, \
            groups and materials, an `admin` does everything.",
    });
    document["tags"] = TAGS.map(|name| json!({"name": name})).into_iter().collect();
    document["security"] = json!([{}, {"token": []}]);
    errors::add_to(&mut document);
    allow_empty_parameters(&mut document);
    scripts::add_to(&mut document, scripts);
    name_apps(&mut document, apps);
    remove_null_defaults(&mut document);
    document
}

/// Lists the apps as the values that the name of an app may have.
fn name_apps(document: &mut Value, apps: &[AppId]) {
    if let Some(app) = document["components"]["schemas"]["App"].as_object_mut()
        && !apps.is_empty()
    {
        app.remove("pattern");
        app.insert("enum".to_owned(), apps.iter().map(AppId::as_str).collect());
    }
    let change = &mut document["components"]["schemas"]["SettingsPatch"]["properties"]["packages"];
    if let Some(packages) = change.as_object_mut()
        && !apps.is_empty()
        && let Some(each) = packages.insert("additionalProperties".to_owned(), json!(false))
    {
        let of_apps = apps.iter().map(|app| (app.as_str().to_owned(), each.clone()));
        packages.insert("properties".to_owned(), Value::Object(of_apps.collect()));
    }
}

/// Lets every parameter of a query be empty, which means that it is not given.
fn allow_empty_parameters(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in paths.flat_map(|path| path.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
        for parameter in parameters.into_iter().flatten().filter(|it| it["in"] == "query") {
            parameter["allowEmptyValue"] = json!(true);
        }
    }
}

/// Removes each `"default": null`: utoipa writes one for every field of a change that may be left out, also where the field
/// cannot be null.
fn remove_null_defaults(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|key, value| key != "default" || !value.is_null());
            object.values_mut().for_each(remove_null_defaults);
        }
        Value::Array(elements) => elements.iter_mut().for_each(remove_null_defaults),
        _ => {}
    }
}
