//! A licence file is accepted exactly as it was signed, or refused with the reason.

use proptest::prelude::*;
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{Fingerprint, License, LicenseError, MAX_FILE_BYTES, PrivateKey, sign, verify};

use crate::{at, key, license, machine};

fn signed_file() -> String {
    let machine = Some(Fingerprint::of(&machine(), [3; 16]));
    sign(&License { machine, ..license() }, &key()).unwrap()
}

fn verified(file: impl AsRef<[u8]>) -> Result<License, LicenseError> {
    verify(file.as_ref(), &key().public())
}

#[test]
fn a_license_reads_back_as_it_was_issued() {
    let bound = License { machine: Some(Fingerprint::of(&machine(), [3; 16])), ..license() };
    for license in [license(), bound] {
        assert_eq!(verified(sign(&license, &key()).unwrap()), Ok(license));
    }
}

#[test]
fn changed_line_ends_are_accepted() {
    let file = signed_file();
    assert_eq!(verified(file.replace('\n', "\r\n")), verified(&file));
    assert_eq!(verified(file.trim_end()), verified(&file));
    assert_eq!(verified(format!("{file}\n\n")), verified(&file));
}

#[test]
fn every_prefix_of_a_license_is_truncated() {
    let file = signed_file();
    let whole = file.trim_end();
    for length in (0..whole.len()).filter(|length| whole.is_char_boundary(*length)) {
        assert_eq!(verified(&whole[..length]), Err(LicenseError::Truncated), "{:?}", &whole[..length]);
    }
}

#[test]
fn the_same_content_in_another_form_is_refused() {
    let file = signed_file();
    let compact: serde_json::Value = serde_json::from_str(&file).unwrap();
    let more = file.replacen('{', "{\n  \"more\": 1,", 1);
    let twice = file.replacen("  \"plan\"", "  \"plan\": \"Business\",\n  \"plan\"", 1);
    for other in [compact.to_string(), more, file.replace("  ", "\t"), format!(" {file}")] {
        assert_eq!(verified(&other), Err(LicenseError::Altered), "{other}");
    }
    assert!(verified(twice).is_err());
}

#[test]
fn another_plan_than_the_signed_one_is_a_wrong_signature() {
    assert_eq!(verified(signed_file().replace("Team", "Business")), Err(LicenseError::WrongSignature));
    assert_eq!(verified(signed_file().replace("50", "99")), Err(LicenseError::WrongSignature));
}

#[test]
fn a_license_of_another_key_names_both_keys() {
    let other = PrivateKey::from_seed(&[1; 32]);
    let file = sign(&license(), &other).unwrap();
    let (signed, ours) = (other.public().id(), key().public().id());
    assert_eq!(verified(&file), Err(LicenseError::OtherKey { signed, ours }));
    let forged = file.replace(&signed.to_string(), &ours.to_string());
    assert_eq!(verified(forged), Err(LicenseError::WrongSignature));
}

#[test]
fn a_later_version_of_the_format_asks_for_an_update() {
    let later = r#"{"tikmatrix_license": 2, "grants": {"plan": "Team"}}"#;
    assert_eq!(verified(later), Err(LicenseError::UnknownVersion { version: 2 }));
}

#[test]
fn a_file_that_is_no_license_is_refused_as_such() {
    for file in [&b"not JSON"[..], b"[]", b"{}", b"\xff\xfe", b"{\"tikmatrix_license\": 1}", b"null"] {
        let error = verified(file).unwrap_err();
        assert!(matches!(error, LicenseError::NotALicense { .. }), "{error:?}");
    }
    let deep = "[".repeat(MAX_FILE_BYTES);
    assert!(matches!(verified(deep), Err(LicenseError::NotALicense { .. })));
    let long = " ".repeat(MAX_FILE_BYTES + 1);
    assert_eq!(verified(long), Err(LicenseError::TooLong { limit: MAX_FILE_BYTES }));
}

#[test]
fn invalid_fields_are_not_signed() {
    for holder in [String::new(), "  ".to_owned(), "a\nb".to_owned(), "\u{1b}[2J".to_owned(), "x".repeat(201)]
    {
        assert_eq!(sign(&License { holder, ..license() }, &key()), Err(LicenseError::Holder));
    }
    let no_phones = License { device_limit: 0, ..license() };
    let backwards = License { expires: at(0), ..license() };
    for license in [no_phones, backwards] {
        assert!(matches!(sign(&license, &key()), Err(LicenseError::InvalidField { .. })));
    }
}

fn any_license() -> impl Strategy<Value = License> {
    let plan = prop::sample::select(Plan::ALL);
    let salt = prop::option::of(any::<[u8; 16]>());
    let days = (-10_000i64..10_000, 1i64..10_000);
    (plan, 1u32.., "[\\PC&&[^ ]]{1,200}", salt, days).prop_map(
        |(plan, device_limit, holder, salt, (begin, length))| License {
            plan,
            device_limit,
            holder,
            machine: salt.map(|salt| Fingerprint::of(&machine(), salt)),
            issued: at(begin),
            expires: at(begin + length),
        },
    )
}

proptest! {
    #[test]
    fn any_license_reads_back(license in any_license(), seed: [u8; 32]) {
        let key = PrivateKey::from_seed(&seed);
        let file = sign(&license, &key).unwrap();
        prop_assert_eq!(verify(file.as_bytes(), &key.public()), Ok(license));
    }

    #[test]
    fn any_changed_byte_is_refused(place: prop::sample::Index, change in 1u8..) {
        let mut file = signed_file().into_bytes();
        let place = place.index(file.len());
        file[place] ^= change;
        prop_assert!(verified(&file).is_err(), "{}", String::from_utf8_lossy(&file));
    }

    #[test]
    fn any_bytes_are_refused(file in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(verified(file).is_err());
    }

    #[test]
    fn any_value_in_any_field_is_refused(field in 1usize..10, value in "\\PC{0,40}") {
        let mut lines: Vec<String> = signed_file().lines().map(str::to_owned).collect();
        let (name, _) = lines[field].split_once(": ").unwrap();
        let comma = if lines[field].ends_with(',') { "," } else { "" };
        let changed = format!("{name}: {}{comma}", serde_json::Value::from(value));
        lines[field] = changed;
        prop_assert!(verified(lines.join("\n")).is_err());
    }
}
