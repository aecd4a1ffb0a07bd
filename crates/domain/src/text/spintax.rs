//! Spintax: one template, many texts. `{a|b|c}` picks one of its choices, choices may hold choices, and `\{`, `\|`,
//! `\}` stand for the characters themselves; any other backslash is itself. The random generator comes from the caller.

use rand::Rng;
use thiserror::Error;

use crate::text::clean::is_readable_on_screen;

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
    /// A character that no screen of a phone shows, so that it could not be confirmed to be there.
    #[error("character {place} is U+{code:04X}, which a phone cannot hold")]
    Unreadable {
        /// Where it is.
        place: usize,
        /// Its number.
        code: u32,
    },
}

/// Bounds of the texts that a template stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// The length of the longest, in UTF-16 code units, as apps count.
    pub length: usize,
    /// The number of hashtags of the one that has most. `##` begins none.
    pub hashtags: usize,
}

/// A template that was checked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
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

impl Spintax {
    /// Reads a template.
    ///
    /// # Errors
    /// [`SpintaxError`] with the place of the first mistake.
    pub fn parse(template: &str) -> Result<Self, SpintaxError> {
        Ok(Self { parts: Parts::parse(template)?, template: template.to_owned() })
    }

    /// The template as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.template
    }

    /// Returns the bounds of the texts that the template stands for.
    #[must_use]
    pub fn extent(&self) -> Extent {
        Extent { length: self.parts.longest(), hashtags: self.parts.hashtags(Hashtags::NONE).most() }
    }

    /// Returns one of the texts that the template stands for.
    pub fn choose(&self, rng: &mut impl Rng) -> String {
        let mut text = String::new();
        self.parts.choose_into(rng, &mut text);
        text
    }
}

/// The most hashtags of the texts that end in one way; `None` where none does.
#[derive(Clone, Copy)]
struct Hashtags {
    /// Of those after which the next character begins no hashtag, unless it is `#`.
    closed: Option<usize>,
    /// Of those that end with one `#`, which the next character may make a hashtag.
    begun: Option<usize>,
    /// Of those that end with `##`, which divides title and description.
    divided: Option<usize>,
}

impl Hashtags {
    /// The text before a template.
    const NONE: Self = Self { closed: Some(0), begun: None, divided: None };

    fn then(self, next: char) -> Self {
        let Self { closed, begun, divided } = self;
        if next == '#' {
            return Self { closed: None, begun: closed.max(divided), divided: begun };
        }
        let is_of_tag = next.is_alphanumeric() || next == '_';
        let begun = begun.map(|count| count + usize::from(is_of_tag));
        Self { closed: closed.max(begun).max(divided), begun: None, divided: None }
    }

    fn or(self, other: Self) -> Self {
        Self {
            closed: self.closed.max(other.closed),
            begun: self.begun.max(other.begun),
            divided: self.divided.max(other.divided),
        }
    }

    fn most(self) -> usize {
        self.closed.max(self.begun).max(self.divided).unwrap_or_default()
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
                literal if is_readable_on_screen(literal) => current.push(literal),
                unreadable => return Err(SpintaxError::Unreadable { place, code: unreadable.into() }),
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

    fn longest(&self) -> usize {
        let part = |part: &Part| match part {
            Part::Text(literal) => literal.encode_utf16().count(),
            Part::Choice(alternatives) => alternatives.iter().map(Self::longest).max().unwrap_or_default(),
        };
        self.0.iter().map(part).sum()
    }

    /// Counts the hashtags of the texts that `before` counts, with these parts after them.
    fn hashtags(&self, before: Hashtags) -> Hashtags {
        self.0.iter().fold(before, |counts, part| match part {
            Part::Text(literal) => literal.chars().fold(counts, Hashtags::then),
            Part::Choice(alternatives) => {
                let each = alternatives.iter().map(|alternative| alternative.hashtags(counts));
                each.reduce(Hashtags::or).unwrap_or(counts)
            }
        })
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

    #[test]
    fn what_no_screen_shows_is_refused_with_its_place() {
        let refused = Spintax::parse("ab\u{0}").unwrap_err();
        assert_eq!(refused, SpintaxError::Unreadable { place: 3, code: 0 });
        assert_eq!(refused.to_string(), "character 3 is U+0000, which a phone cannot hold");
        for text in ["{a|\u{1b}}", "\u{9f}", "\u{fffe}"] {
            assert!(matches!(Spintax::parse(text), Err(SpintaxError::Unreadable { .. })), "{text:?}");
        }
        assert!(Spintax::parse("a\tb\r\nc\u{200d}\u{202e}👩‍👩‍👧").is_ok());
    }

    #[test]
    fn the_longest_and_the_most_tagged_text_bound_a_template() {
        let extent = |template| {
            let Extent { length, hashtags } = Spintax::parse(template).unwrap().extent();
            (length, hashtags)
        };
        assert_eq!(extent(""), (0, 0));
        assert_eq!(extent("{a|bcd}{|👩}"), (5, 0), "an emoji has two code units");
        assert_eq!(extent("{#a #b|#c} x {#d|{#e #f #g|}}"), (16, 5));
        assert_eq!(extent("#{a|b}{#|x}c"), (4, 2), "a hashtag may begin in one part and go on in another");
        assert_eq!(extent("Title ## text # 1 #tag#more ##no ###yes"), (39, 3));
    }

    fn escape(text: &str) -> String {
        text.replace('{', "\\{").replace('|', "\\|").replace('}', "\\}")
    }

    proptest! {
        #[test]
        fn any_text_is_a_template_or_an_error(text in "[{}|\\\\#a\u{1f469}]{0,60}|\\PC{0,60}", seed in any::<u64>()) {
            if let Ok(spintax) = Spintax::parse(&text) {
                let chosen = spintax.choose(&mut StdRng::seed_from_u64(seed));
                prop_assert!(chosen.len() <= text.len());
                let (Extent { length, hashtags }, bound) = (Spintax::parse(&escape(&chosen)).unwrap().extent(), spintax.extent());
                prop_assert_eq!(length, chosen.encode_utf16().count());
                prop_assert!(length <= bound.length && hashtags <= bound.hashtags);
            }
        }

        #[test]
        fn text_without_braces_and_backslashes_stays_as_it_is(text in "[^{}\\\\\\p{Cc}\u{fdd0}-\u{fdef}\u{fffe}\u{ffff}]{0,60}") {
            prop_assert_eq!(texts(&text).into_iter().next(), Some(text));
        }

        #[test]
        fn escaped_text_comes_back_letter_for_letter(text in "([^\\\\\\p{Cc}\u{fdd0}-\u{fdef}\u{fffe}\u{ffff}]|\\\\[a-z /]){0,30}") {
            prop_assert_eq!(texts(&escape(&text)).into_iter().next(), Some(text));
        }
    }
}
