//! Text files that users name, read within a bound: a name may lead to a device or pipe that never ends.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// More than any file that is read as a whole needs.
const MAX_MIB: u64 = 16;

/// Reads the text file at `path`, which may also be a pipe, such as that of a shell's process substitution.
///
/// # Errors
/// When it cannot be read as text, or holds more than 16 MiB. The message does not name the file.
pub fn read_text_file(path: &Path) -> io::Result<String> {
    read_text(File::open(path)?)
}

/// Reads a text file that is open already.
///
/// # Errors
/// As [`read_text_file`].
pub fn read_text(file: impl Read) -> io::Result<String> {
    let max_bytes = MAX_MIB * 1024 * 1024;
    let mut bytes = Vec::new();
    file.take(max_bytes + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > max_bytes {
        let reason = format!("it holds more than {MAX_MIB} MiB");
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, reason));
    }
    String::from_utf8(bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_the_largest_size_is_read_and_a_longer_one_refused() {
        let largest = MAX_MIB * 1024 * 1024;
        let read = |size| read_text(io::repeat(b'a').take(size));
        assert_eq!(read(largest).unwrap().len() as u64, largest);
        for size in [largest + 1, u64::MAX] {
            assert_eq!(read(size).unwrap_err().to_string(), "it holds more than 16 MiB");
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        assert_eq!(read_text(&b"\xff"[..]).unwrap_err().to_string(), "it is not UTF-8 text");
        let folder = tempfile::tempdir().unwrap();
        assert!(read_text_file(folder.path()).is_err());
    }
}
