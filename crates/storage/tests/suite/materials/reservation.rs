//! Materials and files that tasks reserve: never two tasks the same one, free again when nothing was published, used when
//! it was, and not given to any task when that is unknown.

use std::collections::HashSet;

use tikmatrix_domain::{
    Heartbeat, IllegalTransition, LocalFile, MaterialChange, MaterialId, MaterialKind, MaterialQuery,
    MaterialUse, MediaType, Outcome, ServerId, Tag, TaskId, Username,
};
use tikmatrix_storage::{FileTaken, MaterialsTaken, NewMaterial, StandingMark, StorageError};

use crate::materials::library::{file, video};
use crate::{Fixture, at, claim_task, finish, for_phone, lease, serial};

fn wish(tags: &[&str], username: Option<&str>) -> MaterialQuery {
    MaterialQuery {
        kind: MaterialKind::Video,
        tags: tags.iter().map(|tag| Tag::new(tag).unwrap()).collect(),
        username: username.map(|name| Username::new(name).unwrap()),
        count: 1,
    }
}

fn local(name: &str) -> LocalFile {
    LocalFile { path: format!("/videos/{name}"), size: 5 }
}

/// What a script saw before it published.
pub(super) const MARK: &str = r#"{"caption":"c"}"#;

impl Fixture {
    async fn add(&self, new: Vec<NewMaterial>) -> Vec<MaterialId> {
        let added = self.store.materials().add(new, at(0)).await.unwrap();
        added.iter().map(|it| it.material.id).collect()
    }

    /// A task that works under a lease of its own phone's name.
    pub(super) async fn at_work(&self, phone: &str) -> TaskId {
        let id = self.create(vec![for_phone(phone)]).await[0];
        let claimed = claim_task(&self.store, serial(phone), lease(phone), at(1)).await;
        assert_eq!(claimed.unwrap().id, id);
        id
    }

    /// The names of what the task of `phone` gets.
    async fn take(&self, wish: MaterialQuery, task: TaskId, phone: &str) -> Result<Vec<String>, usize> {
        match self.store.reservations().take_materials(wish, task, lease(phone), 1).await.unwrap() {
            MaterialsTaken::Taken(all) => Ok(all.into_iter().map(|it| it.file.name).collect()),
            MaterialsTaken::TooFew(found) => Err(found),
        }
    }

    async fn take_file(&self, names: &[&str], task: TaskId, phone: &str) -> Option<LocalFile> {
        let files = names.iter().map(|name| local(name)).collect();
        match self.store.reservations().take_file(files, task, lease(phone), 1).await.unwrap() {
            FileTaken::Taken(file) => Some(file),
            FileTaken::NoneFree => None,
        }
    }

    async fn usage(&self, id: MaterialId) -> MaterialUse {
        self.store.materials().find(id).await.unwrap().unwrap().usage
    }
}

#[tokio::test]
async fn many_tasks_at_once_never_take_the_same_material_or_file() {
    const TASKS: usize = 30;
    const THERE: usize = 20;
    let fixture = Fixture::new();
    fixture.add((0..THERE).map(|number| video(&number.to_string(), &[], None)).collect()).await;
    let files: Vec<LocalFile> = (0..THERE).map(|number| local(&number.to_string())).collect();
    let mut takings = Vec::new();
    for number in 0..TASKS {
        let phone = format!("p{number}");
        let task = fixture.at_work(&phone).await;
        let (store, files) = (fixture.store.clone(), files.clone());
        takings.push(async move {
            let chance = number as u64;
            tokio::join!(
                store.reservations().take_materials(wish(&[], None), task, lease(&phone), chance),
                store.reservations().take_file(files, task, lease(&phone), chance),
            )
        });
    }
    let (mut materials, mut paths) = (HashSet::new(), HashSet::new());
    let mut refused = 0;
    for taking in takings.into_iter().map(tokio::spawn).collect::<Vec<_>>() {
        let (material, file) = taking.await.unwrap();
        match material.unwrap() {
            MaterialsTaken::Taken(all) => assert!(materials.insert(all[0].id), "{all:?} was taken twice"),
            MaterialsTaken::TooFew(found) => {
                assert_eq!(found, 0);
                refused += 1;
            }
        }
        if let FileTaken::Taken(file) = file.unwrap() {
            assert!(paths.insert(file.path.clone()), "{file:?} was taken twice");
        }
    }
    assert_eq!((materials.len(), paths.len(), refused), (THERE, THERE, TASKS - THERE));
}

