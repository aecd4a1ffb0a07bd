//! Tokens from a file, for machines that get their secrets as files. Only their hashes stay in memory.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;
use tikmatrix_domain::{Actor, Role};
use tikmatrix_validation::json::without_mark;

use crate::text_file::read_text_file;
use crate::tokens::caller::Caller;
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
        "the token file {}, line {line}: a token has {MIN_LENGTH} to {MAX_LENGTH} visible ASCII characters and no space, and \
         only its role (viewer, operator or admin) may follow; `openssl rand -hex 32` makes one",
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

/// A token of a file, and who a request with it comes from.
#[derive(Debug)]
pub(crate) struct FileToken {
    pub(crate) hash: TokenHash,
    pub(crate) caller: Caller,
}

/// Reads the tokens of a file: one on each line, apart from empty lines and those that begin with `#`. The role of a token
/// may follow it behind a space; without one it is an admin's.
pub(crate) fn read(path: &Path) -> Result<Vec<FileToken>, TokenFileError> {
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

/// The tokens, or the number of the line that holds none.
fn parse(text: &str) -> Result<Vec<FileToken>, usize> {
    let lines = text.lines().map(str::trim).zip(1..);
    let lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
    lines.map(|(line, number)| token(line, number).ok_or(number)).collect()
}

fn token(line: &str, number: usize) -> Option<FileToken> {
    let (token, role) = match line.split_once(char::is_whitespace) {
        None => (line, Role::Admin),
        Some((token, role)) => (token, role.trim().parse().ok()?),
    };
    let is_token =
        (MIN_LENGTH..=MAX_LENGTH).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
    let actor = Actor::Token { name: format!("token file, line {number}"), id: None, role };
    is_token.then(|| FileToken { hash: TokenHash::of(token), caller: Caller { actor, role } })
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
        let tokens = parse(&text).unwrap();
        assert_eq!(tokens.len(), 2);
        let known = tokens.iter().map(|token| (token.hash, token.caller.actor.name()));
        assert_eq!(TokenHash::of(&"b".repeat(32)).find(known), Some("token file, line 4"));
    }

    #[test]
    fn a_role_may_follow_a_token_and_a_request_is_known_by_its_line() {
        let (one, other) = ("a".repeat(32), "b".repeat(32));
        let tokens = parse(&format!("{one} viewer\n\n{other}\t operator\n{one}x\n")).unwrap();
        let callers: Vec<(&str, Role)> =
            tokens.iter().map(|token| (token.caller.actor.name(), token.caller.role)).collect();
        assert_eq!(
            callers,
            [
                ("token file, line 1", Role::Viewer),
                ("token file, line 3", Role::Operator),
                ("token file, line 4", Role::Admin),
            ]
        );
        for wrong in ["owner", "viewer operator", "Viewer"] {
            assert_eq!(parse(&format!("# roles\n{one} {wrong}")).unwrap_err(), 2, "{wrong}");
        }
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
