//! Who may talk to a server that listens on loopback only: programs and pages of this machine, not web sites that
//! make a browser of this machine do it for them (DNS rebinding, cross-site requests).

use std::net::{Ipv4Addr, Ipv6Addr};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;

use crate::error::ApiError;

/// A middleware (for `actix_web::middleware::from_fn`) that refuses a request whose `Host` is no loopback name or whose
/// `Origin` is another than the server's own.
///
/// # Errors
/// The refusal, in the form of the API, or what the rest of the application fails with.
pub async fn refuse_foreign(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    check(request.headers())?;
    next.call(request).await
}

fn check(headers: &HeaderMap) -> Result<(), ApiError> {
    let mut host = None;
    for value in headers.get_all(header::HOST) {
        let text = value.to_str().unwrap_or_default();
        if !is_loopback(text) {
            let reason = format!("{text:?} is not a loopback name such as localhost or 127.0.0.1");
            return Err(ApiError::invalid("header Host", reason));
        }
        host = Some(text);
    }
    let Some(host) = host else {
        return Err(ApiError::invalid("header Host", "is required"));
    };
    for value in headers.get_all(header::ORIGIN) {
        let text = value.to_str().unwrap_or_default();
        let own = text.strip_prefix("http://").is_some_and(|authority| authority.eq_ignore_ascii_case(host));
        if !own {
            let reason = format!("{text:?} is not this server: pages of other sites may not use it");
            return Err(ApiError::invalid("header Origin", reason));
        }
    }
    Ok(())
}

/// Whether `host`, with or without a port, is a name of this machine that no DNS server can take over.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return false };
            let port_is_well = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
            return port_is_well && address.parse::<Ipv6Addr>().is_ok_and(|address| address.is_loopback());
        }
        None => match host.split_once(':') {
            Some((name, port)) if is_port(port) => name,
            Some(_) => return false,
            None => host,
        },
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
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
        check(&headers).is_ok()
    }

    #[test]
    fn only_loopback_hosts_are_served() {
        for host in ["localhost", "LOCALHOST:50809", "127.0.0.1:1", "127.9.9.9", "[::1]", "[::1]:50809"] {
            assert!(verdict(&[(header::HOST, host)]), "{host}");
        }
        for host in
            ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "10.0.0.1", "[::2]:1", ""]
        {
            assert!(!verdict(&[(header::HOST, host)]), "{host}");
        }
        assert!(!verdict(&[]), "a request without Host");
        assert!(!verdict(&[(header::HOST, "localhost"), (header::HOST, "evil.example")]), "two hosts");
    }

    #[test]
    fn a_browser_page_of_another_origin_is_refused() {
        let host = (header::HOST, "localhost:50809");
        assert!(verdict(&[host.clone(), (header::ORIGIN, "http://localhost:50809")]));
        for origin in ["null", "https://localhost:50809", "http://localhost:3000", "http://evil.example", ""]
        {
            assert!(!verdict(&[host.clone(), (header::ORIGIN, origin)]), "{origin}");
        }
    }
}
