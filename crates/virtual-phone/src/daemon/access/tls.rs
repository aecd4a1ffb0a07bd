//! TLS of wireless debugging: the phone generates its certificate, the host's must have a key that the phone trusts.
//! Source: AOSP packages/modules/adb, `daemon/auth.cpp` (`adbd_tls_client_ca_list`, `adbd_tls_verify_cert`),
//! `crypto/x509_generator.cpp`, `tls/adb_ca_list.cpp`.

use std::io;
use std::sync::Arc;

use rcgen::{CertificateParams, KeyPair};
use sha2::{Digest, Sha256};
use tikmatrix_device::adb::keys::AdbPublicKey;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::client::danger::HandshakeSignatureValid;
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, UnixTime};
use tokio_rustls::rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use tokio_rustls::rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, OtherError, ServerConfig,
    SignatureScheme, version,
};
use tokio_rustls::server::TlsStream;
use webpki::EndEntityCert;

use crate::access::Gatekeeper;

/// Accepts a host with a trusted key.
pub(crate) async fn accept(socket: TcpStream, gatekeeper: &Gatekeeper) -> io::Result<TlsStream<TcpStream>> {
    let config = configure(Some(gatekeeper)).map_err(io::Error::other)?;
    TlsAcceptor::from(Arc::new(config)).accept(socket).await
}

/// Accepts any host that has a key.
pub(crate) async fn accept_anyone(socket: TcpStream) -> io::Result<TlsStream<TcpStream>> {
    let config = configure(None).map_err(io::Error::other)?;
    TlsAcceptor::from(Arc::new(config)).accept(socket).await
}

fn configure(gatekeeper: Option<&Gatekeeper>) -> Result<ServerConfig, Unusable> {
    let pair = KeyPair::generate()?;
    let certificate = CertificateParams::default().self_signed(&pair)?;
    let provider = Arc::new(ring::default_provider());
    let trusted = gatekeeper.map(|gatekeeper| {
        gatekeeper.trusted().iter().map(AdbPublicKey::to_certificate_form).collect::<Result<Vec<_>, _>>()
    });
    let trusted = trusted.transpose()?;
    let hints = trusted.iter().flatten().map(|key| issuer(&Sha256::digest(key))).collect();
    Ok(ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&version::TLS13])?
        .with_client_cert_verifier(Arc::new(Guests { provider, trusted, hints }))
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(pair.serialize_der()).into(),
        )?)
}

/// Why a phone cannot start TLS.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error(transparent)]
    Certificate(#[from] rcgen::Error),
    #[error(transparent)]
    Key(#[from] tikmatrix_device::adb::keys::KeyError),
    #[error(transparent)]
    Tls(#[from] Error),
}

/// The name of a trusted key that adbd sends to a host: `O=AdbKey-0, CN=` the key's SHA-256.
fn issuer(digest: &[u8]) -> DistinguishedName {
    const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];
    const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
    let name = hex::encode_upper(digest);
    let part = |kind: &[u8], text: &[u8]| {
        let pair = [element(0x06, kind), element(0x0c, text)].concat();
        element(0x31, &element(0x30, &pair))
    };
    let parts = [part(ORGANIZATION, b"AdbKey-0"), part(COMMON_NAME, name.as_bytes())].concat();
    DistinguishedName::in_sequence(&parts)
}

/// One element of DER of fewer than 128 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).unwrap_or(u8::MAX);
    [&[tag, length], content].concat()
}

/// Verifies that a host has a trusted key, or any.
#[derive(Debug)]
struct Guests {
    provider: Arc<CryptoProvider>,
    /// The trusted keys, as in certificates. `None` accepts every key.
    trusted: Option<Vec<Vec<u8>>>,
    hints: Vec<DistinguishedName>,
}

#[derive(Debug, thiserror::Error)]
#[error("the certificate's key is not trusted")]
struct Unknown;

impl ClientCertVerifier for Guests {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        let refused = || Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(Unknown))));
        let certificate = EndEntityCert::try_from(end_entity).map_err(|_| refused())?;
        let key = certificate.subject_public_key_info();
        if self.trusted.as_ref().is_none_or(|trusted| trusted.iter().any(|trusted| trusted[..] == *key)) {
            return Ok(ClientCertVerified::assertion());
        }
        Err(refused())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
