//! Protects what `POST /task` tells people about a `post` configuration: types, ranges, defaults, near misses, and
//! everything at once.

#![cfg(test)]

use serde_json::{Value, json};
use tikmatrix_device::script::RegisteredScript;
use tikmatrix_domain::{AppId, Tag};
use tikmatrix_post::{
    AddProductLink, AddSound, CaptionFormat, ContentType, MaterialSource, Placement, Post, PostConfig,
    PostWay, Visibility,
};
use tikmatrix_script_testing::{able_apps, apps, problems as problems_of};

/// The script on apps that can do whatever it may ask for.
fn post() -> RegisteredScript {
    RegisteredScript::new(Post::new(able_apps()))
}

/// The configuration as it is stored and as it is read.
fn read(config: &Value) -> (Value, PostConfig) {
    let planned = post().plan(config).unwrap();
    let [planned] = planned.as_slice() else { panic!("one task: {planned:?}") };
    (planned.config.clone(), serde_json::from_value(planned.config.clone()).unwrap())
}

fn problems(config: &Value) -> Vec<String> {
    problems_of(&post(), config)
}

#[test]
fn an_empty_configuration_has_the_documented_defaults() {
    let (_, config) = read(&json!({}));
    assert_eq!(config.app, None);
    assert_eq!(config.content_type, ContentType::Video);
    assert_eq!(config.image_count, 1);
    assert_eq!(config.post_way, PostWay::Share);
    assert_eq!(config.material_source, MaterialSource::MaterialLibrary);
    assert_eq!((config.upload_wait_time, config.sound_wait_time), (30, 10));
    assert_eq!(config.add_sound, AddSound::AppDefault);
    assert_eq!((config.origin_sound_volume, config.add_sound_volume), (50, 50));
    assert_eq!(config.placement, Placement::Reel);
    assert!(config.material_list.is_empty() && config.materials_tags.0.is_empty());
    assert_eq!(config.add_product_link, AddProductLink::No);
    assert_eq!((config.visibility, config.ai_label), (Visibility::Public, false));
    assert_eq!(config.caption_format, CaptionFormat::Spintax);
}

