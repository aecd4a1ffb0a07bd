//! Tasks for accounts, bound to a phone or not yet.

use tikmatrix_domain::{AppKind, NewTask, Task, TaskId, Username};

use crate::{Fixture, at, for_phone, lease, serial};

fn maker() -> Username {
    Username::new("maker").unwrap()
}

fn for_maker(app: Option<AppKind>) -> NewTask {
    NewTask { serial: None, username: Some(maker()), app, ..for_phone("unused") }
}

async fn task(fixture: &Fixture, id: TaskId) -> Task {
    fixture.store.task(id).await.unwrap().unwrap().task
}

#[tokio::test]
async fn tasks_of_an_unknown_account_wait_until_it_is_bound_to_a_phone() {
    let fixture = Fixture::new();
    let ids =
        fixture.create(vec![for_maker(None), for_maker(None), for_maker(Some(AppKind::Instagram))]).await;
    assert_eq!(task(&fixture, ids[0]).await.serial, None);
    assert_eq!(fixture.store.claim_next(serial("a"), lease("one"), at(1)).await.unwrap(), None);

    let released = fixture.store.bind_account(maker(), AppKind::TikTok, serial("a"), at(2)).await.unwrap();
    assert_eq!(released, 2);
    let claimed = fixture.store.claim_next(serial("a"), lease("one"), at(3)).await.unwrap().unwrap();
    assert_eq!((claimed.id, claimed.username), (ids[0], Some(maker())));
    assert_eq!(task(&fixture, ids[2]).await.serial, None);
}

#[tokio::test]
async fn a_bound_accounts_tasks_get_its_phone_and_its_app() {
    let fixture = Fixture::new();
    fixture.store.bind_account(maker(), AppKind::Instagram, serial("a"), at(0)).await.unwrap();
    let ids = fixture.create(vec![for_maker(None), for_maker(Some(AppKind::TikTok))]).await;
    let (by_account, by_config) = (task(&fixture, ids[0]).await, task(&fixture, ids[1]).await);
    assert_eq!((by_account.app, by_account.serial), (AppKind::Instagram, Some(serial("a"))));
    assert_eq!((by_config.app, by_config.serial), (AppKind::TikTok, None));
}
