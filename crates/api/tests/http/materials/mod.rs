//! `POST /api/v1/material`: uploads of every kind of good and bad file.

mod downloads;
mod files;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::form::Form;
use crate::support::{Answer, Api};

pub(crate) const MATERIAL: &str = "/api/v1/material";

/// A video by its beginning, and one of its own by `mark`.
pub(crate) fn mp4(mark: &str) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41".to_vec();
    bytes.extend(mark.as_bytes());
    bytes
}

pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels = vec![200; width as usize * height as usize * 3];
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) async fn upload(api: &Api, form: Form) -> Answer {
    let (media_type, body) = form.end();
    api.send("POST", MATERIAL, &[("Content-Type", &media_type)], body).await
}

/// What lies in the library's folder.
pub(crate) fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory.join("materials")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_come_in_at_once_with_what_is_said_of_each() {
    let api = Api::start().await;
    let form = Form::new()
        .text(
            "metadata",
            r#"[{"tags": ["Sale", "summer"], "caption": "{a|b}", "username": "@Maker"}, {"sort": 3}]"#,
        )
        .file("file", "first.mp4", &mp4("first"))
        .file("file", "second.png", &png(8, 4));
    let answer = upload(&api, form).await;
    assert_eq!(answer.code(), 0, "{answer:?}");
    let data = &answer.body["data"];
    assert_eq!((&data["created_count"], &data["duplicate_count"]), (&json!(2), &json!(0)));
    let (first, second) = (&data["materials"][0], &data["materials"][1]);
    for (field, value) in [
        ("id", json!(1)),
        ("kind", json!("video")),
        ("media_type", json!("video/mp4")),
        ("name", json!("first.mp4")),
        ("size", json!(mp4("first").len())),
        ("sha256", json!(hash(&mp4("first")))),
        ("tags", json!(["sale", "summer"])),
        ("caption", json!("{a|b}")),
        ("username", json!("maker")),
        ("sort", json!(0)),
        ("state", json!("unused")),
        ("used", Value::Null),
        ("task_id", Value::Null),
        ("has_thumbnail", json!(false)),
        ("duplicate", json!(false)),
    ] {
        assert_eq!(first[field], value, "{field} of {first:#}");
    }
    assert_eq!(
        (&second["kind"], &second["sort"], &second["username"]),
        (&json!("image"), &json!(3), &Value::Null)
    );
    assert!(chrono::DateTime::parse_from_rfc3339(first["created_at"].as_str().unwrap()).is_ok());
    let shown = api.get("/api/v1/material/2").await.body["data"].clone();
    assert_eq!(shown["sha256"], second["sha256"]);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_bytes_are_answered_with_the_material_that_is_there() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("same"))).await;
    let form = Form::new()
        .text("metadata", r#"{"caption": "of the second"}"#)
        .file("file", "b.mp4", &mp4("same"))
        .file("file", "c.mp4", &mp4("other"))
        .file("file", "d.mp4", &mp4("other"));
    let data = upload(&api, form).await.body["data"].clone();
    assert_eq!((&data["created_count"], &data["duplicate_count"]), (&json!(1), &json!(2)), "{data:#}");
    let seen: Vec<_> =
        data["materials"].as_array().unwrap().iter().map(|it| (&it["id"], &it["duplicate"])).collect();
    assert_eq!(seen, [(&json!(1), &json!(true)), (&json!(2), &json!(false)), (&json!(2), &json!(true))]);
    assert_eq!(
        (&data["materials"][0]["name"], &data["materials"][0]["caption"]),
        (&json!("a.mp4"), &json!(""))
    );
    assert_eq!(files(directory.path()).len(), 2, "no file is there twice");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_what_its_bytes_are_and_its_name_is_a_label() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    let long = "x".repeat(4000);
    for (name, bytes, shown, media_type) in [
        ("../../x", mp4("1"), "x", "video/mp4"),
        ("CON", mp4("2"), "CON", "video/mp4"),
        (long.as_str(), mp4("3"), &long[..200], "video/mp4"),
        ("lie.mp4", png(3, 3), "lie.mp4", "image/png"),
        ("", mp4("4"), "unnamed", "video/mp4"),
    ] {
        let answer = upload(&api, Form::new().file("file", name, &bytes)).await;
        let material = &answer.body["data"]["materials"][0];
        assert_eq!(
            (&material["name"], &material["media_type"]),
            (&json!(shown), &json!(media_type)),
            "{answer:?}"
        );
    }
    for name in files(directory.path()) {
        let (stem, _) = name.split_once('.').unwrap();
        assert!(stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
    }
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_and_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |config| config.max_material_size = 100_000).await;
    let good = || Form::new().file("file", "good.mp4", &mp4("good"));
    let with = |metadata: &str| good().text("metadata", metadata);
    let mut bomb = Vec::new();
    drop(png::Encoder::new(&mut bomb, 60_000, 60_000).write_header().unwrap());
    let cut = png(40, 40)[..60].to_vec();
    for (form, code, said) in [
        (
            good().file("file", "x.mp4", b"GIF89a is no video, however long it is"),
            40001,
            "file[1]: is GIF by its content",
        ),
        (
            good().file("file", "x.mp4", b"\0\0\0\x14ftypqt  \0\0\0\0qt  "),
            40001,
            "file[1]: is MOV by its content, and only MP4, JPG, PNG are taken",
        ),
        (
            good().file("file", "x.mp4", b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"),
            40001,
            "file[1]: is WebM by its content",
        ),
        (good().file("file", "x.mp4", b"short"), 40001, "file[1]: is none of MP4, JPG, PNG"),
        (good().file("file", "x.mp4", b""), 40001, "file[1]: is empty"),
        (
            good().file("file", "x.mp4", &[mp4("x"), vec![0; 100_000]].concat()),
            41301,
            "file[1]: is larger than 100000",
        ),
        (good().file("file", "x.png", &bomb), 40001, "file[1]: is too large an image"),
        (good().file("file", "x.png", &cut), 40001, "file[1]: cannot be read as an image"),
        (good().file("thumbnail", "x.jpg", &mp4("x")), 40001, "thumbnail of file[0]: is a video"),
        (Form::new().file("thumbnail", "x.png", &png(2, 2)), 40001, "thumbnail: belongs behind"),
        (good().file("fille", "x.mp4", &mp4("x")), 40001, "fille: is not a known part; did you mean file?"),
        (Form::new(), 40001, ""),
        (Form::new().text("metadata", "{}"), 40001, "file: is required"),
        (with("{"), 40001, "metadata: the body is not valid JSON"),
        (with("[]"), 40001, "metadata: is a list of 0 for 1 files"),
        (with("[7]"), 40001, "metadata[0]: 7 is not an object"),
        (with(r#"{"tags": ["a,b", ""], "sort": 1e9}"#), 40001, "metadata.tags[0]: "),
        (with(r#"{"caption": "{a|b"}"#), 40001, "metadata.caption: the { at character 1 is never closed"),
        (with(r#"{"username": "two words"}"#), 40001, r#"metadata.username: "two words" is not a username"#),
        (with("{}").text("metadata", "{}"), 40001, "metadata: is given more than once"),
    ] {
        let answer = upload(&api, form).await;
        assert_eq!(answer.code(), code, "{said}: {answer:?}");
        assert!(answer.message().contains(said), "{said:?} is not in {answer:?}");
    }
    let many = with(r#"{"tags": ["a,b", ""], "sort": 1e9, "captoin": 1}"#);
    let fields = upload(&api, many).await;
    let wanted = ["metadata.captoin", "metadata.tags[0]", "metadata.tags[1]", "metadata.sort"];
    assert_eq!(fields.fields(), wanted, "all of it at once");
    assert_eq!(api.get(MATERIAL).await.body["data"]["total"], 0);
    assert_eq!(files(directory.path()), Vec::<String>::new());
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_to_a_caption_that_no_task_could_use_is_refused() {
    let api = Api::start().await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await;
    let change =
        async |caption: &str| api.json("PATCH", "/api/v1/material/1", &json!({"caption": caption})).await;
    assert_eq!(change("{a|b}").await.body["data"]["caption"], "{a|b}");
    for (caption, said) in [
        ("a}", "caption: the } at character 2 closes nothing; write \\} for a literal brace"),
        ("a\u{fffe}", "caption: character 2 is U+FFFE, which a phone cannot hold"),
    ] {
        let refused = change(caption).await;
        assert_eq!((refused.code(), refused.message()), (40001, said));
    }
    assert_eq!(api.get("/api/v1/material/1").await.body["data"]["caption"], "{a|b}");
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_forms_get_the_envelope_and_the_right_code() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    let (_, whole) = Form::new().file("file", "a.mp4", &mp4("a")).end();
    let form = format!("multipart/form-data; boundary={}", Form::BOUNDARY);
    let many_heads =
        [b"--".as_slice(), Form::BOUNDARY.as_bytes(), b"\r\n", &vec![b'x'; 3 * 1024 * 1024]].concat();
    for (media_type, body, code) in [
        ("application/json", b"{}".to_vec(), 41501),
        ("multipart/mixed; boundary=abcd", whole.clone(), 41501),
        ("multipart/form-data", whole.clone(), 40001),
        ("multipart/form-data; boundary=a", b"\n--\n".to_vec(), 40001),
        ("multipart/form-data; boundary=another", whole.clone(), 40001),
        (&form, Vec::new(), 40001),
        (&form, b"\n--\n\r\n".to_vec(), 40001),
        (&form, whole[..whole.len() / 2].to_vec(), 40001),
        (&form, whole[..whole.len() - 10].to_vec(), 40001),
        (&form, many_heads, 40001),
    ] {
        let answer = api.send("POST", MATERIAL, &[("Content-Type", media_type)], body).await;
        assert_eq!(answer.code(), code, "{media_type}: {answer:?}");
    }
    assert_eq!(api.send("POST", MATERIAL, &[], whole).await.code(), 41501);
    assert_eq!(files(directory.path()), Vec::<String>::new());
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn boundaries_of_every_legal_length_divide_parts() {
    let api = Api::start().await;
    let (_, whole) = Form::new().text("metadata", "[{}]").file("file", "a.mp4", &mp4("a")).end();
    let whole = String::from_utf8(whole).unwrap();
    let longest = "b".repeat(70);
    for boundary in ["a", "ab", "abc", "a'()+_,-./:=?", &longest] {
        for preamble in ["", "\r\n", "\n", "a\r\n", "a preamble\r\n\r\n"] {
            let body = format!("{preamble}{}", whole.replace(Form::BOUNDARY, boundary));
            let media_type = format!("multipart/form-data; boundary=\"{boundary}\"");
            let answer = api.send("POST", MATERIAL, &[("Content-Type", &media_type)], body.into()).await;
            assert_eq!(answer.code(), 0, "{boundary} {preamble:?}: {answer:?}");
        }
    }
    let longer = format!("multipart/form-data; boundary={longest}b");
    assert_eq!(api.send("POST", MATERIAL, &[("Content-Type", &longer)], Vec::new()).await.code(), 40001);
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    let (media_type, body) =
        Form::new().file("file", "a.mp4", &[mp4("a"), vec![7; 3_000_000]].concat()).end();
    let mut stream = TcpStream::connect(api.url().strip_prefix("http://").unwrap()).unwrap();
    let head = format!(
        "POST {MATERIAL} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(&body[..body.len() / 2]).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    // The server answers, or only closes: either way it is done with the request then.
    let _ = stream.read_to_end(&mut Vec::new());
    api.stop().await;
    assert_eq!(files(directory.path()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_takes_nothing_is_an_internal_error_and_nothing_is_half_written() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    let folder = directory.path().join("materials");
    std::fs::remove_dir(&folder).unwrap();
    std::fs::write(&folder, "a file is in the way").unwrap();
    let answer = upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await;
    assert_eq!((answer.status, answer.code()), (500, 50001), "{answer:?}");
    assert!(answer.message().contains("under request"), "{answer:?}");
    assert_eq!(api.get(MATERIAL).await.body["data"]["total"], 0);
    std::fs::remove_file(&folder).unwrap();
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(
        upload(&api, Form::new().file("file", "a.mp4", &mp4("a"))).await.code(),
        0,
        "and then it works again"
    );
    api.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_server_left_is_gone_after_the_next_start_and_the_rest_stays() {
    let directory = tempfile::tempdir().unwrap();
    let api = Api::start_in(directory.path(), |_| {}).await;
    upload(&api, Form::new().file("file", "a.mp4", &mp4("a")).file("file", "b.png", &png(9, 9))).await;
    api.stop().await;
    let kept = files(directory.path()).len();
    for orphan in ["0123.part", "0123.mp4", "0123.thumbnail.jpg"] {
        std::fs::write(directory.path().join("materials").join(orphan), "left").unwrap();
    }
    let api = Api::start_in(directory.path(), |_| {}).await;
    assert_eq!((files(directory.path()).len(), kept), (3, 3), "a video, an image and its thumbnail");
    let (_, bytes) = api.bytes("/api/v1/material/1/content", &[]).await;
    assert_eq!(bytes, mp4("a"));
    api.stop().await;
}
