//! Properties of the streams' state machine: any packets of a phone and any operations of its users, in any order.

use std::collections::{HashMap, HashSet};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use proptest::prelude::*;

use super::inbox::WINDOW;
use super::streams::Streams;
use crate::adb::error::AdbCause;
use crate::adb::packet::{Command, MAX_PAYLOAD, Packet};

#[derive(Debug, Clone)]
enum Event {
    Open,
    Abandon(u32),
    Send(u32, usize),
    Read(u32),
    Receive(Command, u32, u32, Vec<u8>),
}

fn id() -> impl Strategy<Value = u32> {
    0_u32..6
}

fn payload() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        8 => any::<i16>().prop_map(|credit| i32::from(credit).to_le_bytes().to_vec()),
        1 => Just(Vec::new()),
        4 => Just(b"us\0".to_vec()),
        1 => Just(b"us\0\0".to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..9),
        4 => Just(vec![0; 1024 * 1024]),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let command =
        prop::sample::select(vec![Command::Okay, Command::Okay, Command::Wrte, Command::Clse, Command::Open]);
    prop_oneof![
        1 => Just(Event::Open),
        1 => id().prop_map(Event::Abandon),
        2 => (id(), 1_usize..100_000).prop_map(|(id, length)| Event::Send(id, length)),
        2 => id().prop_map(Event::Read),
        6 => (command, 0_u32..20, id(), payload())
            .prop_map(|(command, remote, local, payload)| Event::Receive(command, remote, local, payload)),
    ]
}

proptest! {
    #[test]
    fn nothing_that_a_phone_sends_breaks_the_table_or_its_bounds(
        events in prop::collection::vec(event(), 0..120),
        delayed_ack: bool,
    ) {
        let mut streams = Streams::new(delayed_ack);
        let mut context = Context::from_waker(Waker::noop());
        let mut held = Vec::new();
        let mut calls = streams.expect_calls("us");
        for event in events {
            let mut broken = None;
            match event {
                Event::Open => held.push(streams.open("tcp:1").unwrap().0),
                Event::Abandon(id) => {
                    held.retain(|other| *other != id);
                    if let Some(packet) = streams.abandon(id) {
                        prop_assert_eq!(packet.command, Command::Clse);
                    }
                }
                Event::Send(id, length) => {
                    let ready = matches!(streams.poll_credit(id, &mut context), Poll::Ready(Ok(())));
                    let packet = streams.send(id, Bytes::from(vec![0; length]));
                    prop_assert_eq!(packet.is_some(), ready, "a stream sends exactly when it says that it may");
                }
                Event::Read(id) => {
                    if let Poll::Ready(Ok(Some(arrival))) = streams.poll_data(id, &mut context) {
                        prop_assert!(!arrival.data.is_empty());
                    }
                }
                Event::Receive(command, remote, local, payload) => {
                    // Any number of zeros may end the name.
                    let name = std::str::from_utf8(&payload).map(|name| name.trim_end_matches('\0'));
                    let for_us = remote != 0 && name == Ok("us") && delayed_ack == (local != 0);
                    let received = streams.receive(Packet::new(command, remote, local, payload));
                    broken = received.as_ref().err().cloned();
                    prop_assert!(broken.is_none() || command != Command::Clse, "an end breaks nothing");
                    let answer = received.unwrap_or(None).map(|answer| answer.command);
                    prop_assert!(matches!(answer, None | Some(Command::Okay | Command::Clse)));
                    if command == Command::Open && broken.is_some() {
                        held.extend(calls.try_recv().ok());
                    } else if command == Command::Open {
                        let called = calls.try_recv().ok();
                        prop_assert_eq!(called.is_some(), for_us, "only what was registered can be called");
                        prop_assert_eq!(answer == Some(Command::Okay), for_us);
                        held.extend(called);
                    }
                }
            }
            prop_assert_eq!(streams.entries.len(), held.len(), "one entry for each stream that is held");
            let mut owned = HashSet::new();
            for entry in streams.entries.values() {
                for remote in (0..20).filter(|remote| broken.is_none() && entry.is_open_as(*remote)) {
                    prop_assert!(owned.insert(remote), "{remote} belongs to two open streams");
                }
                let bytes: usize = entry.inbox.pieces.iter().map(Bytes::len).sum();
                prop_assert_eq!(bytes, entry.inbox.bytes as usize);
                prop_assert!(bytes <= WINDOW as usize + MAX_PAYLOAD);
            }
            if let Some(broken) = broken {
                prop_assert!(matches!(broken, AdbCause::Protocol(_)));
                streams.lose(&broken);
                prop_assert!(streams.open("tcp:1").is_err());
                // The phone is reconnected.
                streams = Streams::new(delayed_ack);
                held.clear();
                calls = streams.expect_calls("us");
            }
        }
        for id in held {
            streams.abandon(id);
        }
        prop_assert!(streams.entries.is_empty());
    }

    #[test]
    fn single_bytes_cost_no_more_room_than_they_should_and_arrive_in_order(count in 200_usize..5000) {
        let mut streams = Streams::new(true);
        let (id, _) = streams.open("tcp:1").unwrap();
        streams.receive(Packet::new(Command::Okay, 9, id, vec![0, 0, 1, 0])).unwrap();
        let sent: Vec<u8> = (0..count).map(|number| number.to_le_bytes()[0]).collect();
        for byte in &sent {
            streams.receive(Packet::new(Command::Wrte, 9, id, vec![*byte])).unwrap();
        }
        prop_assert!(streams.entries[&id].inbox.pieces.len() < 70);
        let (mut read, mut context) = (Vec::new(), Context::from_waker(Waker::noop()));
        while let Poll::Ready(Ok(Some(arrival))) = streams.poll_data(id, &mut context) {
            read.extend_from_slice(&arrival.data);
        }
        prop_assert_eq!(read, sent);
    }
}

