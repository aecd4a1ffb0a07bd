//! Keeping out web sites that make a browser talk to the server for them (DNS rebinding, cross-site requests).

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;

use crate::http::error::ApiError;
use crate::http::middleware::host_names::HostNames;

/// A middleware (for `actix_web::middleware::from_fn`) that refuses a request whose `Host` is no loopback name or whose
/// `Origin` is another than the server's own.
///
/// # Errors
/// The refusal, in the form of the API, or what the rest of the application fails with.
pub async fn refuse_foreign(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    check(request.headers(), &HostNames::default())?;
    next.call(request).await
}

/// Refuses what comes under a name that is not among `names`, or from a page of another site.
pub(crate) fn check(headers: &HeaderMap, names: &HostNames) -> Result<(), ApiError> {
    let mut host = None;
    for value in headers.get_all(header::HOST) {
        let text = value.to_str().unwrap_or_default();
        if !names.hold(text) {
            let reason = format!(
                "{text:?} is neither a loopback name such as localhost or 127.0.0.1 nor one that the server was \
                 started with (--host-name)"
            );
            return Err(ApiError::invalid("header Host", reason));
        }
        host = Some(text);
    }
    let Some(host) = host else {
        return Err(ApiError::invalid("header Host", "is required"));
    };
    for value in headers.get_all(header::ORIGIN) {
        let text = value.to_str().unwrap_or_default();
        if !is_own(text, host) {
            let reason = format!("{text:?} is not this server: pages of other sites may not use it");
            return Err(ApiError::invalid("header Origin", reason));
        }
    }
    Ok(())
}

/// Whether a page from `origin` was served by the server that `host` names. The server speaks HTTP; a proxy in front of
/// it may make HTTPS of that.
fn is_own(origin: &str, host: &str) -> bool {
    [("http://", ":80"), ("https://", ":443")].into_iter().any(|(scheme, default_port)| {
        let without_port = host.strip_suffix(default_port).unwrap_or(host);
        origin.strip_prefix(scheme).is_some_and(|authority| {
            let authority = authority.strip_suffix(default_port).unwrap_or(authority);
            authority.eq_ignore_ascii_case(without_port)
        })
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn verdict(pairs: &[(HeaderName, &'static str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(name.clone(), HeaderValue::from_static(value));
        }
        let names = HostNames::new(vec!["tik.example.com".parse().unwrap()]);
        check(&headers, &names).is_ok()
    }

    #[test]
    fn every_host_of_a_request_has_to_be_known_and_one_to_be_there() {
        assert!(verdict(&[(header::HOST, "localhost:50809")]));
        assert!(verdict(&[(header::HOST, "tik.example.com")]));
        assert!(!verdict(&[(header::HOST, "evil.example")]));
        assert!(!verdict(&[]), "a request without Host");
        assert!(!verdict(&[(header::HOST, "localhost"), (header::HOST, "evil.example")]), "two hosts");
    }

    #[test]
    fn a_browser_page_of_another_origin_is_refused() {
        let host = (header::HOST, "localhost:50809");
        assert!(verdict(&[host.clone(), (header::ORIGIN, "http://localhost:50809")]));
        for origin in ["null", "http://localhost:3000", "http://localhost", "http://evil.example", ""] {
            assert!(!verdict(&[host.clone(), (header::ORIGIN, origin)]), "{origin}");
        }
        let own = [(header::ORIGIN, "http://localhost:50809"), (header::ORIGIN, "http://evil.example")];
        assert!(!verdict(&[host, own[0].clone(), own[1].clone()]), "two origins");
    }

    #[test]
    fn a_page_that_came_through_a_proxy_with_tls_is_the_servers_own() {
        for host in ["tik.example.com", "tik.example.com:443"] {
            for origin in ["https://tik.example.com", "https://TIK.example.com:443"] {
                assert!(verdict(&[(header::HOST, host), (header::ORIGIN, origin)]), "{host} {origin}");
            }
            assert!(!verdict(&[(header::HOST, host), (header::ORIGIN, "https://tik.example.com:8443")]));
            assert!(!verdict(&[(header::HOST, host), (header::ORIGIN, "https://example.com")]));
        }
    }
}
