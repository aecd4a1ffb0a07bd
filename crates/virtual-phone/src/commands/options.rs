//! Single-letter options before the operands, as toybox takes them. What they mean is left to each command.

use crate::shell::session::Invocation;

/// A command's options and operands.
pub(crate) struct Options<'a> {
    flags: String,
    values: Vec<(char, &'a str)>,
    pub(crate) operands: Vec<&'a str>,
}

impl<'a> Options<'a> {
    /// Reads the arguments: `flags` are letters alone, `valued` ones take a value. An unknown one is told to the
    /// user and gives the exit status as the error.
    pub(crate) fn read(invocation: &Invocation<'a>, flags: &str, valued: &str) -> Result<Self, u8> {
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
    ) -> Result<(), u8> {
        for (index, letter) in letters.char_indices() {
            if valued.contains(letter) {
                let attached = &letters[index + letter.len_utf8()..];
                let value = if attached.is_empty() { words.next() } else { Some(attached) };
                let Some(value) = value else {
                    return Err(invocation.fail(format!("Missing argument to -{letter}")));
                };
                self.values.push((letter, value));
                return Ok(());
            }
            if !flags.contains(letter) {
                let name = invocation.name;
                return Err(invocation.fail(format!("Unknown option '{letter}' (see \"{name} --help\")")));
            }
            self.flags.push(letter);
        }
        Ok(())
    }
}
