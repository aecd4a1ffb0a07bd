//! Which tokens are good, asked anew with every request: a token is good from the moment it is made until the moment it
//! is revoked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::{self, HeaderMap};
use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::Clock;
use tikmatrix_storage::Store;

use super::token::{TokenHash, id_of};
use crate::error::{ApiError, ErrorCode};

/// When a token was used is written no oftener: every writing costs the disk something.
const BETWEEN_RECORDS: TimeDelta = TimeDelta::minutes(1);

/// The tokens of one server: those of its database, and those of a file.
pub(crate) struct Tokens {
    store: Store,
    of_file: Vec<TokenHash>,
    clock: Arc<dyn Clock>,
    recorded: Mutex<HashMap<String, DateTime<Utc>>>,
}

impl Tokens {
    pub(crate) fn new(store: Store, of_file: Vec<TokenHash>, clock: Arc<dyn Clock>) -> Self {
        Self { store, of_file, clock, recorded: Mutex::default() }
    }

    /// Whether there is any token at all with which a request could come through.
    pub(crate) async fn exist(&self) -> Result<bool, tikmatrix_storage::StorageError> {
        Ok(!self.of_file.is_empty() || !self.store.tokens().await?.is_empty())
    }

    /// Lets a request with these headers through if it carries a good token.
    pub(super) async fn check(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let refused = |message: &str| ApiError::new(ErrorCode::TokenRequired, message);
        let text = bearer(headers).map_err(refused)?;
        let hash = TokenHash::of(text);
        if bool::from(hash.is_one_of(&self.of_file)) {
            return Ok(());
        }
        let wrong =
            "the token is not one of this server's: it may have been revoked; see `tikmatrix token list`";
        let id = id_of(text).ok_or_else(|| refused(wrong))?;
        let token = self
            .store
            .token(id.to_owned())
            .await
            .map_err(|error| ApiError::internal("looking up a token", &error))?;
        match token {
            Some(token) if bool::from(hash.is(&token.hash)) => {
                self.record_use(token.id, token.last_used_at);
                Ok(())
            }
            _ => Err(refused(wrong)),
        }
    }

    /// Writes that the token was used now, unless that is known well enough. Nobody waits for it.
    fn record_use(&self, id: String, last: Option<DateTime<Utc>>) {
        let now = self.clock.now();
        // Of two requests at the same moment one writes.
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let last = recorded.get(&id).copied().max(last);
        if last.is_some_and(|last| now - last < BETWEEN_RECORDS && now >= last) {
            return;
        }
        recorded.insert(id.clone(), now);
        let store = self.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.record_token_use(id, now).await {
                log::warn!("{error}");
            }
        });
    }
}

/// The token of `Authorization: Bearer TOKEN`, or what is wrong with the header.
fn bearer(headers: &HeaderMap) -> Result<&str, &'static str> {
    let mut values = headers.get_all(header::AUTHORIZATION);
    let Some(value) = values.next() else {
        return Err("a token is required: send it as the header Authorization: Bearer TOKEN");
    };
    let form = "header Authorization: has to be Bearer, one space and a token, once";
    let (scheme, token) = value.to_str().ok().and_then(|text| text.trim().split_once(' ')).ok_or(form)?;
    if values.next().is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(form);
    }
    Ok(token.trim())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn of(values: &[&'static str]) -> Result<String, &'static str> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
        }
        bearer(&headers).map(str::to_owned)
    }

    #[test]
    fn a_bearer_token_is_read_and_nothing_else() {
        assert_eq!(of(&["Bearer abc"]).as_deref(), Ok("abc"));
        assert_eq!(of(&["bearer  abc "]).as_deref(), Ok("abc"));
        for values in [&[][..], &["Basic abc"], &["Bearer"], &["abc"], &[""], &["Bearer a", "Bearer b"]] {
            assert!(of(values).is_err(), "{values:?}");
        }
    }
}
