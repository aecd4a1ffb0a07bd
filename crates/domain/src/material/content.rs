//! Recognizes files by their content. This is the one place that does.

use crate::material::material::MediaType;

/// How many of its first bytes suffice to recognize a file: room for a hundred brands of a video.
pub const CONTENT_HEAD: usize = 512;

/// What a file is by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// A format that the material library takes.
    Taken(MediaType),
    /// Another one, by its name.
    Other(&'static str),
    /// No format that is known here.
    Unknown,
}

/// Brands of the MP4 family (ISO/IEC 14496-12 and -14, and what apps and cameras write for it). A file that is compatible
/// with one of them plays as MP4, whatever its own brand.
const MP4: [&[u8; 4]; 18] = [
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"iso7", b"iso8", b"iso9", b"mp41", b"mp42",
    b"mp71", b"avc1", b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"dash",
];

/// Formats with the same structure that are something else, although some claim to be compatible with MP4, by their own
/// brands.
const KIN: [(&str, &[&[u8; 4]]); 5] = [
    ("MOV", &[b"qt  "]),
    ("HEIC", &[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]),
    ("AVIF", &[b"avif", b"avis"]),
    ("M4A", &[b"M4A ", b"M4B ", b"M4P "]),
    ("CR3", &[b"crx "]),
];

/// Recognizes a file that begins with `head`, of which [`CONTENT_HEAD`] bytes suffice.
#[must_use]
pub fn recognize_content(head: &[u8]) -> Content {
    if head.starts_with(b"\x89PNG\r\n\x1a\n") {
        Content::Taken(MediaType::Png)
    } else if infer::image::is_jpeg(head) {
        Content::Taken(MediaType::Jpeg)
    } else {
        match head.get(4..8) {
            Some(b"ftyp") => of_brands(head),
            // QuickTime files need not begin with their brands.
            Some(b"moov" | b"mdat" | b"wide" | b"pnot") => Content::Other("MOV"),
            _ => other(head),
        }
    }
}

/// Recognizes a file by its own brand, and by those that it is compatible with.
fn of_brands(head: &[u8]) -> Content {
    let length = head.first_chunk().map_or(0, |size| u32::from_be_bytes(*size));
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(head.len());
    let own = head.get(8..12).unwrap_or_default();
    if let Some((name, _)) = KIN.iter().find(|(_, brands)| brands.iter().any(|brand| own == *brand)) {
        return Content::Other(name);
    }
    let compatible = head.get(16..length).unwrap_or_default().chunks_exact(4);
    if compatible.chain([own]).any(|brand| MP4.iter().any(|known| brand == *known)) {
        Content::Taken(MediaType::Mp4)
    } else if own.starts_with(b"3g") {
        Content::Other("3GP")
    } else {
        Content::Unknown
    }
}

/// Recognizes what is often uploaded by mistake.
fn other(head: &[u8]) -> Content {
    let is_ebml = head.starts_with(b"\x1a\x45\xdf\xa3");
    let holds = |text: &[u8]| head.windows(text.len()).any(|window| window == text);
    match head {
        _ if is_ebml && holds(b"webm") => Content::Other("WebM"),
        _ if is_ebml && holds(b"matroska") => Content::Other("MKV"),
        _ if infer::video::is_avi(head) => Content::Other("AVI"),
        _ if infer::image::is_gif(head) => Content::Other("GIF"),
        _ if infer::image::is_webp(head) => Content::Other("WebP"),
        _ => Content::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VIDEO: Content = Content::Taken(MediaType::Mp4);

    /// The first box of a file of this brand.
    fn branded(own: &str, compatible: &str) -> Vec<u8> {
        let length = u32::try_from(16 + compatible.len()).unwrap();
        [&length.to_be_bytes(), &b"ftyp"[..], own.as_bytes(), b"\0\0\x02\0", compatible.as_bytes()].concat()
    }

    #[test]
    fn a_video_is_mp4_by_any_brand_that_it_is_compatible_with() {
        for (own, compatible, content) in [
            ("isom", "isomiso2avc1mp41", VIDEO),
            ("mp42", "mp42isom", VIDEO),
            ("M4V ", "", VIDEO),
            ("iso8", "", VIDEO),
            ("iso9", "iso9", VIDEO),
            ("XAVC", "XAVCmp42nvr1", VIDEO),
            ("3gp4", "isom3gp4", VIDEO),
            ("3gp5", "3gp5mp42", VIDEO),
            ("cmfc", "cmfcdashisom", VIDEO),
            ("3gp4", "3gp4", Content::Other("3GP")),
            ("XAVC", "XAVC", Content::Unknown),
            ("qt  ", "qt  ", Content::Other("MOV")),
            ("qt  ", "qt  mp42isom", Content::Other("MOV")),
            ("heic", "mif1heic", Content::Other("HEIC")),
            ("msf1", "heviso8", Content::Other("HEIC")),
            ("avis", "avisiso8mp41", Content::Other("AVIF")),
            ("M4A ", "M4A mp42isom", Content::Other("M4A")),
            ("crx ", "crx isom", Content::Other("CR3")),
        ] {
            assert_eq!(recognize_content(&branded(own, compatible)), content, "{own} {compatible}");
        }
        let behind = [branded("XAVC", "XAVC"), b"\0\0\0\x08mp42".to_vec()].concat();
        assert_eq!(recognize_content(&behind), Content::Unknown, "what follows the brands is none");
    }

    #[test]
    fn images_are_recognized_and_others_named() {
        for (head, content) in [
            (&b"\xff\xd8\xff\xe0\0\x10JFIF\0"[..], Content::Taken(MediaType::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Content::Taken(MediaType::Png)),
            (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", Content::Other("WebM")),
            (b"\x1a\x45\xdf\xa3\xa3\x42\x86\x81\x01\x42\x82\x88matroska", Content::Other("MKV")),
            (b"\0\0\x01\0moov\0\0\0\x6cmvhd", Content::Other("MOV")),
            (b"\0\0\0\x08wide\0\0\0\0mdat", Content::Other("MOV")),
            (b"RIFF\0\0\0\0AVI LIST", Content::Other("AVI")),
            (b"GIF89a\x01\0\x01\0", Content::Other("GIF")),
            (b"RIFF\0\0\0\0WEBPVP8 ", Content::Other("WebP")),
            (b"\x89PNG plain text", Content::Unknown),
            (b"<svg xmlns=", Content::Unknown),
            (b"\0\0\0\x18ftyp", Content::Unknown),
            (b"", Content::Unknown),
        ] {
            assert_eq!(recognize_content(head), content, "{:?}", String::from_utf8_lossy(head));
        }
    }
}
