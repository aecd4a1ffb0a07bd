//! Devices and groups of devices.

use tikmatrix_domain::{DeviceChange, DeviceFacts, Group, GroupChange, GroupId, Patch, StorageSpace};
use tikmatrix_storage::{DeviceChanged, DeviceRemoval, GroupChanged};

use crate::{Fixture, at, claim_task, for_phone, lease, serial};

async fn group(fixture: &Fixture, name: &str) -> Group {
    match fixture.store.groups().create(name.to_owned(), String::new(), at(0)).await.unwrap() {
        GroupChanged::Changed(group) => group,
        other => panic!("{name}: {other:?}"),
    }
}

fn into_group(name: Option<&str>) -> DeviceChange {
    DeviceChange { group: name.map(str::to_owned).into(), ..DeviceChange::default() }
}

#[tokio::test]
async fn phones_are_remembered_from_the_task_that_first_names_them() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("b"), for_phone("a"), for_phone("b")]).await;
    let devices = fixture.store.devices().list().await.unwrap();
    let serials: Vec<&str> = devices.iter().map(|device| device.serial.as_str()).collect();
    assert_eq!(serials, ["a", "b"]);
    assert_eq!(fixture.store.devices().find(serial("c")).await.unwrap(), None);
}

#[tokio::test]
async fn a_device_is_seen_once_a_phone_of_its_serial_was_connected() {
    let fixture = Fixture::new();
    fixture.create(vec![for_phone("a"), for_phone("b"), for_phone("c")]).await;
    fixture.store.devices().register_seen(serial("a"), at(1)).await.unwrap();
    fixture.store.devices().record_facts(serial("b"), DeviceFacts::default(), at(1)).await.unwrap();
    fixture.store.devices().register_seen(serial("d"), at(1)).await.unwrap();
    let devices = fixture.store.devices().list().await.unwrap();
    let seen: Vec<(&str, bool)> = devices.iter().map(|it| (it.serial.as_str(), it.seen)).collect();
    assert_eq!(seen, [("a", true), ("b", true), ("c", false), ("d", true)]);
}

#[tokio::test]
async fn facts_are_kept_and_what_a_phone_does_not_say_stays_as_it_was() {
    let fixture = Fixture::new();
    let facts = DeviceFacts {
        model: Some("Virtual".to_owned()),
        android_version: Some("13".to_owned()),
        screen: Some((1080, 2400)),
        battery: Some(87),
        battery_temperature: Some(-12),
        storage: Some(StorageSpace { free: 5_000_000_000_000, total: 9_000_000_000_000 }),
    };
    fixture.store.devices().record_facts(serial("a"), facts.clone(), at(1)).await.unwrap();
    let less = DeviceFacts { battery: Some(50), ..DeviceFacts::default() };
    fixture.store.devices().record_facts(serial("a"), less, at(2)).await.unwrap();
    let device = fixture.store.devices().find(serial("a")).await.unwrap().unwrap();
    assert_eq!(device.facts, DeviceFacts { battery: Some(50), ..facts });
    assert_eq!((device.facts_at, device.created_at), (Some(at(2)), at(1)));
}

#[tokio::test]
async fn a_phone_has_a_name_and_one_group_that_may_go() {
    let fixture = Fixture::new();
    let rack = group(&fixture, "Rack 1").await;
    fixture.store.devices().register_seen(serial("a"), at(0)).await.unwrap();
    let change = DeviceChange { name: Patch::Set("Left".to_owned()), ..into_group(Some("Rack 1")) };
    let DeviceChanged::Changed(device) =
        fixture.store.devices().change(serial("a"), change, at(1)).await.unwrap()
    else {
        panic!("the phone is there")
    };
    assert_eq!((device.name.as_deref(), device.group), (Some("Left"), Some((rack.id, "Rack 1".to_owned()))));
    let missing = fixture.store.devices().change(serial("a"), into_group(Some("rack")), at(2)).await.unwrap();
    assert_eq!(missing, DeviceChanged::NoSuchGroup);
    let unknown = fixture.store.devices().change(serial("b"), into_group(None), at(2)).await.unwrap();
    assert_eq!(unknown, DeviceChanged::NotThere);

    assert_eq!(fixture.store.groups().find(rack.id).await.unwrap().unwrap().device_count, 1);
    assert_eq!(fixture.store.groups().delete(rack.id).await.unwrap(), Some(1));
    let device = fixture.store.devices().find(serial("a")).await.unwrap().unwrap();
    assert_eq!((device.name.as_deref(), device.group), (Some("Left"), None));
    assert_eq!(fixture.store.groups().delete(rack.id).await.unwrap(), None);
}

#[tokio::test]
async fn no_two_groups_have_one_name() {
    let fixture = Fixture::new();
    let (one, two) = (group(&fixture, "one").await, group(&fixture, "two").await);
    let again = fixture.store.groups().create("one".to_owned(), String::new(), at(1)).await.unwrap();
    assert_eq!(again, GroupChanged::NameTaken);
    let name = |name: &str| GroupChange { name: Some(name.to_owned()), note: None };
    let change = async |id, change| fixture.store.groups().change(id, change, at(1)).await.unwrap();
    assert_eq!(change(two.id, name("one")).await, GroupChanged::NameTaken);
    assert!(matches!(change(one.id, name("one")).await, GroupChanged::Changed(_)));
    assert!(
        matches!(change(two.id, name("three")).await, GroupChanged::Changed(group) if group.name == "three")
    );
    assert_eq!(change(GroupId(99), name("four")).await, GroupChanged::NotThere);
}

#[tokio::test]
async fn a_phone_that_tasks_need_is_not_forgotten() {
    let fixture = Fixture::new();
    let tasks = fixture.create(vec![for_phone("a")]).await;
    let needed = DeviceRemoval::Needed { tasks: 1, accounts: 0 };
    assert_eq!(fixture.store.devices().delete(serial("a")).await.unwrap(), needed);
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    assert_eq!(fixture.store.devices().delete(serial("a")).await.unwrap(), needed, "it works on one");
    let done = crate::finish(tikmatrix_domain::Outcome::Succeeded, "", 2);
    fixture.store.attempts().finish(tasks[0], lease("one"), done).await.unwrap();
    assert_eq!(fixture.store.devices().delete(serial("a")).await.unwrap(), DeviceRemoval::Removed);
    assert_eq!(fixture.store.devices().delete(serial("a")).await.unwrap(), DeviceRemoval::NotThere);
}
