//! Detects the media type of a file by its first bytes.

use tikmatrix_domain::MediaType;

/// The number of bytes that suffice, in bytes.
pub(crate) const ENOUGH: usize = 32;

/// Returns the media type of a file that begins with `head`; `None` if the library does not accept it.
pub(crate) fn of(head: &[u8]) -> Option<MediaType> {
    match head {
        _ if infer::image::is_png(head) && head.starts_with(b"\x89PNG\r\n\x1a\n") => Some(MediaType::Png),
        _ if infer::image::is_jpeg(head) => Some(MediaType::Jpeg),
        // Apple's own brand of MP4 is M4V.
        _ if infer::video::is_mp4(head) || infer::video::is_m4v(head) => Some(MediaType::Mp4),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_three_that_are_published_are_known_and_their_kin_are_not() {
        for (head, media_type) in [
            (&b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2"[..], Some(MediaType::Mp4)),
            (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", Some(MediaType::Mp4)),
            (b"\0\0\0\x1cftypM4V \0\0\0\x01", Some(MediaType::Mp4)),
            (b"\xff\xd8\xff\xe0\0\x10JFIF\0", Some(MediaType::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(MediaType::Png)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", None),
            (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1", None),
            (b"\0\0\0\x14ftypqt  \0\0\0\0qt  ", None),
            (b"GIF89a\x01\0\x01\0", None),
            (b"\x89PNG plain text", None),
            (b"RIFF\0\0\0\0WEBPVP8 ", None),
            (b"<svg xmlns=", None),
            (b"", None),
        ] {
            assert_eq!(of(head), media_type, "{:?}", String::from_utf8_lossy(head));
        }
    }
}
