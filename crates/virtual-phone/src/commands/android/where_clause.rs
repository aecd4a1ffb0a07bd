//! The `--where` of `content`: comparisons of columns with text or numbers, joined by AND. All other SQL is a syntax
//! error, so that a name which breaks out of its quotes is detected.

use crate::shell::word::pattern;
use crate::system::media_store::Entry;

/// Comparisons, all of which must hold.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Condition(Vec<Comparison>);

#[derive(Debug, PartialEq, Eq)]
struct Comparison {
    column: String,
    operator: Operator,
    value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Is,
    IsNot,
    Like,
}

impl Condition {
    /// Parses a condition. The error is the text near the syntax error.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut comparisons = Vec::new();
        let mut rest = text.trim();
        loop {
            let (comparison, after) = comparison(rest).ok_or_else(|| near(rest))?;
            comparisons.push(comparison);
            let after = after.trim_start();
            if after.is_empty() {
                return Ok(Self(comparisons));
            }
            rest = strip_word(after, "AND").ok_or_else(|| near(after))?;
        }
    }

    /// Whether a row fulfils all comparisons. The error is an unknown column.
    pub(crate) fn holds(&self, entry: &Entry) -> Result<bool, String> {
        for Comparison { column, operator, value } in &self.0 {
            let held = entry.column(column).ok_or_else(|| column.clone())?;
            let fits = match operator {
                Operator::Is => held == *value,
                Operator::IsNot => held != *value,
                Operator::Like => like(&value.to_lowercase(), &held.to_lowercase()),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn near(text: &str) -> String {
    text.split_whitespace().next().unwrap_or("").to_owned()
}

fn comparison(text: &str) -> Option<(Comparison, &str)> {
    let text = text.trim_start();
    let length = text.find(|symbol: char| symbol != '_' && !symbol.is_ascii_alphanumeric())?;
    let (column, rest) = text.split_at(length);
    let rest = rest.trim_start();
    let (operator, rest) = ["!=", "<>"]
        .iter()
        .find_map(|sign| rest.strip_prefix(sign).map(|rest| (Operator::IsNot, rest)))
        .or_else(|| {
            rest.strip_prefix("==").or_else(|| rest.strip_prefix('=')).map(|rest| (Operator::Is, rest))
        })
        .or_else(|| strip_word(rest, "LIKE").map(|rest| (Operator::Like, rest)))?;
    let (value, rest) = literal(rest.trim_start())?;
    (!column.is_empty()).then(|| (Comparison { column: column.to_owned(), operator, value }, rest))
}

/// Parses `'text'`, in which `''` is one quote, or a number.
fn literal(text: &str) -> Option<(String, &str)> {
    let Some(mut rest) = text.strip_prefix('\'') else {
        let length = text.find(|symbol: char| !symbol.is_ascii_digit()).unwrap_or(text.len());
        return (length > 0).then(|| (text[..length].to_owned(), &text[length..]));
    };
    let mut value = String::new();
    loop {
        let (before, after) = rest.split_once('\'')?;
        value.push_str(before);
        match after.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None => return Some((value, after)),
        }
    }
}

fn strip_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(word.len())?;
    (head.eq_ignore_ascii_case(word) && rest.starts_with([' ', '\''])).then_some(rest)
}

/// SQL's LIKE by shell patterns: `%` and `_` are `*` and `?`.
fn like(pattern: &str, text: &str) -> bool {
    let mut shell = String::new();
    for symbol in pattern.chars() {
        match symbol {
            '%' => shell.push('*'),
            '_' => shell.push('?'),
            other => shell.extend(['\\', other]),
        }
    }
    pattern::matches(&shell, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comparisons_are_parsed_with_their_quotes_removed() {
        let read = Condition::parse("_display_name='it''s.mp4' AND _size=3").unwrap();
        assert_eq!(read.0.iter().map(|one| one.value.as_str()).collect::<Vec<_>>(), ["it's.mp4", "3"]);
        assert!(like("tik%.mp_", "tikmatrix.mp4"));
        assert!(!like("*", "x"));
    }

    #[test]
    fn text_that_breaks_out_of_its_quotes_is_refused() {
        for broken in ["_display_name='a' OR '1'='1'", "_display_name='a'; DROP TABLE files", "'", "_id=", ""]
        {
            assert!(Condition::parse(broken).is_err(), "{broken}");
        }
    }
}
