//! TLS around a direct connection, as wireless debugging demands it: TLS 1.3, and a certificate made of the same key that
//! signs tokens, by which the phone recognises a paired machine. The handshake follows inside.
//! Source: AOSP packages/modules/adb, `tls/tls_connection.cpp`, `crypto/x509_generator.cpp`, `client/auth.cpp`
//! (`adb_tls_set_certificate`), `daemon/auth.cpp` (`adbd_tls_client_ca_list`).

use std::io;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use sha2::{Digest, Sha256};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::client::{ResolvesClientCert, Resumption};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme, version};

use super::error::AdbCause;
use super::keys::{AdbKey, KeyRing};

/// Starts TLS on a socket over which both sides have agreed to it.
pub(super) async fn begin(socket: TcpStream, ring: &KeyRing) -> Result<TlsStream<TcpStream>, AdbCause> {
    let config = match ring.tls.get() {
        Some(config) => Arc::clone(config),
        None => {
            let made = configure(ring).map_err(|error| AdbCause::Local(error.to_string()))?;
            Arc::clone(ring.tls.get_or_init(|| made))
        }
    };
    let peer = socket.peer_addr().map_err(socket_error)?.ip();
    TlsConnector::from(config).connect(ServerName::from(peer), socket).await.map_err(socket_error)
}

/// Converts an error of a socket that may be inside TLS. A phone that was not paired with this machine sends an alert.
#[expect(clippy::needless_pass_by_value, reason = "it is an adapter for map_err")]
pub(super) fn socket_error(error: io::Error) -> AdbCause {
    let inside = error.get_ref().and_then(|inside| inside.downcast_ref::<Error>());
    match inside {
        Some(Error::AlertReceived(alert)) => AdbCause::Unauthorized(format!(
            "it does not know the key ({alert:?}); pair it with this computer once, by `tikmatrix pair`"
        )),
        Some(other) => AdbCause::Protocol(format!("its TLS is broken ({other})")),
        None => AdbCause::ConnectionLost(error.to_string()),
    }
}

fn configure(ring: &KeyRing) -> Result<Arc<ClientConfig>, Unusable> {
    let provider = Arc::new(ring::default_provider());
    let certificates = ring.keys().map(|key| certify(key, &provider)).collect::<Result<_, _>>()?;
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyPhone(provider)))
        .with_client_cert_resolver(Arc::new(Certificates(certificates)));
    config.enable_sni = false;
    config.resumption = Resumption::disabled();
    Ok(Arc::new(config))
}

/// A key that TLS cannot use.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("the ADB key cannot be used for TLS: {0}")]
    Key(#[from] super::keys::KeyError),
    #[error("no certificate can be made of the ADB key: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("the ADB key cannot be used for TLS: {0}")]
    Tls(#[from] Error),
}

fn certify(key: &AdbKey, provider: &CryptoProvider) -> Result<Certificate, Unusable> {
    let secret = PrivatePkcs8KeyDer::from(key.to_der()?);
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&secret, &PKCS_RSA_SHA256)?;
    let certificate = CertificateParams::default().self_signed(&pair)?;
    let signing = provider.key_provider.load_private_key(secret.into())?;
    let digest = Sha256::digest(key.public().to_certificate_form()?);
    Ok(Certificate {
        name: format!("{digest:X}"),
        certified: Arc::new(CertifiedKey::new(vec![certificate.der().clone()], signing)),
    })
}

#[derive(Debug)]
struct Certificate {
    /// The SHA-256 of the public key, by which a phone names the keys that it trusts.
    name: String,
    certified: Arc<CertifiedKey>,
}

/// The certificates of every key, in order.
#[derive(Debug)]
struct Certificates(Vec<Certificate>);

impl ResolvesClientCert for Certificates {
    fn resolve(&self, hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        let named = |certificate: &&Certificate| {
            let name = certificate.name.as_bytes();
            hints.iter().any(|hint| hint.windows(name.len()).any(|part| part.eq_ignore_ascii_case(name)))
        };
        let chosen = self.0.iter().find(named).or(self.0.first())?;
        Some(Arc::clone(&chosen.certified))
    }

    fn has_certs(&self) -> bool {
        true
    }
}

/// Accepts the certificate of any phone: it is self-signed, and adb does not check it either.
#[derive(Debug)]
struct AnyPhone(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyPhone {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
