//! Receivers that are refused, trusted, slow and endless.

use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use super::*;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn request() -> Request<Full<Bytes>> {
    Request::post("/hook").header("host", "receiver").body(Full::from("{}")).unwrap()
}

/// A lookup that gives the next of `answers` at each call, and how often it was called.
fn lookup(answers: &'static [&'static [&'static str]]) -> (Lookup, Arc<AtomicUsize>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let lookup = move |_: String, port: u16| -> Found {
        let answer = answers[calls.fetch_add(1, Ordering::SeqCst)];
        let found = answer.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), port)).collect();
        Box::pin(async move { Ok(found) })
    };
    (Arc::new(lookup), counted)
}

#[tokio::test]
async fn private_addresses_are_refused_in_every_form() {
    let transport = Transport::new(Targets { private: false });
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::1]",
        "[fe80::1]",
        "[fd00::1]",
        "localhost",
    ] {
        let url = url(&format!("http://{host}:9/hook"));
        let refused = transport.check(&url).await.unwrap_err();
        assert!(refused.contains("--webhook-private-targets"), "{host}: {refused}");
        let error = transport.send(&url, request()).await.unwrap_err();
        assert!(matches!(error, TransportError::Refused(_)), "{host}: {error}");
    }
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_a_moment_later_is_refused_then() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url(&format!("http://rebinding.test:{}/hook", listener.local_addr().unwrap().port()));
    let (lookup, calls) = lookup(&[&["8.8.8.8"], &["127.0.0.1"], &["::ffff:127.0.0.1", "10.0.0.1"]]);
    let transport = Transport::with_lookup(Targets { private: false }, lookup);
    assert_eq!(transport.check(&url).await, Ok(()));
    for looked_up in [2, 3] {
        let error = transport.send(&url, request()).await.unwrap_err();
        assert!(matches!(error, TransportError::Refused(_)), "{error}");
        assert_eq!(calls.load(Ordering::SeqCst), looked_up, "the checked address is the one that is used");
    }
    tokio::select! {
        biased;
        connected = listener.accept() => panic!("{connected:?}"),
        () = std::future::ready(()) => {}
    }
}

#[tokio::test]
async fn of_the_addresses_of_a_name_only_those_that_are_allowed_are_called() {
    let (lookup, _) = lookup(&[&["127.0.0.1", "8.8.8.8", "::1"]]);
    let transport = Transport::with_lookup(Targets { private: false }, lookup);
    let found = transport.addresses(&url("http://mixed.test/")).await.unwrap();
    assert_eq!(found, ["8.8.8.8:80".parse().unwrap()]);
}

/// A receiver with a certificate for `name`, and the certificate.
async fn tls_receiver(name: &str) -> (u16, rcgen::Certificate) {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().self_signed(&key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        )
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut head = [0; 1024];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine").await;
            let _ = stream.shutdown().await;
        }
    });
    (port, certificate)
}

#[tokio::test]
async fn a_certificate_has_to_be_trusted_and_of_the_name_that_is_called() {
    let (port, certificate) = tls_receiver("localhost").await;
    let (here, by_address) =
        (url(&format!("https://localhost:{port}/")), url(&format!("https://127.0.0.1:{port}/")));
    let of_system = Transport::new(Targets { private: true });
    let error = of_system.send(&here, request()).await.unwrap_err();
    assert!(matches!(error, TransportError::Tls(_)), "{error}");
    let mut roots = RootCertStore::empty();
    roots.add(certificate.der().clone()).unwrap();
    let trusting = Transport {
        tls: OnceCell::new_with(Some(tls(roots).unwrap())),
        ..Transport::new(Targets { private: true })
    };
    let reply = trusting.send(&here, request()).await.unwrap();
    assert_eq!(reply, Reply { status: 200, text: "fine".to_owned() });
    let error = trusting.send(&by_address, request()).await.unwrap_err();
    assert!(matches!(error, TransportError::Tls(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_does_not_answer_is_given_up_in_time() {
    let (ours, _theirs) = duplex(64 * 1024);
    let begin = Instant::now();
    let error = exchange(ours, request(), begin + ANSWER_TIMEOUT).await.unwrap_err();
    assert!(matches!(error, TransportError::TimedOut), "{error}");
    assert_eq!(begin.elapsed(), ANSWER_TIMEOUT);
}

/// Takes a request, answers it so, and keeps the connection open for as long as the result is kept.
async fn answering(mut stream: DuplexStream, answer: &[u8]) -> DuplexStream {
    let taken = stream.read(&mut [0; 1024]).await.unwrap();
    assert!(taken > 0);
    stream.write_all(answer).await.unwrap();
    stream
}

#[tokio::test(start_paused = true)]
async fn the_status_counts_when_the_body_does_not_end() {
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    for (answer, status, text, takes) in [
        (&b"HTTP/1.1 204 No Content\r\n\r\n"[..], 204, "", Duration::ZERO),
        (half, 200, "half", BODY_TIMEOUT),
    ] {
        let (ours, theirs) = duplex(64 * 1024);
        let begin = Instant::now();
        let exchange = exchange(ours, request(), begin + ANSWER_TIMEOUT);
        let (reply, _open) = tokio::join!(exchange, answering(theirs, answer));
        assert_eq!(reply.unwrap(), Reply { status, text: text.to_owned() });
        assert_eq!(begin.elapsed(), takes);
    }
}

#[tokio::test]
async fn of_an_endless_answer_only_the_beginning_is_read() {
    let (ours, theirs) = duplex(1024);
    let sending = async {
        let head = b"HTTP/1.1 500 Oops\r\ntransfer-encoding: chunked\r\n\r\n";
        let mut theirs = answering(theirs, head).await;
        while theirs.write_all(b"400\r\n").await.is_ok()
            && theirs.write_all(&[b'x'; 1024]).await.is_ok()
            && theirs.write_all(b"\r\n").await.is_ok()
        {}
    };
    let (reply, ()) = tokio::join!(exchange(ours, request(), Instant::now() + ANSWER_TIMEOUT), sending);
    let reply = reply.unwrap();
    assert_eq!((reply.status, reply.text.len()), (500, MAX_ANSWER));
}

#[tokio::test]
async fn what_is_not_http_is_an_error_of_the_receiver() {
    for answer in [&b""[..], b"hello\r\n\r\n", b"HTTP/1.1 9999 X\r\n\r\n"] {
        let (ours, theirs) = duplex(64 * 1024);
        let sending = async { drop(answering(theirs, answer).await) };
        let exchange = exchange(ours, request(), Instant::now() + ANSWER_TIMEOUT);
        let (reply, ()) = tokio::join!(exchange, sending);
        let error = reply.unwrap_err();
        assert!(matches!(error, TransportError::Http(_)), "{answer:?}: {error}");
    }
}
