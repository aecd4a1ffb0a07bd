//! How long commands take on a real phone, for a virtual one that is realistic.

use std::time::Duration;

/// Commands that start a Java process or wait for a service, in milliseconds as measured on mid-range phones.
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

/// Returns the time before the command of this name begins its work; zero for a built-in command.
pub(crate) fn latency_of(name: &str, builtin: bool) -> Duration {
    let short = name.rsplit('/').next().unwrap_or(name);
    let slow = SLOW.iter().find(|(known, _)| *known == short).map(|(_, time)| *time);
    Duration::from_millis(slow.unwrap_or(if builtin { 0 } else { START }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn java_processes_take_longest_and_builtins_no_time() {
        let order = ["uiautomator", "screencap", "input", "ls"].map(|name| latency_of(name, false));
        assert!(order.is_sorted_by(|longer, shorter| longer > shorter), "{order:?}");
        assert_eq!(latency_of("/system/bin/uiautomator", false), order[0]);
        assert!(!order[3].is_zero());
        assert_eq!(latency_of("echo", true), Duration::ZERO);
    }
}
