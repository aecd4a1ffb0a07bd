//! A receiver of webhooks on a free port: it answers as a test says, and passes on what it gets.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::time::timeout;

/// Far longer than anything here takes; a test that gets nothing fails.
const RECEIVE_TIMEOUT: Duration = Duration::from_secs(60);

/// How a request is answered.
pub(crate) enum Reply {
    /// With this status and these lines of headers.
    Status(u16, &'static str),
    /// With 204, once the test says so, or never when it forgets it.
    Held(oneshot::Receiver<()>),
}

/// A request as it came.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

/// A receiver.
pub(crate) struct Receiver {
    pub(crate) port: u16,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    requests: UnboundedReceiver<Request>,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::default();
        let (sender, requests) = unbounded_channel();
        let shared = Arc::clone(&replies);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&shared), sender.clone()));
            }
        });
        Self { port, replies, requests }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?from=test", self.port)
    }

    /// Answers the next requests so; those after them with 204.
    pub(crate) fn answer(&self, replies: impl IntoIterator<Item = Reply>) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// Answers the next request when the returned sender is used.
    pub(crate) fn hold(&self) -> oneshot::Sender<()> {
        let (release, held) = oneshot::channel();
        self.answer([Reply::Held(held)]);
        release
    }

    /// The next request.
    pub(crate) async fn next(&mut self) -> Request {
        timeout(RECEIVE_TIMEOUT, self.requests.recv()).await.expect("a request comes").unwrap()
    }

    /// Whether no request has come that was not taken yet.
    pub(crate) fn is_idle(&mut self) -> bool {
        self.requests.try_recv().is_err()
    }
}

impl Request {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Checks the signature as a receiver does, by RFC 2104 alone.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = base64(secret.strip_prefix("whsec_").unwrap());
        let signed = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        let signature = self.headers["webhook-signature"].strip_prefix("v1,").unwrap();
        base64(signature) == hmac_sha256(&key, signed.as_bytes())
    }
}

async fn serve(stream: TcpStream, replies: Arc<Mutex<VecDeque<Reply>>>, requests: UnboundedSender<Request>) {
    let mut stream = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    // A connection without a request.
    if lines.is_empty() {
        return;
    }
    let line = lines.remove(0);
    let headers: HashMap<String, String> = lines
        .iter()
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    let reply = replies.lock().unwrap().pop_front();
    // The test may be over.
    let _ = requests.send(Request { line, headers, body: String::from_utf8(body).unwrap() });
    let (status, more) = match reply {
        Some(Reply::Status(status, more)) => (status, more),
        Some(Reply::Held(held)) => {
            let _ = held.await;
            (204, "")
        }
        None => (204, ""),
    };
    let body = if status == 204 { "" } else { "told\u{1b}[2J" };
    let head = format!("HTTP/1.1 {status} Said\r\n{more}content-length: {}\r\n\r\n{body}", body.len());
    // The server may have gone.
    let _ = stream.write_all(head.as_bytes()).await;
}

fn hmac_sha256(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    let padded = |pad: u8| block.map(|byte| byte ^ pad);
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().to_vec()
}

fn base64(text: &str) -> Vec<u8> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = 0_u32;
    let (mut count, mut bytes) = (0, Vec::new());
    for letter in text.trim_end_matches('=').chars() {
        bits = bits << 6 | u32::try_from(ALPHABET.find(letter).unwrap()).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff).try_into().unwrap());
        }
    }
    bytes
}
