//! The answers of a daemon to `reverse:forward` and `reverse:killforward`: a status, and perhaps a text with its length in
//! four hexadecimal digits. Source: AOSP packages/modules/adb, `adb.cpp` (`handle_forward_request`), `adb_io.cpp`.

use thiserror::Error;

/// Bytes of a status, and of a length.
const WORD: usize = 4;
/// The longest answer: a status, a length and the longest text that it can announce.
const LONGEST: usize = 2 * WORD + 0xffff;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Success; the text is the port that was chosen when any was asked for, else empty.
    Okay(String),
    /// Failure, with the reason.
    Fail(String),
}

/// Bytes that are not an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("its answer to `reverse` is neither OKAY nor FAIL with a text")]
pub struct AnswerError;

/// A decoder of one answer, which ends with its stream.
#[derive(Debug, Default)]
pub struct AnswerDecoder(Vec<u8>);

impl AnswerDecoder {
    /// Adds received bytes.
    ///
    /// # Errors
    /// [`AnswerError`] when they are more than any answer has.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), AnswerError> {
        if self.0.len() + bytes.len() > LONGEST {
            return Err(AnswerError);
        }
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    /// Returns the answer, at the end of the stream.
    ///
    /// # Errors
    /// [`AnswerError`] when the bytes are not one.
    pub fn finish(self) -> Result<Answer, AnswerError> {
        let (word, rest) = self.0.split_at_checked(WORD).ok_or(AnswerError)?;
        let text = if rest.is_empty() {
            String::new()
        } else {
            let (length, text) = rest.split_at_checked(WORD).ok_or(AnswerError)?;
            let digits = std::str::from_utf8(length).map_err(|_| AnswerError)?;
            let announced = usize::from_str_radix(digits, 16).map_err(|_| AnswerError)?;
            if announced != text.len() {
                return Err(AnswerError);
            }
            String::from_utf8_lossy(text).into_owned()
        };
        match word {
            b"OKAY" => Ok(Answer::Okay(text)),
            b"FAIL" => Ok(Answer::Fail(text)),
            _ => Err(AnswerError),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Answer, AnswerError> {
        let mut decoder = AnswerDecoder::default();
        bytes.chunks(3).try_for_each(|piece| decoder.push(piece))?;
        decoder.finish()
    }

    #[test]
    fn answers_are_read_with_and_without_a_text() {
        assert_eq!(read(b"OKAY"), Ok(Answer::Okay(String::new())));
        assert_eq!(read(b"OKAY000532768"), Ok(Answer::Okay("32768".to_owned())));
        assert_eq!(read(b"FAIL0003bad"), Ok(Answer::Fail("bad".to_owned())));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for bytes in
            [&b""[..], b"OK", b"OKAY12", b"OKAYzzzz", b"OKAY0009x", b"OKAY0000x", b"WHAT", &[0xff; 9]]
        {
            assert_eq!(read(bytes), Err(AnswerError), "{bytes:?}");
        }
        assert_eq!(AnswerDecoder::default().push(&vec![0; 70_000]), Err(AnswerError));
    }
}
