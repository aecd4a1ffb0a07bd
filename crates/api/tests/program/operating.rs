//! Commands by which a person operates a server: settings, groups, files, and what the program says of itself.

use serde_json::{Value, json};

use crate::support::{Folder, Server, done, refused, run};

struct Client<'server>(&'server Server);

impl Client<'_> {
    fn done(&self, arguments: &[&str]) -> String {
        done(&[arguments, &["--server", &self.0.url]].concat())
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[arguments, &["--json"]].concat())).unwrap()
    }

    fn refused(&self, arguments: &[&str]) -> String {
        refused(&[arguments, &["--server", &self.0.url]].concat())
    }
}

#[test]
fn settings_are_read_and_changed_by_their_names_and_a_server_is_paused() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let client = Client(&server);
    assert_eq!(client.done(&["setting", "get", "max_retries"]), "0\n");
    let changed = client.json(&["setting", "set", "max_retries=2", "packages.tiktok=com.example.app"]);
    assert_eq!(
        (&changed["max_retries"], &changed["packages"]["tiktok"]),
        (&json!(2), &json!("com.example.app"))
    );
    assert_eq!(
        client.json(&["setting", "get", "packages.tiktok"]),
        json!({"packages.tiktok": "com.example.app"})
    );
    client.done(&["setting", "set", "packages.tiktok="]);
    assert_eq!(client.json(&["setting", "get"])["packages"], json!({}));
    assert!(client.refused(&["setting", "set", "max_retry=2"]).contains("did you mean max_retries?"));
    assert!(client.refused(&["setting", "set", "retry_first_wait=0"]).contains("retry_first_wait: "));
    assert!(client.done(&["pause"]).starts_with("Paused: "));
    assert_eq!(server.get("/api/v1/setting").1["data"]["paused"], true);
    assert!(client.done(&["resume"]).starts_with("Resumed: "));
    assert_eq!(server.get("/api/v1/setting").1["data"]["paused"], false);
}

#[test]
fn groups_are_named_by_name_or_number() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let client = Client(&server);
    assert_eq!(client.json(&["group", "create", "left", "--note", "the left rack"])["id"], 1);
    assert_eq!(client.json(&["group", "show", "left"])["note"], "the left rack");
    assert_eq!(client.json(&["group", "change", "1", "--name", "right", "--note", ""])["name"], "right");
    assert!(client.done(&["group", "list"]).contains("right"));
    let missing = run(&["group", "show", "left", "--server", &server.url]);
    let said = String::from_utf8(missing.stderr).unwrap();
    assert_eq!(
        (missing.status.code(), said.as_str()),
        (Some(5), "tikmatrix: there is no group left; there are right\n")
    );
    assert_eq!(
        client.done(&["group", "delete", "right"]),
        "Deleted the group right; 0 phones belonged to it.\n"
    );
    let empty = run(&["group", "list", "--server", &server.url]);
    let hint = String::from_utf8(empty.stderr).unwrap();
    assert!(empty.stdout.is_empty() && hint.contains("`tikmatrix group create NAME`"), "{hint}");
}

#[test]
fn a_material_comes_back_as_it_was_and_over_no_other_file() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let client = Client(&server);
    let image = folder.name("dot.png");
    let mut encoder = png::Encoder::new(std::fs::File::create(&image).unwrap(), 1, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.write_header().unwrap().write_image_data(&[7]).unwrap();
    client.done(&["material", "upload", &image]);
    let copy = folder.name("copy.png");
    assert!(client.done(&["material", "get", "1", &copy]).starts_with(&copy));
    assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(&image).unwrap());
    assert!(client.refused(&["material", "get", "1", &copy]).contains("File exists"));
    let piped = run(&["material", "get", "1", "-", "--server", &server.url]);
    assert_eq!(piped.stdout, std::fs::read(&image).unwrap());
}

#[test]
fn the_files_of_a_failed_task_are_fetched_into_a_folder() {
    let folder = Folder::new();
    let server = folder.serve(&["--virtual-phones", "1"]);
    let client = Client(&server);
    let config = ["--script-config", r#"{"target_users": ["missing_one"]}"#];
    client.done(&[&["task", "create", "--script", "follow", "--serial", "virtual-1"][..], &config].concat());
    assert_eq!(run(&["task", "wait", "1", "--server", &server.url]).status.code(), Some(1));
    let shown = client.done(&["task", "show", "1"]);
    assert!(
        shown.contains("Task 1: failed (user_not_found)") && shown.contains("docs/troubleshooting.md"),
        "{shown}"
    );
    let evidence = folder.name("evidence");
    let files = client.json(&["task", "artifacts", "1", "-d", &evidence]);
    let files = files.as_array().unwrap();
    assert!(files.len() > 1, "{files:?}");
    for file in files {
        let path = file["path"].as_str().unwrap();
        assert_eq!(std::fs::metadata(path).unwrap().len(), file["size"].as_u64().unwrap(), "{path}");
        let command = format!("tikmatrix task artifacts 1 --name {}", file["name"].as_str().unwrap());
        assert!(shown.contains(&command), "{command} is not in {shown}");
    }
    let wrong = run(&["task", "artifacts", "1", "--name", "x", "--server", &server.url]);
    assert_eq!(wrong.status.code(), Some(5));
}

#[test]
fn a_long_list_is_shown_by_pages_or_as_a_whole() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let client = Client(&server);
    let serials: Vec<String> = (1..=120).map(|number| format!("phone-{number}")).collect();
    let create = ["task", "create", "--script", "follow", "--serial", &serials.join(",")];
    client.done(&[&create[..], &["--script-config", r#"{"target_users": ["x"]}"#]].concat());
    let page = run(&["task", "list", "--server", &server.url]);
    assert_eq!(String::from_utf8(page.stdout).unwrap().lines().count(), 21);
    assert_eq!(String::from_utf8(page.stderr).unwrap(), "20 of 120: --all shows all\n");
    assert_eq!(client.done(&["task", "list", "--all"]).lines().count(), 121);
    let all = client.json(&["task", "list", "--all", "--json=id"]);
    let ids: Vec<i64> = all.as_array().unwrap().iter().map(|task| task["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, (1..=120).rev().collect::<Vec<_>>());
    assert_eq!(client.json(&["task", "list", "--all", "--status", "failed"]), json!([]));
    assert_eq!(run(&["task", "list", "--all", "--page", "2"]).status.code(), Some(2));
}

#[test]
fn the_program_shows_its_version_its_plan_and_writes_its_pages() {
    let folder = Folder::new();
    let server = folder.serve(&[]);
    let client = Client(&server);
    let version = client.json(&["version"]);
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(version["server"]["version"], env!("CARGO_PKG_VERSION"));
    let alone = done(&["version", "--server", "http://127.0.0.1:1"]);
    assert!(alone.contains("cannot reach a server at http://127.0.0.1:1"), "{alone}");
    assert_eq!(client.json(&["license", "status"])["plan_name"], "Pro");
    assert!(done(&["completions", "bash"]).contains("retry-all"));
    let pages = folder.name("man");
    let written: Value = serde_json::from_str(&done(&["man", &pages, "--json"])).unwrap();
    let found = std::fs::read_dir(&pages).unwrap().count() as u64;
    assert_eq!(written["page_count"], found);
    let page = std::fs::read_to_string(folder.path("man/tikmatrix-task-wait.1")).unwrap();
    assert!(page.contains("TIKMATRIX\\_WAIT\\_TIMEOUT") || page.contains("TIKMATRIX_WAIT_TIMEOUT"), "{page}");
}
