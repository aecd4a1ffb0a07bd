//! The signatures of Standard Webhooks 1.0 (<https://www.standardwebhooks.com>, "Signature scheme"): HMAC-SHA256 over the
//! identifier of the message, the time of the attempt and the body, with full stops between them.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, Mac as _};
use rand::TryRngCore as _;
use rand::rngs::OsRng;
use sha2::Sha256;
use tikmatrix_domain::Secret;

/// By which people, and programs that look for leaked secrets, know a secret.
const PREFIX: &str = "whsec_";
/// The length of a generated key, in bytes; the specification asks for 24 to 64.
const KEY: usize = 32;
/// As receivers decode it: the bits behind the last byte do not matter.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true));

/// Generates a secret.
///
/// # Errors
/// When the system has no random bytes to give; its own message.
pub(crate) fn generate() -> Result<Secret, String> {
    let mut key = [0; KEY];
    OsRng.try_fill_bytes(&mut key).map_err(|error| error.to_string())?;
    Ok(format!("{PREFIX}{}", BASE64.encode(key)).into())
}

/// Signs a message, and returns the value of the header `webhook-signature`; `None` if the secret is none. `timestamp` is in
/// seconds since 1970.
pub(crate) fn sign(secret: &Secret, message_id: &str, timestamp: i64, body: &str) -> Option<String> {
    let key = BASE64.decode(secret.expose().strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{message_id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", BASE64.encode(mac.finalize().into_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that the reference libraries test themselves with (`libraries/go/webhook_symmetric_test.go` of
    /// `standard-webhooks/standard-webhooks`).
    #[test]
    fn the_published_vector_is_signed_as_published() {
        let secret = Secret::from("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let signed = sign(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.unwrap(), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_generated_secret_signs_and_is_another_each_time() {
        let (one, other) = (generate().unwrap(), generate().unwrap());
        assert_ne!(one, other);
        assert!(one.expose().starts_with("whsec_") && one.expose().len() == 6 + 44, "its length");
        assert_ne!(sign(&one, "msg_1", 1, "{}"), sign(&other, "msg_1", 1, "{}"));
        assert!(sign(&one, "msg_1", 1, "{}").is_some());
    }

    #[test]
    fn every_text_that_the_schema_takes_is_a_secret() {
        for end in ["", "abcd", "abc=", "ab=="] {
            let secret = Secret::from(format!("whsec_{}{end}", "Abc+".repeat(8)));
            assert!(sign(&secret, "msg_1", 1, "{}").is_some(), "{end:?}");
        }
        assert_eq!(sign(&Secret::from("abcd"), "msg_1", 1, "{}"), None);
    }
}
