//! A look at a line before it is parsed: how long it is and how deeply it nests. The parser recurses once per level,
//! so that a hostile line could exhaust the stack. What the line means is left to the parser.

/// The longest line that a shell takes, in bytes.
const LONGEST_LINE: usize = 256 * 1024;
/// The most parentheses and braces inside each other: the parser's time doubles with each, and with each `case`.
const DEEPEST: usize = 16;
/// The most `if`, `while`, `until` and `for` in a line.
const MOST_COMPOUNDS: usize = 32;
/// The most backquotes in a line.
const MOST_BACKQUOTES: usize = 64;
/// The most substitutions inside each other: the parser tries each of them several times.
const DEEPEST_SUBSTITUTION: usize = 6;

/// Why a line is refused unparsed, as the shell says it.
pub(crate) fn objection(line: &str) -> Option<&'static str> {
    if line.len() > LONGEST_LINE {
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
            // One for itself, and one for the `)` behind its pattern, which closes nothing.
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
    /// Counted without looking for their ends: cheap, and far above what anyone types.
    compounds: usize,
}

impl Depth {
    fn is_too_deep(&self) -> bool {
        self.open > DEEPEST
            || self.substitutions > DEEPEST_SUBSTITUTION
            || self.backquotes > MOST_BACKQUOTES
            || self.compounds > MOST_COMPOUNDS
    }
}

fn skip_single_quotes(bytes: &[u8], start: usize) -> usize {
    bytes[start + 1..].iter().position(|byte| *byte == b'\'').map_or(bytes.len(), |length| start + 1 + length)
}

/// Whether one of `keywords` stands at `position` as a word of its own.
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
