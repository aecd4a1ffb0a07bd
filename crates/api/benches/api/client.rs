//! A client that costs little: one connection, requests made of bytes, and of an answer no more read than its length. It
//! is a program of ours because the bench needs cursors and tags out of answers, and checks each of them.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// One connection that is kept open.
pub(crate) struct Client {
    stream: TcpStream,
    address: String,
    buffer: Vec<u8>,
}

/// An answer, as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) async fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, address: address.to_owned(), buffer: Vec::with_capacity(64 * 1024) }
    }

    /// The bytes of a request without a body, with these lines after its first.
    pub(crate) fn get(&self, path: &str, lines: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{lines}\r\n", self.address).into_bytes()
    }

    /// The bytes of a request with JSON.
    pub(crate) fn post(&self, path: &str, body: &str) -> Vec<u8> {
        let head =
            format!("POST {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json", self.address);
        format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Answer {
        self.stream.write_all(request).await.unwrap();
        self.buffer.clear();
        let head_length = loop {
            self.read().await;
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at + 4;
            }
        };
        let head = std::str::from_utf8(&self.buffer[..head_length]).unwrap().to_owned();
        let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
        while self.buffer.len() < head_length + length {
            self.read().await;
        }
        let status = head[9..12].parse().unwrap();
        Answer { status, head, body: self.buffer[head_length..].to_vec() }
    }

    /// The data of an answer that has to be a success.
    pub(crate) async fn data(&mut self, request: &[u8]) -> Value {
        let answer = self.ask(request).await;
        let mut body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((answer.status, &body["code"]), (200, &Value::from(0)), "{body}");
        body["data"].take()
    }

    async fn read(&mut self) {
        let count = self.stream.read_buf(&mut self.buffer).await.unwrap();
        assert!(count > 0, "the server hung up");
    }
}

/// The value of a header.
pub(crate) fn header<'head>(head: &'head str, name: &str) -> Option<&'head str> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// Requests a second over `clients` connections for `time`, each with one request after the other. `request` makes the
/// bytes for a connection; every answer has to have this status.
pub(crate) async fn rate(
    address: &str,
    clients: usize,
    time: Duration,
    status: u16,
    request: impl Fn(&Client, usize) -> Vec<u8>,
) -> f64 {
    let mut connected = Vec::new();
    for number in 0..clients {
        let client = Client::connect(address).await;
        let request = request(&client, number);
        connected.push((client, request));
    }
    let begun = Instant::now();
    let mut running = JoinSet::new();
    for (mut client, request) in connected {
        running.spawn(async move {
            let mut count = 0_u32;
            while begun.elapsed() < time {
                let answer = client.ask(&request).await;
                assert_eq!(answer.status, status, "{}", String::from_utf8_lossy(&answer.body));
                count += 1;
            }
            count
        });
    }
    let count: u32 = running.join_all().await.into_iter().sum();
    f64::from(count) / begun.elapsed().as_secs_f64()
}
