//! The OpenAPI document says what the server does: no route is missing from it, and it knows the same names and limits
//! as the code that reads requests.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::materials::{mp4, upload};
use crate::support::form::Form;
use crate::support::{Answer, Api};

/// What is wrong with a value because of what is stored already, which no document can say.
const OF_STATE: [&str; 4] = [
    "there is an account",
    "is the name of another group",
    "is not a known group",
    "is where no phones may be added",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_route_is_in_the_document_with_all_of_its_methods() {
    let api = Api::start().await;
    let document = document(&api).await;
    let documented = document["paths"].as_object().unwrap();
    assert!(documented.len() > 20, "{:?}", documented.keys());
    for (path, methods) in documented {
        let told: BTreeSet<String> =
            methods.as_object().unwrap().keys().map(|it| it.to_uppercase()).collect();
        let answer = api.send("PUT", &real(path), &[], Vec::new()).await;
        let allow = answer.allow.unwrap_or_else(|| panic!("PUT {path} is not refused"));
        let mut taken: BTreeSet<String> = allow.split(", ").map(str::to_owned).collect();
        // It is answered as GET is, and documents do not repeat it.
        assert_eq!(taken.remove("HEAD"), taken.contains("GET"), "{path}");
        assert_eq!(told, taken, "{path}: the document on the left, `Allow` on the right");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_every_parameter_and_every_answer_is_described() {
    let api = Api::start().await;
    let document = document(&api).await;
    assert_eq!(document["openapi"], "3.1.0");
    let mut bare = Vec::new();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let told = |at: &Value| {
                resolved(&document, at)["description"].is_string() || at["description"].is_string()
            };
            let mut within = property["oneOf"].as_array().into_iter().flatten();
            if !told(property) && !within.any(told) {
                bare.push(format!("{name}.{field}"));
            }
        }
    }
    for operation in operations(&document) {
        let parameters = operation.parameters().filter(|it| !it["description"].is_string());
        bare.extend(parameters.map(|it| format!("{}: {}", operation.title(), it["name"])));
        for (status, answer) in operation.value["responses"].as_object().unwrap() {
            let answer = resolved(&document, answer);
            let examples = answer["content"]["application/json"]["examples"].as_object();
            let is_error = status.starts_with(['4', '5']);
            if !answer["description"].is_string() || is_error && examples.is_none() {
                bare.push(format!("{}: {status}", operation.title()));
            }
        }
    }
    assert_eq!(bare, Vec::<String>::new(), "these are not described");
    api.stop().await;
}

/// Swagger UI shows it as one line of plain text.
#[tokio::test(flavor = "multi_thread")]
async fn the_summary_of_every_operation_is_one_plain_sentence_that_begins_with_a_verb() {
    let api = Api::start().await;
    let document = document(&api).await;
    for operation in operations(&document) {
        let summary = operation.value["summary"].as_str().unwrap();
        let verb = summary.split([' ', ',']).next().unwrap();
        assert!(verb.ends_with('s') && summary.ends_with('.'), "{}: {summary}", operation.title());
        assert!(!summary.contains(['`', '\n']), "{}: {summary}", operation.title());
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_names_every_parameter_and_every_field_that_the_server_knows_and_no_others() {
    let api = Api::start().await;
    let document = document(&api).await;
    // Too long to be near any name, so that the answer lists all.
    let nonsense = "q".repeat(101);
    for operation in operations(&document).iter().filter(|operation| operation.path != "/healthz") {
        let path = format!("{}?{nonsense}=1", real(&operation.path));
        let answer = api.json(&operation.method, &path, &Value::Null).await;
        let told = operation.parameters().filter(|it| it["in"] == "query").map(|it| text(&it["name"]));
        assert_eq!(told.collect::<BTreeSet<_>>(), known(&answer), "parameters of {}", operation.title());
        if let Some(schema) = operation.body(&document) {
            let body = json!({nonsense.clone(): 1});
            let answer = api.json(&operation.method, &real(&operation.path), &body).await;
            let told: BTreeSet<String> = schema["properties"].as_object().unwrap().keys().cloned().collect();
            let known = known(&answer);
            let fixed = known.difference(&told).filter(|name| !refused_by_name(&operation.path, name));
            assert_eq!(fixed.collect::<Vec<_>>(), Vec::<&String>::new(), "{} is not told", operation.title());
            assert!(told.is_subset(&known), "{}: {told:?} and {known:?}", operation.title());
        }
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_is_refused_by_the_server_exactly_where_the_document_refuses_it() {
    let api = Api::start().await;
    let document = document(&api).await;
    let values = values();
    let mut differences = Vec::new();
    for operation in operations(&document) {
        let Some(schema) = operation.body(&document) else { continue };
        for (name, property) in schema["properties"].as_object().unwrap() {
            // What it may hold depends on the script.
            if ["script_name", "script_config"].contains(&name.as_str()) {
                continue;
            }
            let required = schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)));
            let valid = validator(&document, property);
            for value in &values {
                let answer = api
                    .json(&operation.method, &real(&operation.path), &json!({(name.as_str()): value}))
                    .await;
                let refused = problems(&answer).any(|(field, reason)| {
                    let rest = field.strip_prefix(name.as_str());
                    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
                        && !OF_STATE.iter().any(|it| reason.contains(it))
                });
                // The request for tasks takes a blank text for a field that is not given, which its types do not show.
                if operation.path == "/api/v1/task"
                    && value.as_str().is_some_and(|text| text.trim().is_empty())
                {
                    assert!(!refused || *name == "serials", "{name}: {value} is refused");
                    continue;
                }
                // That phones or accounts have to be named at all is said of the body as a whole.
                let names_none = *name == "serials" && [json!([]), Value::Null].contains(value);
                if valid.is_valid(value) == refused && !names_none {
                    let verdict = if refused { "refused" } else { "taken" };
                    differences.push(format!("{} {name}: {value} is {verdict}", operation.title()));
                }
                assert!(!required || valid.is_valid(value) || refused, "{name}: {value}");
            }
        }
    }
    assert_eq!(differences, Vec::<String>::new(), "the document says otherwise");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_loads_nothing_but_what_the_server_itself_has() {
    let api = Api::start().await;
    let (media_type, page) = api.text("/docs").await;
    assert_eq!(media_type, "text/html; charset=utf-8");
    let parts = page.split('"').filter(|part| part.ends_with(".js") || part.ends_with(".css"));
    let parts: Vec<String> = parts.map(|part| format!("/{part}")).collect();
    assert_eq!(parts, ["/docs/swagger-ui.css", "/docs/swagger-ui-bundle.js", "/docs/start.js"]);
    for part in parts {
        let (media_type, text) = api.text(&part).await;
        assert!(media_type.starts_with("text/css") || media_type.starts_with("text/javascript"), "{part}");
        assert!(!text.is_empty(), "{part}");
    }
    assert!(!page.contains("http"), "an address of another server: {page}");
    for missing in ["/docs/index.html", "/docs/..%2f..%2fCargo.toml", "/docs/swagger-ui.css.map"] {
        assert_eq!(api.get(missing).await.code(), 40401, "{missing}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_body_has_an_example_that_the_server_takes() {
    let api = Api::start().await;
    let document = document(&api).await;
    api.post(&json!({"serials": ["1"], "script_name": "say", "script_config": {}})).await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await;
    let mut sent = 0;
    // What is created comes before what changes it.
    let mut operations = operations(&document);
    operations.sort_by_key(|operation| (operation.method != "POST", operation.path.clone()));
    for operation in &operations {
        let content = operation.value["requestBody"]["content"].as_object().into_iter().flatten();
        for (media_type, content) in content.filter(|(media_type, _)| *media_type != "multipart/form-data") {
            let mut examples: Vec<&Value> = content.get("example").into_iter().collect();
            examples
                .extend(content["examples"].as_object().into_iter().flatten().map(|(_, it)| &it["value"]));
            assert!(!examples.is_empty(), "{} has no example", operation.title());
            let path = real(&operation.path);
            for example in examples {
                let body = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
                let headers = [("Content-Type", media_type.as_str())];
                let answer = api.send(&operation.method, &path, &headers, body.into()).await;
                assert_eq!(answer.code(), 0, "{} {example}: {answer:?}", operation.title());
                sent += 1;
            }
        }
    }
    assert!(sent > 10, "{sent}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tags_are_listed_and_tasks_come_first() {
    let api = Api::start().await;
    let document = document(&api).await;
    let listed: Vec<String> =
        document["tags"].as_array().unwrap().iter().map(|tag| text(&tag["name"])).collect();
    assert_eq!(listed[0], "Tasks");
    let operations = operations(&document);
    let used = operations.iter().flat_map(|operation| operation.value["tags"].as_array().unwrap());
    assert_eq!(used.map(text).collect::<BTreeSet<_>>(), listed.into_iter().collect());
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_ends_an_endless_answer() {
    let api = Api::start().await;
    let (_, start) = api.text("/docs/start.js").await;
    let (_, bundle) = api.text("/docs/swagger-ui-bundle.js").await;
    assert!(start.contains("reader.cancel()") && start.contains("userFetch: begin"), "{start}");
    assert!(bundle.contains("userFetch||fetch)("), "Swagger UI asks by another function now");
    api.stop().await;
}

/// The field and the reason of each problem that an answer tells of.
fn problems(answer: &Answer) -> impl Iterator<Item = (&str, &str)> {
    let problems = answer.body["data"].as_array().into_iter().flatten();
    problems.map(|problem| (problem["field"].as_str().unwrap(), problem["reason"].as_str().unwrap()))
}

/// One method of one path.
struct Operation {
    method: String,
    path: String,
    value: Value,
}

impl Operation {
    fn title(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    fn parameters(&self) -> impl Iterator<Item = &Value> {
        self.value["parameters"].as_array().into_iter().flatten()
    }

    /// The schema of its JSON body, of several the first.
    fn body(&self, document: &Value) -> Option<Value> {
        let schema = &self.value["requestBody"]["content"].get("application/json")?["schema"];
        let schema = resolved(document, schema);
        Some(schema.get("oneOf").map_or(schema.clone(), |forms| resolved(document, &forms[0]).clone()))
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, value) in methods.as_object().unwrap() {
            let (method, path) = (method.to_uppercase(), path.clone());
            operations.push(Operation { method, path, value: value.clone() });
        }
    }
    operations
}

async fn document(api: &Api) -> Value {
    api.get("/openapi.json").await.body
}

/// What is behind a reference, if it is one.
fn resolved<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value["$ref"].as_str().map_or(value, |at| document.pointer(&at[1..]).unwrap())
}

/// A judge of values that others wrote.
fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    jsonschema::draft202012::new(&whole).unwrap()
}

/// A path with something in each of its places.
fn real(path: &str) -> String {
    let part = |part: &str| if part.starts_with('{') { "1".to_owned() } else { part.to_owned() };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The names that an answer says are known.
fn known(answer: &Answer) -> BTreeSet<String> {
    let reasons = answer.body["data"].as_array().unwrap_or_else(|| panic!("no problems in {answer:?}"));
    let mut reasons = reasons.iter().filter_map(|problem| problem["reason"].as_str());
    let list = reasons.find_map(|reason| {
        let none = reason.ends_with("there is none").then_some("");
        reason.split_once("known are ").map(|(_, list)| list).or(none)
    });
    let list = list.unwrap_or_else(|| panic!("no list of names in {answer:?}"));
    list.split(", ").filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Fields that the server knows in order to say why it does not take them.
fn refused_by_name(path: &str, name: &str) -> bool {
    path == "/api/v1/account/{account_id}" && ["username", "app"].contains(&name)
}

/// What fields are given here: of every type, at the edges of every limit.
fn values() -> Vec<Value> {
    let mut values =
        vec![Value::Null, json!(true), json!({}), json!([]), json!([1]), json!([[]]), json!([""])];
    for number in [0, 1, 2, 100, 101, 86_400, 86_401, 10_080, 10_081, i64::MAX] {
        values.extend([json!(number), json!(-number), json!([number])]);
    }
    values.extend([json!(1.0), json!(1.5), json!(1e300)]);
    let long = |count: usize| "x".repeat(count);
    let texts = [
        "",
        " ",
        "@",
        " @ ",
        "@a",
        "a",
        "a b",
        "a\u{0}",
        "a\tb",
        "a\nb",
        "a\u{202e}b",
        "\u{7f}",
        "\u{9f}",
        "tiktok",
        "instagram",
        "TikTok",
        "com.example.app",
        "com",
        "com..app",
        "1com.app",
        "00:00",
        "23:59",
        "24:00",
        "9:00",
        "12:60",
        "Europe/Berlin",
        "UTC",
        "Mars/Olympus",
        "ü",
        "字",
        "👩‍👩‍👧‍👦",
    ];
    let texts = texts.map(str::to_owned).into_iter();
    for text in texts.chain([long(200), long(201), long(2000), long(2001), format!("a.{}", long(198))]) {
        values.extend([json!(text), json!([text])]);
    }
    values.extend([json!(vec![1; 1000]), json!(vec![1; 1001])]);
    values
}
