//! Connections over pipes in memory, in a time that passes only where it is waited for.

use actix_web::web::Bytes;
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
use tokio::time::{Instant, pause, timeout};

use super::*;

/// More than every test needs in bytes that clients did not take.
const MUCH: usize = 1 << 20;
const PIPE: usize = 1 << 16;

impl Socket for DuplexStream {
    fn discard_unsent(&self) -> io::Result<()> {
        Ok(())
    }
}

fn table(max_open: usize, max_unsent: usize) -> Arc<ConnectionTable> {
    Arc::new(ConnectionTable::new(max_open, max_unsent))
}

/// A connection, and the client's end of it.
fn connect(table: &Arc<ConnectionTable>, pipe: usize) -> (Connection<DuplexStream>, DuplexStream) {
    let (near, far) = duplex(pipe);
    (Connection::new(near, ServiceConfig::default(), table), far)
}

/// What the library gets next, if it gets anything soon.
async fn next(connection: &mut Connection<DuplexStream>) -> Option<String> {
    let mut bytes = vec![0; PIPE];
    let count = timeout(Duration::from_millis(1), connection.read(&mut bytes)).await.ok()?.unwrap();
    bytes.truncate(count);
    Some(String::from_utf8(bytes).unwrap())
}

/// The status and the body of the last answer.
async fn goodbye(mut connection: Connection<DuplexStream>, mut far: DuplexStream) -> (u16, Value) {
    connection.shutdown().await.unwrap();
    drop(connection);
    let mut answer = String::new();
    far.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(&format!("\r\ncontent-length: {}", body.len())), "{answer}");
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
}

#[actix_web::test]
async fn the_library_gets_one_request_at_a_time_with_its_body() {
    pause();
    let (mut connection, mut far) = connect(&table(9, MUCH), PIPE);
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 30\r\n\r\n";
    let chunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunks = "4\r\n\r\n\r\n\r\n0\r\n\r\n";
    let all = [get, post, &get[..26], "1234", chunked, chunks, get].concat();
    far.write_all(all.as_bytes()).await.unwrap();
    assert_eq!(next(&mut connection).await.as_deref(), Some(get));
    assert_eq!(next(&mut connection).await, None);
    connection.turn().pass();
    assert_eq!(next(&mut connection).await.as_deref(), Some(post));
    assert_eq!(next(&mut connection).await, Some(format!("{}1234", &get[..26])));
    assert_eq!(next(&mut connection).await, None);
    connection.turn().pass();
    assert_eq!(next(&mut connection).await.as_deref(), Some(chunked));
    assert_eq!(next(&mut connection).await.as_deref(), Some(chunks));
    drop(far);
    assert_eq!(next(&mut connection).await, None, "the end comes behind what is still to be answered");
    connection.turn().pass();
    assert_eq!(next(&mut connection).await.as_deref(), Some(get));
    assert_eq!(next(&mut connection).await.as_deref(), Some(""));
}

#[actix_web::test]
async fn a_request_that_waits_for_its_turn_is_read_as_soon_as_it_has_it() {
    pause();
    let (mut connection, mut far) = connect(&table(9, MUCH), PIPE);
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    far.write_all(get.repeat(1000).as_bytes()).await.unwrap();
    assert_eq!(next(&mut connection).await.as_deref(), Some(get));
    let turn = connection.turn();
    let mut bytes = [0; 100];
    let pass = async { turn.pass() };
    let (count, ()) = tokio::join!(connection.read(&mut bytes), pass);
    assert_eq!(count.unwrap(), get.len());
    assert_eq!(next(&mut connection).await, None);
    let pending = timeout(Duration::from_millis(1), far.write_all(&[b' '; PIPE])).await;
    assert!(pending.is_err(), "it reads far ahead");
}

#[actix_web::test]
async fn offers_of_other_protocols_are_left_out() {
    pause();
    for (offer, left) in [
        ("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n", "Connection: HTTP2-Settings\r\n"),
        ("connection: upgrade\r\n", ""),
        ("Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n", "Connection: keep-alive\r\n"),
        ("Connection: close\r\nUpgrade: TLS/1.2\r\n", "Connection: close\r\n"),
    ] {
        let (mut connection, mut far) = connect(&table(9, MUCH), PIPE);
        let request = |lines: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}Content-Length: 2\r\n\r\n");
        far.write_all(format!("{}{{}}GET", request(offer)).as_bytes()).await.unwrap();
        assert_eq!(next(&mut connection).await, Some(request(left)));
        assert_eq!(next(&mut connection).await.as_deref(), Some("{}"));
    }
}

#[actix_web::test]
async fn what_is_no_request_is_refused_in_the_envelope_at_the_end_of_the_connection() {
    pause();
    let large = format!("GET / HTTP/1.1\r\nX: {}", "x".repeat(128 * 1024));
    for (bytes, status) in [("\u{16}\u{3}\u{1}", 400), ("GET / HTTP/1.1\r\n\r\n", 400), (&large, 431)] {
        let (mut connection, mut far) = connect(&table(9, MUCH), 1 << 18);
        far.write_all(bytes.as_bytes()).await.unwrap();
        assert_eq!(next(&mut connection).await.as_deref(), Some(""));
        let (found, body) = goodbye(connection, far).await;
        assert_eq!((found, &body["code"], &body["data"]), (status, &40001.into(), &Value::Null), "{body}");
    }
}

