//! The library of materials: added once, listed, changed and deleted.

use std::collections::BTreeSet;

use tikmatrix_domain::{
    Material, MaterialChange, MaterialDetails, MaterialFile, MaterialId, MaterialKind, MaterialQuery,
    MaterialUse, MediaType, Patch, Tag, Username,
};
use tikmatrix_storage::{
    MaterialChanged, MaterialFilter, MaterialRemoval, MaterialsTaken, NewMaterial, Page, PageStart,
};

use crate::{Fixture, at, claim_task, for_phone, lease, serial};

pub(crate) fn file(name: &str, media_type: MediaType) -> NewMaterial {
    NewMaterial {
        file: MaterialFile {
            name: name.to_owned(),
            file: format!("stored-{name}"),
            thumbnail: None,
            media_type,
            size: 5,
            sha256: format!("hash of {name}"),
        },
        details: MaterialDetails::default(),
    }
}

pub(crate) fn video(name: &str, tags: &[&str], username: Option<&str>) -> NewMaterial {
    let tags = tags.iter().map(|tag| Tag::new(tag).unwrap()).collect();
    let username = username.map(|name| Username::new(name).unwrap());
    NewMaterial {
        details: MaterialDetails { tags, username, ..MaterialDetails::default() },
        ..file(name, MediaType::Mp4)
    }
}

fn names(materials: &[Material]) -> String {
    let names: Vec<&str> = materials.iter().map(|it| it.file.name.as_str()).collect();
    names.join(" ")
}

fn page(number: u32, size: u32) -> Page<MaterialId> {
    Page { start: PageStart::Number(number), size }
}

