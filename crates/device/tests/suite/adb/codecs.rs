//! Properties of ADB's codecs: however a stream is split it reads the same, and no bytes make a decoder panic, wait for
//! what it will refuse, or hold more than it was given.

use bytes::Bytes;
use proptest::prelude::*;
use tikmatrix_device::adb::packet::{
    Command, HEADER_LEN, MAX_PAYLOAD, Packet, PacketDecoder, PacketError, VERSION_WITHOUT_CHECKSUMS,
};
use tikmatrix_device::adb::shell_protocol::{Frame, FrameDecoder, FrameError, FrameKind, MAX_FRAME};
use tikmatrix_device::adb::sync::{
    ListVersion, MAX_DATA, Request, RequestDecoder, Response, ResponseDecoder, Status, StatusV2, SyncError,
};

/// Feeds `bytes` in pieces of the given lengths, round and round, and gives what came out until the first error.
fn feed<D, T, E>(
    decoder: &mut D,
    mut bytes: &[u8],
    pieces: &[usize],
    push: fn(&mut D, &[u8]),
    next: fn(&mut D) -> Result<Option<T>, E>,
) -> Result<Vec<T>, E> {
    let mut found = Vec::new();
    for length in pieces.iter().cycle() {
        let (piece, rest) = bytes.split_at((*length).min(bytes.len()));
        push(decoder, piece);
        while let Some(item) = next(decoder)? {
            found.push(item);
        }
        bytes = rest;
        if bytes.is_empty() {
            break;
        }
    }
    Ok(found)
}

fn pieces() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1_usize..60, 1..20)
}

fn payload() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..200).prop_map(Bytes::from)
}

fn packet() -> impl Strategy<Value = Packet> {
    let command = prop::sample::select(vec![
        Command::Cnxn,
        Command::Auth,
        Command::Open,
        Command::Okay,
        Command::Wrte,
        Command::Clse,
        Command::Stls,
    ]);
    (command, any::<u32>(), any::<u32>(), payload()).prop_map(|(command, arg0, arg1, payload)| Packet {
        command,
        arg0,
        arg1,
        payload,
    })
}

fn frame() -> impl Strategy<Value = Frame> {
    let kind = prop::sample::select(vec![
        FrameKind::Stdin,
        FrameKind::Stdout,
        FrameKind::Stderr,
        FrameKind::Exit,
        FrameKind::CloseStdin,
        FrameKind::WindowSize,
    ]);
    (kind, payload()).prop_map(|(kind, payload)| Frame { kind, payload })
}

fn request() -> impl Strategy<Value = Request> {
    let path = "[^,]{0,40}(,[0-9a-z]{1,5})?";
    prop_oneof![
        path.prop_map(|path| Request::Stat { path }),
        path.prop_map(|path| Request::List { path }),
        (path, any::<bool>()).prop_map(|(path, follow)| Request::StatV2 { path, follow }),
        path.prop_map(|path| Request::ListV2 { path }),
        (path, any::<u32>()).prop_map(|(path, mode)| Request::Send { path, mode }),
        (path, any::<[u32; 2]>()).prop_map(|(path, [mode, flags])| Request::SendV2 { path, mode, flags }),
        path.prop_map(|path| Request::Recv { path }),
        (path, any::<u32>()).prop_map(|(path, flags)| Request::RecvV2 { path, flags }),
        payload().prop_map(Request::Data),
        any::<u32>().prop_map(|mtime| Request::Done { mtime }),
        Just(Request::Quit),
    ]
}

fn status() -> impl Strategy<Value = Status> {
    any::<[u32; 3]>().prop_map(|[mode, size, mtime]| Status { mode, size, mtime })
}

fn status_v2() -> impl Strategy<Value = StatusV2> {
    (any::<[u32; 5]>(), any::<[u64; 3]>(), any::<[i64; 3]>()).prop_map(|(words, numbers, moments)| StatusV2 {
        error: words[0],
        device: numbers[0],
        inode: numbers[1],
        mode: words[1],
        links: words[2],
        user: words[3],
        group: words[4],
        size: numbers[2],
        atime: moments[0],
        mtime: moments[1],
        ctime: moments[2],
    })
}

fn response() -> impl Strategy<Value = Response> {
    prop_oneof![
        status().prop_map(Response::Stat),
        (status_v2(), any::<bool>()).prop_map(|(status, follow)| Response::StatV2 { status, follow }),
        payload().prop_map(Response::Data),
        Just(Response::Done),
        Just(Response::Okay),
        ".{0,40}".prop_map(Response::Fail),
    ]
}

fn listing(version: ListVersion) -> impl Strategy<Value = Vec<Response>> {
    let entry = (status(), status_v2(), "[^/\\x00]{1,40}").prop_map(move |(one, two, name)| match version {
        ListVersion::One => Response::Entry { status: one, name },
        ListVersion::Two => Response::EntryV2 { status: two, name },
    });
    prop::collection::vec(entry, 0..10).prop_map(move |mut entries| {
        entries.push(Response::EndOfList(version));
        entries
    })
}

