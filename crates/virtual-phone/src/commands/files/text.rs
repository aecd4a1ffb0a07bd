//! `cat`, `head`, `tail`, `wc`, `grep`.

use regex_lite::{Regex, RegexBuilder};

use crate::commands::options::Options;
use crate::shell::session::Invocation;

const MAX_PATTERN_BYTES: usize = 1 << 20;

pub(crate) fn cat(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "uvet", "") else { return 1 };
    let operands = if options.operands.is_empty() { vec!["-"] } else { options.operands };
    let mut status = 0;
    for operand in operands {
        if operand == "-" {
            // In chunks: the client's input may be longer than the limit of a pipe.
            while let Some(piece) = invocation.streams.input.read() {
                if !invocation.print(piece) {
                    return invocation.fail("xwrite: No space left on device");
                }
            }
            continue;
        }
        match invocation.read(operand) {
            Ok(bytes) if invocation.print(&bytes) => {}
            Ok(_) => return invocation.fail("xwrite: No space left on device"),
            Err(message) => status = invocation.fail(message),
        }
    }
    status
}

pub(crate) fn head(invocation: &mut Invocation<'_>) -> u8 {
    ends(invocation, |bytes, count, by_bytes| {
        let end = if by_bytes { count.min(bytes.len()) } else { end_of_line(bytes, count) };
        &bytes[..end]
    })
}

pub(crate) fn tail(invocation: &mut Invocation<'_>) -> u8 {
    ends(invocation, |bytes, count, by_bytes| {
        let lines = bytes.split_inclusive(|byte| *byte == b'\n').count();
        let start = if by_bytes {
            bytes.len().saturating_sub(count)
        } else {
            end_of_line(bytes, lines.saturating_sub(count))
        };
        &bytes[start..]
    })
}

/// The offset of the end of the first `count` lines.
fn end_of_line(bytes: &[u8], count: usize) -> usize {
    bytes.split_inclusive(|byte| *byte == b'\n').take(count).map(<[u8]>::len).sum()
}

fn ends(invocation: &mut Invocation<'_>, cut: impl Fn(&[u8], usize, bool) -> &[u8]) -> u8 {
    let Ok(options) = Options::read(invocation, "0123456789qvf", "nc") else { return 1 };
    let digits: String =
        invocation.words().iter().find_map(|word| word.strip_prefix('-')).unwrap_or("").to_owned();
    let wanted =
        options.value('c').or_else(|| options.value('n')).map_or(digits, |value| value.replace('-', ""));
    let count = wanted.parse().unwrap_or(10);
    let operands = if options.operands.is_empty() { vec!["-"] } else { options.operands.clone() };
    let titled = operands.len() > 1 && !options.has('q');
    let mut status = 0;
    for (index, operand) in operands.iter().enumerate() {
        match invocation.read(operand) {
            Ok(bytes) => {
                if titled {
                    invocation.print(format!("{}==> {operand} <==\n", if index > 0 { "\n" } else { "" }));
                }
                invocation.print(cut(&bytes, count, options.value('c').is_some()));
            }
            Err(message) => status = invocation.fail(message),
        }
    }
    status
}

pub(crate) fn wc(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "clmw", "") else { return 1 };
    let operands = if options.operands.is_empty() { vec!["-"] } else { options.operands.clone() };
    let all = !"clmw".chars().any(|flag| options.has(flag));
    let mut status = 0;
    for operand in &operands {
        let bytes = match invocation.read(operand) {
            Ok(bytes) => bytes,
            Err(message) => {
                status = invocation.fail(message);
                continue;
            }
        };
        let text = String::from_utf8_lossy(&bytes);
        let counts = [
            (all || options.has('l'), bytes.iter().filter(|byte| **byte == b'\n').count()),
            (all || options.has('w'), text.split_whitespace().count()),
            (all || options.has('c'), bytes.len()),
            (options.has('m'), text.chars().count()),
        ];
        let shown: Vec<String> =
            counts.iter().filter(|(wanted, _)| *wanted).map(|(_, n)| n.to_string()).collect();
        let name = if *operand == "-" { String::new() } else { format!(" {operand}") };
        invocation.print(format!("{}{name}\n", shown.join(" ")));
    }
    status
}

