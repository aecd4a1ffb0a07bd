//! What a test's own phone left in the log. The tests of a program run together and share one logger: each asks for the
//! lines that name its phone's address, which no other test has.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Mutex, Once};

use log::{LevelFilter, Log, Metadata, Record};

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Capture;

impl Log for Capture {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        LINES.lock().unwrap().push(format!("{} {}", record.level(), record.args()));
    }

    fn flush(&self) {}
}

/// Keeps what is logged from here on.
pub(crate) fn keep() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        log::set_logger(&Capture).unwrap();
        log::set_max_level(LevelFilter::Debug);
    });
}

/// The lines so far that name `address`, which ends in a port, each behind its level.
pub(crate) fn lines_about(address: &str) -> Vec<String> {
    let names_it = |line: &&String| {
        line.split(address).skip(1).any(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
    };
    LINES.lock().unwrap().iter().filter(names_it).cloned().collect()
}