#[tokio::test]
async fn tags_and_accounts_settle_what_a_task_may_take() {
    let fixture = Fixture::new();
    let all = vec![
        video("anyones", &["summer"], None),
        video("makers", &["summer", "sale"], Some("maker")),
        video("others", &["summer"], Some("other")),
        file("image", MediaType::Png),
    ];
    fixture.add(all).await;
    let task = fixture.at_work("p").await;
    let take = async |wish| fixture.take(wish, task, "p").await;
    assert_eq!(take(wish(&["winter"], Some("maker"))).await, Err(0));
    assert_eq!(take(wish(&["winter", "SUMMER"], Some("Maker"))).await, Ok(vec!["makers".to_owned()]));
    assert_eq!(take(wish(&[], Some("maker"))).await, Ok(vec!["anyones".to_owned()]));
    assert_eq!(take(wish(&[], None)).await, Err(0), "what is meant for another account is never taken");
    assert_eq!(take(MaterialQuery { count: 2, ..wish(&[], Some("other")) }).await, Err(1));
}

#[tokio::test]
async fn images_come_in_their_order_all_of_them_or_none() {
    let fixture = Fixture::new();
    let image = |name: &str, sort| {
        let mut new = file(name, MediaType::Jpeg);
        new.details.sort = sort;
        new
    };
    fixture.add(vec![image("c", 1), image("a", 2), image("b", 1)]).await;
    let task = fixture.at_work("p").await;
    let images = |count| MaterialQuery { kind: MaterialKind::Image, count, ..wish(&[], None) };
    assert_eq!(fixture.take(images(4), task, "p").await, Err(3));
    let wanted = ["b", "c", "a"].map(str::to_owned).to_vec();
    assert_eq!(fixture.take(images(3), task, "p").await, Ok(wanted));
}

#[tokio::test]
async fn a_reservation_ends_with_its_attempt_however_that_ends() {
    let fixture = Fixture::new();
    let id = fixture.add(vec![video("a", &[], None)]).await[0];
    for (number, ending) in ["failed", "postponed", "released", "crashed", "deleted"].into_iter().enumerate()
    {
        let phone = format!("p{number}");
        let task = fixture.at_work(&phone).await;
        assert!(fixture.take(wish(&[], None), task, &phone).await.is_ok(), "{ending}");
        assert!(fixture.take_file(&["x"], task, &phone).await.is_some(), "{ending}");
        assert_eq!(fixture.usage(id).await, MaterialUse::Reserved { by: task });
        let end = finish(Outcome::Failed, "it failed", 2);
        match ending {
            "failed" => fixture.store.attempts().finish(task, lease(&phone), end).await.unwrap(),
            "postponed" => {
                fixture.store.attempts().postpone(task, lease(&phone), end, at(900)).await.unwrap();
            }
            "released" => fixture.store.attempts().release(task, lease(&phone), at(2)).await.unwrap(),
            "crashed" => {
                let dead = Heartbeat { server: ServerId::of(&lease(&phone)), beats: 0 };
                let ended = fixture.store.cluster().interrupt_tasks_of(dead, at(2)).await.unwrap();
                assert_eq!(ended[0].task, task);
            }
            _ => {
                fixture.store.attempts().finish(task, lease(&phone), end).await.unwrap();
                fixture.store.task_changes().delete(vec![task], at(9)).await.unwrap();
            }
        }
        assert_eq!(fixture.usage(id).await, MaterialUse::Unused, "{ending}");
    }
    let last = fixture.at_work("last").await;
    assert!(fixture.take(wish(&[], None), last, "last").await.is_ok());
    assert!(fixture.take_file(&["x"], last, "last").await.is_some());
}

#[tokio::test]
async fn what_a_task_took_is_used_when_it_succeeds_and_over_a_restart() {
    let fixture = Fixture::new();
    let id = fixture.add(vec![video("a", &[], None)]).await[0];
    let task = fixture.at_work("p").await;
    fixture.take(wish(&[], None), task, "p").await.unwrap();
    fixture.take_file(&["x"], task, "p").await.unwrap();
    fixture.store.marks().set(task, lease("p"), MARK.to_owned(), at(2)).await.unwrap();
    fixture
        .store
        .attempts()
        .finish(task, lease("p"), finish(Outcome::Succeeded, "published", 3))
        .await
        .unwrap();

    let fixture = fixture.reopen();
    assert_eq!(fixture.usage(id).await, MaterialUse::Used { at: at(3), by: Some(task) });
    let next = fixture.at_work("q").await;
    assert_eq!(fixture.take(wish(&[], None), next, "q").await, Err(0));
    assert_eq!(fixture.take_file(&["x"], next, "q").await, None);
    let other = LocalFile { size: 6, ..local("x") };
    let replaced =
        fixture.store.reservations().take_file(vec![other.clone()], next, lease("q"), 1).await.unwrap();
    assert_eq!(replaced, FileTaken::Taken(other), "a file of another size is another file");
}

