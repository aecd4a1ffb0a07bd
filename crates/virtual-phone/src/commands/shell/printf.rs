//! `echo` and `printf`, after mksh and toybox.

use crate::shell::session::Invocation;
use crate::shell::word::escapes;

/// Characters of a padded field.
const MAX_WIDTH: usize = 10_000;

/// mksh's `echo` interprets backslash sequences by default.
pub(crate) fn echo(invocation: &mut Invocation<'_>) -> u8 {
    let mut words = invocation.words();
    let (mut line_break, mut sequences) = (true, true);
    while let Some(letters) = words.first().and_then(|word| word.strip_prefix('-'))
        && !letters.is_empty()
        && letters.chars().all(|letter| "neE".contains(letter))
    {
        for letter in letters.chars() {
            match letter {
                'n' => line_break = false,
                'e' => sequences = true,
                _ => sequences = false,
            }
        }
        words.remove(0);
    }
    let mut text = words.join(" ");
    if sequences {
        let (interpreted, cut) = escapes::interpret(&text);
        text = interpreted;
        line_break &= !cut;
    }
    if line_break {
        text.push('\n');
    }
    u8::from(!invocation.print(text))
}

/// `printf FORMAT [ARGUMENT…]`: the format is repeated while arguments are left.
pub(crate) fn printf(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let Some((format, arguments)) = words.split_first() else {
        return invocation.fail("Needs 1 argument");
    };
    let mut arguments = arguments.iter().copied();
    let mut status = 0;
    loop {
        let before = arguments.len();
        let mut line = Formatted { text: String::new(), ended: false, bad: None };
        line.format(format, &mut arguments);
        let has_reader = invocation.print(&line.text);
        if let Some(bad) = line.bad {
            status = invocation.fail(format!("{bad}: invalid number"));
        }
        if line.ended || !has_reader || arguments.len() == 0 || arguments.len() == before {
            return status;
        }
    }
}

struct Formatted {
    text: String,
    ended: bool,
    bad: Option<String>,
}

impl Formatted {
    fn format<'a>(&mut self, format: &str, arguments: &mut impl Iterator<Item = &'a str>) {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            if self.push_literal(&rest[..at]) {
                return;
            }
            let after = &rest[at + 1..];
            let length =
                after.find(|symbol: char| !"-+ 0#123456789.".contains(symbol)).unwrap_or(after.len());
            let (flags, tail) = after.split_at(length);
            let mut symbols = tail.chars();
            match symbols.next() {
                Some('%') => self.text.push('%'),
                Some(kind) => self.push_argument(kind, flags, arguments.next().unwrap_or("")),
                None => self.text.push('%'),
            }
            if self.ended {
                return;
            }
            rest = symbols.as_str();
        }
        self.push_literal(rest);
    }

    fn push_literal(&mut self, text: &str) -> bool {
        let (text, cut) = escapes::interpret(text);
        self.text.push_str(&text);
        self.ended |= cut;
        cut
    }

    fn push_argument(&mut self, kind: char, flags: &str, argument: &str) {
        let text = match kind {
            's' => argument.to_owned(),
            'c' => argument.chars().take(1).collect(),
            'b' => {
                let (text, cut) = escapes::interpret(argument);
                self.ended |= cut;
                text
            }
            'd' | 'i' => self.number(argument).to_string(),
            'u' => self.number(argument).cast_unsigned().to_string(),
            'x' => format!("{:x}", self.number(argument)),
            'X' => format!("{:X}", self.number(argument)),
            'o' => format!("{:o}", self.number(argument)),
            other => format!("%{flags}{other}"),
        };
        let number_like = matches!(kind, 'd' | 'i' | 'u' | 'x' | 'X' | 'o');
        let (width, precision) = flags.split_once('.').unwrap_or((flags, ""));
        let text = match precision.parse::<usize>() {
            Ok(most) if kind == 's' => text.chars().take(most).collect(),
            _ => text,
        };
        let left = width.contains('-');
        let zeros = number_like && width.trim_start_matches(['+', ' ', '#']).starts_with('0') && !left;
        let wanted =
            width.trim_start_matches(['-', '+', ' ', '#', '0']).parse::<usize>().unwrap_or(0).min(MAX_WIDTH);
        let padding = wanted.saturating_sub(text.chars().count());
        let pad = if zeros { "0" } else { " " }.repeat(padding);
        match (left, zeros, text.strip_prefix('-')) {
            (true, ..) => self.text.push_str(&(text + &pad)),
            (_, true, Some(digits)) => self.text.extend(["-", &pad, digits]),
            _ => self.text.push_str(&(pad + &text)),
        }
    }

    fn number(&mut self, argument: &str) -> i64 {
        let trimmed = argument.trim();
        let (negative, digits) = trimmed.strip_prefix('-').map_or((false, trimmed), |digits| (true, digits));
        let parsed =
            if let Some(hexadecimal) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
                i64::from_str_radix(hexadecimal, 16).ok()
            } else if digits.len() > 1 && digits.starts_with('0') {
                i64::from_str_radix(digits, 8).ok()
            } else if digits.is_empty() {
                Some(0)
            } else {
                digits.parse().ok()
            };
        let Some(number) = parsed else {
            self.bad = Some(argument.to_owned());
            return 0;
        };
        if negative { number.wrapping_neg() } else { number }
    }
}
