//! What clients of the original send, in bodies, filters and paths, over a server with the scripts of the program.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use serde_json::{Value, json};
use tikmatrix_device::script::ScriptRegistry;
use tikmatrix_follow::Follow;
use tikmatrix_post::Post;
use tikmatrix_script_testing::able_apps;

use crate::support::{Answer, Api};

/// The apps can do whatever a sample asks for: what each of them really can is another test's matter.
async fn start() -> Api {
    let apps = able_apps();
    let scripts = ScriptRegistry::default().with(Post::new(apps.clone())).with(Follow::new(apps));
    Api::start_with(|config| config.scripts = scripts).await
}

/// The warnings but those of phones and accounts that this server does not know.
fn warnings(answer: &Answer) -> Vec<&str> {
    let warnings = answer.body["data"]["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let warnings = warnings.iter().map(|warning| warning.as_str().unwrap());
    let unknown = |warning: &str| {
        warning.starts_with("serials: no phone ") || warning.starts_with("usernames: no account ")
    };
    warnings.filter(|warning| !unknown(warning)).collect()
}

/// The tasks that an answer tells of, as serial, username and configuration.
async fn tasks(api: &Api, answer: &Answer) -> Vec<Value> {
    let ids = answer.body["data"]["task_ids"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    let mut tasks = Vec::new();
    for id in ids {
        let task = api.task(id).await;
        tasks.push(json!([task["serial"], task["username"], task["script_config"]]));
    }
    tasks
}

/// The bodies of the pages of the original, with the number of the tasks that each makes.
#[tokio::test(flavor = "multi_thread")]
async fn the_bodies_of_its_samples_make_their_tasks() {
    let api = start().await;
    let post = |config: Value| json!({"serials": ["device_serial_1"], "script_name": "post", "script_config": config});
    let follow = |recipients: Value, config: Value| {
        let mut body = json!({"script_name": "follow", "script_config": config});
        body.as_object_mut().unwrap().extend(recipients.as_object().unwrap().clone());
        body
    };
    let one = json!({"serials": ["device_serial_1"]});
    let captions = "Check out my new video! #viral #fyp";
    let listed = json!({"content_type": 0, "captions": captions, "material_list": ["C:/Videos/video1.mp4"],
        "upload_wait_time": 60});
    let samples = [
        (post(listed.clone()), 1),
        (
            json!({"serials": ["device_serial_1", "device_serial_2"], "script_name": "post", "script_config":
                {"content_type": 0, "captions": captions, "post_way": "share", "material_source": "materialLibrary",
                "materials_tags": "trending, dance", "upload_wait_time": 60, "add_sound": "-1"},
                "enable_multi_account": false, "min_interval": 5, "max_interval": 15}),
            2,
        ),
        (
            json!({"usernames": ["@user1", "@user2", "@user3"], "script_name": "post", "script_config": listed,
                "min_interval": 5, "max_interval": 15}),
            3,
        ),
        (
            post(
                json!({"content_type": 0, "captions": "Amazing content! #instagram #reels", "post_way": "addButton",
                "placement": "reel", "material_source": "localFolder", "material_path": "C:/Videos/instagram",
                "upload_wait_time": 45}),
            ),
            1,
        ),
        (
            post(
                json!({"content_type": 0, "captions": "Dancing to this trending sound!", "post_way": "share",
                "add_sound": "custom", "custom_sound_keyword": "trending dance 2024", "origin_sound_volume": 30,
                "add_sound_volume": 70, "material_source": "materialLibrary", "upload_wait_time": 60}),
            ),
            1,
        ),
        (
            post(json!({"post_way": "useSound", "captions": "Using this awesome sound!",
                "sound_name": "https://www.tiktok.com/music/original-sound-7123456789",
                "material_source": "materialLibrary"})),
            1,
        ),
        (
            post(
                json!({"content_type": 1, "image_count": 5, "captions": "Check out these photos! #photocarousel",
                "material_source": "localFolder", "material_path": "C:/Images/carousel", "upload_wait_time": 45}),
            ),
            1,
        ),
        (follow(one.clone(), json!({"target_users": ["@username_to_follow"], "access_method": "direct"})), 1),
        (
            follow(
                one.clone(),
                json!({"target_users": ["@user1", "@user2", "@user3"], "access_method": "search"}),
            ),
            3,
        ),
        (
            follow(
                json!({"usernames": ["@my_account1", "@my_account2"]}),
                json!({"target_users": ["@target_user"]}),
            ),
            2,
        ),
        (
            follow(
                json!({"serials": ["device_1", "device_2", "device_3"], "enable_multi_account": true}),
                json!({"target_users": ["@influencer_account"], "access_method": "direct"}),
            ),
            3,
        ),
        (
            follow(
                json!({"serials": ["device_serial_1"], "start_time": "14:30"}),
                json!({"target_users": ["@a", "@b"]}),
            ),
            2,
        ),
        (follow(one, json!({"target_username": "@tikmatrix"})), 1),
    ];
    for (body, count) in samples {
        let answer = api.post(&body).await;
        assert_eq!(
            (answer.code(), &answer.body["data"]["created_count"]),
            (0, &json!(count)),
            "{body}: {answer:?}"
        );
        assert_eq!(warnings(&answer), Vec::<&str>::new(), "{body}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_text_for_an_optional_field_of_a_request_counts_as_not_given() {
    let api = start().await;
    let body = json!({"serials": ["p1"], "usernames": "", "script_name": "follow",
        "script_config": {"target_users": ["a"]}, "start_time": "", "timezone": " ", "min_interval": "",
        "enable_multi_account": "", "max_retries": ""});
    let answer = api.post(&body).await;
    assert_eq!((answer.code(), warnings(&answer)), (0, Vec::new()), "{answer:?}");
    let task = api.task(&answer.body["data"]["task_ids"][0]).await;
    assert_eq!((&task["start_time"], &task["max_retries"]), (&Value::Null, &json!(0)));
    let account = api.json("POST", "/api/v1/account", &json!({"username": "a", "note": "n"})).await;
    let path = format!("/api/v1/account/{}", account.body["data"]["id"]);
    let changed = api.json("PATCH", &path, &json!({"note": ""})).await;
    assert_eq!(changed.body["data"]["note"], "", "in a change it is a value");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_in_texts_are_read_at_the_top_level_of_a_configuration_and_stored_as_numbers() {
    let api = start().await;
    let config = json!({"content_type": "1", "image_count": " 3 ", "add_product_link": "0", "material_list": ["a.jpg"]});
    let body = json!({"serials": ["p1"], "script_name": "post", "script_config": config});
    let stored =
        json!({"content_type": 1, "image_count": 3, "add_product_link": 0, "material_list": ["a.jpg"]});
    assert_eq!(tasks(&api, &api.post(&body).await).await, [json!(["p1", null, stored])]);
    let strict = json!({"serials": ["p1"], "script_name": "post", "script_config": {}, "priority": "1"});
    assert_eq!(api.post(&strict).await.fields(), ["priority"], "everything else stays strict");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_win_over_phones_with_a_warning() {
    let api = start().await;
    let body = json!({"serials": ["p1", "p2"], "usernames": ["@Mia, zoe", "https://www.tiktok.com/@mia"],
        "script_name": "follow", "script_config": {"target_users": ["a", "b"]}, "enable_multi_account": true});
    let answer = api.post(&body).await;
    let config = |name: &str| json!({"target_user": name});
    let made = ["mia", "zoe"].map(|user| ["a", "b"].map(|target| json!([null, user, config(target)])));
    assert_eq!(tasks(&api, &answer).await, made.concat());
    assert_eq!(
        warnings(&answer),
        [
            "serials: was ignored: the tasks are those of the accounts in usernames",
            "enable_multi_account: applies to serials and groups only and was ignored"
        ]
    );
    let body = json!({"serials": [" "], "usernames": ["mia"], "script_name": "follow",
        "script_config": {"target_users": ["a"]}});
    assert_eq!(api.post(&body).await.fields(), ["serials[0]"], "what is wrong stays wrong");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_targets_wins_over_the_text() {
    let api = start().await;
    let body = json!({"serials": ["p1"], "script_name": "follow",
        "script_config": {"target_users": ["@a"], "target_user": "b\nc", "target_username": "d"}});
    assert_eq!(tasks(&api, &api.post(&body).await).await, [json!(["p1", null, {"target_user": "a"}])]);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_fields_are_warnings_where_they_are_asked_to_be() {
    let api = start().await;
    let body = json!({"serials": ["p1"], "script_name": "follow", "device_group": 4,
        "script_config": {"target_users": ["a"], "acces_method": "direct", "comment": null}});
    let refused = api.post(&body).await;
    assert_eq!(refused.fields(), ["device_group", "script_config.acces_method", "script_config.comment"]);
    assert_eq!(api.json("POST", "/api/v1/task?unknown_fields=refuse", &body).await.code(), 40001);
    let answer = api.json("POST", "/api/v1/task?unknown_fields=warn", &body).await;
    assert_eq!(tasks(&api, &answer).await, [json!(["p1", null, {"target_user": "a"}])]);
    let [group, method, comment] = warnings(&answer)[..] else { panic!("{answer:?}") };
    assert!(group.starts_with("device_group: was ignored: it is not a known field; known are "), "{group}");
    assert_eq!(
        method,
        "script_config.acces_method: was ignored: it is not a known field; did you mean access_method?"
    );
    assert!(comment.starts_with("script_config.comment: was ignored"), "{comment}");
    let answer = api.json("POST", "/api/v1/task?unknown_fields=ignore", &body).await;
    assert_eq!(answer.message(), "unknown_fields: ignore is not one of refuse, warn");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn captions_that_apps_do_not_take_in_full_are_warnings_and_others_are_refused() {
    let api = start().await;
    let body = |captions: &str| json!({"serials": ["p1"], "script_name": "post", "script_config": {"captions": captions}});
    let answer = api.post(&body("{#a|#a #b} #c #d #e #f")).await;
    let wanted = "script_config.captions: a text has up to 6 hashtags, and TikTok takes 5";
    assert_eq!((answer.code(), warnings(&answer)), (0, vec![wanted]), "{answer:?}");
    let answer = api.post(&body("a\u{1b}[2J")).await;
    assert_eq!((answer.code(), answer.fields()), (40001, vec!["script_config.captions"]));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_accounts_has_its_filters_and_its_fields() {
    let api = start().await;
    for account in [
        json!({"username": "Mia", "serial": "p1", "tags": ["Dance", "food", "dance"]}),
        json!({"username": "zoe", "app": "instagram", "package": "com.clone.gram", "enabled": false}),
    ] {
        assert_eq!(api.json("POST", "/api/v1/account", &account).await.code(), 0);
    }
    let list = async |query: &str| api.get(&format!("/api/v1/accounts?{query}")).await.body["data"].clone();
    let mia = json!({"id": 1, "username": "mia", "email": null, "platform": "tiktok", "packagename": null,
        "device": "p1", "device_online": false, "device_name": "", "logined": null, "logined_text": null,
        "status": 0, "status_text": "enabled", "tags": ["dance", "food"]});
    let zoe = json!({"id": 2, "username": "zoe", "email": null, "platform": "instagram",
        "packagename": "com.clone.gram", "device": null, "device_online": false, "device_name": "",
        "logined": null, "logined_text": null, "status": 1, "status_text": "disabled", "tags": []});
    let all = list("platform=&device=&logined=&status=&tag=&_=1700000000").await;
    assert_eq!(all, json!({"accounts": [mia, zoe], "total": 2, "page": 1, "page_size": 20}));
    for (query, found) in [
        ("platform=tiktok", vec![&mia]),
        ("device=p1", vec![&mia]),
        ("status=1", vec![&zoe]),
        ("status=0", vec![&mia]),
        ("tag=DANCE", vec![&mia]),
        ("tag=danc", vec![]),
        ("logined=1", vec![]),
        ("logined=0", vec![]),
        ("page=2&page_size=1", vec![&zoe]),
        ("platform=tiktok&status=1", vec![]),
    ] {
        assert_eq!(list(query).await["accounts"], json!(found), "{query}");
    }
    let wrong = api.get("/api/v1/accounts?platform=vimeo&status=2&logined=yes&tag=a,b&devise=p1").await;
    assert_eq!(wrong.fields(), ["logined", "status", "tag", "platform", "devise"], "{wrong:?}");
    api.stop().await;
}
