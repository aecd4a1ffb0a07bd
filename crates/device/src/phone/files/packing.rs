//! Whether a file is packed on its way, and how. Packing costs both sides time, so it is done only where it pays: not for
//! files whose kind is packed already, and else when the file's beginning says so.

use tokio::io::AsyncReadExt;

use async_compression::tokio::bufread::Lz4Encoder;

use crate::adb::handshake::{Banner, SENDRECV_V2};
use crate::adb::sync::Packing;

/// Bytes at the beginning of a file by which it is judged.
pub(super) const SAMPLE: usize = 64 * 1024;
/// Below this many bytes there is nothing to gain.
const WORTH_IT: usize = 4 * 1024;
/// Kinds of files that are packed by themselves.
const PACKED: &[&str] = &[
    "mp4", "m4v", "mov", "webm", "mkv", "3gp", "jpg", "jpeg", "png", "webp", "gif", "heic", "heif", "avif",
    "mp3", "m4a", "aac", "ogg", "opus", "flac", "zip", "apk", "jar", "gz", "xz", "zst", "7z",
];
/// Kinds of files that always become smaller.
const LOOSE: &[&str] = &[
    "txt", "xml", "json", "csv", "tsv", "log", "html", "js", "css", "md", "db", "sqlite", "bmp", "raw",
    "wav", "tar",
];

/// Whether a file is packed on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// Where it pays: a push looks at the file's name and beginning, a pull at its name alone, since the phone sends
    /// the whole file in one form.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Always in this way; not at all if the phone does not know it.
    With(Packing),
}

/// What is known before the file was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    Settled(Option<Packing>),
    /// This one, if the file's beginning becomes smaller by it.
    IfItPays(Packing),
}

impl Compression {
    /// How a file of this path goes to, or comes from, a phone of this banner.
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
                    Some(kind) if LOOSE.contains(&kind) => Choice::Settled(Some(best)),
                    _ => Choice::IfItPays(best),
                }
            }
        }
    }
}

/// Whether a file that begins with `head` becomes smaller by a quarter at least.
pub(super) async fn pays(head: &[u8]) -> bool {
    let mut packed = Vec::with_capacity(head.len());
    let read = Lz4Encoder::new(head).read_to_end(&mut packed).await;
    head.len() >= WORTH_IT && read.is_ok() && packed.len() <= head.len() / 4 * 3
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
    fn a_video_is_never_packed_a_text_always_and_the_rest_is_looked_at() {
        let phone = phone(&Packing::ALL);
        let choose = |path| Compression::Auto.choose(&phone, path);
        assert_eq!(choose("/sdcard/DCIM/a.MP4"), Choice::Settled(None));
        assert_eq!(choose("/sdcard/dump.xml"), Choice::Settled(Some(Lz4)));
        for path in ["/sdcard/it", "/sdcard/a.b/it", "/sdcard/it.bin", ""] {
            assert_eq!(choose(path), Choice::IfItPays(Lz4), "{path}");
        }
    }

    #[test]
    fn a_phone_gets_what_it_knows_and_nothing_else() {
        let choose =
            |compression: Compression, packings: &[Packing]| compression.choose(&phone(packings), "a.txt");
        assert_eq!(choose(Compression::Auto, &[Zstd, Brotli]), Choice::Settled(Some(Zstd)));
        assert_eq!(choose(Compression::With(Brotli), &Packing::ALL), Choice::Settled(Some(Brotli)));
        assert_eq!(choose(Compression::With(Lz4), &[Zstd]), Choice::Settled(None));
        assert_eq!(choose(Compression::Never, &Packing::ALL), Choice::Settled(None));
        assert_eq!(choose(Compression::Auto, &[]), Choice::Settled(None));
    }

    #[tokio::test]
    async fn noise_is_not_packed_and_zeros_are() {
        let mut noise = vec![0_u8; SAMPLE];
        let mut state = 1_u32;
        for byte in &mut noise {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *byte = state.to_le_bytes()[3];
        }
        assert!(!pays(&noise).await);
        assert!(pays(&[0; SAMPLE]).await);
        assert!(!pays(&[0; 100]).await, "not worth the trouble");
    }
}
