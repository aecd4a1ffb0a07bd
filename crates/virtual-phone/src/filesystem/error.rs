//! Why a file operation failed, with the texts of Android's `strerror`.

use thiserror::Error;

/// A failed file operation. `Display` is the text that toybox prints after the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FileError {
    /// `ENOENT`.
    #[error("No such file or directory")]
    NotFound,
    /// `ENOTDIR`.
    #[error("Not a directory")]
    NotADirectory,
    /// `EISDIR`.
    #[error("Is a directory")]
    IsADirectory,
    /// `EEXIST`.
    #[error("File exists")]
    Exists,
    /// `ENOTEMPTY`.
    #[error("Directory not empty")]
    NotEmpty,
    /// `EACCES`: not allowed for the shell's user.
    #[error("Permission denied")]
    PermissionDenied,
    /// `ENOSPC`: the capacity is used up.
    #[error("No space left on device")]
    NoSpace,
    /// `ELOOP`.
    #[error("Too many symbolic links encountered")]
    TooManyLinks,
    /// `ENAMETOOLONG`.
    #[error("File name too long")]
    NameTooLong,
    /// `EINVAL`: moving a directory into itself, or a path that is not absolute.
    #[error("Invalid argument")]
    InvalidArgument,
}

impl FileError {
    /// The number of the error on Linux, as `sync:` STAT v2 reports it.
    #[must_use]
    pub fn number(self) -> u32 {
        match self {
            Self::NotFound => 2,
            Self::PermissionDenied => 13,
            Self::Exists => 17,
            Self::NotADirectory => 20,
            Self::IsADirectory => 21,
            Self::InvalidArgument => 22,
            Self::NoSpace => 28,
            Self::NameTooLong => 36,
            Self::NotEmpty => 39,
            Self::TooManyLinks => 40,
        }
    }
}
