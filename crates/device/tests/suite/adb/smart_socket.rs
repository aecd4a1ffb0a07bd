//! The adb server's answers as bytes: whatever pieces they come in, and whatever else comes in their place.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proptest::prelude::*;
use tikmatrix_device::adb::server::device_list;
use tikmatrix_device::adb::server::smart_socket::{
    AnswerDecoder, MAX_REQUEST, SmartSocketError, Verdict, request,
};

/// A part of a conversation.
#[derive(Debug, Clone, PartialEq)]
enum Part {
    Verdict(Verdict),
    Text(String),
    Number(u64),
}

impl Part {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Verdict(Verdict::Okay) => b"OKAY".to_vec(),
            Self::Verdict(Verdict::Fail) => b"FAIL".to_vec(),
            // A text has the form of a request.
            Self::Text(text) => request(text).unwrap().to_vec(),
            Self::Number(number) => number.to_le_bytes().to_vec(),
        }
    }

    /// Takes the part of the same kind out of the decoder.
    fn take(&self, decoder: &mut AnswerDecoder) -> Result<Option<Self>, SmartSocketError> {
        Ok(match self {
            Self::Verdict(_) => decoder.verdict()?.map(Self::Verdict),
            Self::Text(_) => decoder.text()?.map(Self::Text),
            Self::Number(_) => decoder.number().map(Self::Number),
        })
    }
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let part = prop_oneof![
        Just(Part::Verdict(Verdict::Okay)),
        Just(Part::Verdict(Verdict::Fail)),
        ".{0,300}".prop_map(Part::Text),
        any::<u64>().prop_map(Part::Number),
    ];
    prop::collection::vec(part, 0..12)
}

proptest! {
    #[test]
    fn any_split_of_a_conversation_reads_the_same(parts in parts(), rest: Vec<u8>, step in 1_usize..64) {
        let mut bytes: Vec<u8> = parts.iter().flat_map(Part::encode).collect();
        bytes.extend_from_slice(&rest);
        let mut decoder = AnswerDecoder::new();
        let mut pieces = bytes.chunks(step);
        for part in &parts {
            let read = loop {
                match part.take(&mut decoder).unwrap() {
                    Some(read) => break read,
                    None => decoder.push(pieces.next().unwrap()),
                }
            };
            prop_assert_eq!(&read, part);
        }
        pieces.for_each(|piece| decoder.push(piece));
        prop_assert_eq!(decoder.into_rest(), rest);
    }

    #[test]
    fn any_bytes_are_a_part_or_an_error_or_a_wait_for_more(bytes: Vec<u8>) {
        let mut verdicts = AnswerDecoder::new();
        verdicts.push(&bytes);
        while let Ok(Some(_)) = verdicts.verdict() {}
        let mut texts = AnswerDecoder::new();
        texts.push(&bytes);
        while let Ok(Some(text)) = texts.text() {
            // Each byte that is not UTF-8 becomes a character of three.
            prop_assert!(text.len() <= 3 * bytes.len());
        }
        let listed = device_list::parse(&String::from_utf8_lossy(&bytes));
        prop_assert!(listed.len() <= bytes.len());
    }

    #[test]
    fn lines_that_look_like_phones_are_read_without_a_fault(
        text in "([a-z0-9:. ()]{0,20}(device|offline|no permissions)? ?(usb:|model:|transport_id:)?[0-9a-z ]{0,8}\n){0,8}"
    ) {
        for phone in device_list::parse(&text) {
            prop_assert!(!phone.serial.is_empty());
        }
    }
}

#[test]
fn lengths_are_four_hexadecimal_digits_and_nothing_else() {
    for wrong in ["+00f", "00 f", "-001", "0x1f", "zzzz"] {
        let mut decoder = AnswerDecoder::new();
        decoder.push(wrong.as_bytes());
        assert_eq!(decoder.text(), Err(SmartSocketError::NoLength(wrong.to_owned())));
    }
    let mut decoder = AnswerDecoder::new();
    decoder.push(b"HTTP/1.1 400");
    assert_eq!(decoder.verdict(), Err(SmartSocketError::NoVerdict("HTTP".to_owned())));
}

#[test]
fn a_request_that_its_length_cannot_say_is_refused() {
    assert_eq!(&request("host:version").unwrap()[..], b"000chost:version");
    assert!(request(&"x".repeat(MAX_REQUEST)).is_ok());
    assert_eq!(request(&"x".repeat(MAX_REQUEST + 1)), Err(SmartSocketError::TooLong(MAX_REQUEST + 1)));
}
