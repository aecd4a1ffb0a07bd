//! The compression of transfers, as the flags of version 2 name it (`SyncFlag`).

/// A compression of `sendrecv_v2`: the pieces of a file together are one compressed stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Packing {
    /// A brotli stream.
    Brotli,
    /// An LZ4 frame.
    Lz4,
    /// A zstd frame.
    Zstd,
}

/// Flag: the file is read to its end and stored nowhere.
pub const DRY_RUN: u32 = 0x8000_0000;

impl Packing {
    /// All of them, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Lz4, Self::Zstd, Self::Brotli];

    /// Its flag in SND2 and RCV2.
    #[must_use]
    pub fn flag(self) -> u32 {
        match self {
            Self::Brotli => 1,
            Self::Lz4 => 2,
            Self::Zstd => 4,
        }
    }

    /// Returns the feature by which a side offers it.
    #[must_use]
    pub const fn feature(self) -> &'static str {
        match self {
            Self::Brotli => "sendrecv_v2_brotli",
            Self::Lz4 => "sendrecv_v2_lz4",
            Self::Zstd => "sendrecv_v2_zstd",
        }
    }

    /// Reads `flags`.
    ///
    /// # Errors
    /// Several compressions, or an unknown flag.
    pub fn from_flags(flags: u32) -> Result<Option<Self>, UnknownFlags> {
        match flags & !DRY_RUN {
            0 => Ok(None),
            packing => Self::ALL
                .into_iter()
                .find(|known| known.flag() == packing)
                .map(Some)
                .ok_or(UnknownFlags(flags)),
        }
    }
}

/// Flags that name no single compression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown flags {0:#x}")]
pub struct UnknownFlags(pub u32);
