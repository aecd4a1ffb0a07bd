//! Matching of shell patterns (`*`, `?`, `[…]`), in bounded time for every pattern.

/// Whether all of `text` matches `pattern`; a backslash takes the next character literally.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut seen) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while seen < text.len() {
        if pattern.get(at) == Some(&'*') {
            retry = Some((at + 1, seen));
            at += 1;
            continue;
        }
        if let Some(next) = match_one(&pattern, at, text[seen]) {
            at = next;
            seen += 1;
            continue;
        }
        let Some((after_star, taken)) = retry else { return false };
        retry = Some((after_star, taken + 1));
        at = after_star;
        seen = taken + 1;
    }
    pattern[at..].iter().all(|symbol| *symbol == '*')
}

/// Whether `pattern` contains anything but literal text.
pub(crate) fn is_pattern(pattern: &str) -> bool {
    let mut symbols = pattern.chars();
    while let Some(symbol) = symbols.next() {
        match symbol {
            '\\' => {
                symbols.next();
            }
            '*' | '?' | '[' => return true,
            _ => {}
        }
    }
    false
}

/// Escapes `text` to a pattern that matches only it.
pub(crate) fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for symbol in text.chars() {
        if matches!(symbol, '*' | '?' | '[' | ']' | '\\' | '-' | '!' | '^') {
            pattern.push('\\');
        }
        pattern.push(symbol);
    }
    pattern
}

/// The position in the pattern after the part that matches `symbol`.
fn match_one(pattern: &[char], at: usize, symbol: char) -> Option<usize> {
    match *pattern.get(at)? {
        '?' => Some(at + 1),
        '\\' => match pattern.get(at + 1) {
            Some(literal) => (*literal == symbol).then_some(at + 2),
            None => (symbol == '\\').then_some(at + 1),
        },
        '[' => match match_class(pattern, at + 1, symbol) {
            Some((matched, next)) => matched.then_some(next),
            None => (symbol == '[').then_some(at + 1),
        },
        literal => (literal == symbol).then_some(at + 1),
    }
}

/// Whether the class that begins at `at` contains `symbol`, and the position after its `]`. `None` when it has no end.
fn match_class(pattern: &[char], mut at: usize, symbol: char) -> Option<(bool, usize)> {
    let inverted = matches!(pattern.get(at), Some('!' | '^'));
    if inverted {
        at += 1;
    }
    let first = at;
    let mut matched = false;
    loop {
        match *pattern.get(at)? {
            ']' if at > first => return Some((matched != inverted, at + 1)),
            mut low => {
                if low == '\\' {
                    at += 1;
                    low = *pattern.get(at)?;
                }
                let high = match (pattern.get(at + 1), pattern.get(at + 2)) {
                    (Some('-'), Some(high)) if *high != ']' => {
                        at += 2;
                        *high
                    }
                    _ => low,
                };
                matched |= (low..=high).contains(&symbol);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_sh() {
        for (pattern, text, expected) in [
            ("*.mp4", "x.mp4", true),
            ("*.mp4", "x.mp3", false),
            ("a?c", "abc", true),
            ("[a-c]x", "bx", true),
            ("[!a-c]x", "bx", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            ("[", "[", true),
            ("*a*b*c", "xxaxxbxxc", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} against {text}");
        }
    }

    #[test]
    fn a_pattern_with_much_backtracking_ends_at_once() {
        assert!(!matches(&"*a".repeat(40), &"a".repeat(39)));
    }

    #[test]
    fn literal_text_matches_only_itself() {
        assert!(matches(&literal("a*[b]\\"), "a*[b]\\"));
        assert!(!matches(&literal("a*"), "ab"));
    }
}