#[tokio::test]
async fn what_may_be_public_is_not_reserved_until_a_person_frees_it() {
    let fixture = Fixture::new();
    let id = fixture.add(vec![video("a", &[], None)]).await[0];
    let task = fixture.at_work("p").await;
    fixture.take(wish(&[], None), task, "p").await.unwrap();
    fixture.take_file(&["x"], task, "p").await.unwrap();
    fixture.store.marks().set(task, lease("p"), MARK.to_owned(), at(2)).await.unwrap();
    fixture.store.attempts().finish(task, lease("p"), finish(Outcome::Failed, "not seen", 3)).await.unwrap();
    assert_eq!(fixture.usage(id).await, MaterialUse::Unconfirmed { by: task });

    let next = fixture.at_work("q").await;
    assert_eq!(fixture.take(wish(&[], None), next, "q").await, Err(0));
    assert_eq!(fixture.take_file(&["x"], next, "q").await, None);
    let free = MaterialChange { used: Some(false), ..MaterialChange::default() };
    fixture.store.materials().change(id, free, at(4)).await.unwrap();
    assert!(fixture.take(wish(&[], None), next, "q").await.is_ok());
}

#[tokio::test]
async fn what_an_earlier_attempt_has_published_is_used_once_a_later_one_has_seen_it() {
    let fixture = Fixture::new();
    let id = fixture.add(vec![video("a", &[], None)]).await[0];
    let task = fixture.at_work("p").await;
    fixture.take(wish(&[], None), task, "p").await.unwrap();
    fixture.take_file(&["x"], task, "p").await.unwrap();
    fixture.store.marks().set(task, lease("p"), MARK.to_owned(), at(2)).await.unwrap();
    fixture.store.attempts().finish(task, lease("p"), finish(Outcome::Stopped, "stopped", 3)).await.unwrap();
    let standing = StandingMark { seen: MARK.to_owned(), others_since: Vec::new() };
    assert_eq!(fixture.store.marks().standing(task).await.unwrap(), Some(standing));

    fixture.store.task_changes().retry(task, at(4)).await.unwrap();
    claim_task(&fixture.store, serial("p"), lease("again"), at(5)).await.unwrap();
    fixture
        .store
        .attempts()
        .finish(task, lease("again"), finish(Outcome::Succeeded, "seen", 6))
        .await
        .unwrap();
    assert_eq!(fixture.usage(id).await, MaterialUse::Used { at: at(6), by: Some(task) });
    let next = fixture.at_work("q").await;
    assert_eq!(fixture.take_file(&["x"], next, "q").await, None);
}

#[tokio::test]
async fn what_a_later_attempt_found_not_published_is_free_again() {
    let fixture = Fixture::new();
    let id = fixture.add(vec![video("a", &[], None)]).await[0];
    let task = fixture.at_work("p").await;
    fixture.take(wish(&[], None), task, "p").await.unwrap();
    fixture.store.marks().set(task, lease("p"), MARK.to_owned(), at(2)).await.unwrap();
    fixture
        .store
        .attempts()
        .interrupt(task, lease("p"), finish(Outcome::Interrupted, "stopped", 3))
        .await
        .unwrap();
    assert_eq!(fixture.usage(id).await, MaterialUse::Unconfirmed { by: task });

    claim_task(&fixture.store, serial("p"), lease("again"), at(4)).await.unwrap();
    fixture.store.marks().withdraw(task, lease("again")).await.unwrap();
    assert_eq!(fixture.store.marks().standing(task).await.unwrap(), None);
    assert!(fixture.take(wish(&[], None), task, "again").await.is_ok());
}

#[tokio::test]
async fn what_was_not_published_after_all_is_free_again() {
    let fixture = Fixture::new();
    let id = fixture.add(vec![video("a", &[], None)]).await[0];
    let task = fixture.at_work("p").await;
    fixture.take(wish(&[], None), task, "p").await.unwrap();
    fixture.store.marks().set(task, lease("p"), MARK.to_owned(), at(2)).await.unwrap();
    fixture.store.marks().withdraw(task, lease("p")).await.unwrap();
    fixture.store.attempts().finish(task, lease("p"), finish(Outcome::Failed, "no button", 3)).await.unwrap();
    assert_eq!(fixture.usage(id).await, MaterialUse::Unused);
}

#[tokio::test]
async fn a_worker_that_lost_its_lease_takes_and_publishes_nothing() {
    let fixture = Fixture::new();
    fixture.add(vec![video("a", &[], None)]).await;
    let task = fixture.at_work("p").await;
    let stale = fixture
        .store
        .reservations()
        .take_materials(wish(&[], None), task, lease("old"), 1)
        .await
        .unwrap_err();
    assert!(matches!(stale, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }), "{stale}");
    let stale = fixture.store.marks().set(task, lease("old"), MARK.to_owned(), at(2)).await.unwrap_err();
    assert!(matches!(stale, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }), "{stale}");
    let stale = fixture.store.marks().withdraw(task, lease("old")).await.unwrap_err();
    assert!(matches!(stale, StorageError::Illegal { source: IllegalTransition::LeaseLost, .. }), "{stale}");
    let stale = fixture
        .store
        .reservations()
        .take_file(vec![local("x")], TaskId(99), lease("p"), 1)
        .await
        .unwrap_err();
    assert!(matches!(stale, StorageError::NoSuchTask(_)), "{stale}");
}
