//! Tokens from a file, for machines that get their secrets as files. Only their hashes stay in memory.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use tikmatrix_validation::json::without_mark;

use crate::text_file::read_text_file;
use crate::tokens::token::TokenHash;

/// In characters. A shorter token could be guessed, against which a fast hash gives no protection.
const MIN_LENGTH: usize = 32;
/// In characters: more than any tool generates, and less than the head of a request may have.
const MAX_LENGTH: usize = 512;

/// Why a file of tokens cannot be used.
#[derive(Debug, Error)]
pub enum TokenFileError {
    /// It cannot be read.
    #[error("cannot read the token file {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// It holds a line that is no token.
    #[error(
        "the token file {}, line {line}: a token has {MIN_LENGTH} to {MAX_LENGTH} visible ASCII characters and no space; \
         `openssl rand -hex 32` makes one",
        path.display()
    )]
    NoToken {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
    },
    /// It holds no token.
    #[error("the token file {} holds no token", path.display())]
    Empty {
        /// The file.
        path: PathBuf,
    },
}

/// Reads the tokens of a file: one on each line, apart from empty lines and those that begin with `#`.
pub(crate) fn read(path: &Path) -> Result<Vec<TokenHash>, TokenFileError> {
    let text = read_text_file(path)
        .map_err(|source| TokenFileError::Unreadable { path: path.to_owned(), source })?;
    let tokens =
        parse(without_mark(&text)).map_err(|line| TokenFileError::NoToken { path: path.to_owned(), line })?;
    if tokens.is_empty() {
        return Err(TokenFileError::Empty { path: path.to_owned() });
    }
    #[cfg(unix)]
    warn_if_others_can_read(path);
    Ok(tokens)
}

/// The hashes, or the number of the line that holds no token.
fn parse(text: &str) -> Result<Vec<TokenHash>, usize> {
    let mut hashes = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let is_token = (MIN_LENGTH..=MAX_LENGTH).contains(&line.len())
            && line.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token {
            return Err(index + 1);
        }
        hashes.push(TokenHash::of(line));
    }
    Ok(hashes)
}

#[cfg(unix)]
fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let Ok(about) = path.metadata() else { return };
    if about.permissions().mode() & 0o004 != 0 {
        log::warn!("every user of this machine can read the token file {0}: chmod 600 {0}", path.display());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_one_token_a_line_and_may_have_remarks() {
        let text = format!("# for the uploader\n{}\n\n  {}\r\n", "a".repeat(64), "b".repeat(32));
        let hashes = parse(&text).unwrap();
        assert_eq!(hashes.len(), 2);
        assert!(bool::from(TokenHash::of(&"b".repeat(32)).is_one_of(&hashes)));
    }

    #[test]
    fn what_can_be_guessed_is_no_token() {
        assert_eq!(parse(&format!("{}\nsecret\n", "a".repeat(64))).unwrap_err(), 2);
        assert_eq!(parse(&"a ".repeat(20)).unwrap_err(), 1);
        assert_eq!(parse(&"x".repeat(513)).unwrap_err(), 1);
    }

    #[test]
    fn a_file_without_a_token_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens");
        assert!(matches!(read(&path), Err(TokenFileError::Unreadable { .. })));
        std::fs::write(&path, "# nothing yet\n").unwrap();
        assert!(read(&path).unwrap_err().to_string().contains(path.to_str().unwrap()));
    }
}
