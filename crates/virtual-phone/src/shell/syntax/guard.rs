//! A check of a line before it is parsed: its length and its nesting. The parser recurses once per level, so that a
//! hostile line could exhaust the stack.

const MAX_LINE_BYTES: usize = 256 * 1024;
/// Parentheses and braces inside each other: the parser's time doubles with each, and with each `case`.
const MAX_DEPTH: usize = 16;
/// `if`, `while`, `until` and `for` in a line.
const MAX_COMPOUNDS: usize = 32;
const MAX_BACKQUOTES: usize = 64;
/// Substitutions inside each other: the parser tries each of them several times.
const MAX_SUBSTITUTION_DEPTH: usize = 6;

/// The shell's message about a line that is refused unparsed.
pub(crate) fn objection(line: &str) -> Option<&'static str> {
    if line.len() > MAX_LINE_BYTES {
        return Some("syntax error: line too long");
    }
    let mut depth = Depth::default();
    let bytes = line.as_bytes();
    let mut position = 0;
    while position < bytes.len() {
        match bytes[position] {
            b'\\' => position += 1,
            b'\'' if !depth.in_double_quotes => position = skip_single_quotes(bytes, position),
            b'"' => depth.in_double_quotes = !depth.in_double_quotes,
            b'$' if matches!(bytes.get(position + 1), Some(b'(' | b'{')) => depth.substitutions += 1,
            b'`' => depth.backquotes += 1,
            b')' | b'}' if depth.in_double_quotes => {
                depth.substitutions = depth.substitutions.saturating_sub(1);
            }
            // Plain text.
            _ if depth.in_double_quotes => {}
            b'(' | b'{' => depth.open += 1,
            b')' | b'}' => {
                depth.open = depth.open.saturating_sub(1);
                depth.substitutions = depth.substitutions.saturating_sub(1);
            }
            // One for the `case`, and one for the `)` after its pattern, which closes nothing.
            b'c' if starts_word(bytes, position, &["case"]) => depth.open += 2,
            b'i' | b'w' | b'u' | b'f' if starts_word(bytes, position, &["if", "while", "until", "for"]) => {
                depth.compounds += 1;
            }
            _ => {}
        }
        if depth.is_too_deep() {
            return Some("syntax error: nesting too deep");
        }
        position += 1;
    }
    None
}

#[derive(Default)]
struct Depth {
    in_double_quotes: bool,
    open: usize,
    substitutions: usize,
    backquotes: usize,
    /// Counted without their ends, since the limit is far above that of real lines.
    compounds: usize,
}

impl Depth {
    fn is_too_deep(&self) -> bool {
        self.open > MAX_DEPTH
            || self.substitutions > MAX_SUBSTITUTION_DEPTH
            || self.backquotes > MAX_BACKQUOTES
            || self.compounds > MAX_COMPOUNDS
    }
}

fn skip_single_quotes(bytes: &[u8], start: usize) -> usize {
    bytes[start + 1..].iter().position(|byte| *byte == b'\'').map_or(bytes.len(), |length| start + 1 + length)
}

/// Whether one of `keywords` is at `position` as a whole word.
fn starts_word(bytes: &[u8], position: usize, keywords: &[&str]) -> bool {
    let begins = position == 0 || !bytes[position - 1].is_ascii_alphanumeric();
    let rest = &bytes[position..];
    begins
        && keywords.iter().any(|keyword| {
            rest.starts_with(keyword.as_bytes())
                && rest.get(keyword.len()).is_none_or(|next| next.is_ascii_whitespace() || *next == b'(')
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quoted_caption_may_hold_any_number_of_parentheses() {
        let caption = "(".repeat(500);
        assert_eq!(objection(&format!("echo '{caption}'")), None);
        assert_eq!(objection(&format!("echo \"{caption} {}\"", "case ".repeat(100))), None);
    }

    #[test]
    fn nesting_that_would_exhaust_the_parser_is_refused() {
        assert!(objection(&"(".repeat(200)).is_some());
        assert!(objection(&"$(".repeat(200)).is_some());
        assert!(objection(&"if ".repeat(200)).is_some());
    }
}
