//! The one function by which text enters a command for a phone's shell. Proven on a real `sh` in
//! `tests/real_adbd.rs`.

/// Quotes `text` as exactly one word of a POSIX shell, with any content: quotes, line breaks, `$(…)`, emoji, nothing.
///
/// A shell cannot receive a NUL; [`crate::phone::Phone::shell`] refuses a command that holds one.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let mut word = String::with_capacity(text.len() + 2);
    word.push('\'');
    for part in text.split_inclusive('\'') {
        match part.strip_suffix('\'') {
            Some(plain) => {
                word.push_str(plain);
                word.push_str(r"'\''");
            }
            None => word.push_str(part),
        }
    }
    word.push('\'');
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_becomes_one_quoted_word() {
        assert_eq!(shell_word(""), "''");
        assert_eq!(shell_word("$(id) `id` \\ \"\n"), "'$(id) `id` \\ \"\n'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word("''"), r"''\'''\'''");
    }
}
