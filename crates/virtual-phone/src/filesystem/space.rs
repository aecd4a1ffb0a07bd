//! How many bytes the files of one phone take, and may take.

use super::error::FileError;

/// The bytes in use, by content and by the files themselves, and their limit.
#[derive(Debug)]
pub struct Space {
    used: u64,
    capacity: u64,
}

impl Space {
    pub(super) fn new(used: u64, capacity: u64) -> Self {
        Self { used, capacity }
    }

    /// The bytes in use.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used
    }

    /// The bytes that can be in use.
    #[must_use]
    pub fn capacity(&self) -> u64 {
        self.capacity
    }

    pub(super) fn take(&mut self, bytes: u64) -> Result<(), FileError> {
        if bytes > self.capacity.saturating_sub(self.used) {
            return Err(FileError::NoSpace);
        }
        self.used += bytes;
        Ok(())
    }

    pub(super) fn release(&mut self, bytes: u64) {
        self.used = self.used.saturating_sub(bytes);
    }
}
