//! Who may talk to the server: programs and pages of this machine without more ado, and everybody else with a token.
//! Which token that is, and which names the server goes by, the modules below know.

mod host_names;
mod origin;
mod token;
mod token_file;
mod tokens;

use std::net::IpAddr;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::Next;
use actix_web::web;
use actix_web::{HttpMessage as _, ResponseError as _};

pub use host_names::HostName;
pub(crate) use host_names::HostNames;
pub use origin::refuse_foreign;
pub use token::{NewToken, TokenHash};
pub use token_file::TokenFileError;
pub(crate) use token_file::read as read_token_file;
pub(crate) use tokens::Tokens;

use crate::error::ApiError;
use crate::patience::Patient;

/// The one address that answers without a token, so that whoever watches over the server needs none.
pub(crate) const HEALTH: &str = "/healthz";

/// Who may talk to one server.
pub(crate) struct Access {
    names: HostNames,
    /// `None` while nobody but this machine can reach the server.
    tokens: Option<Tokens>,
}

/// Why a server wants a token with every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// It listens on an address that other machines reach.
    Address(IpAddr),
    /// It goes by a name that other machines use, as behind a proxy.
    Name(String),
    /// It was told to.
    Wanted,
}

impl Access {
    pub(crate) fn new(names: HostNames, tokens: Option<Tokens>) -> Self {
        Self { names, tokens }
    }

    /// Whether whoever came with these headers would be let in now; yes as long as nobody can tell.
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
            Self::Wanted => formatter.write_str("every request is to carry a token"),
        }
    }
}

/// The middleware in front of every route: the `Host`, the `Origin`, the token, and no client that sends its body so
/// slowly that it never ends.
pub(crate) async fn guard(
    access: web::Data<Access>,
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    origin::check(request.headers(), &access.names)?;
    if let Some(tokens) = &access.tokens
        && request.path() != HEALTH
    {
        tokens.check(request.headers()).await?;
    }
    match request.take_payload() {
        Payload::None => {}
        body => request.set_payload(Payload::from(Patient::boxed(body))),
    }
    next.call(request).await
}
