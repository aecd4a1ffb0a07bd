//! The errors in the OpenAPI document: which of them each operation may answer with, and what each looks like.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use tikmatrix_api_types::Problem;
use tikmatrix_validation::Problems;
use utoipa::PartialSchema as _;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::middleware::license::is_api;

/// All codes for people, in Markdown.
pub(crate) fn table() -> String {
    let line = |code: ErrorCode| {
        let (number, status) = code.table();
        format!("| {number} | {} | {} |\n", status.as_u16(), meaning(code))
    };
    let lines: String = ErrorCode::ALL.map(line).concat();
    format!("| code | HTTP | when |\n|---|---|---|\n| 0 | 200 | success |\n{lines}")
}

/// Describes every error once, and refers to it from each operation that may answer with it.
pub(super) fn add_to(document: &mut Value) {
    document["components"]["schemas"]["Problem"] = json!(Problem::schema());
    document["components"]["responses"] = Value::Object(responses());
    let Some(paths) = document["paths"].as_object_mut() else { return };
    for (path, methods) in paths {
        for (method, operation) in methods.as_object_mut().into_iter().flatten() {
            for status in statuses(method, operation, is_api(path)) {
                operation["responses"][status] = json!({"$ref": format!("#/components/responses/{status}")});
            }
        }
    }
}

/// The HTTP statuses of the errors of an operation, which follow from its own description.
fn statuses(method: &str, operation: &Value, needs_license: bool) -> Vec<&'static str> {
    let has_parameter = |field: &str, value: &str| {
        let parameters = operation["parameters"].as_array();
        parameters.into_iter().flatten().any(|parameter| parameter[field] == value)
    };
    let is_guarded = is_guarded(operation);
    let takes_body = operation.get("requestBody").is_some();
    let statuses = [
        ("400", true),
        ("401", is_guarded),
        ("403", needs_license),
        ("404", has_parameter("in", "path")),
        ("409", has_parameter("name", "Idempotency-Key")),
        ("413", takes_body),
        ("415", takes_body),
        ("416", operation["responses"].get("206").is_some()),
        ("429", is_guarded),
        ("500", true),
        ("503", operation["operationId"] == "checkHealth"),
        ("507", method != "get"),
    ];
    statuses.into_iter().filter_map(|(status, may)| may.then_some(status)).collect()
}

/// Whether an operation is for those alone who have a token, where tokens are required.
fn is_guarded(operation: &Value) -> bool {
    let alternatives = operation["security"].as_array();
    alternatives.into_iter().flatten().any(|alternative| alternative.get("token").is_some())
}

/// One response for each HTTP status, with an example for each of its codes.
fn responses() -> Map<String, Value> {
    let mut by_status: BTreeMap<u16, Vec<ErrorCode>> = BTreeMap::new();
    for code in ErrorCode::ALL {
        by_status.entry(code.table().1.as_u16()).or_default().push(code);
    }
    by_status.into_iter().map(|(status, codes)| (status.to_string(), response(&codes))).collect()
}

fn response(codes: &[ErrorCode]) -> Value {
    let meanings: Vec<String> =
        codes.iter().map(|code| format!("{}: {}.", code.table().0, meaning(*code))).collect();
    let numbers: Vec<u32> = codes.iter().map(|code| code.table().0).collect();
    let examples: Map<String, Value> = codes
        .iter()
        .map(|code| (code.table().0.to_string(), json!({"summary": meaning(*code), "value": example(*code)})))
        .collect();
    let data = match codes {
        [ErrorCode::NoApiAccess, ErrorCode::RoleTooLow] => json!({
            "oneOf": [{"$ref": "#/components/schemas/License"}, {"type": "null"}],
            "description": "The plan, where it has no API access.",
        }),
        [ErrorCode::Degraded] => json!({"$ref": "#/components/schemas/Health"}),
        _ => json!({
            "type": ["array", "null"],
            "items": {"$ref": "#/components/schemas/Problem"},
            "description": "Everything that is wrong with the request, field by field.",
        }),
    };
    json!({
        "description": meanings.join(" "),
        "content": {"application/json": {
            "schema": {
                "type": "object",
                "required": ["code", "message", "data"],
                "properties": {
                    "code": {"enum": numbers, "description": "What went wrong."},
                    "message": {"type": "string", "description": "One sentence that a person can act on."},
                    "data": data,
                },
            },
            "examples": examples,
        }},
    })
}

