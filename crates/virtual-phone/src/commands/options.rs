//! Single-letter options before the operands, as in toybox.

use crate::shell::session::Invocation;

/// The arguments are invalid, and an error was printed.
pub(crate) struct InvalidOption;

/// A command's options and operands.
pub(crate) struct Options<'a> {
    flags: String,
    values: Vec<(char, &'a str)>,
    pub(crate) operands: Vec<&'a str>,
}

impl<'a> Options<'a> {
    /// Parses the arguments: `flags` have no value, `valued` letters have one. Prints an error about an unknown one.
    pub(crate) fn read(
        invocation: &Invocation<'a>,
        flags: &str,
        valued: &str,
    ) -> Result<Self, InvalidOption> {
        let mut options = Self { flags: String::new(), values: Vec::new(), operands: Vec::new() };
        let mut words = invocation.words().into_iter();
        let mut only_operands = false;
        while let Some(word) = words.next() {
            match word.strip_prefix('-') {
                Some("-") if !only_operands => only_operands = true,
                Some(letters) if !only_operands && !letters.is_empty() && !letters.starts_with('-') => {
                    options.read_letters(invocation, letters, flags, valued, &mut words)?;
                }
                _ => options.operands.push(word),
            }
        }
        Ok(options)
    }

    pub(crate) fn has(&self, flag: char) -> bool {
        self.flags.contains(flag)
    }

    pub(crate) fn value(&self, option: char) -> Option<&'a str> {
        self.values.iter().rev().find(|(letter, _)| *letter == option).map(|(_, value)| *value)
    }

    fn read_letters(
        &mut self,
        invocation: &Invocation<'a>,
        letters: &'a str,
        flags: &str,
        valued: &str,
        words: &mut impl Iterator<Item = &'a str>,
    ) -> Result<(), InvalidOption> {
        for (index, letter) in letters.char_indices() {
            if valued.contains(letter) {
                let attached = &letters[index + letter.len_utf8()..];
                let value = if attached.is_empty() { words.next() } else { Some(attached) };
                let Some(value) = value else {
                    invocation.fail(format!("Missing argument to -{letter}"));
                    return Err(InvalidOption);
                };
                self.values.push((letter, value));
                return Ok(());
            }
            if !flags.contains(letter) {
                let name = invocation.name;
                invocation.fail(format!("Unknown option '{letter}' (see \"{name} --help\")"));
                return Err(InvalidOption);
            }
            self.flags.push(letter);
        }
        Ok(())
    }
}
