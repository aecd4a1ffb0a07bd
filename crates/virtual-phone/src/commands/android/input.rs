//! `input`: taps, swipes, keys and ASCII text, with the phone's exception for any other text.

use crate::shell::session::Invocation;

pub(crate) fn input(invocation: &mut Invocation<'_>) -> u8 {
    let mut words = invocation.words();
    if words.first().is_some_and(|word| SOURCES.contains(word)) {
        words.remove(0);
    }
    let Some((&command, operands)) = words.split_first() else {
        invocation.print("Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]\n");
        return 255;
    };
    let done = match command {
        "tap" => points(operands, 2).map(|at| invocation.machine().windows().tap(at[0], at[1])),
        "swipe" | "draganddrop" => {
            points(operands, 4).map(|at| invocation.machine().windows().swipe((at[0], at[1]), (at[2], at[3])))
        }
        "text" => match operands.first() {
            Some(typed) if typed.is_ascii() => {
                text(invocation, typed);
                Some(())
            }
            Some(_) => return no_key_events(invocation),
            None => None,
        },
        "keyevent" => keys(invocation, operands),
        _ => {
            invocation.print_error(format!("Unknown command: {command}"));
            return 255;
        }
    };
    if done.is_some() {
        return 0;
    }
    invocation.print_error(format!("Error: Invalid arguments for command: {command}"));
    invocation.print("Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]\n");
    255
}

const SOURCES: &[&str] = &[
    "keyboard",
    "mouse",
    "joystick",
    "touchnavigation",
    "touchpad",
    "trackball",
    "dpad",
    "stylus",
    "gamepad",
    "touchscreen",
];

/// Parses `count` numbers, truncated to pixels.
fn points(operands: &[&str], count: usize) -> Option<Vec<i32>> {
    let numbers: Vec<i32> =
        operands.iter().map_while(|word| word.split('.').next()?.parse().ok()).take(count).collect();
    (numbers.len() == count).then_some(numbers)
}

/// Types ASCII text; `%s` is a space.
fn text(invocation: &Invocation<'_>, typed: &str) {
    invocation.machine().windows().commit_text(&typed.replace("%s", " "));
}

/// Prints the exception of a phone: `KeyCharacterMap.getEvents` returns null for a character without a key.
fn no_key_events(invocation: &Invocation<'_>) -> u8 {
    invocation.print_error("");
    invocation.print_error("Exception occurred while executing 'text':");
    invocation.print_error("java.lang.NullPointerException: Attempt to get length of null array");
    invocation
        .print_error("\tat com.android.server.input.InputShellCommand.sendText(InputShellCommand.java:346)");
    255
}

fn keys(invocation: &Invocation<'_>, operands: &[&str]) -> Option<()> {
    let codes: Vec<u32> = operands
        .iter()
        .filter(|word| !word.starts_with("--"))
        .map(|word| key_code(word))
        .collect::<Option<_>>()?;
    if codes.is_empty() {
        return None;
    }
    let mut windows = invocation.machine().windows();
    codes.into_iter().for_each(|code| windows.key(code));
    Some(())
}

/// `66`, `ENTER` or `KEYCODE_ENTER`.
fn key_code(word: &str) -> Option<u32> {
    if let Ok(code) = word.parse() {
        return Some(code);
    }
    let name = word.strip_prefix("KEYCODE_").unwrap_or(word);
    if let &[letter @ b'A'..=b'Z'] = name.as_bytes() {
        return Some(29 + u32::from(letter - b'A'));
    }
    if let &[digit @ b'0'..=b'9'] = name.as_bytes() {
        return Some(7 + u32::from(digit - b'0'));
    }
    KEYS.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}

/// From AOSP's `KeyEvent.java`.
const KEYS: &[(&str, u32)] = &[
    ("HOME", 3),
    ("BACK", 4),
    ("DPAD_UP", 19),
    ("DPAD_DOWN", 20),
    ("DPAD_LEFT", 21),
    ("DPAD_RIGHT", 22),
    ("DPAD_CENTER", 23),
    ("VOLUME_UP", 24),
    ("VOLUME_DOWN", 25),
    ("POWER", 26),
    ("TAB", 61),
    ("SPACE", 62),
    ("ENTER", 66),
    ("DEL", 67),
    ("MENU", 82),
    ("ESCAPE", 111),
    ("FORWARD_DEL", 112),
    ("MOVE_HOME", 122),
    ("MOVE_END", 123),
    ("APP_SWITCH", 187),
    ("SLEEP", 223),
    ("WAKEUP", 224),
];
