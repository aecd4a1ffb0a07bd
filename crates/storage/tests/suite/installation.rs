//! The age of a data directory is kept, and the time of its last use never goes back.

use tikmatrix_storage::Installation;

use crate::{Fixture, at};

#[tokio::test]
async fn a_data_directory_is_made_once_and_keeps_its_age_over_restarts() {
    let fixture = Fixture::new();
    let made = Installation { made_at: at(0), last_seen: at(0) };
    assert_eq!(fixture.store.settings().installation(at(0)).await.unwrap(), made);
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.settings().installation(at(100)).await.unwrap(), made);
}

#[tokio::test]
async fn the_time_that_was_seen_last_never_goes_back() {
    let fixture = Fixture::new();
    fixture.store.settings().installation(at(0)).await.unwrap();
    for now in [at(50), at(20), at(60), at(-1_000)] {
        fixture.store.settings().record_seen(now).await.unwrap();
    }
    let known = fixture.reopen().store.settings().installation(at(70)).await.unwrap();
    assert_eq!(known, Installation { made_at: at(0), last_seen: at(60) });
}
