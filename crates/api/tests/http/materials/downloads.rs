//! Downloads are the bytes that were uploaded, whatever these look like.

use std::io::{Read, Write};
use std::net::TcpStream;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;

use crate::materials::{hash, mp4, upload};
use crate::support::Api;
use crate::support::form::Form;

/// What answers of a server look like, and pieces of it.
fn pieces() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(
            b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nconnection: close\r\ndate: now\r\n\r\n"
                .to_vec()
        ),
        Just(b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\n\r\n".to_vec()),
        Just(b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Length: 0\r\n\r\n".to_vec()),
        Just(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}".to_vec()),
        Just(b"\r\n\r\n".to_vec()),
        Just(b"HTTP/1.".to_vec()),
        Just(b"0\r\n\r\n".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..40),
        Just(vec![b'x'; 40_000]),
    ]
}

/// Downloads the material, and then asks for the health on the same connection.
fn download(api: &Api, id: i64) -> (Vec<u8>, String) {
    let mut stream = TcpStream::connect(api.authority()).unwrap();
    let get =
        |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{more}\r\n", api.authority());
    stream.write_all(get(&format!("/api/v1/material/{id}/content"), "").as_bytes()).unwrap();
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut content = vec![0; length.parse().unwrap()];
    stream.read_exact(&mut content).unwrap();
    stream.write_all(get("/healthz", "Connection: close\r\n").as_bytes()).unwrap();
    let mut next = String::new();
    stream.read_to_string(&mut next).unwrap();
    (content, next)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_byte_pattern_comes_back_as_it_was_uploaded() {
    let api = Api::start().await;
    let runtime = Handle::current();
    tokio::task::block_in_place(|| {
        let mut runner = TestRunner::new(Config { cases: 64, ..Config::default() });
        let contents = proptest::collection::vec(pieces(), 1..6);
        let run = runner.run(&contents, |pieces| {
            let mut bytes = mp4("");
            bytes.extend(pieces.concat());
            let uploaded = runtime.block_on(upload(&api, Form::new().file("file", "x.mp4", &bytes)));
            let material = &uploaded.body["data"]["materials"][0];
            let (content, next) = download(&api, material["id"].as_i64().unwrap());
            prop_assert_eq!(hash(&content), material["sha256"].as_str().unwrap());
            prop_assert_eq!(hash(&content), hash(&bytes));
            prop_assert!(next.starts_with("HTTP/1.1 200 OK\r\n"), "{}", next);
            Ok(())
        });
        run.unwrap();
    });
    api.stop().await;
}
