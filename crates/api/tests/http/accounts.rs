//! `/api/v1/account`: what it takes, what it refuses, and its table for spreadsheets.

use serde_json::{Value, json};

use crate::support::Api;

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_recorded_read_changed_listed_and_deleted() {
    let api = Api::start().await;
    let made = api
        .json("POST", "/api/v1/account", &json!({"username": "@Maker", "serial": "p1", "note": "first"}))
        .await;
    let account = &made.body["data"];
    assert_eq!(
        (made.code(), &account["id"], &account["username"]),
        (0, &json!(1), &json!("maker")),
        "{made:?}"
    );
    assert_eq!((&account["app"], &account["enabled"]), (&json!("tiktok"), &json!(true)));
    assert_eq!(api.get("/api/v1/account/1").await.body["data"], *account);

    let change = json!({"serial": null, "enabled": false, "package": "com.clone.one"});
    let changed = api.json("PATCH", "/api/v1/account/1", &change).await.body["data"].clone();
    assert_eq!((&changed["serial"], &changed["enabled"]), (&Value::Null, &json!(false)));
    assert_eq!((&changed["package"], &changed["note"]), (&json!("com.clone.one"), &json!("first")));

    let list = api.get("/api/v1/account?enabled=false&app=tiktok&username=@MAKER").await;
    assert_eq!(list.body["data"]["accounts"][0]["id"], 1, "{list:?}");
    let page = &api.get("/api/v1/account?page=2&page_size=1").await.body["data"];
    assert_eq!(*page, json!({"accounts": [], "total": 1, "page": 2, "page_size": 1}));

    let again = api.json("POST", "/api/v1/account", &json!({"username": "maker"})).await;
    assert_eq!((again.code(), again.fields()), (40001, vec!["username"]));
    assert_eq!(api.delete("/api/v1/account/1").await.body["data"], json!({"deleted_count": 1}));
    assert_eq!(api.delete("/api/v1/account/1").await.code(), 40401);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn binding_an_account_gives_its_waiting_tasks_the_phone() {
    let api = Api::start().await;
    let body = json!({"usernames": ["maker"], "script_name": "say", "script_config": {}});
    assert_eq!(api.post(&body).await.code(), 0);
    assert_eq!(api.get("/api/v1/task/1").await.body["data"]["waiting_reason"], "no_device_for_account");
    let refused = api.delete("/api/v1/account/1").await;
    assert_eq!(refused.code(), 40001);
    assert!(refused.message().contains("1 pending or running"), "{refused:?}");
    assert_eq!(api.json("PATCH", "/api/v1/account/1", &json!({"serial": "p9"})).await.code(), 0);
    let task = &api.get("/api/v1/task/1").await.body["data"];
    assert_eq!((&task["serial"], &task["waiting_reason"]), (&json!("p9"), &json!("device_offline")));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_is_wrong_is_told_at_once() {
    let api = Api::start().await;
    let body = json!({"app": "tiktak", "package": "com", "serial": " ", "enabled": 1, "note": "\u{7}", "usernam": 1,
        "password": "secret"});
    let answer = api.json("POST", "/api/v1/account", &body).await;
    let mut fields = answer.fields();
    fields.sort_unstable();
    assert_eq!(fields, ["app", "enabled", "note", "package", "password", "serial", "usernam", "username"]);
    assert!(answer.body.to_string().contains("did you mean username?"), "{answer:?}");
    assert!(!answer.body.to_string().contains("secret"), "{answer:?}");
    api.json("POST", "/api/v1/account", &json!({"username": "maker"})).await;
    for (method, path, body, code) in [
        ("PATCH", "/api/v1/account/1", json!({"username": "other"}), 40001),
        ("PATCH", "/api/v1/account/1", json!([]), 40001),
        ("PATCH", "/api/v1/account/2", json!({"note": "x"}), 40401),
        ("PATCH", "/api/v1/account/x", json!({"note": "x"}), 40001),
        ("PATCH", "/api/v1/account/99999999999999999999", json!({"note": "x"}), 40401),
        ("GET", "/api/v1/account/2", Value::Null, 40401),
        ("GET", "/api/v1/account?colour=red", Value::Null, 40001),
        ("GET", "/api/v1/account?enabled=maybe&app=x", Value::Null, 40001),
        ("PUT", "/api/v1/account/1", json!({}), 40501),
        ("DELETE", "/api/v1/account", Value::Null, 40501),
        ("GET", "/api/v1/account/import", Value::Null, 40501),
    ] {
        let answer = api.json(method, path, &body).await;
        assert_eq!(answer.code(), code, "{method} {path} {body}: {answer:?}");
    }
    api.stop().await;
}

const CSV: [(&str, &str); 1] = [("Content-Type", "text/csv; charset=utf-8")];

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_accounts_is_taken_whole_or_not_at_all() {
    let api = Api::start().await;
    let import = |table: &'static str| api.send("POST", "/api/v1/account/import", &CSV, table.into());
    let bad =
        import("username,app,enabled\na,tiktok,true\n,tiktok,maybe\nb,orkut,1\na,,yes\nc,tiktok\n").await;
    assert_eq!(bad.code(), 40001);
    assert_eq!(bad.fields(), ["row 3.username", "row 3.enabled", "row 4.app", "row 5.username", "row 6"]);
    assert_eq!(api.get("/api/v1/account").await.body["data"]["total"], 0, "nothing of it was taken");

    let good = import("\u{feff}Username;Serial;Note\r\n@A;p1;\"two\nlines\"\r\nb;;'=1+1\r\n").await;
    assert_eq!(good.body["data"], json!({"created_count": 2, "updated_count": 0}), "{good:?}");
    let again = import("username,enabled\nb,false\nc,\n").await;
    assert_eq!(again.body["data"], json!({"created_count": 1, "updated_count": 1}));
    let (content_type, table) = api.text("/api/v1/account/export").await;
    assert_eq!(content_type, "text/csv; charset=utf-8");
    assert_eq!(
        table,
        "username,app,package,serial,enabled,note,tags\na,tiktok,,p1,true,\"two\nlines\",\n\
         b,tiktok,,,false,'=1+1,\nc,tiktok,,,true,,\n"
    );
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_empty_cells_are_skipped_and_usernames_and_tags_are_read_by_their_rules() {
    let api = Api::start().await;
    let import = |table: &'static str| api.send("POST", "/api/v1/account/import", &CSV, table.into());
    let bad =
        import("username,tags\n,\n\n , \nmia travels,\n\"mia,zoe\",\nhttps://vm.tiktok.com/x,\na\u{202e},\n")
            .await;
    let fields = ["row 5.username", "row 6.username", "row 7.username", "row 8.username"];
    assert_eq!(bad.fields(), fields, "rows as a spreadsheet counts them: {bad:?}");
    let hidden = import("username,tags\nmia,a\u{202e}b\n").await;
    assert_eq!(hidden.fields(), ["row 2.tags"], "{hidden:?}");
    let good = import("username;tags\nhttps://www.tiktok.com/@Mia.Travels;Food,dance,food\n;\n").await;
    assert_eq!(good.body["data"], json!({"created_count": 1, "updated_count": 0}), "{good:?}");
    let account = api.get("/api/v1/account/1").await.body["data"].clone();
    assert_eq!((&account["username"], &account["tags"]), (&json!("mia.travels"), &json!(["dance", "food"])));
    assert_eq!(api.get("/api/v1/account?tag=FOOD").await.body["data"]["total"], 1);
    assert_eq!(api.get("/api/v1/account?tag=music").await.body["data"]["total"], 0);
    import("username,tags\nmia.travels,\n").await;
    assert_eq!(api.get("/api/v1/account/1").await.body["data"]["tags"], json!([]));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_url_of_a_profile_decides_the_app_of_its_account_and_contradicts_no_other() {
    let api = Api::start().await;
    let natgeo = "https://www.instagram.com/natgeo/";
    let reason = "@natgeo is a profile of instagram, and the app is tiktok";
    let create = |body: Value| async { api.json("POST", "/api/v1/account", &{ body }).await };
    let refused = create(json!({"username": natgeo, "app": "tiktok"})).await;
    assert_eq!((refused.code(), refused.fields()), (40001, vec!["username"]), "{refused:?}");
    assert!(refused.message().contains(reason), "{refused:?}");
    let created = create(json!({"username": natgeo})).await;
    assert_eq!(created.body["data"]["app"], "instagram", "{created:?}");

    let import = |table: &'static str| api.send("POST", "/api/v1/account/import", &CSV, table.into());
    let refused = import("app,username\ntiktok,https://www.instagram.com/natgeo/\n").await;
    assert!(refused.message().contains(&format!("row 2.username: {reason}")), "{refused:?}");
    let good = import("username\nhttps://www.instagram.com/natgeo/\nmia\n").await;
    assert_eq!(good.body["data"], json!({"created_count": 1, "updated_count": 1}), "{good:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_spelling_of_a_profiles_url_is_read_and_no_other_page_or_name_of_dots() {
    let api = Api::start().await;
    for (url, name) in [
        ("HTTPS://WWW.TIKTOK.COM/@BOB", "bob"),
        ("tiktok.com/%40bob_2", "bob_2"),
        ("www.tiktok.com:443/@bob_3", "bob_3"),
    ] {
        let made = api.json("POST", "/api/v1/account", &json!({"username": url})).await;
        assert_eq!(made.body["data"]["username"], name, "{url}: {made:?}");
        let task = json!({"usernames": [format!("mia, {url}")], "script_name": "say", "script_config": {}});
        assert_eq!(api.post(&task).await.body["data"]["created_count"], 2, "{url}");
    }
    for text in
        [".", "..", "tiktok.com", "instagram.com/explore/", "instagram.com/reel", "instagram.com/p/Cabc/"]
    {
        let refused = api.json("POST", "/api/v1/account", &json!({"username": text})).await;
        assert_eq!((refused.code(), refused.fields()), (40001, vec!["username"]), "{text}: {refused:?}");
        let task = json!({"usernames": [text], "script_name": "say", "script_config": {}});
        assert_eq!(api.post(&task).await.code(), 40001, "{text}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_with_passwords_and_what_is_no_table_are_refused() {
    let api = Api::start().await;
    for (table, said) in [
        (&b"username,Password\na,hunter2\n"[..], "passwords are never taken"),
        (b"username,usernam\na,b\n", "did you mean username?"),
        (b"app\ntiktok\n", "row 1.username: is required"),
        (b"", "row 1.username: is required"),
        (b"username\n\xff\xfe\n", "row 2: is not UTF-8"),
    ] {
        let answer = api.send("POST", "/api/v1/account/import", &CSV, table.to_vec()).await;
        assert_eq!(answer.code(), 40001, "{answer:?}");
        assert!(answer.message().contains(said), "{answer:?}");
        assert!(!answer.body.to_string().contains("hunter2"), "{answer:?}");
    }
    let answer = api.json("POST", "/api/v1/account/import", &json!({})).await;
    assert_eq!((answer.status, answer.code()), (415, 41501));
    api.stop().await;
}
