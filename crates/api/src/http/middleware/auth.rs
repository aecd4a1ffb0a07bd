//! Authorization of requests: the `Host`, the `Origin` and the token. A token is looked up with every request, so that it is
//! valid from its creation to its revocation.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{HttpMessage as _, ResponseError as _, web};
use chrono::{DateTime, TimeDelta, Utc};
use tikmatrix_domain::{AccessToken, Clock};
use tikmatrix_storage::Store;

use crate::http::error::{ApiError, ErrorCode};
use crate::http::middleware::body_timeout::TimedBody;
use crate::http::middleware::host;
use crate::http::middleware::host_names::HostNames;
use crate::tokens::caller::Caller;
use crate::tokens::token::{TokenHash, id_of};
use crate::tokens::token_file::FileToken;

/// The last use of a token is written at most this often, since every write costs the disk something.
const USE_RECORD_INTERVAL: TimeDelta = TimeDelta::minutes(1);

/// The tokens of one server: those of its database, and those of a file.
pub(crate) struct Tokens {
    store: Store,
    of_file: Vec<FileToken>,
    clock: Arc<dyn Clock>,
    recorded: Mutex<HashMap<String, DateTime<Utc>>>,
}

impl Tokens {
    pub(crate) fn new(store: Store, of_file: Vec<FileToken>, clock: Arc<dyn Clock>) -> Self {
        Self { store, of_file, clock, recorded: Mutex::default() }
    }

    /// Whether there is any token with which a request could be accepted.
    pub(crate) async fn exist(&self) -> Result<bool, tikmatrix_storage::StorageError> {
        Ok(!self.of_file.is_empty() || !self.store.tokens().list().await?.is_empty())
    }

    /// Returns who a request with these headers comes from, by its token.
    ///
    /// # Errors
    /// 40101, with the reason why the token is not valid.
    pub(crate) async fn check(&self, headers: &HeaderMap) -> Result<Caller, ApiError> {
        let refused = |message: &str| ApiError::new(ErrorCode::TokenRequired, message);
        let text = bearer(headers).map_err(refused)?;
        let hash = TokenHash::of(text);
        if let Some(caller) = hash.find(self.of_file.iter().map(|token| (token.hash, &token.caller))) {
            return Ok(caller.clone());
        }
        let wrong =
            "the token is not one of this server's: it may have been revoked; see `tikmatrix token list`";
        let id = id_of(text).ok_or_else(|| refused(wrong))?;
        let Some(token) = self.store.tokens().find(id.to_owned()).await? else { return Err(refused(wrong)) };
        if !bool::from(hash.is(&token.hash)) {
            return Err(refused(wrong));
        }
        if token.is_expired(self.clock.now()) {
            return Err(refused(&expired(&token)));
        }
        let caller = Caller::with(&token);
        self.record_use(token.id, token.last_used_at);
        Ok(caller)
    }

    /// Records in the background that the token was used now, unless the last record is recent.
    fn record_use(&self, id: String, last: Option<DateTime<Utc>>) {
        let now = self.clock.now();
        // Of two requests at the same moment one writes.
        let mut recorded = self.recorded.lock().unwrap_or_else(PoisonError::into_inner);
        let last = recorded.get(&id).copied().max(last);
        if last.is_some_and(|last| now - last < USE_RECORD_INTERVAL && now >= last) {
            return;
        }
        recorded.insert(id.clone(), now);
        let store = self.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.tokens().record_use(id, now).await {
                log::warn!("{error}");
            }
        });
    }
}

/// Tells the owner of a token, who has shown its secret, why it is not valid any more.
fn expired(token: &AccessToken) -> String {
    let (name, end) = (&token.name, token.expires_at.unwrap_or_default().format("%Y-%m-%d %H:%M UTC"));
    if token.rotated_at.is_some() {
        return format!(
            "this secret of the token {name} was rotated, and was valid until {end}: use the new one"
        );
    }
    format!("the token {name} expired on {end}: renew it with `tikmatrix token rotate`, or make another")
}

/// The token of `Authorization: Bearer TOKEN`, or what is wrong with the header.
pub(crate) fn bearer(headers: &HeaderMap) -> Result<&str, &'static str> {
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

/// The path of the health check, so that monitoring needs no token.
pub(crate) const HEALTH: &str = "/healthz";
/// Paths that answer without a token: the description of the API holds nothing of this server's, and the page at `/` asks
/// whom it shows the farm's state.
const OPEN: [&str; 4] = [HEALTH, "", "/docs", "/openapi.json"];

/// The rules by which one server accepts requests.
pub(crate) struct Access {
    names: HostNames,
    /// `None` while only this machine can reach the server.
    tokens: Option<Tokens>,
}

/// Why a server requires a token with every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// It listens on an address that other machines reach.
    Address(IpAddr),
    /// It goes by a name that other machines use, as behind a proxy.
    Name(String),
    /// Its configuration requires it.
    Required,
}

impl Access {
    pub(crate) fn new(names: HostNames, tokens: Option<Tokens>) -> Self {
        Self { names, tokens }
    }

    /// Whether a request with these headers would be accepted now; `true` while the database cannot be read.
    pub(crate) async fn admits(&self, headers: &HeaderMap) -> bool {
        let Some(tokens) = &self.tokens else { return true };
        let refused = |error: ApiError| error.status_code() == StatusCode::UNAUTHORIZED;
        !tokens.check(headers).await.is_err_and(refused)
    }
}

impl std::fmt::Display for Exposure {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Address(address) => write!(formatter, "{address} can be reached by other machines"),
            Self::Name(name) => write!(formatter, "other machines reach this server as {name}"),
            Self::Required => formatter.write_str("every request is to carry a token"),
        }
    }
}

/// A middleware (for `actix_web::middleware::from_fn`) that checks the `Host`, the `Origin` and the token, tells the routes who
/// the request comes from ([`Caller`]), and bounds the time in which the body has to come.
pub(crate) async fn guard(
    access: web::Data<Access>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    host::check(request.headers(), &access.names)?;
    let caller = match &access.tokens {
        None => Caller::local(),
        Some(_) if is_open(request.path()) => Caller::anyone(),
        Some(tokens) => tokens.check(request.headers()).await?,
    };
    request.extensions_mut().insert(caller);
    match request.take_payload() {
        Payload::None => {}
        body => request.set_payload(Payload::from(TimedBody::boxed(body))),
    }
    next.call(request).await
}

fn is_open(path: &str) -> bool {
    OPEN.contains(&path.strip_suffix('/').unwrap_or(path)) || path.starts_with("/docs/")
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
