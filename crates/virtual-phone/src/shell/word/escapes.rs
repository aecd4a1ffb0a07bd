//! Backslash sequences of `echo`, `printf` and `$'…'`.

/// Replaces the sequences in `text`. Returns whether a `\c` ended it.
pub(crate) fn interpret(text: &str) -> (String, bool) {
    let mut result = String::with_capacity(text.len());
    let mut symbols = text.chars().peekable();
    while let Some(symbol) = symbols.next() {
        if symbol != '\\' {
            result.push(symbol);
            continue;
        }
        let Some(kind) = symbols.next() else {
            result.push('\\');
            break;
        };
        match kind {
            'a' => result.push('\u{7}'),
            'b' => result.push('\u{8}'),
            'c' => return (result, true),
            'e' | 'E' => result.push('\u{1b}'),
            'f' => result.push('\u{c}'),
            'n' => result.push('\n'),
            'r' => result.push('\r'),
            't' => result.push('\t'),
            'v' => result.push('\u{b}'),
            '\\' | '\'' | '"' | '?' => result.push(kind),
            '0'..='7' => {
                let mut code = kind.to_digit(8).unwrap_or(0);
                let most = if kind == '0' { 3 } else { 2 };
                push_number(&mut result, &mut symbols, &mut code, 8, most);
            }
            'x' => push_number(&mut result, &mut symbols, &mut 0, 16, 2),
            'u' => push_number(&mut result, &mut symbols, &mut 0, 16, 4),
            'U' => push_number(&mut result, &mut symbols, &mut 0, 16, 8),
            other => {
                result.push('\\');
                result.push(other);
            }
        }
    }
    (result, false)
}

fn push_number(
    result: &mut String,
    symbols: &mut std::iter::Peekable<std::str::Chars<'_>>,
    code: &mut u32,
    radix: u32,
    most_digits: usize,
) {
    for _ in 0..most_digits {
        let Some(digit) = symbols.peek().and_then(|symbol| symbol.to_digit(radix)) else { break };
        symbols.next();
        *code = code.wrapping_mul(radix).wrapping_add(digit);
    }
    result.push(char::from_u32(*code).unwrap_or(char::REPLACEMENT_CHARACTER));
}

#[cfg(test)]
mod tests {
    use super::interpret;

    #[test]
    fn sequences_become_characters_and_unknown_ones_stay() {
        assert_eq!(interpret("a\\tb\\x41\\u05e9\\101\\q"), ("a\tbA\u{5e9}A\\q".to_owned(), false));
        assert_eq!(interpret("a\\cb"), ("a".to_owned(), true));
        assert_eq!(interpret("end\\"), ("end\\".to_owned(), false));
    }
}
