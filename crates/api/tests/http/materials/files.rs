//! `/api/v1/material`: what is done with materials that are there: lists, changes, downloads, thumbnails.

use std::io::Cursor;

use serde_json::{Value, json};

use crate::materials::{MATERIAL, files, mp4, png, upload};
use crate::support::Api;
use crate::support::form::Form;

#[tokio::test(flavor = "multi_thread")]
async fn content_is_given_whole_and_in_ranges_as_what_it_is() {
    let api = Api::start().await;
    let bytes = mp4("0123456789");
    upload(&api, Form::new().file("file", "\u{5e9}.html", &bytes)).await;
    let path = "/api/v1/material/1/content";
    let (whole, content) = api.bytes(path, &[]).await;
    assert_eq!((whole.status().as_u16(), content), (200, bytes.clone()));
    let header = |name: &str| whole.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "video/mp4");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("accept-ranges"), "bytes");
    assert!(header("content-security-policy").contains("sandbox"));
    assert!(header("content-disposition").contains("filename*=UTF-8''%D7%A9.html"), "{whole:?}");
    let (part, content) = api.bytes(path, &[("Range", "bytes=4-7")]).await;
    assert_eq!((part.status().as_u16(), content.as_slice()), (206, &b"ftyp"[..]));
    let (end, content) = api.bytes(path, &[("Range", "bytes=-4")]).await;
    assert_eq!((end.status().as_u16(), content.as_slice()), (206, &b"6789"[..]));
    for range in ["bytes=9999-", "bytes=-0", "bytes=99999999999999999999999-"] {
        let answer = api.send("GET", path, &[("Range", range)], Vec::new()).await;
        assert_eq!((answer.status, answer.code()), (416, 41601), "{range}: {answer:?}");
        assert_eq!(answer.content_range, Some(format!("bytes */{}", bytes.len())), "{range}");
    }
    for range in ["bytes=7-4", "pages=1-2", "bytes=x", "bytes=0-1,4-5", "bytes=-9999"] {
        let (whole, content) = api.bytes(path, &[("Range", range)]).await;
        assert_eq!((whole.status().as_u16(), &content), (200, &bytes), "{range}");
        assert!(!whole.headers().contains_key("content-range"), "{range}");
    }
    for range in ["bytes=4-9999", "bytes=4-99999999999999999999999"] {
        let (rest, content) = api.bytes(path, &[("Range", range)]).await;
        assert_eq!((rest.status().as_u16(), content.as_slice()), (206, &bytes[4..]), "{range}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn images_have_thumbnails_and_videos_those_that_come_with_them() {
    let api = Api::start().await;
    let form = Form::new()
        .file("file", "image.png", &png(1200, 600))
        .file("file", "video.mp4", &mp4("with"))
        .file("thumbnail", "cover.png", &png(600, 1200))
        .file("file", "bare.mp4", &mp4("without"));
    let data = upload(&api, form).await.body["data"].clone();
    let has: Vec<_> =
        data["materials"].as_array().unwrap().iter().map(|it| it["has_thumbnail"].clone()).collect();
    assert_eq!(has, [json!(true), json!(true), json!(false)], "{data:#}");
    for (id, size) in [(1, (320, 160)), (2, (160, 320))] {
        let (head, bytes) = api.bytes(&format!("/api/v1/material/{id}/thumbnail"), &[]).await;
        assert_eq!(head.headers()["content-type"], "image/jpeg");
        let reader = image::ImageReader::with_format(Cursor::new(bytes), image::ImageFormat::Jpeg);
        assert_eq!(reader.into_dimensions().unwrap(), size);
    }
    let none = api.get("/api/v1/material/3/thumbnail").await;
    assert_eq!((none.status, none.code()), (404, 40401));
    assert!(none.message().contains("material 3 has no thumbnail"), "{none:?}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_paged_and_read_on() {
    let api = Api::start().await;
    let form = Form::new()
        .text("metadata", r#"[{"tags": ["x"]}, {"tags": ["x", "y"], "username": "maker"}, {}]"#)
        .file("file", "a.mp4", &mp4("a"))
        .file("file", "b.mp4", &mp4("b"))
        .file("file", "c.png", &png(2, 2));
    upload(&api, form).await;
    api.json("PATCH", "/api/v1/material/1", &json!({"used": true})).await;
    let list = async |query: &str| {
        let data = api.get(&format!("{MATERIAL}?{query}")).await.body["data"].clone();
        let ids: Vec<i64> =
            data["materials"].as_array().unwrap().iter().map(|it| it["id"].as_i64().unwrap()).collect();
        (ids, data)
    };
    for (query, wanted) in [
        ("", vec![3, 2, 1]),
        ("tag=X", vec![2, 1]),
        ("tag=y&kind=video", vec![2]),
        ("username=%40Maker", vec![2]),
        ("used=true", vec![1]),
        ("used=false", vec![3, 2]),
        ("kind=image", vec![3]),
        ("page=9", vec![]),
        ("page=2&page_size=2", vec![1]),
    ] {
        assert_eq!(list(query).await.0, wanted, "{query}");
    }
    let (first, data) = list("page_size=2&tag=x").await;
    assert_eq!((first, &data["next_cursor"]), (vec![2, 1], &Value::Null));
    let (first, data) = list("page_size=1&tag=x").await;
    let cursor = data["next_cursor"].as_str().unwrap();
    let (second, data) = list(&format!("page_size=1&tag=x&cursor={cursor}")).await;
    assert_eq!(
        (first, second, &data["next_cursor"], &data["page"]),
        (vec![2], vec![1], &Value::Null, &Value::Null)
    );
    let other = api.get(&format!("{MATERIAL}?tag=y&cursor={cursor}")).await;
    assert_eq!((other.code(), other.fields()), (40001, vec!["cursor"]));
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn materials_are_changed_marked_and_deleted_with_their_files() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    upload(&api, Form::new().file("file", "a.png", &png(5, 5))).await;
    let path = "/api/v1/material/1";
    let change =
        json!({"tags": ["B", "a", "b"], "caption": "new", "username": "@Maker", "sort": -2, "used": true});
    let changed = api.json("PATCH", path, &change).await.body["data"].clone();
    assert_eq!(
        (&changed["tags"], &changed["caption"], &changed["username"], &changed["sort"], &changed["state"]),
        (&json!(["a", "b"]), &json!("new"), &json!("maker"), &json!(-2), &json!("used"))
    );
    assert_eq!(changed["used"]["task_id"], Value::Null);
    assert!(changed["used"]["at"].is_string(), "{changed:#}");
    let back = api.json("PATCH", path, &json!({"used": false, "username": null, "caption": null})).await;
    let back = &back.body["data"];
    assert_eq!(
        (&back["state"], &back["used"], &back["username"], &back["caption"], &back["sort"]),
        (&json!("unused"), &Value::Null, &Value::Null, &json!(""), &json!(-2))
    );
    assert_eq!(files(directory.path()).len(), 2);
    assert_eq!(api.delete(path).await.body["data"], json!({"deleted_count": 1}));
    assert_eq!(files(directory.path()), Vec::<String>::new());
    for gone in ["", "/content", "/thumbnail"] {
        assert_eq!(api.get(&format!("{path}{gone}")).await.code(), 40401);
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_other_requests_is_told_too() {
    let api = Api::start().await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await;
    for (method, path, body, code) in [
        ("PATCH", "/api/v1/material/1", json!({"name": "x"}), 40001),
        ("PATCH", "/api/v1/material/1", json!({"tags": "x", "sort": 1.5, "used": "yes"}), 40001),
        ("PATCH", "/api/v1/material/1", json!({"caption": "x".repeat(2001)}), 40001),
        ("PATCH", "/api/v1/material/9", json!({"sort": 1}), 40401),
        ("DELETE", "/api/v1/material/9", Value::Null, 40401),
        ("GET", "/api/v1/material/x", Value::Null, 40001),
        ("GET", "/api/v1/material/99999999999999999999", Value::Null, 40401),
        ("GET", "/api/v1/material?kind=gif", Value::Null, 40001),
        ("GET", "/api/v1/material?tags=x", Value::Null, 40001),
        ("GET", "/api/v1/material?used=1&page=0", Value::Null, 40001),
        ("GET", "/api/v1/material/1/content?x=1", Value::Null, 40001),
        ("PUT", "/api/v1/material", json!({}), 40501),
        ("POST", "/api/v1/material/1", json!({}), 40501),
        ("DELETE", "/api/v1/material/1/content", Value::Null, 40501),
        ("POST", "/api/v1/material/1/thumbnail", Value::Null, 40501),
    ] {
        let answer = api.json(method, path, &body).await;
        assert_eq!(answer.code(), code, "{method} {path} {body}: {answer:?}");
    }
    api.stop().await;
}