pub(crate) fn grep(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "EFivqclnohHsrwx", "em") else { return 2 };
    let mut operands = options.operands.clone();
    let pattern = match options.value('e') {
        Some(pattern) => pattern,
        None if operands.is_empty() => {
            invocation.fail("Needs 1 argument");
            return 2;
        }
        None => operands.remove(0),
    };
    let Some(pattern) = compile(pattern, &options) else {
        invocation.fail(format!("bad REGEX '{pattern}'"));
        return 2;
    };
    if operands.is_empty() {
        operands.push("-");
    }
    let titled = (operands.len() > 1 || options.has('H')) && !options.has('h');
    let (mut found, mut failed) = (false, false);
    for operand in &operands {
        match invocation.read(operand) {
            Ok(bytes) => found |= grep_one(invocation, &pattern, &bytes, operand, titled, &options),
            Err(message) => {
                failed = true;
                if !options.has('s') {
                    invocation.fail(message);
                }
            }
        }
    }
    match (found, failed) {
        (_, true) => 2,
        (true, _) => 0,
        (false, _) => 1,
    }
}

fn grep_one(
    invocation: &Invocation<'_>,
    pattern: &Regex,
    bytes: &[u8],
    name: &str,
    titled: bool,
    options: &Options<'_>,
) -> bool {
    let most = options.value('m').and_then(|most| most.parse().ok()).unwrap_or(usize::MAX);
    let title = if titled { format!("{name}:") } else { String::new() };
    let mut count = 0;
    for (index, line) in String::from_utf8_lossy(bytes).lines().enumerate() {
        if count >= most || pattern.is_match(line) == options.has('v') {
            continue;
        }
        count += 1;
        if options.has('q') || options.has('l') {
            break;
        }
        if options.has('c') {
            continue;
        }
        let number = if options.has('n') { format!("{}:", index + 1) } else { String::new() };
        let shown: Vec<&str> = if options.has('o') {
            pattern.find_iter(line).map(|found| found.as_str()).collect()
        } else {
            vec![line]
        };
        for part in shown {
            invocation.print(format!("{title}{number}{part}\n"));
        }
    }
    if options.has('c') && !options.has('q') {
        invocation.print(format!("{title}{count}\n"));
    } else if options.has('l') && count > 0 {
        invocation.print(format!("{name}\n"));
    }
    count > 0
}

/// Compiles a pattern. In basic patterns `+ ? | ( ) { }` are literal without a backslash.
fn compile(pattern: &str, options: &Options<'_>) -> Option<Regex> {
    let mut pattern = if options.has('F') {
        regex_lite::escape(pattern)
    } else if options.has('E') {
        pattern.to_owned()
    } else {
        basic_to_extended(pattern)
    };
    if options.has('w') {
        pattern = format!(r"\b(?:{pattern})\b");
    }
    if options.has('x') {
        pattern = format!("^(?:{pattern})$");
    }
    RegexBuilder::new(&pattern).case_insensitive(options.has('i')).size_limit(MAX_PATTERN_BYTES).build().ok()
}

fn basic_to_extended(pattern: &str) -> String {
    let mut extended = String::new();
    let mut symbols = pattern.chars();
    while let Some(symbol) = symbols.next() {
        match symbol {
            '\\' => match symbols.next() {
                Some(special) if "+?|(){}".contains(special) => extended.push(special),
                Some(other) => extended.extend(['\\', other]),
                None => extended.push_str("\\\\"),
            },
            '+' | '?' | '|' | '(' | ')' | '{' | '}' => extended.extend(['\\', symbol]),
            other => extended.push(other),
        }
    }
    extended
}
