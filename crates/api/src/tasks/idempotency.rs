//! The header `Idempotency-Key`: its validation, and that no two requests with one key are handled at the same time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::http::header::HeaderMap;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use tikmatrix_storage::RequestKey;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::middleware::auth::bearer;

const HEADER: &str = "Idempotency-Key";
/// After its first use.
const KEY_LIFETIME: TimeDelta = TimeDelta::hours(24);
const MAX_LENGTH: usize = 255;

/// Returns the key of the request with these headers and body, if it has one.
///
/// # Errors
/// 40001 when the header holds something else than 1 to 255 printable ASCII characters, or is given twice.
pub(crate) fn key(headers: &HeaderMap, body: &[u8]) -> Result<Option<RequestKey>, ApiError> {
    let mut given = headers.get_all(HEADER);
    let Some(key) = given.next() else { return Ok(None) };
    if given.next().is_some() {
        return Err(ApiError::invalid(HEADER, "is given more than once"));
    }
    let key = key.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > MAX_LENGTH {
        let reason = format!("must be 1 to {MAX_LENGTH} printable ASCII characters");
        return Err(ApiError::invalid(HEADER, reason));
    }
    let key = scoped(key, bearer(headers).ok());
    Ok(Some(RequestKey { key, fingerprint: hex(&Sha256::digest(body)), lifetime: KEY_LIFETIME }))
}

/// Returns the key among those of one token: two clients that count their requests get nothing of each other's answers.
/// The line break, which no key holds, divides the token's part from the client's.
fn scoped(key: &str, token: Option<&str>) -> String {
    match token {
        Some(token) => {
            let hash = Sha256::new_with_prefix(b"idempotency:").chain_update(token).finalize();
            format!("{}\n{key}", hex(&hash[..16]))
        }
        None => key.to_owned(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The keys whose requests are being handled; clones share them.
#[derive(Clone, Default)]
pub(crate) struct KeysInFlight(Arc<Mutex<HashSet<String>>>);

/// Reserves a key for as long as it lives.
pub(crate) struct InFlight {
    keys: KeysInFlight,
    key: String,
}

impl KeysInFlight {
    /// Reserves `key`.
    ///
    /// # Errors
    /// 40901 when it already is reserved.
    pub(crate) fn enter(&self, key: &str) -> Result<InFlight, ApiError> {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned()) {
            return Ok(InFlight { keys: self.clone(), key: key.to_owned() });
        }
        let message =
            format!("{HEADER}: a request with this key is still in flight; ask again when it is answered");
        Err(ApiError::new(ErrorCode::Conflict, message))
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use actix_web::ResponseError;
    use actix_web::http::StatusCode;
    use actix_web::http::header::{self, HeaderName, HeaderValue};

    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HeaderName::from_static("idempotency-key"), HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_key_that_is_still_in_flight_is_a_conflict_until_its_request_ends() {
        let keys = KeysInFlight::default();
        let first = keys.enter("one").unwrap();
        keys.clone().enter("two").unwrap();
        let refused = keys.clone().enter("one").map(|_| ()).unwrap_err();
        assert_eq!(refused.status_code(), StatusCode::CONFLICT);
        drop(first);
        keys.enter("one").unwrap();
    }

    #[test]
    fn a_key_is_bound_to_every_byte_of_the_body() {
        let key = |body: &[u8]| key(&headers(&["one"]), body).unwrap().unwrap();
        assert_eq!(key(b"{}"), key(b"{}"));
        assert_ne!(key(b"{}").fingerprint, key(b"{ }").fingerprint);
        assert_eq!(key(b"").fingerprint.len(), 64);
    }

    #[test]
    fn a_key_is_one_of_its_tokens_keys() {
        let key = |token: Option<&'static str>| {
            let mut headers = headers(&["one"]);
            if let Some(token) = token {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(token));
            }
            key(&headers, b"{}").unwrap().unwrap().key
        };
        assert_eq!(key(Some("Bearer abc")), key(Some("bearer  abc")));
        assert_ne!(key(Some("Bearer abc")), key(Some("Bearer abd")));
        assert_eq!(key(None), "one");
        assert!(!key(Some("Bearer abc")).contains("abc"));
    }

    #[test]
    fn a_header_that_is_no_key_is_refused_and_none_is_none() {
        assert_eq!(key(&headers(&[]), b"").unwrap(), None);
        for values in [&[""][..], &["  "], &["one", "two"]] {
            assert_eq!(key(&headers(values), b"").unwrap_err().status_code(), StatusCode::BAD_REQUEST);
        }
    }
}
