//! The licence file: readable JSON in exactly one form. The signature covers the compact JSON of its content, version
//! and key included, after a line that begins no other signed message. A file with the same content in another form is
//! refused, so that every byte counts.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::encoding::{decode, encode, timestamp};
use crate::error::LicenseError;
use crate::fingerprint::Fingerprint;
use crate::key::{KeyId, PrivateKey, PublicKey};
use crate::license::License;

/// The longest licence file that is read, in bytes. A licence has about 600.
pub const MAX_FILE_BYTES: usize = 64 * 1024;

/// The version of the format that is written, and the only one that is read.
const VERSION: u64 = 1;
const SIGNED: &[u8] = b"TikMatrix licence\n";

/// The whole file. The order of the fields is part of the format.
#[derive(Serialize, Deserialize)]
struct SignedFile {
    #[serde(flatten)]
    content: Content,
    signature: String,
}

#[derive(Serialize, Deserialize)]
struct Content {
    tikmatrix_license: u64,
    key: String,
    plan: String,
    device_limit: u32,
    holder: String,
    machine: Option<String>,
    issued: String,
    expires: String,
}

/// The part that every version of the format has.
#[derive(Deserialize)]
struct Head {
    tikmatrix_license: u64,
}

/// Makes the licence file of `license`, signed with `key`.
///
/// # Errors
/// [`LicenseError::Holder`] or [`LicenseError::InvalidField`].
pub fn sign(license: &License, key: &PrivateKey) -> Result<String, LicenseError> {
    license.check_fields()?;
    let content = Content {
        tikmatrix_license: VERSION,
        key: key.public().id().to_string(),
        plan: license.plan.as_str().to_owned(),
        device_limit: license.device_limit,
        holder: license.holder.clone(),
        machine: license.machine.as_ref().map(ToString::to_string),
        issued: timestamp(license.issued),
        expires: timestamp(license.expires),
    };
    let signature = encode(&key.sign(&signed_bytes(&content)?));
    canonical(&SignedFile { content, signature })
}

/// Parses a licence file and verifies its signature with `key`. [`License::check`] decides whether it is in force.
///
/// # Errors
/// What is wrong with the file.
pub fn verify(file: &[u8], key: &PublicKey) -> Result<License, LicenseError> {
    if file.len() > MAX_FILE_BYTES {
        return Err(LicenseError::TooLong { limit: MAX_FILE_BYTES });
    }
    let text = std::str::from_utf8(file)
        .map_err(|_| LicenseError::NotALicense { reason: "it is not text in UTF-8".to_owned() })?;
    // Mail and editors change line ends.
    let text = text.replace("\r\n", "\n");
    let text = text.trim_end_matches('\n');
    let head: Head = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if head.tikmatrix_license != VERSION {
        return Err(LicenseError::UnknownVersion { version: head.tikmatrix_license });
    }
    let signed_file: SignedFile = serde_json::from_str(text).map_err(|error| malformed(&error))?;
    if canonical(&signed_file)?.trim_end_matches('\n') != text {
        return Err(LicenseError::Altered);
    }
    let signed = KeyId::from_text(&signed_file.content.key).ok_or(LicenseError::WrongSignature)?;
    if signed != key.id() {
        return Err(LicenseError::OtherKey { signed, ours: key.id() });
    }
    let signature = decode(&signed_file.signature).ok_or(LicenseError::WrongSignature)?;
    if !key.verifies(&signed_bytes(&signed_file.content)?, &signature) {
        return Err(LicenseError::WrongSignature);
    }
    let license = signed_file.content.into_license()?;
    license.check_fields()?;
    Ok(license)
}

impl Content {
    fn into_license(self) -> Result<License, LicenseError> {
        let machine = self.machine.map(|text| text.parse::<Fingerprint>()).transpose();
        Ok(License {
            plan: self.plan.parse().map_err(|_| LicenseError::UnknownPlan { plan: self.plan })?,
            device_limit: self.device_limit,
            holder: self.holder,
            machine: machine.map_err(|error| {
                LicenseError::invalid_field("machine", format!("cannot be read ({error})"))
            })?,
            issued: moment("beginning", &self.issued)?,
            expires: moment("end", &self.expires)?,
        })
    }
}

fn moment(field: &'static str, text: &str) -> Result<DateTime<Utc>, LicenseError> {
    let parsed = DateTime::parse_from_rfc3339(text);
    parsed
        .map(|moment| moment.with_timezone(&Utc))
        .map_err(|error| LicenseError::invalid_field(field, format!("{text:?} is no moment ({error})")))
}

fn signed_bytes(content: &Content) -> Result<Vec<u8>, LicenseError> {
    let mut bytes = SIGNED.to_vec();
    serde_json::to_writer(&mut bytes, content).map_err(|error| malformed(&error))?;
    Ok(bytes)
}

fn canonical(file: &SignedFile) -> Result<String, LicenseError> {
    let mut text = serde_json::to_string_pretty(file).map_err(|error| malformed(&error))?;
    text.push('\n');
    Ok(text)
}

fn malformed(error: &serde_json::Error) -> LicenseError {
    if error.is_eof() {
        LicenseError::Truncated
    } else {
        LicenseError::NotALicense { reason: error.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Signs any content, as another version might.
    fn signed(change: impl FnOnce(&mut Content)) -> Result<License, LicenseError> {
        let key = PrivateKey::from_seed(&[7; 32]);
        let mut content = Content {
            tikmatrix_license: VERSION,
            key: key.public().id().to_string(),
            plan: "Pro".to_owned(),
            device_limit: 20,
            holder: "Example".to_owned(),
            machine: None,
            issued: "2027-01-01T00:00:00Z".to_owned(),
            expires: "2028-01-01T00:00:00Z".to_owned(),
        };
        change(&mut content);
        let signature = encode(&key.sign(&signed_bytes(&content).unwrap()));
        verify(canonical(&SignedFile { content, signature }).unwrap().as_bytes(), &key.public())
    }

    #[test]
    fn a_signed_plan_that_is_unknown_asks_for_an_update() {
        let error = signed(|content| content.plan = "Galaxy".to_owned()).unwrap_err();
        assert_eq!(error, LicenseError::UnknownPlan { plan: "Galaxy".to_owned() });
    }

    #[test]
    fn an_invalid_field_is_refused_although_it_is_signed() {
        let field = |change: fn(&mut Content)| match signed(change) {
            Err(LicenseError::InvalidField { field, .. }) => field,
            other => panic!("{other:?}"),
        };
        assert_eq!(field(|content| content.device_limit = 0), "device limit");
        assert_eq!(field(|content| content.machine = Some("mine".to_owned())), "machine");
        assert_eq!(field(|content| content.issued = "yesterday".to_owned()), "beginning");
        assert_eq!(field(|content| content.expires = "2026-12-31T00:00:00Z".to_owned()), "end");
        assert_eq!(signed(|content| content.holder = String::new()), Err(LicenseError::Holder));
    }
}
