//! Protects the sentence: a licence file says what was signed to the letter, or is refused with a sentence that says why.

use proptest::prelude::*;
use tikmatrix_domain::Plan;
use tikmatrix_licensing::{Fingerprint, LONGEST_FILE, License, LicenseDefect, PrivateKey, open, seal};

use crate::{at, key, license, machine};

fn sealed() -> String {
    let machine = Some(Fingerprint::of(&machine(), [3; 16]));
    seal(&License { machine, ..license() }, &key()).unwrap()
}

fn opened(file: impl AsRef<[u8]>) -> Result<License, LicenseDefect> {
    open(file.as_ref(), &key().public())
}

#[test]
fn a_license_reads_back_as_it_was_issued() {
    let bound = License { machine: Some(Fingerprint::of(&machine(), [3; 16])), ..license() };
    for license in [license(), bound] {
        assert_eq!(opened(seal(&license, &key()).unwrap()), Ok(license));
    }
}

#[test]
fn ends_of_lines_changed_on_the_way_do_no_harm() {
    let file = sealed();
    assert_eq!(opened(file.replace('\n', "\r\n")), opened(&file));
    assert_eq!(opened(file.trim_end()), opened(&file));
    assert_eq!(opened(format!("{file}\n\n")), opened(&file));
}

#[test]
fn every_beginning_of_a_license_is_cut_off() {
    let file = sealed();
    let whole = file.trim_end();
    for length in (0..whole.len()).filter(|length| whole.is_char_boundary(*length)) {
        assert_eq!(opened(&whole[..length]), Err(LicenseDefect::Truncated), "{:?}", &whole[..length]);
    }
}

#[test]
fn the_same_said_in_other_letters_is_refused() {
    let file = sealed();
    let compact: serde_json::Value = serde_json::from_str(&file).unwrap();
    let more = file.replacen('{', "{\n  \"more\": 1,", 1);
    let twice = file.replacen("  \"plan\"", "  \"plan\": \"Business\",\n  \"plan\"", 1);
    for other in [compact.to_string(), more, file.replace("  ", "\t"), format!(" {file}")] {
        assert_eq!(opened(&other), Err(LicenseDefect::Altered), "{other}");
    }
    assert!(opened(twice).is_err());
}

#[test]
fn another_plan_than_the_signed_one_is_a_wrong_signature() {
    assert_eq!(opened(sealed().replace("Team", "Business")), Err(LicenseDefect::WrongSignature));
    assert_eq!(opened(sealed().replace("50", "99")), Err(LicenseDefect::WrongSignature));
}

#[test]
fn a_license_of_another_key_says_which_two_they_are() {
    let other = PrivateKey::from_seed(&[1; 32]);
    let file = seal(&license(), &other).unwrap();
    let (signed, ours) = (other.public().id(), key().public().id());
    assert_eq!(opened(&file), Err(LicenseDefect::OtherKey { signed, ours }));
    let forged = file.replace(&signed.to_string(), &ours.to_string());
    assert_eq!(opened(forged), Err(LicenseDefect::WrongSignature));
}

#[test]
fn a_later_version_of_the_format_asks_for_an_update() {
    let later = r#"{"tikmatrix_license": 2, "grants": {"plan": "Team"}}"#;
    assert_eq!(opened(later), Err(LicenseDefect::UnknownVersion { version: 2 }));
}

#[test]
fn what_is_no_license_at_all_is_said_to_be_none() {
    for file in [&b"not JSON"[..], b"[]", b"{}", b"\xff\xfe", b"{\"tikmatrix_license\": 1}", b"null"] {
        let defect = opened(file).unwrap_err();
        assert!(matches!(defect, LicenseDefect::NotALicense { .. }), "{defect:?}");
    }
    let deep = "[".repeat(LONGEST_FILE);
    assert!(matches!(opened(deep), Err(LicenseDefect::NotALicense { .. })));
    let long = " ".repeat(LONGEST_FILE + 1);
    assert_eq!(opened(long), Err(LicenseDefect::TooLong { limit: LONGEST_FILE }));
}

#[test]
fn nonsense_is_not_signed() {
    for holder in [String::new(), "  ".to_owned(), "a\nb".to_owned(), "\u{1b}[2J".to_owned(), "x".repeat(201)]
    {
        assert_eq!(seal(&License { holder, ..license() }, &key()), Err(LicenseDefect::Holder));
    }
    let no_phones = License { device_limit: 0, ..license() };
    let backwards = License { expires: at(0), ..license() };
    for license in [no_phones, backwards] {
        assert!(matches!(seal(&license, &key()), Err(LicenseDefect::Senseless { .. })));
    }
}

fn any_license() -> impl Strategy<Value = License> {
    let plan = prop::sample::select(&Plan::ALL[..]);
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
        let file = seal(&license, &key).unwrap();
        prop_assert_eq!(open(file.as_bytes(), &key.public()), Ok(license));
    }

    #[test]
    fn any_changed_byte_is_refused(place: prop::sample::Index, change in 1u8..) {
        let mut file = sealed().into_bytes();
        let place = place.index(file.len());
        file[place] ^= change;
        prop_assert!(opened(&file).is_err(), "{}", String::from_utf8_lossy(&file));
    }

    #[test]
    fn any_bytes_are_refused_without_harm(file in prop::collection::vec(any::<u8>(), 0..2_000)) {
        prop_assert!(opened(file).is_err());
    }

    #[test]
    fn any_value_in_any_place_is_refused_without_harm(field in 1usize..10, value in "\\PC{0,40}") {
        let mut lines: Vec<String> = sealed().lines().map(str::to_owned).collect();
        let (name, _) = lines[field].split_once(": ").unwrap();
        let comma = if lines[field].ends_with(',') { "," } else { "" };
        let changed = format!("{name}: {}{comma}", serde_json::Value::from(value));
        lines[field] = changed;
        prop_assert!(opened(lines.join("\n")).is_err());
    }
}
