//! Cleaning of texts that phones, files, networks and users wrote, before they are logged, stored or printed.

/// The longest text that [`clean`] returns, in characters.
pub const MAX_CLEAN: usize = 300;

/// Returns `text` for a log or a stored fact: on one line, trimmed, at most [`MAX_CLEAN`] characters, with a space in the
/// place of each character that could forge a line, reorder the text or act on a terminal. A longer text ends with `…`.
#[must_use]
pub fn clean(text: &str) -> String {
    clean_to(text, MAX_CLEAN)
}

/// Does what [`clean`] does, with another maximum of characters, at least 1. Cleaning a clean text changes nothing.
#[must_use]
pub fn clean_to(text: &str, max: usize) -> String {
    let blank = |letter: char| letter.is_whitespace() || !is_harmless(letter);
    // Only a text that is too long loses its end before its end can be trimmed.
    let mut letters = text.trim_matches(blank).chars().map(|letter| if blank(letter) { ' ' } else { letter });
    let mut cleaned: String = letters.by_ref().take(max).collect();
    if letters.next().is_some() {
        cleaned.pop();
        cleaned.truncate(cleaned.trim_end().len());
        cleaned.push('…');
    }
    cleaned
}

/// Returns `text` for a terminal: line breaks and tabs stay, and a space is in the place of each other character that could
/// act on the terminal or reorder the text.
#[must_use]
pub fn for_terminal(text: &str) -> String {
    let shown = |letter: char| if is_harmless(letter) || "\n\t".contains(letter) { letter } else { ' ' };
    text.chars().map(shown).collect()
}

/// Returns whether a character only stands for itself: it is no control character, ends no line, and neither hides nor
/// reorders others (Unicode's line and paragraph separators, bidirectional controls, invisible operators and tags).
#[must_use]
pub fn is_harmless(letter: char) -> bool {
    !letter.is_control()
        && !matches!(letter,
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether the dump of a phone's screen holds a character; a dot is in the place of any other, since XML has no way to
/// write it (AOSP, `AccessibilityNodeInfoDumper.stripInvalidXMLChars`).
#[must_use]
pub fn is_readable_on_screen(letter: char) -> bool {
    !matches!(
        letter,
        '\0'..='\u{8}' | '\u{b}'..='\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}'
    ) && !matches!(letter, '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_text_is_one_line_of_bounded_length() {
        assert_eq!(clean(" R58M\r\n"), "R58M");
        assert_eq!(clean("a\r\nERROR b\u{1b}[2J\u{202e}c\u{2028}d"), "a  ERROR b [2J c d");
        assert_eq!(clean_to("abcdef", 6), "abcdef");
        assert_eq!(clean_to("abcdefg", 6), "abcde…");
        assert_eq!(clean_to("abcd fg", 6), "abcd…");
        assert_eq!(clean("\u{7}\n"), "");
        let long = clean(&"ü".repeat(1_000_000));
        assert_eq!((long.chars().count(), long.ends_with('…')), (MAX_CLEAN, true));
    }

    #[test]
    fn what_scripts_and_emoji_need_stays() {
        for text in ["Größe 12″", "机架 一", "क्‍ष", "👩‍💻 🇩🇪", "می‌خواهم"]
        {
            assert_eq!((clean(text), for_terminal(text)), (text.to_owned(), text.to_owned()));
        }
    }

    #[test]
    fn a_terminal_gets_lines_and_no_commands() {
        assert_eq!(for_terminal("a\tb\n\u{1b}]0;x\u{7}\u{9b}2J\r"), "a\tb\n ]0;x  2J ");
    }

    /// Any characters, and often those that matter.
    fn any_text() -> impl Strategy<Value = String> {
        let letter = prop_oneof![
            any::<char>(),
            prop::sample::select(
                "\r\n\t\0\u{1b}\u{7f}\u{85}\u{9b}\u{2028}\u{202e}\u{2066}\u{feff} a…"
                    .chars()
                    .collect::<Vec<_>>()
            ),
        ];
        prop::collection::vec(letter, 0..60).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn any_clean_text_is_harmless_bounded_and_stays_as_it_is(text in any_text(), max in 1_usize..40) {
            let cleaned = clean_to(&text, max);
            prop_assert!(cleaned.chars().all(is_harmless));
            prop_assert!(cleaned.chars().count() <= max);
            prop_assert_eq!(cleaned.trim(), &cleaned);
            prop_assert_eq!(clean_to(&cleaned, max), cleaned);
        }

        #[test]
        fn any_harmless_text_keeps_its_letters(text in r"[a-z0-9äß机 ]{0,60}") {
            prop_assert_eq!(clean(&text), text.trim());
            prop_assert_eq!(for_terminal(&text), text);
        }

        #[test]
        fn any_printed_text_is_harmless_but_for_lines_and_tabs(text in any_text()) {
            let printed = for_terminal(&text);
            prop_assert!(printed.chars().all(|letter| is_harmless(letter) || letter == '\n' || letter == '\t'));
            prop_assert_eq!(printed.chars().count(), text.chars().count());
            prop_assert_eq!(for_terminal(&printed), printed);
        }
    }
}
