//! The keys by which phones know this machine, against what others made of the same ones: the private keys and the
//! signature in `keys/` are OpenSSL's, the public key is `adb pubkey`'s. None of them opens any phone.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use getrandom::SysRng;
use proptest::prelude::*;
use tikmatrix_device::adb::keys::{
    AdbKey, AdbPublicKey, KeyError, KeyFiles, KeyRing, KeyStore, KeyStoreError, PUBLIC_KEY_LEN, TOKEN_LEN,
};

const FIRST: &str = include_str!("../../keys/first.pem");
const SECOND: &str = include_str!("../../keys/second.pem");
const FIRST_PUBLIC: &str = include_str!("../../keys/first.pub");
const FIRST_SIGNATURE: &[u8] = include_bytes!("../../keys/first.signature");

/// The token that OpenSSL signed.
fn token() -> [u8; TOKEN_LEN] {
    std::array::from_fn(|index| u8::try_from(index).unwrap())
}

fn first() -> AdbKey {
    AdbKey::from_pem(FIRST).unwrap()
}

#[test]
fn a_token_is_signed_as_openssl_signs_a_sha1_digest() {
    assert_eq!(first().sign(&token()).unwrap(), FIRST_SIGNATURE);
    assert!(first().public().verifies(&token(), FIRST_SIGNATURE));
}

#[test]
fn a_signature_is_good_for_its_key_and_its_token_alone() {
    let second = AdbKey::from_pem(SECOND).unwrap();
    assert!(!second.public().verifies(&token(), FIRST_SIGNATURE));
    assert!(!first().public().verifies(&[7; TOKEN_LEN], FIRST_SIGNATURE));
    for wrong in [&FIRST_SIGNATURE[1..], &[], &[0; 256], &[255; 256], &[1; 4096]] {
        assert!(!first().public().verifies(&token(), wrong));
    }
}

#[test]
fn the_public_key_is_the_line_that_adb_makes_of_it() {
    assert_eq!(first().public().line("user@host"), FIRST_PUBLIC.trim_end());
    assert_eq!(AdbPublicKey::parse(FIRST_PUBLIC.as_bytes()).unwrap(), *first().public());
    let as_sent = [FIRST_PUBLIC.trim_end().as_bytes(), b"\0"].concat();
    assert_eq!(AdbPublicKey::parse(&as_sent).unwrap(), *first().public());
    let shown = "C4:73:B8:E8:B3:AB:A4:DC:3C:E2:FB:4C:58:A4:2B:36";
    assert_eq!(first().public().fingerprint(), shown);
}

#[test]
fn both_forms_of_pem_hold_the_same_key_and_it_is_written_in_adbs() {
    let older = AdbKey::from_pem(include_str!("../../keys/first-pkcs1.pem")).unwrap();
    assert_eq!(older.public(), first().public());
    assert_eq!(first().to_pem().unwrap(), FIRST);
}

