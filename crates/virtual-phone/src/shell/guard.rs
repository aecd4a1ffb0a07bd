//! A look at a line before it is parsed: how long it is and how deeply it nests. The parser recurses once per level,
//! so that a hostile line could exhaust the stack. What the line means is left to the parser.

/// The longest line that a shell takes, in bytes.
const LONGEST_LINE: usize = 256 * 1024;
/// The most parentheses, braces, substitutions and compound commands inside each other.
const DEEPEST: usize = 24;
/// The most substitutions inside each other: the parser tries each of them several times.
const DEEPEST_SUBSTITUTION: usize = 6;

/// Why a line is refused unparsed, as the shell says it.
pub(super) fn objection(line: &str) -> Option<&'static str> {
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
            b'(' | b'{' => depth.open += 1,
            b')' | b'}' => {
                depth.open = depth.open.saturating_sub(1);
                depth.substitutions = depth.substitutions.saturating_sub(1);
            }
            b'i' | b'w' | b'u' | b'f' | b'c' if starts_compound(bytes, position) => depth.compounds += 1,
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
            || self.backquotes > 4 * DEEPEST
            || self.compounds > DEEPEST
    }
}

fn skip_single_quotes(bytes: &[u8], start: usize) -> usize {
    bytes[start + 1..].iter().position(|byte| *byte == b'\'').map_or(bytes.len(), |length| start + 1 + length)
}

fn starts_compound(bytes: &[u8], position: usize) -> bool {
    let starts_word = position == 0 || !bytes[position - 1].is_ascii_alphanumeric();
    let rest = &bytes[position..];
    starts_word
        && ["if", "while", "until", "for", "case"].iter().any(|keyword| {
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
    }

    #[test]
    fn nesting_that_would_exhaust_the_parser_is_refused() {
        assert!(objection(&"(".repeat(200)).is_some());
        assert!(objection(&"$(".repeat(200)).is_some());
        assert!(objection(&"if ".repeat(200)).is_some());
    }
}
