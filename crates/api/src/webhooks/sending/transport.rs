//! HTTP to receivers: one request on a connection of its own, to an address that was checked, with a time limit and a
//! bounded answer. Redirects are not followed, and no proxy is used.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::OnceCell;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::{Host, Url};

use super::target::Targets;

/// How long a receiver may take until it has answered; Standard Webhooks recommends 15 to 30 s.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// How long the lookup of a name may take, and a connection to each of its addresses.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the body of an answer is waited for. It does not matter to the delivery.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);
/// How much of the body of an answer is read, in bytes.
const MAX_ANSWER: usize = 4096;

/// The lookup of the addresses of a host and a port.
pub(crate) type Lookup = Arc<dyn Fn(String, u16) -> Found + Send + Sync>;
/// The addresses that a lookup finds.
pub(crate) type Found = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// What a receiver answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The beginning of the body.
    pub(crate) text: String,
}

/// Why there is no answer.
#[derive(Debug, Error)]
pub(crate) enum TransportError {
    #[error("the URL {0}")]
    Refused(String),
    #[error("the name {host} could not be looked up: {reason}")]
    Unresolved { host: String, reason: String },
    #[error("{address} cannot be reached: {reason}")]
    Unreachable { address: SocketAddr, reason: String },
    #[error("no TLS connection: {0}")]
    Tls(String),
    #[error("the receiver closed the connection, or did not answer in HTTP: {0}")]
    Http(String),
    #[error("no answer within {} s", ANSWER_TIMEOUT.as_secs())]
    TimedOut,
}

/// HTTP to receivers.
pub(crate) struct Transport {
    targets: Targets,
    lookup: Lookup,
    /// Read when the first receiver needs it.
    tls: OnceCell<Arc<ClientConfig>>,
}

impl Transport {
    pub(crate) fn new(targets: Targets) -> Self {
        Self::with_lookup(targets, Arc::new(|host, port| Box::pin(system_lookup(host, port))))
    }

    fn with_lookup(targets: Targets, lookup: Lookup) -> Self {
        Self { targets, lookup, tls: OnceCell::new() }
    }

    /// Checks that a URL leads to an address that may be called. A name that has no address now is checked when it is called.
    ///
    /// # Errors
    /// The reason, for a client.
    pub(crate) async fn check(&self, url: &Url) -> Result<(), String> {
        match self.addresses(url).await {
            Err(TransportError::Refused(reason)) => Err(reason),
            _ => Ok(()),
        }
    }

    /// Sends a request to the host of `url`, and returns the answer.
    ///
    /// # Errors
    /// [`TransportError`].
    pub(crate) async fn send(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
    ) -> Result<Reply, TransportError> {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        let sending = async {
            let stream = self.connect(url).await?;
            if url.scheme() == "https" {
                let stream = self.secure(url, stream).await?;
                return exchange(stream, request, deadline).await;
            }
            exchange(stream, request, deadline).await
        };
        // The exchange has its own deadline for the head of the answer, and a little more time for its body.
        timeout_at(deadline + BODY_TIMEOUT, sending).await.unwrap_or(Err(TransportError::TimedOut))
    }

    /// Connects to the first address of the host that may be called and answers. The checked address is the one that is
    /// connected to: a name that leads elsewhere a moment later (DNS rebinding) gains nothing.
    async fn connect(&self, url: &Url) -> Result<TcpStream, TransportError> {
        let mut failed = TransportError::TimedOut;
        for address in self.addresses(url).await? {
            match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => {
                    failed = TransportError::Unreachable { address, reason: error.to_string() };
                }
                Err(_) => {
                    failed = TransportError::Unreachable { address, reason: "it does not answer".to_owned() };
                }
            }
        }
        Err(failed)
    }

    /// Returns the addresses of the host that may be called.
    async fn addresses(&self, url: &Url) -> Result<Vec<SocketAddr>, TransportError> {
        let port = url.port_or_known_default().unwrap_or(80);
        let found = match url.host() {
            Some(Host::Ipv4(ip)) => vec![SocketAddr::new(IpAddr::V4(ip), port)],
            Some(Host::Ipv6(ip)) => vec![SocketAddr::new(IpAddr::V6(ip), port)],
            Some(Host::Domain(host)) => self.look_up(host, port).await?,
            None => Vec::new(),
        };
        let mut refused = None;
        let mut allowed = Vec::with_capacity(found.len());
        for address in found {
            match self.targets.check(address.ip()) {
                Ok(()) => allowed.push(address),
                Err(reason) => refused = Some(reason),
            }
        }
        match refused {
            Some(reason) if allowed.is_empty() => Err(TransportError::Refused(reason)),
            _ => Ok(allowed),
        }
    }

    async fn look_up(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, TransportError> {
        let unresolved = |reason: String| TransportError::Unresolved { host: host.to_owned(), reason };
        match timeout(CONNECT_TIMEOUT, (self.lookup)(host.to_owned(), port)).await {
            Ok(Ok(found)) if found.is_empty() => Err(unresolved("it has no address".to_owned())),
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(unresolved(error.to_string())),
            Err(_) => Err(unresolved(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
        }
    }

    async fn secure(&self, url: &Url, stream: TcpStream) -> Result<TlsStream<TcpStream>, TransportError> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(host).map_err(|error| TransportError::Tls(error.to_string()))?;
        let config = self.tls.get_or_try_init(trust_of_system).await?;
        let connector = TlsConnector::from(Arc::clone(config));
        connector.connect(name, stream).await.map_err(|error| TransportError::Tls(error.to_string()))
    }
}

async fn system_lookup(host: String, port: u16) -> io::Result<Vec<SocketAddr>> {
    Ok(lookup_host((host, port)).await?.collect())
}

/// Returns the TLS of a client that trusts what the machine trusts or, where it has no certificates, what Mozilla trusts.
async fn trust_of_system() -> Result<Arc<ClientConfig>, TransportError> {
    let roots = tokio::task::spawn_blocking(|| {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        roots
    });
    tls(roots.await.map_err(|error| TransportError::Tls(error.to_string()))?)
}

fn tls(roots: RootCertStore) -> Result<Arc<ClientConfig>, TransportError> {
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TransportError::Tls(error.to_string()))?;
    Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

/// Sends a request over a connection, and reads the answer.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send,
    request: Request<Full<Bytes>>,
    deadline: Instant,
) -> Result<Reply, TransportError> {
    let broken = |error: hyper::Error| TransportError::Http(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    let answered = async {
        let response = timeout_at(deadline, sender.send_request(request)).await;
        let response = response.map_err(|_| TransportError::TimedOut)?.map_err(broken)?;
        let status = response.status().as_u16();
        Ok(Reply { status, text: beginning(response).await })
    };
    let driven = async {
        // Its error is the request's too.
        let _ = connection.await;
        pending::<Infallible>().await
    };
    tokio::select! {
        reply = answered => reply,
        never = driven => match never {},
    }
}

/// Reads the beginning of the body of an answer, as far as it comes in time.
async fn beginning(response: Response<Incoming>) -> String {
    let (mut body, mut read) = (response.into_body(), Vec::new());
    let reading = async {
        while read.len() < MAX_ANSWER
            && let Some(Ok(frame)) = body.frame().await
        {
            if let Ok(data) = frame.into_data() {
                read.extend_from_slice(&data[..data.len().min(MAX_ANSWER - read.len())]);
            }
        }
    };
    // What has come until then is shown.
    let _ = timeout(BODY_TIMEOUT, reading).await;
    String::from_utf8_lossy(&read).into_owned()
}

#[cfg(test)]
mod tests;