fn push_response(decoder: &mut ResponseDecoder, bytes: &[u8]) {
    decoder.push(Bytes::copy_from_slice(bytes));
}

/// The same with all content that follows upon each other as one piece: how it was cut says nothing.
fn joined_content(responses: Vec<Response>) -> Vec<Response> {
    let mut joined = Vec::new();
    for response in responses {
        match (joined.last_mut(), response) {
            (Some(Response::Data(before)), Response::Data(more)) => {
                *before = [&before[..], &more].concat().into();
            }
            (_, Response::Data(none)) if none.is_empty() => {}
            (_, response) => joined.push(response),
        }
    }
    joined
}

fn joined(parts: impl Iterator<Item = Bytes>) -> Vec<u8> {
    parts.fold(Vec::new(), |mut bytes, part| {
        bytes.extend_from_slice(&part);
        bytes
    })
}

proptest! {
    #[test]
    fn packets_read_the_same_however_they_are_split(
        packets in prop::collection::vec(packet(), 0..12),
        pieces in pieces(),
        checksums: bool,
    ) {
        let bytes = joined(packets.iter().map(|packet| packet.encode(checksums)));
        let mut decoder = PacketDecoder::new(4096);
        if !checksums {
            decoder.agree(VERSION_WITHOUT_CHECKSUMS, 4096);
        }
        let found = feed(&mut decoder, &bytes, &pieces, PacketDecoder::push, PacketDecoder::next);
        prop_assert_eq!(found, Ok(packets));
    }

    #[test]
    fn frames_read_the_same_however_they_are_split(
        frames in prop::collection::vec(frame(), 0..20),
        pieces in pieces(),
    ) {
        let bytes = joined(frames.iter().map(Frame::encode));
        let found = feed(&mut FrameDecoder::new(), &bytes, &pieces, FrameDecoder::push, FrameDecoder::next);
        prop_assert_eq!(found, Ok(frames));
    }

    #[test]
    fn requests_read_the_same_however_they_are_split(
        requests in prop::collection::vec(request(), 0..20),
        pieces in pieces(),
    ) {
        let bytes = joined(requests.iter().map(Request::encode));
        let found = feed(&mut RequestDecoder::new(), &bytes, &pieces, RequestDecoder::push, RequestDecoder::next);
        prop_assert_eq!(found, Ok(requests));
    }

    #[test]
    fn responses_read_the_same_however_they_are_split(
        responses in prop::collection::vec(response(), 0..20),
        first in listing(ListVersion::One),
        second in listing(ListVersion::Two),
        pieces in pieces(),
    ) {
        let lists = [(first, Some(ListVersion::One)), (second, Some(ListVersion::Two)), (responses, None)];
        for (responses, list) in lists {
            let bytes = joined(responses.iter().map(Response::encode));
            let mut decoder = ResponseDecoder::new();
            decoder.expect_list(list);
            let found = feed(&mut decoder, &bytes, &pieces, push_response, ResponseDecoder::next);
            prop_assert_eq!(found.map(joined_content), Ok(joined_content(responses)));
        }
    }

    #[test]
    fn no_bytes_make_a_decoder_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..400),
        word in prop::sample::select(vec![
            &b""[..], b"DENT", b"DNT2", b"STAT", b"STA2", b"LST2", b"DATA", b"SEND", b"SND2", b"RCV2", b"FAIL", b"OKAY",
        ]),
        pieces in pieces(),
    ) {
        let bytes = [word, &bytes].concat();
        let mut packets = PacketDecoder::new(100);
        let first = feed(&mut packets, &bytes, &pieces, PacketDecoder::push, PacketDecoder::next);
        if let Err(error) = first {
            packets.push(&Packet::bare(Command::Okay, 1, 2).encode(true));
            prop_assert_eq!(packets.next(), Err(error));
        }
        let _ = feed(&mut FrameDecoder::new(), &bytes, &pieces, FrameDecoder::push, FrameDecoder::next);
        let _ = feed(&mut RequestDecoder::new(), &bytes, &pieces, RequestDecoder::push, RequestDecoder::next);
        let _ = feed(&mut ResponseDecoder::new(), &bytes, &pieces, push_response, ResponseDecoder::next);
    }

    #[test]
    fn a_header_with_one_bit_turned_is_never_taken_for_another_command(packet in packet(), bit in 0..32_u32) {
        let mut bytes = packet.encode(true).to_vec();
        bytes[(bit / 8) as usize] ^= 1 << (bit % 8);
        let mut decoder = PacketDecoder::new(4096);
        decoder.push(&bytes);
        let refused = matches!(decoder.next(), Err(PacketError::WrongMagic { .. }));
        prop_assert!(refused);
    }
}

