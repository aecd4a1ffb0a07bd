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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starts_a_process_of_java_takes_longest_and_the_shells_own_commands_nothing() {
        let order = ["uiautomator", "screencap", "input", "ls"].map(|name| of(name, false));
        assert!(order.is_sorted_by(|longer, shorter| longer > shorter), "{order:?}");
        assert_eq!(of("/system/bin/uiautomator", false), order[0]);
        assert!(!order[3].is_zero());
        assert_eq!(of("echo", true), Duration::ZERO);
    }
}
