//! Spintax: one template, many texts. `{a|b|c}` picks one of its choices, choices may hold choices, and `\{`, `\|`,
//! `\}` stand for the characters themselves; any other backslash is itself. The random generator comes from the caller.

use rand::Rng;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Deeper nesting than is written by hand; it bounds the recursion.
const MAX_DEPTH: usize = 64;

/// Why a template is no template. Places are counted in characters from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SpintaxError {
    /// A choice is never closed.
    #[error("the {{ at character {0} is never closed by }}; write \\{{ for a literal brace")]
    Unclosed(usize),
    /// A choice is closed that was never opened.
    #[error("the }} at character {0} closes nothing; write \\}} for a literal brace")]
    Unopened(usize),
    /// Choices within choices beyond the limit.
    #[error("the {{ at character {0} is nested deeper than {MAX_DEPTH} levels")]
    TooDeep(usize),
}

/// A template that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Spintax {
    template: String,
    parts: Parts,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Parts(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Choice(Vec<Parts>),
}

impl TryFrom<String> for Spintax {
    type Error = SpintaxError;

    fn try_from(template: String) -> Result<Self, SpintaxError> {
        Ok(Self { parts: Parts::parse(&template)?, template })
    }
}

impl From<Spintax> for String {
    fn from(spintax: Spintax) -> Self {
        spintax.template
    }
}

impl Spintax {
    /// Reads a template.
    ///
    /// # Errors
    /// [`SpintaxError`] with the place of the first mistake.
    pub fn parse(template: &str) -> Result<Self, SpintaxError> {
        template.to_owned().try_into()
    }

    /// Returns one of the texts that the template stands for.
    pub fn choose(&self, rng: &mut impl Rng) -> String {
        let mut text = String::new();
        self.parts.choose_into(rng, &mut text);
        text
    }
}

impl Parts {
    fn parse(template: &str) -> Result<Self, SpintaxError> {
        // The choices that are open here: where each began, its finished alternatives, and the one being read.
        let mut open: Vec<(usize, Vec<Self>, Self)> = Vec::new();
        let mut current = Self::default();
        let mut characters = template.chars().enumerate().map(|(index, it)| (index + 1, it)).peekable();
        while let Some((place, character)) = characters.next() {
            match character {
                '\\' => match characters.next_if(|(_, next)| matches!(next, '{' | '|' | '}')) {
                    Some((_, literal)) => current.push(literal),
                    None => current.push('\\'),
                },
                '{' if open.len() == MAX_DEPTH => return Err(SpintaxError::TooDeep(place)),
                '{' => open.push((place, Vec::new(), std::mem::take(&mut current))),
                '|' => match open.last_mut() {
                    Some((_, alternatives, _)) => alternatives.push(std::mem::take(&mut current)),
                    None => current.push('|'),
                },
                '}' => {
                    let (_, mut alternatives, before) = open.pop().ok_or(SpintaxError::Unopened(place))?;
                    alternatives.push(std::mem::replace(&mut current, before));
                    current.0.push(Part::Choice(alternatives));
                }
                literal => current.push(literal),
            }
        }
        match open.first() {
            Some((place, _, _)) => Err(SpintaxError::Unclosed(*place)),
            None => Ok(current),
        }
    }

    fn choose_into(&self, rng: &mut impl Rng, text: &mut String) {
        for part in &self.0 {
            match part {
                Part::Text(literal) => text.push_str(literal),
                Part::Choice(alternatives) => {
                    if let Some(chosen) = alternatives.get(rng.random_range(0..alternatives.len().max(1))) {
                        chosen.choose_into(rng, text);
                    }
                }
            }
        }
    }

    fn push(&mut self, character: char) {
        match self.0.last_mut() {
            Some(Part::Text(text)) => text.push(character),
            _ => self.0.push(Part::Text(character.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn texts(template: &str) -> BTreeSet<String> {
        let spintax = Spintax::parse(template).unwrap();
        (0..200).map(|seed| spintax.choose(&mut StdRng::seed_from_u64(seed))).collect()
    }

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn every_choice_is_picked_at_some_time_and_nothing_else() {
        assert_eq!(texts("{a|b|c}!"), set(&["a!", "b!", "c!"]));
        assert_eq!(texts("{{a|b} x|}{|y}"), set(&["a x", "b x", "", "a xy", "b xy", "y"]));
    }

    #[test]
    fn escaped_characters_and_lone_bars_are_literal() {
        assert_eq!(texts(r"\{a\|b\} | {c\|d}"), set(&["{a|b} | c|d"]));
        assert_eq!(texts(r"a\n\\ $(id) %s"), set(&[r"a\n\\ $(id) %s"]));
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        assert_eq!(Spintax::parse("é{a|{b}"), Err(SpintaxError::Unclosed(2)));
        assert_eq!(Spintax::parse("a}b"), Err(SpintaxError::Unopened(2)));
        assert_eq!(Spintax::parse(&"{".repeat(100_000)), Err(SpintaxError::TooDeep(MAX_DEPTH + 1)));
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let spintax = Spintax::parse("{1|2|3}{4|5|6}{7|8|9}").unwrap();
        let choose = |seed| spintax.choose(&mut StdRng::seed_from_u64(seed));
        assert_eq!(choose(7), choose(7));
    }

    fn escape(text: &str) -> String {
        text.replace('{', "\\{").replace('|', "\\|").replace('}', "\\}")
    }

    proptest! {
        #[test]
        fn any_text_is_a_template_or_an_error(text in "[{}|\\\\a\u{1f469}]{0,60}|\\PC{0,60}", seed in any::<u64>()) {
            if let Ok(spintax) = Spintax::parse(&text) {
                prop_assert!(spintax.choose(&mut StdRng::seed_from_u64(seed)).len() <= text.len());
            }
        }

        #[test]
        fn text_without_braces_and_backslashes_stays_as_it_is(text in "[^{}\\\\]{0,60}") {
            prop_assert_eq!(texts(&text).into_iter().next(), Some(text));
        }

        #[test]
        fn escaped_text_comes_back_letter_for_letter(text in "([^\\\\]|\\\\[^{|}\\\\]){0,30}") {
            prop_assert_eq!(texts(&escape(&text)).into_iter().next(), Some(text));
        }
    }
}