fn header(command: Command, length: u32) -> Vec<u8> {
    let mut bytes = Packet::bare(command, 1, 2).encode(false).to_vec();
    bytes[12..16].copy_from_slice(&length.to_le_bytes());
    bytes
}

#[test]
fn a_payload_above_the_agreed_maximum_is_refused_before_it_is_read() {
    for (command, length, limit) in [
        (Command::Wrte, u32::MAX, MAX_PAYLOAD),
        (Command::Wrte, 1024 * 1024 + 1, MAX_PAYLOAD),
        (Command::Cnxn, 4097, 4096),
        (Command::Auth, u32::MAX, 4096),
    ] {
        let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
        decoder.push(&header(command, length));
        assert_eq!(decoder.next(), Err(PacketError::TooLong { length, limit }));
        assert!(decoder.space(0).capacity() < 4096, "room was made for what is refused");
    }
}

#[test]
fn a_half_packet_is_waited_for_and_a_broken_one_is_not() {
    let whole = Packet::new(Command::Wrte, 1, 2, &b"hello"[..]).encode(true);
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    decoder.push(&whole[..HEADER_LEN + 4]);
    assert_eq!(decoder.next(), Ok(None));
    decoder.push(b"x");
    assert!(matches!(decoder.next(), Err(PacketError::WrongSum { .. })));
}

#[test]
fn a_sum_is_demanded_up_to_the_last_version_that_has_it() {
    let unsummed = Packet::new(Command::Wrte, 1, 2, &b"hello"[..]).encode(false);
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    decoder.push(&unsummed);
    assert!(matches!(decoder.next(), Err(PacketError::WrongSum { announced: 0, .. })));
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    decoder.agree(VERSION_WITHOUT_CHECKSUMS, MAX_PAYLOAD);
    decoder.push(&unsummed);
    assert!(decoder.next().unwrap().is_some());
}

#[test]
fn a_greeting_without_a_sum_is_taken_and_one_with_a_wrong_sum_is_not() {
    let mut bytes = Packet::new(Command::Cnxn, 1, 2, &b"device::"[..]).encode(true).to_vec();
    bytes[16] ^= 1;
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    decoder.push(&bytes);
    assert!(matches!(decoder.next(), Err(PacketError::WrongSum { .. })));
    bytes[16..20].fill(0);
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    decoder.push(&bytes);
    assert!(decoder.next().unwrap().is_some());
}

#[test]
fn oversized_frames_and_messages_are_refused_before_they_are_read() {
    let mut frames = FrameDecoder::new();
    frames.push(&[1, 0xff, 0xff, 0xff, 0xff]);
    assert_eq!(frames.next(), Err(FrameError::TooLong(u32::MAX)));
    assert!(u32::try_from(MAX_FRAME).unwrap() < u32::MAX);
    let mut requests = RequestDecoder::new();
    requests.push(b"DATA\x01\x00\x01\x00");
    assert_eq!(requests.next(), Err(SyncError::TooLong { length: 65_537, limit: MAX_DATA }));
    let mut responses = ResponseDecoder::new();
    responses.push(Bytes::from_static(b"DATA\x01\x00\x01\x00"));
    assert_eq!(responses.next(), Err(SyncError::TooLong { length: 65_537, limit: MAX_DATA }));
    let mut responses = ResponseDecoder::new();
    push_response(&mut responses, b"FAIL\xff\xff\xff\xff");
    assert!(matches!(responses.next(), Err(SyncError::TooLong { .. })));
}

#[test]
fn a_listed_name_that_leads_elsewhere_is_refused() {
    let mut responses = ResponseDecoder::new();
    let entry = Response::Entry { status: Status::default(), name: "../evil".to_owned() };
    responses.push(entry.encode());
    assert!(matches!(responses.next(), Err(SyncError::BadName(_))));
    for name in ["", "a\0", "/"] {
        let mut responses = ResponseDecoder::new();
        responses.push(Response::EntryV2 { status: StatusV2::default(), name: name.to_owned() }.encode());
        assert!(matches!(responses.next(), Err(SyncError::BadName(_))), "{name:?}");
    }
}

#[test]
fn a_large_buffer_is_given_back_once_little_is_asked_for() {
    let mut decoder = PacketDecoder::new(MAX_PAYLOAD);
    let packet = Packet::new(Command::Wrte, 1, 2, vec![7; MAX_PAYLOAD]);
    let space = decoder.space(256 * 1024);
    assert!(space.capacity() >= 256 * 1024);
    space.extend_from_slice(&packet.encode(true));
    assert_eq!(decoder.next(), Ok(Some(packet)));
    assert!(decoder.space(8 * 1024).capacity() <= 32 * 1024, "an idle connection would hold it for ever");
}
