//! The configuration of `follow` and `unfollow` for machines: its JSON Schema. The `config` module says the same to
//! people.

use serde_json::{Value, json};

use crate::config::Action;

/// The JSON Schema (2020-12) of the configuration of the script `name`.
pub(crate) fn schema(name: &str, description: &str, only: Option<Action>) -> Value {
    let actions = match only {
        Some(action) => vec![action.as_str()],
        None => vec![Action::Follow.as_str(), Action::Unfollow.as_str()],
    };
    let default = only.unwrap_or(Action::Follow).as_str();
    let holds_a_name = json!({"pattern": "[^\\s,]"});
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "target_users": {
                "type": "array", "items": {"type": "string", "pattern": "^\\s*@?[A-Za-z0-9._]+\\s*$"}, "default": [],
                "description": "Usernames, with or without @; one task for each. Wins over target_user.",
            },
            "target_user": {
                "type": "string", "default": "",
                "description": "One username, or several split by commas or line breaks.",
            },
            "target_username": {
                "type": "string", "default": "", "description": "Another spelling of target_user.",
            },
            "access_method": {
                "enum": ["direct", "search"], "default": "direct",
                "description": "Open the profile by its URL, or through the app's search.",
            },
            "action": {"enum": actions, "default": default, "description": "Follow or unfollow."},
            "app": {"enum": ["tiktok", "instagram"], "description": "Default: the account's app, else tiktok."},
        },
        "anyOf": [
            {"required": ["target_users"], "properties": {"target_users": {"minItems": 1}}},
            {"required": ["target_user"], "properties": {"target_user": holds_a_name}},
            {"required": ["target_username"], "properties": {"target_username": holds_a_name}},
        ],
    })
}
