//! The RSA key by which a phone recognises this machine: read from PEM, generated, and used to sign a phone's token.
//! Source: AOSP packages/modules/adb, `client/auth.cpp`, and system/core, `libcrypto_utils/android_pubkey.cpp`.

use rsa::pkcs1::DecodeRsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::TryCryptoRng;
use rsa::{Pkcs1v15Sign, PrivateKey};
use sha1::Sha1;

use super::public::{AdbPublicKey, KEY_BITS, KeyError, TOKEN_LEN};

/// A private key of ADB's size. Its `Debug` form holds no secret.
#[derive(Clone)]
pub struct AdbKey {
    private: PrivateKey,
    public: AdbPublicKey,
}

impl AdbKey {
    /// Generates a key from `random`, which takes about a second.
    ///
    /// # Errors
    /// [`KeyError::Unusable`] when there are no random bytes.
    pub fn generate<R: TryCryptoRng + ?Sized>(random: &mut R) -> Result<Self, KeyError> {
        let private =
            PrivateKey::new(random, KEY_BITS).map_err(|error| KeyError::Unusable(error.to_string()))?;
        Self::new(private)
    }

    /// Reads PEM as `adb keygen` writes it (PKCS#8, `PRIVATE KEY`), or the older `RSA PRIVATE KEY`.
    ///
    /// # Errors
    /// [`KeyError`], which never holds a part of the key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let pem = pem.trim();
        if pem.contains("ENCRYPTED") {
            return Err(KeyError::Encrypted);
        }
        let private = if pem.starts_with("-----BEGIN RSA PRIVATE KEY-----") {
            PrivateKey::from_pkcs1_pem(pem).map_err(|error| error.to_string())
        } else {
            PrivateKey::from_pkcs8_pem(pem).map_err(|error| error.to_string())
        };
        Self::new(private.map_err(KeyError::NotPem)?)
    }

    fn new(private: PrivateKey) -> Result<Self, KeyError> {
        let public = AdbPublicKey::new(private.to_public_key())?;
        Ok(Self { private, public })
    }

    /// Returns the key as `adb keygen` writes it: PKCS#8 in PEM.
    ///
    /// # Errors
    /// [`KeyError::Unusable`].
    pub fn to_pem(&self) -> Result<String, KeyError> {
        let pem = self.private.to_pkcs8_pem(LineEnding::LF);
        Ok(pem.map_err(|error| KeyError::Unusable(error.to_string()))?.as_str().to_owned())
    }

    #[cfg(feature = "tls")]
    /// Returns the key as TLS takes it: PKCS#8 in DER.
    pub(in crate::adb) fn to_der(&self) -> Result<Vec<u8>, KeyError> {
        let document = self.private.to_pkcs8_der();
        Ok(document.map_err(|error| KeyError::Unusable(error.to_string()))?.as_bytes().to_vec())
    }

    /// Returns the public half.
    #[must_use]
    pub fn public(&self) -> &AdbPublicKey {
        &self.public
    }

    /// Returns the signature by which a phone recognises this key: the token stands where a SHA-1 digest would.
    ///
    /// # Errors
    /// [`KeyError::Unusable`], which a valid key does not cause.
    pub fn sign(&self, token: &[u8; TOKEN_LEN]) -> Result<Vec<u8>, KeyError> {
        let signature = self.private.sign(Pkcs1v15Sign::new::<Sha1>(), token);
        signature.map_err(|error| KeyError::Unusable(error.to_string()))
    }
}

impl std::fmt::Debug for AdbKey {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "AdbKey({})", self.public.fingerprint())
    }
}
