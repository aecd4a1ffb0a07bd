//! Protects what `POST /task` tells people about a configuration of `follow` and `unfollow`: whom it means, and
//! everything that is wrong with it at once.

#![cfg(test)]

use serde_json::{Map, Value, json};
use tikmatrix_device::script::RegisteredScript;
use tikmatrix_domain::AppId;
use tikmatrix_follow::{AccessMethod, Action, Follow, FollowConfig};
use tikmatrix_script_testing::{able_apps, apps, problems as problems_of};

/// The script on apps that can do whatever it may ask for.
fn follow() -> RegisteredScript {
    RegisteredScript::new(Follow::new(able_apps()))
}

fn unfollow() -> RegisteredScript {
    RegisteredScript::new(Follow::unfollow(able_apps()))
}

fn problems(config: &Value) -> Vec<String> {
    problems_of(&follow(), config)
}

fn targets(config: &Value) -> Vec<String> {
    let planned = follow().plan(config).unwrap();
    planned.iter().map(|it| it.config["target_user"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_user_alone_has_the_documented_defaults() {
    let config: FollowConfig = serde_json::from_value(json!({"target_user": "sample_user_1"})).unwrap();
    assert_eq!(
        (config.access_method, config.action, config.app),
        (AccessMethod::Direct, Action::Follow, None)
    );
}

#[test]
fn users_are_split_by_commas_and_line_breaks_without_their_at_sign_and_each_counts_once() {
    assert_eq!(targets(&json!({"target_user": " @one, two\r\nthree\n,ONE ,@Two"})), ["one", "two", "three"]);
    assert_eq!(targets(&json!({"target_username": "one\ntwo"})), ["one", "two"]);
    assert_eq!(targets(&json!({"target_users": ["@One", "one", " two "]})), ["one", "two"]);
    assert_eq!(targets(&json!({"target_users": ["one, two", "@Two,three"]})), ["one", "two", "three"]);
}

#[test]
fn the_url_of_a_profile_keeps_its_app_until_the_request_names_it() {
    let urls = "One, https://www.tiktok.com/@One?lang=en, TIKTOK.com/%40two, three";
    let kept = ["https://www.tiktok.com/@one", "https://www.tiktok.com/@two", "three"];
    for config in [json!({"target_user": urls}), json!({"target_users": [urls]})] {
        assert_eq!(targets(&config), kept);
        let planned = follow().plan(&config).unwrap();
        assert!(planned.iter().all(|it| it.app.is_none()), "the account or the server decides");
        for planned in &planned {
            assert_eq!(follow().plan(&planned.config).unwrap(), std::slice::from_ref(planned));
        }
    }
    assert_eq!(targets(&json!({"target_user": urls, "app": "tiktok"})), ["one", "two", "three"]);
}

#[test]
fn the_profile_of_another_app_is_refused() {
    let natgeo = "https://www.instagram.com/natgeo/";
    let reason = "@natgeo is a profile of instagram, and the app is tiktok";
    for field in ["target_user", "target_username"] {
        assert_eq!(problems(&json!({"app": "tiktok", field: natgeo})), [format!("{field}: {reason}")]);
    }
    let listed = json!({"app": "tiktok", "target_users": [natgeo]});
    assert_eq!(problems(&listed), [format!("target_users: {reason}")]);
    assert_eq!(problems_of(&unfollow(), &listed), [format!("target_users: {reason}")]);
    let mixed = json!({"target_users": ["https://www.tiktok.com/@mia", natgeo]});
    assert_eq!(problems(&mixed), [format!("target_users: {reason}")]);
    assert_eq!(problems(&json!({"app": "instagram", "target_users": [natgeo]})), [""; 0]);
}

#[test]
fn the_list_wins_and_an_empty_field_leaves_it_to_the_next() {
    let all = json!({"target_users": ["listed"], "target_user": "named", "target_username": "spelt"});
    assert_eq!(targets(&all), ["listed"]);
    assert_eq!(targets(&json!({"target_users": [], "target_user": "named"})), ["named"]);
    assert_eq!(targets(&json!({"target_user": "", "target_username": "spelt"})), ["spelt"]);
}

#[test]
fn one_of_the_three_fields_is_required() {
    let required = "target_users: at least one user is required, here, in target_user or in target_username";
    for config in [json!({}), json!({"target_users": []}), json!({"target_user": " , \n"})] {
        assert_eq!(problems(&config), [required], "{config}");
    }
}

#[test]
fn every_problem_is_reported_at_once_with_what_is_allowed() {
    let config = json!({
        "target_users": ["fine", "not fine", 3, "", "https://www.tiktok.com/@name/video/1", "@"],
        "target_user": 5,
        "acces_method": "direct",
        "access_method": "mail",
        "action": "block",
        "app": "vimeo",
    });
    assert_eq!(
        problems(&config),
        [
            "acces_method: is not a known field; did you mean access_method?",
            r#"target_users[1]: "not fine" is not a username: letters, digits, dots and underscores, or the URL of a profile"#,
            "target_users[2]: 3 is not a string",
            "target_users[3]: must not be empty",
            r#"target_users[4]: "https://www.tiktok.com/@name/video/1" is not the URL of a profile, such as https://www.tiktok.com/@name or https://www.instagram.com/name"#,
            r#"target_users[5]: "@" must not be empty"#,
            "target_user: 5 is not a string",
            r#"access_method: "mail" is not one of direct, search"#,
            r#"action: "block" is not one of follow, unfollow"#,
            r#"app: "vimeo" is not one of tiktok, instagram"#,
        ]
    );
    assert_eq!(problems(&json!([])), [": must be a JSON object"]);
    let long = problems(&json!({"target_user": "a".repeat(31)})).join("");
    assert!(long.contains("is longer than 30 characters"), "{long}");
    let foreign = problems(&json!({"target_user": "\u{43d}\u{438}\u{43a}"})).join("");
    assert!(foreign.contains("is not a username"), "{foreign}");
}

#[test]
fn each_user_gets_a_task_of_its_own_that_names_no_other() {
    let config = json!({"target_users": ["@One", "two"], "app": "instagram", "access_method": "search"});
    let planned = follow().plan(&config).unwrap();
    let one =
        |name: &str| format!(r#"{{"target_user":"{name}","app":"instagram","access_method":"search"}}"#);
    let configs: Vec<String> = planned.iter().map(|it| it.config.to_string()).collect();
    assert_eq!(configs, [one("one"), one("two")], "the given fields in their order, and no defaults");
    assert!(planned.iter().all(|it| it.app == Some(AppId::new("instagram").unwrap())));
    for planned in &planned {
        let again = follow().plan(&planned.config).unwrap();
        assert_eq!(again, std::slice::from_ref(planned), "what was stored is planned the same again");
    }
}

#[test]
fn what_the_apps_cannot_do_is_refused_with_what_is_possible() {
    for script in [Follow::new(apps()), Follow::unfollow(apps())].map(RegisteredScript::new) {
        let on = |fields: Value| problems_of(&script, &fields).join("; ");
        assert_eq!(on(json!({"target_user": "one", "access_method": "search"})), "");
        assert_eq!(on(json!({"target_user": "one", "access_method": "search", "app": "tiktok"})), "");
        let config = json!({"target_user": "one", "app": "instagram"});
        let instagram = "app: following and unfollowing is not possible on instagram; use the app tiktok";
        assert_eq!(on(config), instagram);
        assert_eq!(on(json!({"target_user": "one", "app": "tiktok", "access_method": "direct"})), "");
        assert!(!script.takes_materials());
    }
}

#[test]
fn unfollow_is_follow_with_the_action_set() {
    let unfollow = unfollow();
    assert_eq!((follow().name(), unfollow.name()), ("follow", "unfollow"));
    for config in [json!({"target_user": "one"}), json!({"target_user": "one", "action": "unfollow"})] {
        let planned = unfollow.plan(&config).unwrap();
        assert_eq!(planned[0].config["action"], "unfollow");
        assert_eq!(follow().plan(&planned[0].config).unwrap(), planned);
    }
    assert_eq!(
        problems_of(&unfollow, &json!({"target_user": "one", "action": "follow"})),
        [r#"action: "follow" contradicts the script unfollow; leave it out, or use the script follow"#]
    );
}

#[test]
fn the_schemas_know_every_field_and_their_defaults_are_accepted() {
    for (script, action) in [(follow(), "follow"), (unfollow(), "unfollow")] {
        let schema = script.schema();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(
            (&schema["title"], &schema["additionalProperties"]),
            (&json!(script.name()), &json!(false))
        );
        let properties = schema["properties"].as_object().unwrap();
        let mut defaults: Map<String, Value> = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())))
            .collect();
        defaults.insert("target_user".to_owned(), json!("one"));
        let planned = script.plan(&Value::Object(defaults)).unwrap();
        assert_eq!(planned[0].config["action"], action, "{planned:?}");
        let nothing_right: Map<String, Value> =
            properties.keys().map(|name| (name.clone(), json!({"not": "right"}))).collect();
        let told = script.plan(&Value::Object(nothing_right)).unwrap_err();
        assert_eq!(
            told.count(),
            properties.len(),
            "each field of the schema is read, and only those: {told:?}"
        );
    }
}
