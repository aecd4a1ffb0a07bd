//! The normal form in which texts of a screen are compared: invisible differences do not count.

use std::borrow::Cow;

use tikmatrix_domain::is_readable_on_screen;

/// Returns `text` as selectors compare it: without marks of writing direction and zero-width no-break spaces, with every
/// no-break space as a plain one and the typographic apostrophe as the plain one. Apps add and drop these between
/// builds and languages. Texts of users are never compared in this form, but exactly.
#[must_use]
pub fn normalise(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|character| replacement(character) != Some(character)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.chars().filter_map(replacement).collect())
}

fn replacement(character: char) -> Option<char> {
    match character {
        '\u{200e}'
        | '\u{200f}'
        | '\u{061c}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{feff}' => None,
        '\u{00a0}' | '\u{2007}' | '\u{202f}' => Some(' '),
        '\u{2019}' => Some('\''),
        other => Some(other),
    }
}

/// Returns whether the dump of a screen with the text `written` has the text `shown`: the dump has a dot for each
/// character that is not [readable on a screen](is_readable_on_screen).
#[must_use]
pub fn reads_as(written: &str, shown: &str) -> bool {
    let mut shown = shown.chars();
    let same = written.chars().all(|character| match shown.next() {
        Some(seen) if seen == character => true,
        Some('.' | char::REPLACEMENT_CHARACTER) => !is_readable_on_screen(character),
        _ => false,
    });
    same && shown.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_what_a_reader_cannot_see() {
        assert_eq!(normalise("\u{200e}3\u{a0}comments\u{2069}"), "3 comments");
        assert_eq!(normalise("Don\u{2019}t allow"), "Don't allow");
        assert!(matches!(normalise("Post"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_what_a_dump_cannot_hold_may_read_as_a_dot() {
        assert!(reads_as("a\u{1}\u{1f469}", "a.\u{1f469}"));
        assert!(!reads_as("a\u{1f469}", "a."));
        assert!(!reads_as("ab", "a"));
        assert!(!reads_as("a", "ab"));
        assert!(!reads_as("\u{202e}a", "a"), "users' texts keep their marks of direction");
    }
}
