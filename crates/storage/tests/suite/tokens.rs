//! Access tokens: kept as hashes, one for each name, gone when revoked.

use chrono::TimeDelta;
use tikmatrix_domain::{AccessToken, Patch, Role, TokenName};
use tikmatrix_storage::{StorageError, Store};

use crate::database::test_database::is_postgres;
use crate::{Fixture, at};

fn token(id: &str, name: &str, seconds: i64) -> AccessToken {
    AccessToken {
        id: id.to_owned(),
        name: TokenName::new(name).unwrap(),
        role: Role::Operator,
        hash: [7; 32],
        created_at: at(seconds),
        expires_at: None,
        rotated_at: None,
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

    assert_eq!(fixture.store.tokens().revoke("old".to_owned()).await.unwrap(), [old]);
    assert_eq!(fixture.store.tokens().revoke("old".to_owned()).await.unwrap(), []);
    assert_eq!(fixture.store.tokens().revoke("0a".to_owned()).await.unwrap(), [young]);
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
async fn a_token_keeps_its_role_and_its_end() {
    let fixture = Fixture::new();
    let tokens = Role::ALL.iter().zip(0..).map(|(role, number)| AccessToken {
        role: *role,
        expires_at: Some(at(100 + number)),
        ..token(&format!("0{number}"), role.as_str(), number)
    });
    let tokens: Vec<AccessToken> = tokens.collect();
    for token in &tokens {
        assert!(fixture.store.tokens().create(token.clone()).await.unwrap());
    }
    assert_eq!(fixture.reopen().store.tokens().list().await.unwrap(), tokens);
}

#[tokio::test]
async fn a_rotated_secret_is_good_for_its_grace_under_the_same_name_and_then_gone() {
    let fixture = Fixture::new();
    let tokens = fixture.store.tokens();
    let old = AccessToken { last_used_at: Some(at(5)), ..token("0a", "one", 1) };
    tokens.create(old.clone()).await.unwrap();
    let secret = AccessToken { role: Role::Admin, ..token("0b", "one", 10) };
    let missing = AccessToken { name: TokenName::new("two").unwrap(), ..secret.clone() };
    assert_eq!(tokens.rotate(missing, Patch::Keep, TimeDelta::zero()).await.unwrap(), None);

    let grace = TimeDelta::seconds(60);
    let new = tokens.rotate(secret, Patch::Set(at(500)), grace).await.unwrap().unwrap();
    assert_eq!(new, AccessToken { expires_at: Some(at(500)), ..token("0b", "one", 10) });
    let rotated = AccessToken { expires_at: Some(at(70)), rotated_at: Some(at(10)), ..old };
    assert_eq!(tokens.list().await.unwrap(), [rotated.clone(), new.clone()]);
    assert!(!tokens.create(token("0c", "one", 11)).await.unwrap(), "the name is still given");
    assert!(tokens.create(token("0d", "other", 70)).await.unwrap());
    assert_eq!(tokens.find("0a".to_owned()).await.unwrap(), None, "its grace is over");

    // Without a grace no earlier secret is left.
    tokens.rotate(token("0e", "one", 80), Patch::Clear, grace).await.unwrap().unwrap();
    tokens.rotate(token("0f", "one", 90), Patch::Keep, TimeDelta::zero()).await.unwrap().unwrap();
    let ids = |listed: Vec<AccessToken>| listed.into_iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(ids(tokens.list().await.unwrap()), ["0d", "0f"]);
}

#[tokio::test]
async fn a_name_is_revoked_with_all_of_its_secrets_and_an_id_alone() {
    let fixture = Fixture::new();
    let tokens = fixture.store.tokens();
    tokens.create(token("0a", "one", 1)).await.unwrap();
    for (id, seconds) in [("0b", 2), ("0c", 3)] {
        tokens.rotate(token(id, "one", seconds), Patch::Keep, TimeDelta::hours(1)).await.unwrap().unwrap();
    }
    let ids = |revoked: Vec<AccessToken>| revoked.into_iter().map(|token| token.id).collect::<Vec<_>>();
    assert_eq!(ids(tokens.revoke("0b".to_owned()).await.unwrap()), ["0b"]);
    assert_eq!(ids(tokens.revoke("one".to_owned()).await.unwrap()), ["0a", "0c"]);
    assert_eq!(tokens.list().await.unwrap(), []);
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