#[actix_web::test]
async fn a_head_that_does_not_come_is_waited_for_no_longer_than_it_may_take() {
    pause();
    for (sent, seconds, status) in [("", 10, Some(408)), ("GET / HT", 10, Some(408))] {
        let (mut connection, mut far) = connect(&table(9, MUCH), PIPE);
        far.write_all(sent.as_bytes()).await.unwrap();
        let begin = Instant::now();
        assert_eq!(connection.read(&mut [0; 9]).await.unwrap(), 0);
        assert_eq!(begin.elapsed().as_secs(), seconds, "{sent:?}");
        assert_eq!(Some(goodbye(connection, far).await.0), status, "{sent:?}");
    }
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    for (sent, seconds, is_told) in [("", 5, false), ("G", 10, true)] {
        let (mut connection, mut far) = connect(&table(9, MUCH), PIPE);
        far.write_all(format!("{get}{sent}").as_bytes()).await.unwrap();
        assert_eq!(next(&mut connection).await.as_deref(), Some(get));
        let (begin, turn) = (Instant::now(), connection.turn());
        let mut rest = [0; 9];
        let (count, ()) = tokio::join!(connection.read(&mut rest), async { turn.pass() });
        assert_eq!(count.unwrap(), 0);
        assert_eq!(begin.elapsed().as_secs(), seconds, "{sent:?}");
        connection.shutdown().await.unwrap();
        drop(connection);
        let mut answer = String::new();
        far.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer.contains("408"), is_told, "{answer}");
    }
}

#[actix_web::test]
async fn a_client_that_takes_nothing_is_cut_and_a_slow_one_is_not() {
    pause();
    let answer = Bytes::from(vec![b'x'; 100_000]);
    let all = table(9, MUCH);
    let (mut connection, far) = connect(&all, 100);
    let begin = Instant::now();
    let error = connection.write_all(&answer).await.unwrap_err();
    assert_eq!((error.kind(), begin.elapsed().as_secs()), (io::ErrorKind::TimedOut, 30));
    assert!(all.unsent() > 99_000);
    drop((connection, far));
    assert_eq!(all.unsent(), 0, "its memory is free");

    let (mut connection, mut far) = connect(&all, 20_000);
    let taken = async {
        let mut bytes = vec![0; 20_000];
        for _ in 0..5 {
            sleep(Duration::from_secs(15)).await;
            far.read_exact(&mut bytes).await.unwrap();
        }
    };
    let (sent, ()) = tokio::join!(connection.write_all(&answer), taken);
    sent.unwrap();
    assert_eq!(all.unsent(), 0);
}

#[actix_web::test]
async fn a_stalled_client_gets_no_further_request_handled() {
    pause();
    let (mut connection, mut far) = connect(&table(9, MUCH), 1000);
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    far.write_all(get.repeat(2).as_bytes()).await.unwrap();
    assert_eq!(next(&mut connection).await.as_deref(), Some(get));
    connection.turn().pass();
    let answer = vec![b'x'; 3000];
    let written = timeout(Duration::from_secs(1), connection.write_all(&answer)).await;
    assert!(written.is_err());
    assert_eq!(next(&mut connection).await, None);
    let mut taken = vec![0; 2000];
    let (sent, count) = tokio::join!(connection.write_all(&answer[..2000]), far.read_exact(&mut taken));
    assert!(sent.is_ok() && count.is_ok());
    assert_eq!(next(&mut connection).await.as_deref(), Some(get));
}

#[actix_web::test]
async fn what_all_clients_do_not_take_has_a_limit_and_the_longest_stalled_is_cut_for_it() {
    pause();
    let all = table(9, 5000);
    let answer = vec![b'x'; 2100];
    let mut stalled = Vec::new();
    for _ in 0..3 {
        let (mut connection, far) = connect(&all, 100);
        let written = timeout(Duration::from_millis(1), connection.write_all(&answer)).await;
        assert!(written.is_err(), "it was not stalled");
        stalled.push((connection, far));
        assert!(all.unsent() <= 5000, "{}", all.unsent());
    }
    for (number, (connection, _)) in stalled.iter_mut().enumerate() {
        let written = timeout(Duration::from_millis(1), connection.write_all(&answer[..2000])).await;
        assert_eq!(written.is_ok_and(|written| written.is_err()), number == 0, "connection {number}");
    }
}

#[actix_web::test]
async fn a_new_connection_takes_the_place_of_the_one_that_was_silent_for_longest() {
    pause();
    let all = table(2, MUCH);
    let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let (mut busy, mut far) = connect(&all, PIPE);
    far.write_all(get.as_bytes()).await.unwrap();
    assert_eq!(next(&mut busy).await.as_deref(), Some(get));
    let (mut silent, _silent_far) = connect(&all, PIPE);
    assert_eq!(next(&mut silent).await, None);
    assert!(!all.is_full());
    let (mut third, mut third_far) = connect(&all, PIPE);
    assert_eq!(next(&mut silent).await.as_deref(), Some(""), "it ends");
    drop(silent);
    third_far.write_all(get.as_bytes()).await.unwrap();
    assert_eq!(next(&mut third).await.as_deref(), Some(get));
    assert!(!all.is_full());
    let (mut fourth, mut fourth_far) = connect(&all, PIPE);
    fourth_far.write_all(get.as_bytes()).await.unwrap();
    assert_eq!(next(&mut fourth).await.as_deref(), Some(get));
    assert!(all.is_full(), "three have a request");
    drop(busy);
    assert!(!all.is_full());
}
