//! The claim: no more devices are busy than allowed, however many claim at the same moment.

use tikmatrix_domain::Outcome;
use tikmatrix_storage::Claim;

use crate::{Fixture, at, finish, for_phone, lease, serial};

#[tokio::test]
async fn claims_at_one_moment_never_share_the_last_slot() {
    let fixture = Fixture::new();
    let names: Vec<String> = (0..12).map(|number| format!("phone {number}")).collect();
    fixture.create(names.iter().map(|name| for_phone(name)).collect()).await;
    let asked: Vec<_> = names
        .iter()
        .map(|name| {
            let (store, name) = (fixture.store.clone(), name.clone());
            tokio::spawn(async move { store.claim(5, serial(&name), lease(&name), at(1)).await.unwrap() })
        })
        .collect();
    let mut taken = 0;
    for claim in asked {
        match claim.await.unwrap() {
            Claim::Claimed(_) => taken += 1,
            other => assert_eq!(other, Claim::LimitReached),
        }
    }
    assert_eq!((taken, fixture.store.stats().await.unwrap().running), (5, 5));
}

#[tokio::test]
async fn a_slot_is_free_again_when_its_task_has_ended() {
    let fixture = Fixture::new();
    let ids = fixture.create(vec![for_phone("a"), for_phone("b")]).await;
    let claim = |name: &'static str| fixture.store.claim(1, serial(name), lease(name), at(1));
    assert!(matches!(claim("a").await.unwrap(), Claim::Claimed(task) if task.id == ids[0]));
    assert_eq!(claim("b").await.unwrap(), Claim::LimitReached);
    assert_eq!(fixture.store.stats().await.unwrap().pending, 1, "what finds no slot waits as before");
    fixture.store.finish(ids[0], lease("a"), finish(Outcome::Succeeded, "done", 2)).await.unwrap();
    assert!(matches!(claim("b").await.unwrap(), Claim::Claimed(task) if task.id == ids[1]));
}

#[tokio::test]
async fn without_work_there_is_nothing_to_wait_for() {
    let fixture = Fixture::new();
    let claim = fixture.store.claim(0, serial("a"), lease("a"), at(1)).await.unwrap();
    assert_eq!(claim, Claim::NothingDue);
}
