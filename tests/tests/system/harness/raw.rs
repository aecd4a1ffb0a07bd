//! HTTP byte by byte, for clients that no library would be.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// Far longer than the server lets any of these clients wait.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// One connection.
pub(crate) struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// To `HOST:PORT`.
    pub(crate) fn open(authority: &str) -> Self {
        let stream = TcpStream::connect(authority).unwrap();
        stream.set_read_timeout(Some(ANSWER_TIMEOUT)).unwrap();
        Self { stream }
    }

    /// One request with these lines after its first one, and the whole answer.
    pub(crate) fn exchange(authority: &str, first: &str, lines: &[&str]) -> String {
        let mut connection = Self::open(authority);
        let mut head = format!("{first} HTTP/1.1\r\nConnection: close\r\n");
        for line in lines {
            head.push_str(line);
            head.push_str("\r\n");
        }
        connection.send(&format!("{head}\r\n"));
        connection.rest()
    }

    /// Sends `text` as it is.
    pub(crate) fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    /// What comes until `end` does.
    pub(crate) fn until(&mut self, end: &str) -> String {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(end.as_bytes()) {
            let read = self.stream.read(&mut byte).unwrap();
            assert_eq!(read, 1, "the connection ended after {:?}", String::from_utf8_lossy(&bytes));
            bytes.push(byte[0]);
        }
        String::from_utf8(bytes).unwrap()
    }

    /// What comes until the server closes the connection.
    pub(crate) fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.stream.read_to_end(&mut bytes) {
            Ok(_) => {}
            // A server that closes before it has read everything makes the system say so.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error} after {:?}", String::from_utf8_lossy(&bytes)),
        }
        String::from_utf8(bytes).unwrap()
    }
}
