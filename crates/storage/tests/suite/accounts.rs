//! Accounts, and tasks for them, bound to a phone or not yet.

use tikmatrix_domain::{
    AccountChange, AccountId, AccountUpsert, AppId, NewTask, Outcome, PackageName, Patch, Tag, Task, TaskId,
    Username,
};
use tikmatrix_storage::{AccountFilter, AccountRemoval, NumberedPage};

use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

fn maker() -> Username {
    Username::new("maker").unwrap()
}

fn for_maker(app: Option<AppId>) -> NewTask {
    NewTask { serial: None, username: Some(maker()), app, ..for_phone("unused") }
}

fn wanted(name: &str, details: AccountChange) -> AccountUpsert {
    AccountUpsert { username: Username::new(name).unwrap(), app: AppId::new("tiktok").unwrap(), details }
}

fn living_on(phone: Option<&str>) -> AccountChange {
    AccountChange { serial: phone.map(serial).into(), ..AccountChange::default() }
}

fn tags(names: &[&str]) -> Vec<Tag> {
    names.iter().map(|name| Tag::new(name).unwrap()).collect()
}

async fn task(fixture: &Fixture, id: TaskId) -> Task {
    fixture.store.tasks().find(id).await.unwrap().unwrap().task
}

#[tokio::test]
async fn tasks_of_an_unknown_account_wait_until_it_is_bound_to_a_phone() {
    let fixture = Fixture::new();
    let ids = fixture
        .create(vec![for_maker(None), for_maker(None), for_maker(Some(AppId::new("instagram").unwrap()))])
        .await;
    assert_eq!(task(&fixture, ids[0]).await.serial, None);
    assert_eq!(claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await, None);

    fixture.bind(maker(), AppId::new("tiktok").unwrap(), "a", 2).await;
    assert_eq!(task(&fixture, ids[1]).await.serial, Some(serial("a")));
    let claimed = claim_task(&fixture.store, serial("a"), lease("one"), at(3)).await.unwrap();
    assert_eq!((claimed.id, claimed.username), (ids[0], Some(maker())));
    assert_eq!(task(&fixture, ids[2]).await.serial, None);
}

#[tokio::test]
async fn a_bound_accounts_tasks_get_its_phone_and_its_app() {
    let fixture = Fixture::new();
    fixture.bind(maker(), AppId::new("instagram").unwrap(), "a", 0).await;
    let ids = fixture.create(vec![for_maker(None), for_maker(Some(AppId::new("tiktok").unwrap()))]).await;
    let (by_account, by_config) = (task(&fixture, ids[0]).await, task(&fixture, ids[1]).await);
    assert_eq!((by_account.app, by_account.serial), (AppId::new("instagram").unwrap(), Some(serial("a"))));
    assert_eq!((by_config.app, by_config.serial), (AppId::new("tiktok").unwrap(), None));
}

