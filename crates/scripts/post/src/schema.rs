//! The configuration of `post` for machines: its JSON Schema. The `config` module says the same to people.

use serde_json::{Value, json};

/// The JSON Schema (2020-12) of the configuration.
pub(crate) fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "post",
        "description": "Publishes a video or images.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties(),
        "allOf": [
            {
                "if": {"properties": {"post_way": {"const": "useSound"}}, "required": ["post_way"]},
                "then": {"required": ["sound_name"], "properties": {"sound_name": {"pattern": "\\S"}}},
            },
            {
                "if": {"properties": {"add_sound": {"const": "custom"}}, "required": ["add_sound"]},
                "then": {
                    "required": ["custom_sound_keyword"],
                    "properties": {"custom_sound_keyword": {"pattern": "\\S"}},
                },
            },
            {
                "if": {
                    "properties": {"material_source": {"const": "localFolder"}, "material_list": {"maxItems": 0}},
                    "required": ["material_source"],
                },
                "then": {"required": ["material_path"], "properties": {"material_path": {"pattern": "\\S"}}},
            },
        ],
    })
}

fn properties() -> Value {
    json!({
        "app": {"enum": ["tiktok", "instagram"], "description": "Default: the account's app, else tiktok."},
        "content_type": {"enum": [0, 1], "default": 0, "description": "0 video, 1 images."},
        "image_count": {
            "type": "integer", "minimum": 1, "maximum": 35, "default": 1,
            "description": "Images to take, when content_type is 1.",
        },
        "captions": {
            "type": "string", "default": "",
            "description": "Spintax: {a|b|c} picks one, nesting allowed; \\{ \\| \\} are literal. On TikTok ## splits title and description.",
        },
        "post_way": {
            "enum": ["share", "addButton", "useSound"], "default": "share",
            "description": "The system share sheet, the app's + button, or \"use this sound\".",
        },
        "material_source": {
            "enum": ["materialLibrary", "localFolder"], "default": "materialLibrary",
            "description": "Ignored when material_list is given.",
        },
        "material_path": {
            "type": "string", "default": "", "description": "The folder; required for localFolder.",
        },
        "material_list": {
            "type": "array", "items": {"type": "string", "pattern": "\\S"}, "default": [],
            "description": "Files on the server's disk, used as they are; the first that exists is published.",
        },
        "materials_tags": {
            "type": "string", "default": "",
            "description": "Comma-separated; library materials that carry any of them.",
        },
        "upload_wait_time": {
            "type": "integer", "minimum": 0, "maximum": 3600, "default": 30,
            "description": "The longest to wait for the upload to finish, in seconds.",
        },
        "sound_wait_time": {
            "type": "integer", "minimum": 0, "maximum": 600, "default": 10,
            "description": "The longest to wait for a sound to load, in seconds.",
        },
        "add_sound": {
            "enum": [-1, 0, 1, "-1", "0", "1", "custom"], "default": "-1",
            "description": "-1 the app's default, 0 off, 1 on (the first suggestion), custom: search custom_sound_keyword.",
        },
        "sound_name": {"type": "string", "default": "", "description": "Name or URL; required for useSound."},
        "custom_sound_keyword": {
            "type": "string", "default": "", "description": "Required when add_sound is custom.",
        },
        "origin_sound_volume": {
            "type": "integer", "minimum": 0, "maximum": 100, "default": 50,
            "description": "Volume of the video's own sound.",
        },
        "add_sound_volume": {
            "type": "integer", "minimum": 0, "maximum": 100, "default": 50,
            "description": "Volume of the added sound.",
        },
        "add_product_link": {"enum": [0, 1], "default": 0, "description": "TikTok only."},
        "placement": {"enum": ["reel", "story"], "default": "reel", "description": "Instagram only."},
    })
}
