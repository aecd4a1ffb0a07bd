//! A file of the server, read as it arrives.

use std::fmt;
use std::io::{self, Read};

use ureq::http::{Response, header};
use ureq::{Body, BodyReader};

use crate::error::Error;

/// A file of the server: a material, an artifact, a table. Its bytes are read as they arrive.
pub struct Download {
    /// The value of `Content-Type`, empty when there is none.
    pub content_type: String,
    /// The size in bytes, where the server names it.
    pub size: Option<u64>,
    reader: BodyReader<'static>,
}

impl Download {
    pub(crate) fn new(answer: Response<Body>) -> Self {
        let (parts, body) = answer.into_parts();
        let text = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        Self {
            content_type: text(header::CONTENT_TYPE).unwrap_or_default().to_owned(),
            size: text(header::CONTENT_LENGTH).and_then(|value| value.parse().ok()),
            reader: body.into_reader(),
        }
    }

    /// Reads the rest as text.
    ///
    /// # Errors
    /// [`Error::Read`] when the connection breaks or the file is not UTF-8.
    pub fn into_text(mut self) -> Result<String, Error> {
        let mut text = String::new();
        self.read_to_string(&mut text)?;
        Ok(text)
    }

    /// Reads the rest into memory.
    ///
    /// # Errors
    /// [`Error::Read`] when the connection breaks.
    pub fn into_bytes(mut self) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

impl Read for Download {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Download")
            .field("content_type", &self.content_type)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}
