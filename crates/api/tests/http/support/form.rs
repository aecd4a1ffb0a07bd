//! A body of `multipart/form-data`, byte by byte, so that it can be as wrong as any client's.

/// A form that is being written.
pub(crate) struct Form(Vec<u8>);

impl Form {
    pub(crate) const BOUNDARY: &str = "----the-boundary-of-this-form";

    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    /// With a part that is a file.
    pub(crate) fn file(self, part: &str, name: &str, bytes: &[u8]) -> Self {
        let head = format!("name=\"{part}\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
        self.part(&head, bytes)
    }

    /// With a part that is a text.
    pub(crate) fn text(self, part: &str, text: &str) -> Self {
        self.part(&format!("name=\"{part}\""), text.as_bytes())
    }

    fn part(mut self, head: &str, bytes: &[u8]) -> Self {
        let begin = format!("--{}\r\nContent-Disposition: form-data; {head}\r\n\r\n", Self::BOUNDARY);
        self.0.extend(begin.as_bytes());
        self.0.extend(bytes);
        self.0.extend(b"\r\n");
        self
    }

    /// Its media type, and its bytes.
    pub(crate) fn end(mut self) -> (String, Vec<u8>) {
        self.0.extend(format!("--{}--\r\n", Self::BOUNDARY).as_bytes());
        (format!("multipart/form-data; boundary={}", Self::BOUNDARY), self.0)
    }
}
