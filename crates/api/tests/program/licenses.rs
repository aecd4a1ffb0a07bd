//! A licence that the server could not verify takes nothing away: it is not installed, and not used where it is put by hand.

use serde_json::Value;

use crate::support::{Folder, Server, done, refused};

const CHECK: &str = "/api/v1/license/check";

/// A vendor's key by its file, and the public one.
fn vendor(folder: &Folder, name: &str) -> String {
    let told = done(&["license", "keygen", "--json", "--out", &folder.name(name)]);
    serde_json::from_str::<Value>(&told).unwrap()["public_key"].as_str().unwrap().to_owned()
}

fn issue(folder: &Folder, key: &str, plan: &str) -> String {
    let file = folder.name(&format!("{key}-{plan}"));
    let key = folder.name(key);
    done(&["license", "issue", "--key", &key, "--plan", plan, "--holder", "Example", "--out", &file]);
    file
}

fn plan(server: &Server) -> (u16, Value) {
    let (status, body) = server.get(CHECK);
    (status, body["data"]["plan_name"].clone())
}

#[test]
fn nothing_is_installed_that_the_running_server_could_not_verify() {
    let folder = Folder::new();
    let (ours, other) = (vendor(&folder, "ours"), vendor(&folder, "other"));
    let (team, foreign) = (issue(&folder, "ours", "team"), issue(&folder, "other", "business"));
    let data = folder.name("data");
    let installed = folder.path("data/license.json");
    let install = |file: &str, more: &[&str]| {
        let arguments = ["license", "install", file, "--data-dir", &data];
        [&arguments[..], more].concat().iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()
    };
    let refused = |file: &str, more: &[&str]| {
        let arguments = install(file, more);
        refused(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };

    let server = folder.serve(&[]);
    let said = refused(&team, &["--license-key", &ours]);
    assert!(said.contains("has no vendor's key and could not verify the licence"), "{said}");
    server.end();

    let server = folder.serve(&["--license-key", &ours]);
    let said = refused(&foreign, &["--license-key", &other]);
    assert!(said.contains("verifies licences with the key") && said.contains("restart it"), "{said}");
    let said = refused(&foreign, &[]);
    assert!(said.contains("was signed with the key"), "{said}");
    assert!(!installed.exists());
    assert_eq!(plan(&server), (200, "Pro".into()), "the trial goes on");
    let arguments = install(&team, &[]);
    let said = done(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
    assert!(said.contains("plan Team, at most 50 phones at work at once"), "{said}");
    server.logs("licensed to Example: plan Team");
    assert_eq!(plan(&server), (200, "Team".into()));
    let (_, audit) = server.get("/api/v1/audit?operation=installLicense");
    assert_eq!(audit["data"]["total"], 1, "{audit:#}");
    assert_eq!(audit["data"]["entries"][0]["subjects"][0]["ids"][0], "Team");
    server.end();

    let server = folder.serve(&["--license-key", &ours, "--license", &team]);
    let said = refused(&team, &[]);
    assert!(said.contains("reads its licence from") && said.contains("ours-team"), "{said}");
    server.end();
    done(&install(&foreign, &["--license-key", &other]).iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_licence_that_cannot_be_verified_changes_nothing_and_every_change_is_logged() {
    let folder = Folder::new();
    let key = vendor(&folder, "ours");
    let (team, installed) = (issue(&folder, "ours", "team"), folder.path("data/license.json"));
    let server = folder.serve(&["--license-key", &key]);
    server.logs("trial of the plan Pro");
    std::fs::copy(team, &installed).unwrap();
    server.logs("licensed to Example: plan Team");
    std::fs::write(&installed, "no licence").unwrap();
    assert!(server.logs("is not used").contains("not a licence of TikMatrix"));
    assert_eq!(plan(&server), (200, "Team".into()));
    std::fs::remove_file(&installed).unwrap();
    server.logs("trial of the plan Pro");
    std::fs::copy(issue(&folder, "ours", "starter"), &installed).unwrap();
    assert!(server.logs("licensed to Example: plan Starter").contains("WARN"));
    assert_eq!(plan(&server), (403, "Starter".into()));
    server.end();

    std::fs::write(&installed, "no licence").unwrap();
    let server = folder.serve(&["--license-key", &key]);
    server.logs("the installed licence is not used: the file is not a licence of TikMatrix");
    assert_eq!(plan(&server), (200, "Pro".into()), "as without one");
}
