//! How long a command takes on a real phone, for a virtual one that is asked to be realistic. What the command does is
//! left to it.

use std::time::Duration;

/// Commands that start a Java process or wait for a service, in milliseconds as seen on phones of the middle class.
const SLOW: &[(&str, u64)] = &[
    ("uiautomator", 1500),
    ("screencap", 600),
    ("content", 450),
    ("am", 350),
    ("input", 300),
    ("monkey", 300),
    ("cmd", 250),
    ("pm", 250),
    ("dumpsys", 200),
    ("ime", 200),
    ("settings", 200),
    ("wm", 200),
];
/// What any other program takes to start.
const START: u64 = 8;

/// How long the command of this name takes before its work begins; nothing for one of the shell's own.
pub(super) fn of(name: &str, builtin: bool) -> Duration {
    let short = name.rsplit('/').next().unwrap_or(name);
    let slow = SLOW.iter().find(|(known, _)| *known == short).map(|(_, time)| *time);
    Duration::from_millis(slow.unwrap_or(if builtin { 0 } else { START }))
}