#[tokio::test]
async fn bytes_that_are_there_already_come_in_only_once() {
    let fixture = Fixture::new();
    let first = fixture.store.materials().add(vec![video("a", &["x"], None)], at(0)).await.unwrap();
    assert!(first[0].is_new);
    let mut same = video("b", &["y"], None);
    same.file.sha256.clone_from(&first[0].material.file.sha256);
    let twice = vec![same.clone(), same, video("c", &[], None)];
    let again = fixture.store.materials().add(twice, at(1)).await.unwrap();
    assert_eq!(again.iter().map(|it| it.is_new).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(again[0].material, first[0].material, "what was there is unchanged");
    let (all, total) = fixture.store.materials().list(MaterialFilter::default(), page(1, 9)).await.unwrap();
    assert_eq!((names(&all).as_str(), total), ("c a", 2));
    assert_eq!(fixture.store.materials().files().await.unwrap().len(), 2);
}

#[tokio::test]
async fn materials_are_there_after_a_restart_with_all_that_is_said_of_them() {
    let fixture = Fixture::new();
    let mut new = video("a", &["b", "a"], Some("maker"));
    new.file.thumbnail = Some("thumbnail".to_owned());
    new.details.caption = "{one|two}".to_owned();
    new.details.sort = -7;
    let added = fixture.store.materials().add(vec![new], at(0)).await.unwrap().remove(0).material;
    let fixture = fixture.reopen();
    let found = fixture.store.materials().find(added.id).await.unwrap().unwrap();
    assert_eq!(found, added);
    assert_eq!(found.details.tags.iter().map(Tag::as_str).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!((found.usage, found.created_at), (MaterialUse::Unused, at(0)));
    let mut files = fixture.store.materials().files().await.unwrap();
    files.sort();
    assert_eq!(files, ["stored-a", "thumbnail"]);
    assert_eq!(fixture.store.materials().find(MaterialId(99)).await.unwrap(), None);
}

#[tokio::test]
async fn lists_are_newest_first_filtered_and_read_on_by_page_or_from_a_material() {
    let fixture = Fixture::new();
    let all = vec![
        video("a", &["summer"], Some("maker")),
        video("b", &["summer", "sale"], None),
        file("c", MediaType::Png),
        file("d", MediaType::Jpeg),
    ];
    let ids: Vec<_> =
        fixture.store.materials().add(all, at(0)).await.unwrap().iter().map(|it| it.material.id).collect();
    let used = MaterialChange { used: Some(true), ..MaterialChange::default() };
    fixture.store.materials().change(ids[1], used, at(1)).await.unwrap();
    let list = async |filter: MaterialFilter, page| {
        let (materials, total) = fixture.store.materials().list(filter, page).await.unwrap();
        (names(&materials), total)
    };
    let none = MaterialFilter::default();
    let tag = |tag| MaterialFilter { tag: Some(Tag::new(tag).unwrap()), ..none.clone() };
    let kind = |kind| MaterialFilter { kind: Some(kind), ..none.clone() };
    let used = |used| MaterialFilter { used: Some(used), ..none.clone() };
    let maker = MaterialFilter { username: Some(Username::new("Maker").unwrap()), ..none.clone() };
    for (filter, wanted) in [
        (none.clone(), "d c b a"),
        (tag("Summer"), "b a"),
        (tag("winter"), ""),
        (kind(MaterialKind::Image), "d c"),
        (kind(MaterialKind::Video), "b a"),
        (used(true), "b"),
        (used(false), "d c a"),
        (maker, "a"),
        (MaterialFilter { used: Some(true), ..tag("sale") }, "b"),
    ] {
        let total = wanted.split_whitespace().count() as u64;
        assert_eq!(list(filter, page(1, 9)).await, (wanted.to_owned(), total));
    }
    assert_eq!(list(none.clone(), page(2, 3)).await, ("a".to_owned(), 4));
    let before = Page { start: PageStart::Before(ids[2]), size: 1 };
    assert_eq!(list(none, before).await, ("b".to_owned(), 4));
}

#[tokio::test]
async fn a_change_changes_what_it_names_and_nothing_else() {
    let fixture = Fixture::new();
    let new = video("a", &["x"], Some("maker"));
    let before = fixture.store.materials().add(vec![new], at(0)).await.unwrap().remove(0).material;
    let change =
        MaterialChange { caption: Some("new".to_owned()), sort: Some(3), ..MaterialChange::default() };
    let MaterialChanged::Changed(after) =
        fixture.store.materials().change(before.id, change, at(5)).await.unwrap()
    else {
        panic!("not changed")
    };
    assert_eq!((after.details.caption.as_str(), after.details.sort, after.updated_at), ("new", 3, at(5)));
    assert_eq!(
        (&after.details.tags, &after.details.username),
        (&before.details.tags, &before.details.username)
    );
    let bare = MaterialChange { tags: Some(Vec::new()), username: Patch::Clear, ..MaterialChange::default() };
    let changed = fixture.store.materials().change(before.id, bare, at(6)).await.unwrap();
    let MaterialChanged::Changed(bare) = changed else { panic!("{changed:?}") };
    assert_eq!((bare.details.tags.len(), bare.details.username), (0, None));
    let nothing =
        fixture.store.materials().change(MaterialId(9), MaterialChange::default(), at(7)).await.unwrap();
    assert_eq!(nothing, MaterialChanged::NotThere);
}

#[tokio::test]
async fn what_a_task_is_publishing_is_neither_deleted_nor_marked() {
    let fixture = Fixture::new();
    let added = fixture.store.materials().add(vec![video("a", &[], None)], at(0)).await.unwrap();
    let id = added[0].material.id;
    let task = fixture.create(vec![for_phone("p")]).await[0];
    claim_task(&fixture.store, serial("p"), lease("one"), at(1)).await.unwrap();
    let wish = MaterialQuery { kind: MaterialKind::Video, tags: Vec::new(), username: None, count: 1 };
    let taken = fixture.store.reservations().take_materials(wish, task, lease("one"), 1).await.unwrap();
    assert!(matches!(taken, MaterialsTaken::Taken(_)), "{taken:?}");

    assert_eq!(fixture.store.materials().delete(id).await.unwrap(), MaterialRemoval::Reserved(task));
    let mark = MaterialChange { used: Some(false), ..MaterialChange::default() };
    let marked = fixture.store.materials().change(id, mark, at(2)).await.unwrap();
    assert_eq!(marked, MaterialChanged::Reserved(task));
    let say = MaterialChange { caption: Some("other".to_owned()), ..MaterialChange::default() };
    let said = fixture.store.materials().change(id, say, at(2)).await.unwrap();
    assert!(matches!(said, MaterialChanged::Changed(_)), "{said:?}");

    fixture.store.attempts().release(task, lease("one"), at(3)).await.unwrap();
    assert!(matches!(fixture.store.materials().delete(id).await.unwrap(), MaterialRemoval::Removed(_)));
    assert_eq!(fixture.store.materials().delete(id).await.unwrap(), MaterialRemoval::NotThere);
    assert_eq!(fixture.store.materials().files().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn numbers_are_never_used_twice() {
    let fixture = Fixture::new();
    let mut seen = BTreeSet::new();
    for _ in 0..3 {
        let added = fixture.store.materials().add(vec![video("a", &["t"], None)], at(0)).await.unwrap();
        assert!(seen.insert(added[0].material.id));
        fixture.store.materials().delete(added[0].material.id).await.unwrap();
    }
}
