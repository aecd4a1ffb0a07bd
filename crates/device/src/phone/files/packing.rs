//! The choice of a file's compression. Compressing costs both sides time, so it is done only where it pays: not for kinds of
//! files that are compressed already, and for others when a sample of the file shrinks.

use tokio::io::AsyncReadExt;

use async_compression::tokio::bufread::Lz4Encoder;

use crate::adb::handshake::{Banner, SENDRECV_V2};
use crate::adb::sync::Packing;

/// Bytes of the sample at the beginning of a file.
pub(super) const SAMPLE: usize = 64 * 1024;
/// The size in bytes from which compression is worth its cost.
const MIN_LEN: usize = 4 * 1024;
/// Kinds of files that are compressed already.
const PACKED: &[&str] = &[
    "mp4", "m4v", "mov", "webm", "mkv", "3gp", "jpg", "jpeg", "png", "webp", "gif", "heic", "heif", "avif",
    "mp3", "m4a", "aac", "ogg", "opus", "flac", "zip", "apk", "jar", "gz", "xz", "zst", "7z",
];
/// Kinds of files that always shrink.
const COMPRESSIBLE: &[&str] = &[
    "txt", "xml", "json", "csv", "tsv", "log", "html", "js", "css", "md", "db", "sqlite", "bmp", "raw",
    "wav", "tar",
];

/// Whether a file is compressed on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Where it pays: a push decides by the file's name and a sample, a pull by its name alone, since the phone sends the
    /// whole file in one form.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Always with this one; not at all if the phone does not support it.
    With(Packing),
}

/// The choice before a sample is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Settled(Option<Packing>),
    /// This one, if a sample of the file shrinks.
    IfItPays(Packing),
}

impl Compression {
    /// Chooses the compression of a file at `path` for a phone with this banner.
    pub(super) fn choose(self, banner: &Banner, path: &str) -> Choice {
        let known = |packing: Packing| banner.offers(SENDRECV_V2) && banner.offers(packing.feature());
        let best = Packing::ALL.into_iter().find(|packing| known(*packing));
        match (self, best) {
            (Self::With(packing), _) => Choice::Settled(Some(packing).filter(|packing| known(*packing))),
            (Self::Never, _) | (Self::Auto, None) => Choice::Settled(None),
            (Self::Auto, Some(best)) => {
                let name = path.rsplit('/').next().unwrap_or(path);
                let kind = name.rsplit_once('.').map(|(_, kind)| kind.to_ascii_lowercase());
                match kind.as_deref() {
                    Some(kind) if PACKED.contains(&kind) => Choice::Settled(None),
                    Some(kind) if COMPRESSIBLE.contains(&kind) => Choice::Settled(Some(best)),
                    _ => Choice::IfItPays(best),
                }
            }
        }
    }
}

/// Returns whether a file that begins with `head` shrinks by at least a quarter.
pub(super) async fn pays(head: &[u8]) -> bool {
    let mut packed = Vec::with_capacity(head.len());
    let read = Lz4Encoder::new(head).read_to_end(&mut packed).await;
    head.len() >= MIN_LEN && read.is_ok() && packed.len() <= head.len() / 4 * 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adb::sync::Packing::{Brotli, Lz4, Zstd};

    fn phone(packings: &[Packing]) -> Banner {
        let features: Vec<&str> = packings.iter().map(|packing| packing.feature()).collect();
        Banner::new("device", &[&[SENDRECV_V2], &features[..]].concat())
    }

    #[test]
    fn a_video_is_never_compressed_a_text_always_and_the_rest_by_its_sample() {
        let phone = phone(&Packing::ALL);
        let choose = |path| Compression::Auto.choose(&phone, path);
        assert_eq!(choose("/sdcard/DCIM/a.MP4"), Choice::Settled(None));
        assert_eq!(choose("/sdcard/dump.xml"), Choice::Settled(Some(Lz4)));
        for path in ["/sdcard/it", "/sdcard/a.b/it", "/sdcard/it.bin", ""] {
            assert_eq!(choose(path), Choice::IfItPays(Lz4), "{path}");
        }
    }

    #[test]
    fn only_a_compression_that_the_phone_supports_is_chosen() {
        let choose =
            |compression: Compression, packings: &[Packing]| compression.choose(&phone(packings), "a.txt");
        assert_eq!(choose(Compression::Auto, &[Zstd, Brotli]), Choice::Settled(Some(Zstd)));
        assert_eq!(choose(Compression::With(Brotli), &Packing::ALL), Choice::Settled(Some(Brotli)));
        assert_eq!(choose(Compression::With(Lz4), &[Zstd]), Choice::Settled(None));
        assert_eq!(choose(Compression::Never, &Packing::ALL), Choice::Settled(None));
        assert_eq!(choose(Compression::Auto, &[]), Choice::Settled(None));
    }

    #[tokio::test]
    async fn noise_is_not_compressed_and_zeros_are() {
        let mut noise = vec![0_u8; SAMPLE];
        let mut state = 1_u32;
        for byte in &mut noise {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = state.to_le_bytes()[3];
        }
        assert!(!pays(&noise).await);
        assert!(pays(&[0; SAMPLE]).await);
        assert!(!pays(&[0; 100]).await, "too short");
    }
}
