//! Access tokens: kept as hashes, one for each name, gone when revoked.

use tikmatrix_domain::{AccessToken, TokenName};
use tikmatrix_storage::{StorageError, Store};

use crate::database::test_database::is_postgres;
use crate::{Fixture, at};

fn token(id: &str, name: &str, seconds: i64) -> AccessToken {
    AccessToken {
        id: id.to_owned(),
        name: TokenName::new(name).unwrap(),
        hash: [7; 32],
        created_at: at(seconds),
        last_used_at: None,
    }
}

#[tokio::test]
async fn tokens_are_kept_and_listed_oldest_first_until_they_are_revoked() {
    let fixture = Fixture::new();
    let (old, young) = (token("0b", "old", 1), token("0a", "young", 2));
    assert!(fixture.store.tokens().create(young.clone()).await.unwrap());
    assert!(fixture.store.tokens().create(old.clone()).await.unwrap());
    let fixture = fixture.reopen();
    assert_eq!(fixture.store.tokens().list().await.unwrap(), [old.clone(), young.clone()]);
    assert_eq!(fixture.store.tokens().find("0a".to_owned()).await.unwrap(), Some(young.clone()));
    assert_eq!(fixture.store.tokens().find("0c".to_owned()).await.unwrap(), None);

    assert_eq!(fixture.store.tokens().revoke("old".to_owned()).await.unwrap(), Some(old));
    assert_eq!(fixture.store.tokens().revoke("old".to_owned()).await.unwrap(), None);
    assert_eq!(fixture.store.tokens().revoke("0a".to_owned()).await.unwrap(), Some(young));
    assert_eq!(fixture.store.tokens().list().await.unwrap(), []);
}

#[tokio::test]
async fn a_name_is_given_once() {
    let fixture = Fixture::new();
    assert!(fixture.store.tokens().create(token("0a", "one", 1)).await.unwrap());
    assert!(!fixture.store.tokens().create(token("0b", "one", 2)).await.unwrap());
    assert_eq!(fixture.store.tokens().list().await.unwrap(), [token("0a", "one", 1)]);
}

#[tokio::test]
async fn the_last_use_is_written_and_brings_no_revoked_token_back() {
    let fixture = Fixture::new();
    fixture.store.tokens().create(token("0a", "one", 1)).await.unwrap();
    fixture.store.tokens().record_use("0a".to_owned(), at(9)).await.unwrap();
    fixture.store.tokens().record_use("0b".to_owned(), at(9)).await.unwrap();
    let tokens = fixture.store.tokens().list().await.unwrap();
    assert_eq!(tokens, [AccessToken { last_used_at: Some(at(9)), ..token("0a", "one", 1) }]);
}

#[tokio::test]
async fn a_command_makes_tokens_beside_the_server_that_has_the_database_open() {
    let Fixture { store, database } = Fixture::new();
    let beside = Store::open_url_shared(&database.url()).unwrap();
    assert!(beside.tokens().create(token("0a", "one", 1)).await.unwrap());
    assert_eq!(store.tokens().list().await.unwrap(), [token("0a", "one", 1)]);
    drop(beside);
    if !is_postgres() {
        let second = Store::open_url(&database.url()).map(|_| ());
        assert!(matches!(second, Err(StorageError::InUse { .. })), "the server's lock is still held");
    }
    drop(store);
    drop(Store::open_url_shared(&database.url()).unwrap());
    Store::open_url(&database.url()).unwrap();
}
