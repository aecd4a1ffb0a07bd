//! The package name of an APK, from the binary XML of its manifest. Source of the format: AOSP frameworks/base,
//! `libs/androidfw/include/androidfw/ResourceTypes.h`.

use std::io::{Cursor, Read};

use thiserror::Error;

const MAX_MANIFEST_BYTES: u64 = 4 * 1024 * 1024;
/// Kinds of chunks, and the flag of a pool in UTF-8.
const STRING_POOL: u16 = 0x0001;
const START_ELEMENT: u16 = 0x0102;
const IS_UTF8: u32 = 0x0100;

/// The file is no APK, or does not name its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Failed to parse base.apk")]
pub(crate) struct NotAnApk;

/// The name of the package in an APK.
pub(crate) fn package_name(apk: &[u8]) -> Result<String, NotAnApk> {
    let mut archive = zip::ZipArchive::new(Cursor::new(apk)).map_err(|_| NotAnApk)?;
    let file = archive.by_name("AndroidManifest.xml").map_err(|_| NotAnApk)?;
    let mut manifest = Vec::new();
    file.take(MAX_MANIFEST_BYTES).read_to_end(&mut manifest).map_err(|_| NotAnApk)?;
    package_of(&manifest).filter(|name| is_name(name)).ok_or(NotAnApk)
}

fn is_name(name: &str) -> bool {
    name.contains('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._".contains(&byte))
}

fn package_of(manifest: &[u8]) -> Option<String> {
    let mut strings = Vec::new();
    let mut rest = manifest.get(usize::from(u16_at(manifest, 2)?)..)?;
    loop {
        let length = usize::try_from(u32_at(rest, 4)?).ok()?;
        // A chunk of length 0 would loop for ever.
        let chunk = rest.get(..length).filter(|chunk| chunk.len() >= 8)?;
        match u16_at(chunk, 0)? {
            STRING_POOL => strings = read_strings(chunk)?,
            START_ELEMENT => return attribute(chunk, &strings, "package"),
            _ => {}
        }
        rest = rest.get(length..)?;
    }
}

/// The value of an attribute of the first element, which is `manifest`.
fn attribute(element: &[u8], strings: &[String], wanted: &str) -> Option<String> {
    let body = element.get(usize::from(u16_at(element, 2)?)..)?;
    let string = |index: u32| strings.get(usize::try_from(index).ok()?);
    if string(u32_at(body, 4)?)? != "manifest" {
        return None;
    }
    let (start, size) = (usize::from(u16_at(body, 8)?), usize::from(u16_at(body, 10)?));
    let attributes = body.get(start..)?.chunks_exact(size.max(20)).take(usize::from(u16_at(body, 12)?));
    attributes
        .filter(|attribute| u32_at(attribute, 4).and_then(string).is_some_and(|name| name == wanted))
        .find_map(|attribute| string(u32_at(attribute, 8)?).cloned())
}

fn read_strings(pool: &[u8]) -> Option<Vec<String>> {
    let (header, count) = (usize::from(u16_at(pool, 2)?), u32_at(pool, 8)?);
    let (flags, start) = (u32_at(pool, 16)?, usize::try_from(u32_at(pool, 20)?).ok()?);
    let offsets = pool.get(header..)?.chunks_exact(4).take(usize::try_from(count).ok()?);
    offsets
        .map(|offset| {
            let at = start.checked_add(usize::try_from(u32_at(offset, 0)?).ok()?)?;
            let text = pool.get(at..)?;
            if flags & IS_UTF8 == 0 { read_utf16(text) } else { read_utf8(text) }
        })
        .collect()
}

/// A length of one or two units, the units, and a zero.
fn read_utf16(text: &[u8]) -> Option<String> {
    let first = u16_at(text, 0)?;
    let (length, at) = if first & 0x8000 == 0 {
        (usize::from(first), 2)
    } else {
        ((usize::from(first & 0x7fff) << 16) | usize::from(u16_at(text, 2)?), 4)
    };
    let units: Option<Vec<u16>> = (0..length).map(|index| u16_at(text, at + 2 * index)).collect();
    Some(String::from_utf16_lossy(&units?))
}

/// Two lengths of one or two bytes each, in characters and in bytes, then the bytes, and a zero.
fn read_utf8(text: &[u8]) -> Option<String> {
    let skipped = if text.first()? & 0x80 == 0 { 1 } else { 2 };
    let first = *text.get(skipped)?;
    let (length, at) = if first & 0x80 == 0 {
        (usize::from(first), skipped + 1)
    } else {
        ((usize::from(first & 0x7f) << 8) | usize::from(*text.get(skipped + 1)?), skipped + 2)
    };
    Some(String::from_utf8_lossy(text.get(at..at + length)?).into_owned())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    /// `<manifest package="NAME">` as the build tools write it.
    fn manifest(name: &str, utf8: bool) -> Vec<u8> {
        let mut offsets = Vec::new();
        let mut texts = Vec::new();
        for text in ["manifest", "package", name] {
            offsets.extend_from_slice(&u32::try_from(texts.len()).unwrap().to_le_bytes());
            if utf8 {
                let length = u8::try_from(text.len()).unwrap();
                texts.extend_from_slice(&[length, length]);
                texts.extend_from_slice(text.as_bytes());
                texts.push(0);
            } else {
                let units: Vec<u16> = text.encode_utf16().chain([0]).collect();
                texts.extend_from_slice(&u16::try_from(units.len() - 1).unwrap().to_le_bytes());
                texts.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
            }
        }
        texts.resize(texts.len().next_multiple_of(4), 0);
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
        let length = u32::try_from(28 + offsets.len() + texts.len()).unwrap();
        let flags = if utf8 { IS_UTF8 } else { 0 };
        let start = u32::try_from(28 + offsets.len()).unwrap();
        let pool = [words(&[0x001c_0001, length, 3, 0, flags, start, 0]), offsets, texts].concat();
        let none = u32::MAX;
        let element =
            words(&[0x0010_0102, 56, 1, none, none, 0, 0x0014_0014, 1, 0, none, 1, 2, 0x0300_0008, 2]);
        let length = u32::try_from(8 + pool.len() + element.len()).unwrap();
        [words(&[0x0008_0003, length]), pool, element].concat()
    }

    fn apk(manifest: &[u8]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file("AndroidManifest.xml", zip::write::SimpleFileOptions::default()).unwrap();
        archive.write_all(manifest).unwrap();
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn the_package_name_comes_from_the_manifest() {
        for utf8 in [true, false] {
            let apk = apk(&manifest("com.example.app", utf8));
            assert_eq!(package_name(&apk), Ok("com.example.app".to_owned()));
        }
        for broken in [b"".to_vec(), b"PK".to_vec(), apk(b""), apk(&manifest("../x", true))] {
            assert_eq!(package_name(&broken), Err(NotAnApk));
        }
    }

    proptest! {
        #[test]
        fn no_manifest_makes_the_reader_panic(at in 0_usize..300, byte: u8, length in 0_usize..400) {
            let mut bytes = manifest("com.example.app", true);
            let end = bytes.len();
            bytes[at % end] = byte;
            bytes.truncate(length);
            let _ = package_of(&bytes);
        }
    }
}