#[test]
fn lines_are_no_templates_and_sounds_are_names_or_urls_of_tiktok() {
    let multiline = |captions: &str| json!({"captions": captions, "caption_format": "multiline"});
    assert_eq!(problems(&multiline("one {a\n}two|")), [""; 0]);
    assert_eq!(
        problems(&multiline(" \n ")),
        ["captions: must hold a caption on a line of its own when caption_format is multiline"]
    );
    let sound = |name: &str| json!({"post_way": "useSound", "sound_name": name});
    assert_eq!(problems(&sound("vm.tiktok.com/ZM8abc")), [""; 0]);
    assert_eq!(problems(&sound("A Song")), [""; 0]);
    assert_eq!(
        problems(&sound("https://example.com/music/x-7")),
        [r#"sound_name: "https://example.com/music/x-7" is no URL of a sound on TikTok"#]
    );
    assert_eq!(
        problems(&json!({"visibility": "followers"})),
        [r#"visibility: "followers" is not one of public, friends, private"#]
    );
}

#[test]
fn every_problem_is_reported_at_once_with_what_is_allowed() {
    let config = json!({
        "content_type": 7,
        "image_count": 0,
        "captions": "{a|b",
        "post_way": "mail",
        "material_list": ["a.mp4", 3, " "],
        "upload_wait_time": 3601,
        "sound_wait_time": "ten",
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
            r#"sound_wait_time: "ten" is not a whole number from 0 to 600"#,
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
        assert_eq!(read(&json!({"add_sound": given})).1.add_sound, meant);
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
}

#[test]
fn what_the_apps_cannot_do_is_refused_with_what_is_possible() {
    let post = RegisteredScript::new(Post::new(apps()));
    let on = |fields: &Value| {
        let mut config = json!({"material_list": ["a.mp4"]});
        config.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        problems_of(&post, &config).join("; ")
    };
    for (app, name) in [(json!({}), "any app"), (json!({"app": "tiktok"}), "tiktok")] {
        let mut story = json!({"placement": "story"});
        story.as_object_mut().unwrap().extend(app.as_object().unwrap().clone());
        let refusal = format!(r#"placement: "story" (a story) is not possible on {name}; use reel"#);
        assert_eq!(on(&story), refusal);
    }
    for possible in [
        json!({"content_type": 1, "material_list": ["a.png"]}),
        json!({"post_way": "addButton"}),
        json!({"post_way": "useSound", "sound_name": "x"}),
        json!({"add_sound": "0"}),
        json!({"origin_sound_volume": 30}),
        json!({"add_sound_volume": 70}),
        json!({"add_product_link": 1}),
        json!({"visibility": "private"}),
        json!({"ai_label": true}),
    ] {
        assert_eq!(on(&possible), "", "{possible}");
    }
    let instagram = "app: publishing is not possible on instagram; use the app tiktok";
    assert_eq!(on(&json!({"app": "instagram", "content_type": 1, "placement": "story"})), instagram);
}

#[test]
fn more_images_than_a_post_takes_are_refused_and_many_videos_are_not() {
    let files: Vec<String> = (0..36).map(|number| format!("{number}.png")).collect();
    let refusal = "material_list: names 36 images, and a post takes at most 35: name fewer, and create a task for the others";
    assert_eq!(problems(&json!({"content_type": 1, "material_list": files})), [refusal]);
    assert_eq!(problems(&json!({"content_type": 1, "material_list": files[..35]})), [""; 0]);
    assert_eq!(problems(&json!({"material_list": files})), [""; 0]);
}

#[test]
fn what_asks_for_nothing_is_refused_on_no_app() {
    let post = RegisteredScript::new(Post::new(apps()));
    for possible in [json!({"content_type": 1}), json!({"post_way": "addButton"})] {
        assert_eq!(problems_of(&post, &possible), [""; 0]);
    }
    let nothing = json!({"app": "tiktok", "content_type": 0, "post_way": "share", "add_sound": -1,
        "origin_sound_volume": 50, "add_sound_volume": 50, "add_product_link": 0, "placement": "reel"});
    assert_eq!(problems_of(&post, &nothing), [""; 0]);
}

#[test]
fn each_of_the_apps_that_can_do_it_is_named_in_the_table_of_the_schema() {
    let options = |apps| RegisteredScript::new(Post::new(apps)).schema()["x-app-options"].clone();
    let placement = |apps| {
        let options = options(apps);
        options.as_array().unwrap().iter().find(|it| it["field"] == "placement").unwrap()["apps"].clone()
    };
    assert_eq!((placement(apps()), placement(able_apps())), (json!([]), json!(["tiktok", "instagram"])));
    let publishing = json!({"field": "app", "values": "", "what": "publishing", "apps": ["tiktok"]});
    assert_eq!(options(apps())[0], publishing);
}

#[test]
fn each_of_several_materials_is_that_of_one_task() {
    let post = post();
    let plan = |config: Value, count| {
        let plan = post.plan_and_warn(&config, Some(count));
        plan.map(|plan| plan.tasks.iter().map(|task| task.config.to_string()).collect::<Vec<_>>())
    };
    let listed = json!({"captions": "x", "material_list": ["a.mp4", "b.mp4", "c.mp4"]});
    let one = |file: &str| format!(r#"{{"captions":"x","material_list":["{file}"]}}"#);
    assert_eq!(plan(listed.clone(), 2).unwrap(), [one("a.mp4"), one("b.mp4")]);
    assert_eq!(
        plan(listed, 4).unwrap_err().to_string(),
        "material_list: names 3 files, and distribute.count is 4: name as many"
    );
    let library = json!({"materials_tags": "a"});
    assert_eq!(plan(library.clone(), 4).unwrap(), [library.to_string()], "the tasks share it");
}

#[test]
fn a_path_with_a_control_character_is_refused() {
    let reason = "holds a control character, which no path of a material has";
    let listed = json!({"material_list": ["fine.mp4", "a\0b", "a\u{85}b", "two\nlines"]});
    let wrong = [1, 2, 3].map(|index| format!("material_list[{index}]: {reason}"));
    assert_eq!(problems(&listed), wrong);
    let folder = json!({"material_source": "localFolder", "material_path": "/srv/\u{1b}[2J"});
    assert_eq!(problems(&folder), [format!("material_path: {reason}")]);
}

#[test]
fn one_target_gets_one_task_with_the_given_fields_in_their_order_and_canonical_types() {
    let config =
        json!({"materials_tags": " a, ,b ", "app": "instagram", "image_count": 35.0, "content_type": "0"});
    let planned = post().plan(&config).unwrap();
    assert_eq!((planned.len(), planned[0].app), (1, Some(AppId::new("instagram").unwrap())));
    assert_eq!(
        planned[0].config.to_string(),
        r#"{"materials_tags":" a, ,b ","app":"instagram","image_count":35,"content_type":0}"#
    );
    let tags = ["a", "b"].map(|tag| Tag::new(tag).unwrap());
    let (_, read) = read(&config);
    assert_eq!((read.image_count, read.materials_tags.0), (35, tags.to_vec()));
    assert_eq!(
        post().plan(&planned[0].config).unwrap(),
        planned,
        "what was stored is planned the same again"
    );
}

#[test]
fn a_number_may_be_a_string_at_the_top_level() {
    let (stored, config) = read(&json!({"content_type": "1", "upload_wait_time": " 60 ", "add_sound": "-1"}));
    assert_eq!(stored, json!({"content_type": 1, "upload_wait_time": 60, "add_sound": -1}));
    assert_eq!((config.content_type, config.upload_wait_time), (ContentType::Images, 60));
    assert_eq!(problems(&json!({"material_list": [3]})), ["material_list[0]: 3 is not a string"]);
    assert_eq!(problems(&json!({"captions": 3})), ["captions: 3 is not a string"]);
}

#[test]
fn the_schema_knows_every_field_and_its_defaults_are_accepted() {
    let post = post();
    let schema = post.schema();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    assert_eq!((&schema["title"], &schema["additionalProperties"]), (&json!("post"), &json!(false)));
    let properties = schema["properties"].as_object().unwrap();
    let defaults: serde_json::Map<String, Value> = properties
        .iter()
        .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())))
        .collect();
    assert_eq!(defaults.len(), properties.len() - 1, "every field but the app has a default: {defaults:?}");
    let (stored, with_defaults) = read(&Value::Object(defaults.clone()));
    assert_eq!((stored, with_defaults), (Value::Object(defaults), read(&json!({})).1));
    let nothing_right: serde_json::Map<String, Value> =
        properties.keys().map(|name| (name.clone(), json!({"not": "right"}))).collect();
    let problems = post.plan(&Value::Object(nothing_right)).unwrap_err();
    let told: Vec<&str> = problems.iter().map(|it| it.field.as_str()).collect();
    assert_eq!(told, properties.keys().collect::<Vec<_>>(), "each field of the schema is read, in its order");
    let described = |name: &str| properties[name]["description"].as_str().is_some_and(|it| it.len() > 5);
    assert!(properties.keys().all(|name| described(name)), "{schema:#}");
}

#[test]
fn captions_have_a_limit() {
    assert_eq!(problems(&json!({"captions": "x".repeat(65_536)})), [""; 0]);
    for long in ["x".repeat(65_537), "é".repeat(32_769)] {
        let told = problems(&json!({"captions": long}));
        assert!(
            told.len() == 1 && told[0].starts_with("captions: ") && told[0].contains("65536"),
            "{told:?}"
        );
    }
}

#[test]
fn endless_wrong_tags_make_no_endless_message() {
    let told = problems(&json!({"materials_tags": "a\u{1},".repeat(100_000)})).join("");
    assert!(told.starts_with("materials_tags: ") && told.chars().count() < 400, "{told}");
}

#[test]
fn a_caption_that_the_phone_cannot_hold_is_refused() {
    assert_eq!(
        problems(&json!({"captions": "{a|b\u{0}}"})),
        ["captions: character 5 is U+0000, which a phone cannot hold"]
    );
    assert_eq!(
        problems(&json!({"captions": "line\nline\t\u{202e} \u{1f469}\u{200d}"})),
        Vec::<String>::new()
    );
}

#[test]
fn a_caption_that_apps_do_not_take_in_full_is_a_warning() {
    let warnings = |config: Value| {
        let plan = post().plan_and_warn(&config, None).unwrap();
        plan.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let tags = "captions: a text has up to 6 hashtags, and TikTok takes 5";
    assert_eq!(warnings(json!({"captions": "#a #b #c #d {#e|#e #f|e}"})), [tags]);
    assert_eq!(warnings(json!({"captions": "#a #b #c #d {#e|f}"})), Vec::<String>::new());
    assert_eq!(warnings(json!({"captions": "#a #b #c #d #e #f", "app": "instagram"})), Vec::<String>::new());
    let longest = format!("{{x|{}}}{}", "\u{1f469}".repeat(1_000), "y".repeat(200));
    assert_eq!(warnings(json!({"captions": longest})), Vec::<String>::new());
    let long = "captions: the longest text has 2201 characters, and the apps take 2200";
    assert_eq!(warnings(json!({"captions": format!("{longest}z")})), [long]);
}