#[tokio::test]
async fn waiting_tasks_follow_their_account_and_running_ones_stay() {
    let fixture = Fixture::new();
    let account =
        fixture.store.accounts().create(wanted("maker", living_on(Some("a"))), at(0)).await.unwrap();
    let id = account.unwrap().id;
    let ids = fixture.create(vec![for_maker(None), for_maker(None)]).await;
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    fixture.store.accounts().change(id, living_on(Some("b")), at(2)).await.unwrap().unwrap();
    let places = (task(&fixture, ids[0]).await.serial, task(&fixture, ids[1]).await.serial);
    assert_eq!(places, (Some(serial("a")), Some(serial("b"))));
    fixture.store.accounts().change(id, living_on(None), at(3)).await.unwrap().unwrap();
    assert_eq!(task(&fixture, ids[1]).await.serial, None);
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_nothing_else() {
    let fixture = Fixture::new();
    let details = AccountChange {
        package: PackageName::new("com.clone.one").ok().into(),
        serial: Patch::Set(serial("a")),
        enabled: Some(false),
        note: Some("the first".to_owned()),
        tags: Some(tags(&["b", "a"])),
    };
    let made = fixture.store.accounts().create(wanted("Maker", details), at(0)).await.unwrap().unwrap();
    assert_eq!((made.username.as_str(), made.enabled, made.note.as_str()), ("maker", false, "the first"));
    assert_eq!(
        fixture.store.accounts().create(wanted("@MAKER", living_on(None)), at(1)).await.unwrap(),
        None
    );

    let change = AccountChange { enabled: Some(true), ..AccountChange::default() };
    let changed = fixture.store.accounts().change(made.id, change, at(2)).await.unwrap().unwrap();
    assert_eq!((changed.enabled, changed.updated_at), (true, at(2)));
    assert_eq!((changed.package, changed.serial, changed.note), (made.package, made.serial, made.note));
    assert_eq!(changed.tags, tags(&["a", "b"]));
    let unknown =
        fixture.store.accounts().change(AccountId(99), AccountChange::default(), at(3)).await.unwrap();
    assert_eq!(unknown, None);
}

#[tokio::test]
async fn an_account_that_tasks_need_is_not_deleted() {
    let fixture = Fixture::new();
    let account =
        fixture.store.accounts().create(wanted("maker", living_on(Some("a"))), at(0)).await.unwrap();
    let id = account.unwrap().id;
    let tasks = fixture.create(vec![for_maker(None)]).await;
    let needed = AccountRemoval::Needed { tasks: 1 };
    assert_eq!(fixture.store.accounts().delete(id).await.unwrap(), needed);
    claim_task(&fixture.store, serial("a"), lease("one"), at(1)).await.unwrap();
    assert_eq!(fixture.store.accounts().delete(id).await.unwrap(), needed, "it is being worked for");
    fixture.store.attempts().finish(tasks[0], lease("one"), finish(Outcome::Succeeded, "", 2)).await.unwrap();
    assert_eq!(fixture.store.accounts().delete(id).await.unwrap(), AccountRemoval::Removed);
    assert_eq!(fixture.store.accounts().delete(id).await.unwrap(), AccountRemoval::NotThere);
    assert_eq!(task(&fixture, tasks[0]).await.username, Some(maker()));
}

#[tokio::test]
async fn an_import_records_and_changes_and_lists_are_filtered_and_paged() {
    let fixture = Fixture::new();
    fixture.store.accounts().create(wanted("b", living_on(Some("phone"))), at(0)).await.unwrap().unwrap();
    let off = AccountChange { enabled: Some(false), ..AccountChange::default() };
    let rows = vec![wanted("a", living_on(Some("phone"))), wanted("b", off), wanted("c", living_on(None))];
    assert_eq!(fixture.store.accounts().import(rows, at(1)).await.unwrap(), 2);
    let list = async |filter: AccountFilter, number, size| {
        let page = NumberedPage { number, size };
        let (accounts, total) = fixture.store.accounts().list(filter, page).await.unwrap();
        let names: Vec<String> = accounts.iter().map(|account| account.username.to_string()).collect();
        (names.join(" "), total)
    };
    assert_eq!(list(AccountFilter::default(), 1, 2).await, ("b a".to_owned(), 3));
    assert_eq!(list(AccountFilter::default(), 2, 2).await, ("c".to_owned(), 3));
    let on_phone = AccountFilter { serial: Some(serial("phone")), ..AccountFilter::default() };
    assert_eq!(list(on_phone.clone(), 1, 9).await, ("b a".to_owned(), 2));
    assert_eq!(list(AccountFilter { enabled: Some(false), ..on_phone }, 1, 9).await, ("b".to_owned(), 1));
}

#[tokio::test]
async fn accounts_are_found_by_their_tags_and_lose_them_with_a_change_and_with_themselves() {
    let fixture = Fixture::new();
    let tagged = |names: &[&str]| AccountChange { tags: Some(tags(names)), ..AccountChange::default() };
    let rows = vec![wanted("a", tagged(&["dance", "food"])), wanted("b", tagged(&["dance"]))];
    assert_eq!(fixture.store.accounts().import(rows, at(0)).await.unwrap(), 2);
    let found = async |tag: &str| {
        let filter = AccountFilter { tag: Tag::new(tag).ok(), ..AccountFilter::default() };
        let page = NumberedPage { number: 1, size: 9 };
        let (accounts, total) = fixture.store.accounts().list(filter, page).await.unwrap();
        assert_eq!(total, accounts.len() as u64);
        accounts.iter().map(|account| account.username.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(found("dance").await, ["a", "b"]);
    assert_eq!(found("Food").await, ["a"]);
    fixture.store.accounts().change(AccountId(1), tagged(&["music"]), at(1)).await.unwrap().unwrap();
    assert_eq!((found("dance").await, found("music").await), (vec!["b".to_owned()], vec!["a".to_owned()]));
    let earlier = vec![Tag::as_found("a\u{202e}b").unwrap()];
    let change = AccountChange { tags: Some(earlier.clone()), ..AccountChange::default() };
    let changed = fixture.store.accounts().change(AccountId(1), change, at(1)).await.unwrap().unwrap();
    assert_eq!(changed.tags, earlier, "what an earlier version took can still be read");
    fixture.store.accounts().change(AccountId(1), tagged(&[]), at(2)).await.unwrap().unwrap();
    assert_eq!(found("music").await, Vec::<String>::new());
    assert_eq!(fixture.store.accounts().delete(AccountId(2)).await.unwrap(), AccountRemoval::Removed);
    assert_eq!(found("dance").await, Vec::<String>::new());
}