#[test]
fn with_delayed_ack_all_that_was_read_is_credited_but_for_less_than_a_step() {
    let mut streams = Streams::new(true);
    let mut context = Context::from_waker(Waker::noop());
    let (id, open) = streams.open("tcp:1").unwrap();
    assert_eq!(open.arg1, WINDOW);
    streams.receive(Packet::new(Command::Okay, 9, id, vec![0, 0, 1, 0])).unwrap();
    let (mut sent, mut credited) = (0, 0);
    for _ in 0..400 {
        assert!(streams.receive(Packet::new(Command::Wrte, 9, id, vec![0; 65_544])).unwrap().is_none());
        sent += 65_544_i32;
        let Poll::Ready(Ok(Some(arrival))) = streams.poll_data(id, &mut context) else { panic!("no data") };
        if let Some(credit) = arrival.credit {
            credited += i32::from_le_bytes(credit.payload[..].try_into().unwrap());
        }
        assert!(sent - credited < i32::try_from(WINDOW / 8).unwrap());
    }
}

#[test]
fn an_id_is_not_used_again_soon_and_never_while_it_is_in_use() {
    let mut streams = Streams::new(false);
    let mut seen = HashMap::new();
    for number in 0..1000 {
        let (id, _) = streams.open("tcp:1").unwrap();
        assert_eq!(seen.insert(id, number), None);
        streams.abandon(id);
    }
    let (held, _) = streams.open("tcp:1").unwrap();
    streams.ids.next = u32::MAX;
    let last = streams.open("tcp:1").unwrap().0;
    let (wrapped, _) = streams.open("tcp:1").unwrap();
    assert_eq!((last, wrapped), (u32::MAX, 1));
    streams.ids.next = held;
    assert_eq!(streams.open("tcp:1").unwrap().0, held + 1);
}

#[test]
fn an_id_of_the_phones_belongs_to_one_open_stream_and_is_free_after_its_end() {
    for ended in ["by the phone", "by us", "not at all"] {
        let mut streams = Streams::new(false);
        let _calls = streams.expect_calls("us");
        let (first, _) = streams.open("tcp:1").unwrap();
        streams.receive(Packet::bare(Command::Okay, 9, first)).unwrap();
        streams.receive(Packet::bare(Command::Okay, 9, first)).unwrap();
        match ended {
            "by the phone" => {
                assert!(streams.receive(Packet::bare(Command::Clse, 9, first)).unwrap().is_none());
            }
            "by us" => assert!(streams.abandon(first).is_some()),
            _ => {}
        }
        let (second, _) = streams.open("tcp:2").unwrap();
        let claimed = streams.receive(Packet::bare(Command::Okay, 9, second));
        let called = streams.receive(Packet::new(Command::Open, 9, 0, &b"us\0"[..]));
        let stranger = streams.receive(Packet::new(Command::Open, 9, 0, &b"tcp:1\0"[..]));
        assert_eq!(claimed.is_err(), ended == "not at all", "{claimed:?}");
        assert!(matches!(called, Err(AdbCause::Protocol(_))), "the second stream has it: {called:?}");
        assert!(matches!(stranger, Ok(Some(refusal)) if refusal.command == Command::Clse));
    }
}

#[test]
fn what_arrived_before_the_end_is_still_read() {
    let mut context = Context::from_waker(Waker::noop());
    for lost in [false, true] {
        let mut streams = Streams::new(false);
        let (id, _) = streams.open("tcp:1").unwrap();
        streams.receive(Packet::bare(Command::Okay, 9, id)).unwrap();
        streams.receive(Packet::new(Command::Wrte, 9, id, &b"last words"[..])).unwrap();
        if lost {
            streams.lose(&AdbCause::ConnectionLost("cut".to_owned()));
            assert!(streams.open("tcp:1").is_err());
        } else {
            streams.receive(Packet::bare(Command::Clse, 9, id)).unwrap();
            streams.receive(Packet::bare(Command::Clse, 9, id)).unwrap();
        }
        let Poll::Ready(Ok(Some(arrival))) = streams.poll_data(id, &mut context) else { panic!("no data") };
        assert_eq!(&arrival.data[..], b"last words");
        let end = streams.poll_data(id, &mut context);
        assert!(matches!((lost, end), (true, Poll::Ready(Err(_))) | (false, Poll::Ready(Ok(None)))));
        assert!(streams.abandon(id).is_none(), "what the phone closed is not closed again");
    }
}
