//! Videos to publish: playable, small, and each with a hash of its own.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

const PLAYABLE: &[u8] = include_bytes!("../../../../crates/api/assets/demo.mp4");

/// A file on disk.
pub(crate) struct Video {
    path: PathBuf,
    /// Of its bytes, in hexadecimal.
    pub(crate) sha256: String,
}

impl Video {
    /// Makes `name` in `directory`. Videos of different names differ in their bytes too.
    pub(crate) fn make(directory: &Path, name: &str) -> Self {
        let mut bytes = PLAYABLE.to_vec();
        // A box of type "free" may hold anything, and players skip it.
        bytes.extend(u32::try_from(8 + name.len()).unwrap().to_be_bytes());
        bytes.extend(b"free");
        bytes.extend(name.as_bytes());
        let path = directory.join(name);
        std::fs::write(&path, &bytes).unwrap();
        Self { path, sha256: Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    /// Another path to a video that was made.
    pub(crate) fn at(path: PathBuf) -> Self {
        let bytes = std::fs::read(&path).unwrap();
        Self { path, sha256: Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect() }
    }

    pub(crate) fn path(&self) -> &str {
        self.path.to_str().unwrap()
    }
}
