//! Requests for groups and for what apps cannot do, previews, and the names that a request got wrong.

use std::sync::Arc;

use tikmatrix_domain::{
    AppId, AppRequirement, DeviceChange, DeviceFacts, Interval, Recipients, ScriptName, Source, Target,
    TaskOptions, TaskRequest, Username,
};
use tikmatrix_storage::{StorageError, UnknownName};

use crate::{Fixture, at, for_phone, serial};

fn request(recipients: Recipients, groups: &[&str]) -> TaskRequest {
    TaskRequest {
        recipients,
        groups: groups.iter().map(|name| (*name).to_owned()).collect(),
        script: ScriptName::new("post").unwrap(),
        targets: vec![Target::new(None, "{}")],
        distribute: None,
        source: Source::Api,
        start_time: None,
        interval: Interval::default(),
        seed: 7,
        options: TaskOptions::default(),
    }
}

fn phones(names: &[&str]) -> Recipients {
    Recipients::Devices(names.iter().map(|name| serial(name)).collect())
}

fn accounts(names: &[&str]) -> Recipients {
    Recipients::Accounts(names.iter().map(|name| Username::new(name).unwrap()).collect())
}

fn app(name: &str) -> AppId {
    AppId::new(name).unwrap()
}

/// Creates a group of these devices.
async fn group(fixture: &Fixture, name: &str, devices: &[&str]) {
    fixture.store.groups().create(name.to_owned(), String::new(), at(0)).await.unwrap();
    for device in devices {
        fixture.store.devices().register_seen(serial(device), at(0)).await.unwrap();
        let change = DeviceChange { group: Some(name.to_owned()).into(), ..DeviceChange::default() };
        fixture.store.devices().change(serial(device), change, at(0)).await.unwrap();
    }
}

async fn created(fixture: &Fixture, request: TaskRequest) -> Vec<String> {
    let created = fixture.store.queue().create(request, at(1)).await.unwrap();
    let serials = created.fan_out.tasks.iter().map(|task| task.serial.as_ref().unwrap().to_string());
    serials.collect()
}

async fn refusal(fixture: &Fixture, request: TaskRequest) -> StorageError {
    let before = fixture.store.tasks().stats().await.unwrap().total();
    let refused = fixture.store.queue().create(request, at(1)).await.unwrap_err();
    assert_eq!(fixture.store.tasks().stats().await.unwrap().total(), before, "nothing is stored");
    refused
}

#[tokio::test]
async fn groups_are_their_devices_when_the_tasks_are_created() {
    let fixture = Fixture::new();
    group(&fixture, "left", &["b", "a"]).await;
    group(&fixture, "right", &["d"]).await;
    let both = || request(phones(&["c", "b"]), &["left", "right"]);
    assert_eq!(created(&fixture, both()).await, ["c", "b", "a", "d"], "each once, the named ones first");
    group(&fixture, "right", &["a"]).await;
    let right = || request(phones(&[]), &["right"]);
    assert_eq!(created(&fixture, right()).await, ["a", "d"]);
    let distributed = TaskRequest { distribute: Some(3), ..right() };
    assert_eq!(created(&fixture, distributed).await, ["a", "d", "a"]);
    let mut of_accounts = right();
    of_accounts.recipients = Recipients::AccountsOfDevices(Vec::new());
    fixture.bind(Username::new("mia").unwrap(), app("tiktok"), "d", 0).await;
    let tasks = fixture.store.queue().create(of_accounts, at(1)).await.unwrap().fan_out.tasks;
    let made: Vec<_> = tasks.iter().map(|task| task.username.as_ref().map(Username::as_str)).collect();
    assert_eq!(made, [None, Some("mia")]);
}

#[tokio::test]
async fn groups_that_there_are_not_or_that_have_no_device_are_refused() {
    let fixture = Fixture::new();
    group(&fixture, "left", &[]).await;
    group(&fixture, "right", &["a"]).await;
    let wrong = request(phones(&["a"]), &["left", "rigth", "center"]);
    match refusal(&fixture, wrong).await {
        StorageError::UnknownGroups { unknown, known } => {
            assert_eq!(unknown, [(1, "rigth".to_owned()), (2, "center".to_owned())]);
            assert_eq!(known, ["left", "right"]);
        }
        other => panic!("{other}"),
    }
    let empty = refusal(&fixture, request(phones(&[]), &["left"])).await;
    assert_eq!(empty.to_string(), "there is no device in the group \"left\"");
    let partly = fixture.store.queue().create(request(phones(&[]), &["left", "right"]), at(1)).await.unwrap();
    assert_eq!((partly.tasks.len(), partly.fan_out.empty_groups), (1, vec!["left".to_owned()]));
}

