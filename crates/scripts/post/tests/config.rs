//! Protects what `POST /task` tells people about a `post` configuration: types, ranges, defaults, near misses, and
//! everything at once.

#![cfg(test)]

use serde_json::{Value, json};
use tikmatrix_device::script::Script as _;
use tikmatrix_domain::{AppKind, Tag};
use tikmatrix_post::{AddSound, ContentType, MaterialSource, Placement, Post, PostConfig, PostWay};

fn problems(config: &Value) -> Vec<String> {
    match Post::new().unwrap().plan(config) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(|it| format!("{}: {}", it.field, it.reason)).collect(),
    }
}

#[test]
fn an_empty_configuration_has_the_documented_defaults() {
    let config = PostConfig::read(&json!({})).unwrap();
    assert_eq!(config.app, None);
    assert_eq!(config.content_type, ContentType::Video);
    assert_eq!(config.image_count, 1);
    assert_eq!(config.post_way, PostWay::Share);
    assert_eq!(config.material_source, MaterialSource::MaterialLibrary);
    assert_eq!((config.upload_wait_time, config.sound_wait_time), (30, 10));
    assert_eq!(config.add_sound, AddSound::AppDefault);
    assert_eq!((config.origin_sound_volume, config.add_sound_volume), (50, 50));
    assert_eq!(config.placement, Placement::Reel);
    assert!(config.material_list.is_empty() && config.materials_tags.is_empty() && !config.add_product_link);
}

#[test]
fn every_problem_is_told_at_once_with_what_is_allowed() {
    let config = json!({
        "content_type": 7,
        "image_count": 0,
        "captions": "{a|b",
        "post_way": "mail",
        "material_list": ["a.mp4", 3, " "],
        "upload_wait_time": 3601,
        "sound_wait_time": "10",
        "add_sound": 2,
        "add_sound_volume": 50.5,
        "sound_name": null,
        "material_lists": [],
    });
    assert_eq!(
        problems(&config),
        [
            "material_lists: is not a known field; did you mean material_list?",
            "content_type: 7 is not one of 0 (video), 1 (images)",
            "image_count: 0 is not a whole number from 1 to 35",
            r"captions: the { at character 1 is never closed by }; write \{ for a literal brace",
            r#"post_way: "mail" is not one of share, addButton, useSound"#,
            "material_list[1]: 3 is not a string",
            "material_list[2]: must not be empty",
            "upload_wait_time: 3601 is not a whole number from 0 to 3600",
            r#"sound_wait_time: "10" is not a whole number from 0 to 600"#,
            "add_sound: 2 is not one of -1 (the app's default), 0 (off), 1 (on), custom",
            "sound_name: null is not a string",
            "add_sound_volume: 50.5 is not a whole number from 0 to 100",
        ]
    );
}

#[test]
fn a_name_near_a_known_one_is_suggested_and_a_strange_one_is_not() {
    assert_eq!(problems(&json!({"caption": ""})), ["caption: is not a known field; did you mean captions?"]);
    assert_eq!(
        problems(&json!({"Content_Type": 0})),
        ["Content_Type: is not a known field; did you mean content_type?"]
    );
    let told = problems(&json!({"zzz": 0})).join("");
    assert!(told.starts_with("zzz: is not a known field; known are app, content_type, "), "{told}");
}

#[test]
fn what_is_no_object_is_refused() {
    for config in [json!(null), json!([]), json!("post"), json!(1)] {
        assert_eq!(problems(&config), [": must be a JSON object"]);
    }
}

#[test]
fn numbers_of_add_sound_come_as_numbers_or_strings() {
    for (given, meant) in [
        (json!(-1), AddSound::AppDefault),
        (json!("0"), AddSound::Off),
        (json!(0), AddSound::Off),
        (json!("1"), AddSound::On),
    ] {
        assert_eq!(PostConfig::read(&json!({"add_sound": given})).unwrap().add_sound, meant);
    }
}

#[test]
fn one_field_may_demand_another() {
    let told = |config| problems(&config).join("; ");
    assert_eq!(told(json!({"post_way": "useSound"})), "sound_name: is required when post_way is useSound");
    assert_eq!(
        told(json!({"add_sound": "custom"})),
        "custom_sound_keyword: is required when add_sound is custom"
    );
    assert_eq!(
        told(json!({"material_source": "localFolder"})),
        "material_path: is required when material_source is localFolder"
    );
    assert_eq!(told(json!({"material_source": "localFolder", "material_list": ["a.mp4"]})), "");
    assert_eq!(
        told(json!({"app": "instagram", "add_product_link": 1})),
        "add_product_link: 1 (yes) works on tiktok only"
    );
    assert_eq!(
        told(json!({"app": "tiktok", "placement": "story"})),
        r#"placement: "story" works on instagram only"#
    );
}

#[test]
fn one_target_gets_one_task_with_the_configuration_as_it_was_given() {
    let config = json!({"app": "instagram", "image_count": 35.0, "materials_tags": " a, ,b "});
    let planned = Post::new().unwrap().plan(&config).unwrap();
    assert_eq!(planned.len(), 1);
    assert_eq!((&planned[0].config, planned[0].app), (&config, Some(AppKind::Instagram)));
    let read = PostConfig::read(&config).unwrap();
    assert_eq!(
        (read.image_count, read.materials_tags),
        (35, ["a", "b"].map(|tag| Tag::new(tag).unwrap()).to_vec())
    );
}

#[test]
fn the_schema_knows_every_field_and_its_defaults_are_accepted() {
    let schema = Post::new().unwrap().schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!(schema["additionalProperties"], json!(false));
    let properties = schema["properties"].as_object().unwrap();
    let defaults: serde_json::Map<String, Value> = properties
        .iter()
        .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())))
        .collect();
    assert_eq!(PostConfig::read(&Value::Object(defaults)), PostConfig::read(&json!({})));
    let nothing_right: serde_json::Map<String, Value> =
        properties.keys().map(|name| (name.clone(), json!({"not": "right"}))).collect();
    let problems = PostConfig::read(&Value::Object(nothing_right)).unwrap_err();
    let told: Vec<&str> = problems.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(told.len(), properties.len(), "each field of the schema is read, and only those: {told:?}");
}
