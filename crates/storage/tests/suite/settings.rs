//! Settings, and what they change for tasks.

use std::num::NonZeroU32;
use std::time::Duration;

use tikmatrix_domain::{
    AccountChange, AccountUpsert, AppId, PackageName, Settings, SettingsChange, Username,
};

use crate::{Fixture, at, claim_task, for_phone, lease, serial};

fn app(name: &str) -> AppId {
    AppId::new(name).unwrap()
}

fn package(name: &str) -> Option<PackageName> {
    PackageName::new(name).ok()
}

#[tokio::test]
async fn settings_begin_with_their_defaults_and_are_kept_over_a_restart() {
    let fixture = Fixture::new();
    assert_eq!(fixture.store.settings().load().await.unwrap(), Settings::default());
    let change = SettingsChange {
        default_app: Some(app("instagram")),
        packages: [(app("tiktok"), package("com.clone.one")), (app("youtube"), package("com.clone.two"))]
            .into(),
        max_retries: Some(3),
        retry_max_delay: Some(Duration::from_secs(5)),
        ..SettingsChange::default()
    };
    let changed = fixture.store.settings().change(change).await.unwrap();
    let paused = SettingsChange { paused: Some(true), random_order: Some(true), ..SettingsChange::default() };
    let both = fixture.store.settings().change(paused).await.unwrap();
    assert_eq!(both, Settings { paused: true, random_order: true, ..changed });
    let two = NonZeroU32::new(2);
    let limit = SettingsChange { max_devices_at_work: two.into(), ..SettingsChange::default() };
    let both = fixture.store.settings().change(limit).await.unwrap();
    assert_eq!(both.max_devices_at_work, two);
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.settings().load().await.unwrap(), both);
    let none = SettingsChange { packages: [(app("tiktok"), None)].into(), ..SettingsChange::default() };
    let rest = [(app("youtube"), package("com.clone.two").unwrap())];
    assert_eq!(fixture.store.settings().change(none).await.unwrap().packages, rest.into());
}

#[tokio::test]
async fn while_paused_no_task_is_taken_and_none_counts_as_due() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a")]).await;
    let pause = |paused| SettingsChange { paused: Some(paused), ..SettingsChange::default() };
    fixture.store.settings().change(pause(true)).await.unwrap();
    assert_eq!(claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await, None);
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), None);
    fixture.store.settings().change(pause(false)).await.unwrap();
    assert_eq!(fixture.store.queue().next_due(serial("a"), at(1_000_000_000)).await.unwrap(), Some(at(0)));
    let taken = claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    assert_eq!(taken.id, ids[0]);
}

#[tokio::test]
async fn in_random_order_another_task_than_the_oldest_comes_first_at_times() {
    let fixture = Fixture::new();
    let random = SettingsChange { random_order: Some(true), ..SettingsChange::default() };
    fixture.store.settings().change(random).await.unwrap();
    let ids = fixture.create(vec![for_phone("a"); 60]).await;
    let mut taken = Vec::new();
    for _ in &ids {
        let task = claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
        taken.push(task.id);
    }
    assert_ne!(taken, ids, "sixty tasks in their order by chance");
    taken.sort_unstable();
    assert_eq!(taken, ids, "each is taken once");
}

#[tokio::test]
async fn tasks_and_accounts_that_name_no_app_get_the_default() {
    let fixture = Fixture::new();
    let first = fixture.create(vec![for_phone("a")]).await[0];
    assert_eq!(
        fixture.store.tasks().find(first).await.unwrap().unwrap().task.app,
        app("tiktok"),
        "the first that there is"
    );
    let instagram = SettingsChange { default_app: Some(app("instagram")), ..SettingsChange::default() };
    fixture.store.settings().change(instagram).await.unwrap();
    let maker = Username::new("maker").ok();
    let for_maker = tikmatrix_domain::NewTask { serial: None, username: maker, ..for_phone("unused") };
    for id in fixture.create(vec![for_phone("a"), for_maker]).await {
        assert_eq!(fixture.store.tasks().find(id).await.unwrap().unwrap().task.app, app("instagram"));
    }
}

#[tokio::test]
async fn an_accounts_own_package_comes_before_that_of_the_settings() {
    let fixture = Fixture::new();
    let username = Username::new("maker").unwrap();
    let of = async |name: Option<&Username>, app| {
        fixture.store.settings().package_for(name.cloned(), app).await.unwrap()
    };
    assert_eq!(of(None, app("tiktok")).await, None);
    let set = SettingsChange {
        packages: [(app("tiktok"), package("com.set.one"))].into(),
        ..SettingsChange::default()
    };
    fixture.store.settings().change(set).await.unwrap();
    let details = AccountChange { package: package("com.own.one").into(), ..AccountChange::default() };
    let wanted = AccountUpsert { username: username.clone(), app: app("tiktok"), details };
    fixture.store.accounts().create(wanted, at(0)).await.unwrap().unwrap();
    assert_eq!(of(Some(&username), app("tiktok")).await, package("com.own.one"));
    assert_eq!(of(Some(&username), app("instagram")).await, None);
    assert_eq!(of(None, app("tiktok")).await, package("com.set.one"));
}