/// When a code is answered.
fn meaning(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidParameter => {
            "a parameter, the body or a header does not hold what it may hold, or the operation does not fit the state"
        }
        ErrorCode::ScriptNameMissing => "`script_name` is missing or empty",
        ErrorCode::UnknownScript => "no such script is registered",
        ErrorCode::TokenRequired => "a token is required, and none, a wrong or an expired one was sent",
        ErrorCode::NoApiAccess => "the plan has no API access",
        ErrorCode::RoleTooLow => "the role of the token does not allow it",
        ErrorCode::NotFound => "there is no such thing or address",
        ErrorCode::MethodNotAllowed => {
            "the address does not take this method; `Allow` names those that it takes"
        }
        ErrorCode::Conflict => {
            "an `Idempotency-Key` was used with another body, or its request is still in flight"
        }
        ErrorCode::BodyTooLarge => "the body is too large",
        ErrorCode::NotJson => "the body does not say that it is of the type that is wanted",
        ErrorCode::OutOfRange => "the header `Range` asks for no byte of the file",
        ErrorCode::TooMany => {
            "more is asked for at once than the server works on, or too many tasks wait; `Retry-After` says when to ask again"
        }
        ErrorCode::Internal => {
            "something failed that the client has no part in; the server's log tells the cause"
        }
        ErrorCode::Degraded => "the server cannot store anything; of a health check, `data.reasons` tell why",
        ErrorCode::DiskFull => "the server's disk is full; nothing was stored",
    }
}

/// An answer with this code.
fn example(code: ErrorCode) -> Value {
    let told = |problems: &[(&str, &str)]| {
        let mut all = Problems::default();
        let problem = |(field, reason): &(&str, &str)| {
            all.add(*field, *reason);
            json!({"field": field, "reason": reason})
        };
        let data: Vec<Value> = problems.iter().map(problem).collect();
        (ApiError::problems(code, all).to_string(), json!(data))
    };
    let without_data = |message: &str| (message.to_owned(), Value::Null);
    let (message, data) = match code {
        ErrorCode::InvalidParameter => told(&[
            ("script_config.content_type", "7 is not one of 0 (video), 1 (images)"),
            ("serails", "is not a known field; did you mean serials?"),
        ]),
        ErrorCode::ScriptNameMissing => told(&[("script_name", "is required")]),
        ErrorCode::UnknownScript => {
            told(&[("script_name", "\"pots\" is not a known script; did you mean post?")])
        }
        ErrorCode::TokenRequired => {
            without_data("header Authorization: a token is required: Authorization: Bearer TOKEN")
        }
        ErrorCode::NoApiAccess => {
            let message = "The plan Starter has no API access.";
            let license = json!({
                "plan_name": "Starter", "api_enabled": false, "device_limit": 5, "message": message,
                "expires_at": null, "trial": false,
            });
            (message.to_owned(), license)
        }
        ErrorCode::RoleTooLow => without_data(
            "POST /api/v1/task needs the role operator, and the token wall-screen has the role viewer: use another token, or \
             make one with `tikmatrix token create NAME --role operator`",
        ),
        ErrorCode::NotFound => without_data("there is no task 4711"),
        ErrorCode::MethodNotAllowed => without_data("/api/v1/task does not take PUT, only GET, HEAD, POST"),
        ErrorCode::Conflict => without_data(
            "Idempotency-Key: this key was used with another body; a new request needs a new key",
        ),
        ErrorCode::BodyTooLarge => without_data("the body is larger than 4194304 bytes"),
        ErrorCode::NotJson => without_data("header Content-Type: application/json is required"),
        ErrorCode::OutOfRange => {
            without_data("header Range: asks for no byte of this file, which has 5242880")
        }
        ErrorCode::TooMany => without_data("too many requests are being worked on: ask again in 1 s"),
        ErrorCode::Internal => {
            without_data("internal error: the server's log tells the cause under request 4242-1")
        }
        ErrorCode::Degraded => {
            let reasons = ["the data directory takes no writes: no storage space"];
            let health = json!({"status": "degraded", "reasons": reasons, "version": "1.0.0"});
            (reasons.join("; "), health)
        }
        ErrorCode::DiskFull => without_data(
            "the server's disk is full, and nothing was stored: free some of it and ask again: the server's log tells \
             the cause under request 4242-2",
        ),
    };
    json!({"code": code.table().0, "message": message, "data": data})
}