#[test]
fn what_is_no_key_for_adb_is_refused_without_a_word_of_it() {
    let refused = |pem: &str| AdbKey::from_pem(pem).unwrap_err();
    assert_eq!(refused(include_str!("../../keys/locked.pem")), KeyError::Encrypted);
    assert_eq!(refused(include_str!("../../keys/large.pem")), KeyError::WrongSize(3072));
    let torn = FIRST.replacen("MII", "???", 1);
    for pem in ["", "secret", "-----BEGIN PRIVATE KEY-----", FIRST_PUBLIC, &torn, &FIRST[..800]] {
        let error = refused(pem);
        assert!(matches!(error, KeyError::NotPem(_)), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert!(!format!("{:?}", first()).contains(FIRST.lines().nth(1).unwrap()));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]

    #[test]
    fn any_key_of_the_right_size_comes_back_from_its_line(
        mut modulus in prop::collection::vec(any::<u8>(), 256),
        exponent in (1_u32..=u32::MAX / 2).prop_map(|half| 2 * half + 1),
        owner in "[ -~]{0,40}",
    ) {
        modulus[0] |= 1;
        modulus[255] |= 0x80;
        let encoded = [&64_u32.to_le_bytes()[..], &[0; 4], &modulus, &[0; 256], &exponent.to_le_bytes()].concat();
        prop_assert_eq!(encoded.len(), PUBLIC_KEY_LEN);
        let key = AdbPublicKey::parse(base64(&encoded).as_bytes()).unwrap();
        prop_assert_eq!(AdbPublicKey::parse(key.line(&owner).as_bytes()).unwrap(), key);
    }

    #[test]
    fn any_line_is_a_key_or_an_error(line in prop::collection::vec(any::<u8>(), 0..1000)) {
        let _ = AdbPublicKey::parse(&line);
        let _ = AdbPublicKey::parse(base64(&line).as_bytes());
        let _ = AdbPublicKey::parse(base64(&[&64_u32.to_le_bytes()[..], &line, &[0; 520]].concat()[..524]).as_bytes());
    }

    #[test]
    fn a_damaged_pem_is_a_key_that_works_or_an_error(place in 0_usize..1700, byte in any::<char>()) {
        let mut characters: Vec<char> = FIRST.chars().collect();
        characters[place] = byte;
        if let Ok(key) = AdbKey::from_pem(&characters.into_iter().collect::<String>()) {
            prop_assert!(key.sign(&token()).is_ok_and(|signature| key.public().verifies(&token(), &signature)));
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn files(own: &Path, vendors: &[&Path]) -> KeyFiles {
    let vendors = vendors.iter().map(|path| (*path).to_owned()).collect();
    KeyFiles { own: Some(own.to_owned()), vendors, owner: "user@host".to_owned() }
}

fn fingerprints(ring: &KeyRing) -> Vec<String> {
    ring.keys().map(|key| key.public().fingerprint()).collect()
}

#[test]
fn a_missing_key_is_made_once_for_its_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/.android/adbkey");
    let files = files(&path, &[]);
    // Two servers that start together have one key between them.
    let loads: Vec<_> = std::iter::repeat_with(|| {
        let files = files.clone();
        std::thread::spawn(move || fingerprints(&files.load(&mut SysRng).unwrap()))
    })
    .take(2)
    .collect();
    let mut found: Vec<_> = loads.into_iter().map(|load| load.join().unwrap()).collect();
    found.push(fingerprints(&files.load(&mut SysRng).unwrap()));
    assert!(found[0].len() == 1 && found.iter().all(|keys| *keys == found[0]), "{found:?}");

    let key = AdbKey::from_pem(&fs::read_to_string(&path).unwrap()).unwrap();
    let public = fs::read_to_string(path.with_extension("pub")).unwrap();
    assert_eq!(public, key.public().line("user@host"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let names = fs::read_dir(path.parent().unwrap()).unwrap().count();
    assert_eq!(names, 2, "nothing else is left lying about");
}

#[test]
fn vendors_keys_are_found_in_files_and_folders_and_broken_ones_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    };
    let own = write("adbkey", FIRST);
    let broken = write("broken", "no key");
    write("vendors/b.adb_key", SECOND);
    write("vendors/a.adb_key", FIRST);
    write("vendors/other.txt", "no key");
    let vendors = folder.path().join("vendors");
    let missing = folder.path().join("missing");
    let keys = files(&own, &[&broken, &missing, &vendors]).load(&mut SysRng).unwrap();
    let second = AdbKey::from_pem(SECOND).unwrap();
    let expected = [&first(), &second].map(|key| key.public().fingerprint());
    assert_eq!(fingerprints(&keys), expected);
}

#[test]
fn an_own_key_that_cannot_be_read_is_named_unless_there_is_another() {
    let folder = tempfile::tempdir().unwrap();
    let (own, vendor) = (folder.path().join("adbkey"), folder.path().join("v.adb_key"));
    fs::write(&own, "no key").unwrap();
    fs::write(&vendor, SECOND).unwrap();
    let error = files(&own, &[]).load(&mut SysRng).unwrap_err();
    assert!(error.to_string().contains(own.to_str().unwrap()), "{error}");
    assert_eq!(fs::read_to_string(&own).unwrap(), "no key", "what is there is never written over");
    assert_eq!(files(&own, &[&vendor]).load(&mut SysRng).unwrap().keys().count(), 1);
    let nowhere = KeyFiles::default().load(&mut SysRng).unwrap_err();
    assert!(matches!(nowhere, KeyStoreError::NoPlace), "{nowhere}");
    fs::write(&own, vec![b'x'; 1_000_000]).unwrap();
    assert!(files(&own, &[]).load(&mut SysRng).is_err());
}

#[cfg(unix)]
#[test]
fn a_key_file_without_an_end_is_named_with_the_limit() {
    let error = files(Path::new("/dev/zero"), &[]).load(&mut SysRng).unwrap_err();
    assert_eq!(error.to_string(), "the ADB key /dev/zero: it is longer than 65536 bytes and no key");
}

#[tokio::test]
async fn a_store_reads_its_keys_once_and_tries_again_after_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("adbkey");
    fs::write(&own, "no key").unwrap();
    let store = KeyStore::new(files(&own, &[]));
    store.ring().await.unwrap_err();
    fs::write(&own, FIRST).unwrap();
    let before = fingerprints(&store.ring().await.unwrap());
    fs::write(&own, SECOND).unwrap();
    assert_eq!(fingerprints(&store.ring().await.unwrap()), before);
}
