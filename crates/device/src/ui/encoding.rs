//! The text of a dump's bytes: UTF-8, or UTF-16 as PowerShell redirects it; and other kinds of files, by name.

use std::borrow::Cow;

use super::tree_error::UiTreeError;

/// Decodes a dump by its byte order mark; without one, UTF-16 is known by the zero bytes around its first character.
///
/// # Errors
/// [`UiTreeError::OtherFormat`] for a file of another kind.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, UiTreeError> {
    match bytes {
        [0x1f, 0x8b, ..] => Err(UiTreeError::OtherFormat("a gzip file")),
        [b'P', b'K', 3, 4, ..] => Err(UiTreeError::OtherFormat("a zip file")),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, 0xff, ..] => Err(UiTreeError::OtherFormat("a picture")),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8(rest),
        [0xff, 0xfe, rest @ ..] => Ok(utf16(rest, u16::from_le_bytes)),
        [0xfe, 0xff, rest @ ..] => Ok(utf16(rest, u16::from_be_bytes)),
        [b'<', 0, ..] => Ok(utf16(bytes, u16::from_le_bytes)),
        [0, b'<', ..] => Ok(utf16(bytes, u16::from_be_bytes)),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Result<Cow<'_, str>, UiTreeError> {
    match bytes.trim_ascii_start() {
        [b'{' | b'[', ..] => Err(UiTreeError::OtherFormat("JSON")),
        _ => Ok(String::from_utf8_lossy(bytes)),
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'static, str> {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
    Cow::Owned(String::from_utf16_lossy(&units))
}

#[cfg(test)]
mod tests {
    use crate::ui::{UiTree, UiTreeError};

    const DUMP: &str = "<?xml version='1.0'?>\n<hierarchy><node text=\"Publi\u{e9} \u{1f600}\"/></hierarchy>";

    fn with_mark(mark: &[u8], encoded: impl Iterator<Item = [u8; 2]>) -> Vec<u8> {
        mark.iter().copied().chain(encoded.flatten()).collect()
    }

    #[test]
    fn a_dump_is_read_in_every_encoding_of_windows() {
        let read = |bytes: &[u8]| UiTree::parse(bytes).unwrap().iter().next().unwrap().text.clone();
        let little = || DUMP.encode_utf16().map(u16::to_le_bytes);
        let big = || DUMP.encode_utf16().map(u16::to_be_bytes);
        for bytes in [
            [b"\xef\xbb\xbf", DUMP.as_bytes()].concat(),
            with_mark(b"\xff\xfe", little()),
            with_mark(b"\xfe\xff", big()),
            with_mark(b"", little()),
            with_mark(b"", big()),
        ] {
            assert_eq!(read(&bytes), "Publi\u{e9} \u{1f600}");
        }
    }

    #[test]
    fn other_files_are_named() {
        let refused = |bytes: &[u8]| UiTree::parse(bytes).unwrap_err().to_string();
        assert!(refused(b"\x1f\x8b\x08\x00<").contains("a gzip file"));
        assert!(refused(b" {\"value\": \"<hierarchy>\"}").contains("JSON"));
        assert!(refused(b"\x89PNG\r\n").contains("a picture"));
    }

    #[test]
    fn a_dump_that_is_cut_off_is_named_with_where_it_ends() {
        let truncated = |text: &str| UiTree::parse(text.as_bytes()).unwrap_err();
        assert_eq!(truncated("<hierarchy>\n<node text=\"a"), UiTreeError::Truncated { line: 2, column: 14 });
        assert_eq!(truncated("<hierarchy>\n  <node/>\n"), UiTreeError::Truncated { line: 2, column: 10 });
    }

    #[test]
    fn what_is_wrong_is_at_its_line_and_column_of_the_file() {
        let error =
            UiTree::parse(b"remark\n<hierarchy>\n<node text=a/></hierarchy>").unwrap_err().to_string();
        assert!(error.contains("line 3, column 12"), "{error}");
    }
}
