//! Protects the sentences: a task of an account without a phone waits until the account is bound to one, and then runs;
//! `match_accounts` records every account of a phone, for which tasks then run on it; and a phone tells its model, its version of Android, its display and its battery.

use std::time::Duration;

use serde_json::json;
use tempfile::tempdir;
use tikmatrix_client::api::Patch;
use tikmatrix_client::api::WaitingReason;
use tikmatrix_client::api::accounts::{AccountPatch, AccountQuery};
use tikmatrix_client::api::devices::{DeviceState, Size};
use tikmatrix_client::api::tasks::NewTasks;

use crate::harness::{Server, Video, wait_for};

const SOON: Duration = Duration::from_secs(60);

/// The account that is signed in on a virtual phone.
fn signed_in(server: &Server, serial: &str) -> String {
    let phone = server.virtual_phone(serial);
    phone["apps"]["tiktok"]["accounts"][0]["username"].as_str().unwrap().to_owned()
}

#[test]
fn binding_an_account_lets_its_waiting_task_run_on_its_phone() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 2);
    let video = Video::make(directory.path(), "bound.mp4");
    let username = signed_in(&server, "virtual-2");
    let config = json!({"content_type": 0, "captions": "now I am home", "material_list": [video.path()]});
    let tasks = NewTasks { usernames: Some(vec![username.as_str().into()]), ..NewTasks::new("post", config) };
    let id = server.client.tasks().create(&tasks).unwrap().task_ids[0];
    assert_eq!(server.task(id).task.waiting_reason, Some(WaitingReason::NoDeviceForAccount.into()));
    let query = AccountQuery { username: Some(username.into()), ..AccountQuery::default() };
    let account = server.client.accounts().all(query).next().unwrap().unwrap();
    let change = AccountPatch { serial: Patch::Set("virtual-2".into()), ..AccountPatch::default() };
    let bound = server.client.accounts().change(account.id, &change).unwrap();
    assert_eq!(bound.serial.as_deref(), Some("virtual-2"));
    server.completed(id);
    assert_eq!(server.posts("virtual-2"), [("now I am home".to_owned(), video.sha256)]);
    assert_eq!(server.posts("virtual-1"), []);
}

#[test]
fn match_accounts_binds_every_account_of_a_phone_to_it_and_a_task_switches_to_one() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let first = signed_in(&server, "virtual-1");
    let second = "second.account";
    let answer =
        server.post("/virtual/phones/virtual-1/accounts", &json!({"app": "tiktok", "username": second}));
    assert_eq!(answer.status, 200, "{answer:?}");
    // It can be repeated.
    for _ in 0..2 {
        server.completed(server.create_for(&["virtual-1"], "match_accounts", json!({}))[0]);
        let query = AccountQuery { serial: Some("virtual-1".into()), ..AccountQuery::default() };
        let bound: Result<Vec<_>, _> = server.client.accounts().all(query).collect();
        let mut names: Vec<String> = bound.unwrap().into_iter().map(|account| account.username).collect();
        names.sort();
        let mut expected = [first.clone(), second.to_owned()];
        expected.sort();
        assert_eq!(names, expected);
    }
    assert_eq!(signed_in(&server, "virtual-1"), first, "it changes nothing on the phone");

    let video = Video::make(directory.path(), "second.mp4");
    let config = json!({"captions": "of the second", "material_list": [video.path()]});
    let tasks = NewTasks { usernames: Some(vec![second.into()]), ..NewTasks::new("post", config) };
    server.completed(server.client.tasks().create(&tasks).unwrap().task_ids[0]);
    let accounts = server.virtual_phone("virtual-1")["apps"]["tiktok"]["accounts"].clone();
    let published = |name: &str| {
        let of_name = accounts.as_array().unwrap().iter().find(|account| account["username"] == name);
        of_name.unwrap()["posts"].as_array().unwrap().len()
    };
    assert_eq!((published(&first), published(second)), (0, 1));
}

#[test]
fn a_phone_tells_what_it_is_how_its_battery_is_and_how_much_room_it_has() {
    let directory = tempdir().unwrap();
    let server = Server::start(&directory, 1);
    let phone = wait_for("the phone to tell what it is", SOON, || {
        // It may not be known yet.
        server.client.devices().get("virtual-1").ok().filter(|phone| phone.facts_at.is_some())
    });
    assert_eq!((phone.state, &phone.reason), (DeviceState::Ready, &None), "{phone:?}");
    assert_eq!(phone.model.as_deref(), Some("Virtual Phone"));
    assert_eq!(phone.android_version.as_deref(), Some("13"));
    assert_eq!((phone.size, phone.battery), (Some(Size { width: 1080, height: 2400 }), Some(87)));
    assert_eq!(phone.battery_temperature, Some(28.4));
    let storage = phone.storage.unwrap();
    assert!(0 < storage.free && storage.free <= storage.total, "{storage:?}");
    let refused = server.client.devices().delete("virtual-1").unwrap_err();
    assert_eq!(refused.code(), Some(40001), "{refused}");
}
