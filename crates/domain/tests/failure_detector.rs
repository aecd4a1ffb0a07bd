//! A dead server is detected by the others, independent of their clocks; and a living one never is, however long the
//! database was out of reach.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;
use tikmatrix_domain::{
    FailureDetector, HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT, Heartbeat, LeaseId, ServerId,
};

fn beats(server: u64, beats: i64) -> Heartbeat {
    Heartbeat { server: ServerId::new(server), beats }
}

#[test]
fn a_silent_server_is_found_after_the_longest_silence_and_a_beating_one_is_not() {
    let mut detector = FailureDetector::new(HEARTBEAT_TIMEOUT);
    let mut now = Duration::ZERO;
    let mut found = None;
    for count in 0..10 {
        let dead = detector.observe(vec![beats(1, 7), beats(2, count)], now);
        if found.is_none() && !dead.is_empty() {
            assert_eq!(dead, [beats(1, 7)]);
            found = Some(now);
        }
        now += HEARTBEAT_INTERVAL;
    }
    assert_eq!(found, Some(HEARTBEAT_TIMEOUT));
}

#[test]
fn with_no_timeout_every_other_server_is_found_at_once() {
    let mut detector = FailureDetector::new(Duration::ZERO);
    assert_eq!(detector.observe(vec![beats(1, 7)], Duration::ZERO), [beats(1, 7)]);
}

#[test]
fn a_lease_names_its_server() {
    let server = ServerId::new(0x1234_5678_9abc_def0);
    assert_eq!(ServerId::of(&server.lease(u128::MAX)), server);
    assert_eq!(ServerId::from_text(server.as_str()), server);
    assert_ne!(ServerId::of(&LeaseId("of an older version".to_owned())), server);
}

proptest! {
    /// Both servers send heartbeats while the database is in reach. It is out of reach repeatedly and for any time, and each
    /// heartbeat may be late on a busy machine.
    #[test]
    fn a_living_server_is_never_found_however_often_and_long_the_database_is_gone(
        outages in vec((0_u64..120_000, 0_u64..600_000), 1..8),
        late in vec(0_u64..5_000, 400),
        begins in 0_u64..5_000,
    ) {
        let mut gone = Vec::new();
        let mut end = 0;
        for (after, long) in outages {
            gone.push((end + after, end + after + long));
            end += after + long;
        }
        let reachable = |at: u64| !gone.iter().any(|(from, to)| (*from..*to).contains(&at));
        let every = u64::try_from(HEARTBEAT_INTERVAL.as_millis()).unwrap();
        let beats_at = |mut at: u64, mut late: Box<dyn Iterator<Item = u64>>| {
            let mut moments = Vec::new();
            while at < end + 200_000 {
                if reachable(at) {
                    moments.push(at);
                }
                at += every + late.next().unwrap_or_default();
            }
            moments
        };
        let living = beats_at(begins, Box::new(late.clone().into_iter().cycle()));
        let looking = beats_at(0, Box::new(late.into_iter().rev().cycle()));
        let mut detector = FailureDetector::new(HEARTBEAT_TIMEOUT);
        for now in looking {
            let count = living.iter().filter(|at| **at <= now).count();
            let heard = if count == 0 { Vec::new() } else { vec![beats(1, i64::try_from(count).unwrap())] };
            prop_assert_eq!(detector.observe(heard, Duration::from_millis(now)), []);
        }
    }

    #[test]
    fn a_dead_server_is_found_once_the_database_was_back_for_long_enough(outage in 0_u64..600) {
        let mut detector = FailureDetector::new(HEARTBEAT_TIMEOUT);
        detector.observe(vec![beats(1, 3)], Duration::ZERO);
        let back = Duration::from_secs(outage);
        let mut dead = Vec::new();
        for number in 0..=6 {
            dead = detector.observe(vec![beats(1, 3)], back + HEARTBEAT_INTERVAL * number);
        }
        prop_assert_eq!(dead, [beats(1, 3)]);
    }
}