#[tokio::test]
async fn a_preview_is_what_would_be_created_and_changes_nothing() {
    let fixture = Fixture::new();
    group(&fixture, "left", &["a"]).await;
    fixture.bind(Username::new("mia").unwrap(), app("instagram"), "a", 0).await;
    let interval = Interval { min_minutes: 1, max_minutes: 60 };
    for (recipients, groups) in [(phones(&["new"]), &["left"][..]), (accounts(&["mia", "new"]), &[])] {
        let request = TaskRequest { interval, distribute: Some(4), ..request(recipients, groups) };
        let version = fixture.store.database().version().await.unwrap();
        let preview = fixture.store.queue().preview(request.clone(), at(1)).await.unwrap();
        assert_eq!(fixture.store.database().version().await.unwrap(), version);
        assert_eq!(fixture.store.queue().create(request, at(1)).await.unwrap().fan_out, preview);
    }
    let wrong = fixture.store.queue().preview(request(phones(&[]), &["rigth"]), at(1)).await;
    assert!(matches!(wrong, Err(StorageError::UnknownGroups { .. })), "{wrong:?}");
}

#[tokio::test]
async fn a_task_whose_app_cannot_do_what_it_asks_for_is_refused_with_its_request() {
    let fixture = Fixture::new();
    fixture.bind(Username::new("mia").unwrap(), app("instagram"), "a", 0).await;
    fixture.bind(Username::new("zoe").unwrap(), app("tiktok"), "a", 0).await;
    let images = AppRequirement {
        field: "content_type".to_owned(),
        asked: "1 (images)".to_owned(),
        apps: vec![app("instagram")],
        instead: Some("0 (video)".to_owned()),
    };
    let asking = |recipients| {
        let mut request = request(recipients, &[]);
        request.targets[0].requirements = Arc::new([images.clone()]);
        request
    };
    let possible = "1 (images) is not possible on tiktok; use 0 (video), or the app instagram";
    let of_zoe = format!("content_type: {possible} (tiktok is the app of the account @zoe)");
    assert_eq!(refusal(&fixture, asking(accounts(&["mia", "zoe"]))).await.to_string(), of_zoe);
    let of_both = Recipients::AccountsOfDevices(vec![serial("a")]);
    assert_eq!(refusal(&fixture, asking(of_both)).await.to_string(), of_zoe);
    let default = format!("content_type: {possible} (tiktok is the server's default app)");
    assert_eq!(refusal(&fixture, asking(phones(&["a", "b"]))).await.to_string(), default, "once");
    fixture.store.queue().create(asking(accounts(&["mia"])), at(1)).await.unwrap();
}

#[tokio::test]
async fn what_is_not_known_comes_with_the_names_near_it() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("misspelt")]).await;
    fixture.store.devices().record_facts(serial("virtual-1"), DeviceFacts::default(), at(0)).await.unwrap();
    fixture.store.devices().register_seen(serial("virtual-2"), at(0)).await.unwrap();
    let rack = DeviceChange { name: Some("rack 1".to_owned()).into(), ..DeviceChange::default() };
    fixture.store.devices().change(serial("virtual-1"), rack, at(0)).await.unwrap();
    fixture.bind(Username::new("mia").unwrap(), app("instagram"), "virtual-2", 0).await;
    let lookup = async |serials: &[&str], usernames: &[&str], app| {
        let serials = serials.iter().map(|name| serial(name)).collect();
        let usernames = usernames.iter().map(|name| Username::new(name).unwrap()).collect();
        fixture.store.queue().names().unknown(serials, usernames, app).await.unwrap()
    };
    let known = lookup(&["virtual-1", "virtual-2"], &["mia"], Some(app("instagram"))).await;
    assert_eq!(known, tikmatrix_storage::UnknownNames::default());
    let mut unknown = lookup(&["virtual-1", "misspelt"], &["maya"], None).await;
    unknown.serials[0].near.sort_unstable();
    let near = |name: &str, near: &[&str]| UnknownName {
        name: name.to_owned(),
        near: near.iter().map(|name| (*name).to_owned()).collect(),
    };
    assert_eq!(unknown.serials, [near("misspelt", &["rack 1", "virtual-1", "virtual-2"])]);
    assert_eq!(unknown.usernames, [near("maya", &["mia"])]);
    let of_app = lookup(&[], &["mia"], Some(app("tiktok"))).await;
    assert_eq!(of_app.usernames.len(), 1, "the account is one of another app");
}

#[tokio::test]
async fn the_lookup_of_names_is_bounded_however_many_there_are() {
    let fixture = Fixture::new();
    for number in 0..150 {
        let serial = serial(&format!("a{number:04}"));
        fixture.store.devices().register_seen(serial, at(0)).await.unwrap();
        let serial = crate::serial(&format!("z{number:04}"));
        fixture.store.devices().register_seen(serial, at(0)).await.unwrap();
    }
    let wrong = (0..2500).map(|number| serial(&format!("m{number}"))).chain([serial("a0007")]).collect();
    let unknown = fixture.store.queue().names().unknown(wrong, Vec::new(), None).await.unwrap();
    assert_eq!((unknown.serials.len(), unknown.more_serials), (10, 2490));
    let near = &unknown.serials[0].near;
    assert_eq!(near.len(), 200);
    assert!(near.contains(&"a0149".to_owned()) && !near.contains(&"a0000".to_owned()), "{near:?}");
}
