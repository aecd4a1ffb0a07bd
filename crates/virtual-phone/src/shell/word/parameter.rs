//! The operations of `${name…}` as plain data.

use brush_parser::word::{Parameter, ParameterExpr, ParameterTestType};

use crate::shell::word::pattern;

/// The operation on a parameter's value.
pub(crate) enum Operation<'a> {
    Keep,
    Empty,
    Length,
    Replace(&'a str),
    Assign(&'a str),
    Complain(&'a str),
    Trim { pattern: &'a str, prefix: bool, longest: bool },
}

/// The parameter of an expression. `None` for a bad substitution.
pub(crate) fn parameter_of(expression: &ParameterExpr) -> Option<(&Parameter, &ParameterExpr)> {
    use ParameterExpr as E;
    let (parameter, indirect) = match expression {
        E::Parameter { parameter, indirect }
        | E::UseDefaultValues { parameter, indirect, .. }
        | E::AssignDefaultValues { parameter, indirect, .. }
        | E::IndicateErrorIfNullOrUnset { parameter, indirect, .. }
        | E::UseAlternativeValue { parameter, indirect, .. }
        | E::ParameterLength { parameter, indirect }
        | E::RemoveSmallestSuffixPattern { parameter, indirect, .. }
        | E::RemoveLargestSuffixPattern { parameter, indirect, .. }
        | E::RemoveSmallestPrefixPattern { parameter, indirect, .. }
        | E::RemoveLargestPrefixPattern { parameter, indirect, .. } => (parameter, *indirect),
        _ => return None,
    };
    (!indirect).then_some((parameter, expression))
}

/// The operation of `expression` when the parameter has `value`.
pub(crate) fn operation_of<'a>(expression: &'a ParameterExpr, value: Option<&str>) -> Operation<'a> {
    use ParameterExpr as E;
    let or_empty = |text: &'a Option<String>| text.as_deref().unwrap_or("");
    match expression {
        E::UseDefaultValues { test_type, default_value, .. } if is_missing(test_type, value) => {
            Operation::Replace(or_empty(default_value))
        }
        E::AssignDefaultValues { test_type, default_value, .. } if is_missing(test_type, value) => {
            Operation::Assign(or_empty(default_value))
        }
        E::IndicateErrorIfNullOrUnset { test_type, error_message, .. } if is_missing(test_type, value) => {
            Operation::Complain(or_empty(error_message))
        }
        E::UseAlternativeValue { test_type, alternative_value, .. } => {
            if is_missing(test_type, value) {
                Operation::Empty
            } else {
                Operation::Replace(or_empty(alternative_value))
            }
        }
        E::ParameterLength { .. } => Operation::Length,
        E::RemoveSmallestSuffixPattern { pattern, .. } => trimming(or_empty(pattern), false, false),
        E::RemoveLargestSuffixPattern { pattern, .. } => trimming(or_empty(pattern), false, true),
        E::RemoveSmallestPrefixPattern { pattern, .. } => trimming(or_empty(pattern), true, false),
        E::RemoveLargestPrefixPattern { pattern, .. } => trimming(or_empty(pattern), true, true),
        _ => Operation::Keep,
    }
}

/// Removes the shortest or longest prefix or suffix that matches `pattern`.
pub(crate) fn trim(value: &str, pattern: &str, prefix: bool, longest: bool) -> String {
    let mut cuts: Vec<usize> = value.char_indices().map(|(index, _)| index).chain([value.len()]).collect();
    // Shortest first: a short prefix ends early, a short suffix begins late.
    if prefix == longest {
        cuts.reverse();
    }
    let found = cuts.into_iter().find(|cut| {
        let (before, after) = value.split_at(*cut);
        pattern::matches(pattern, if prefix { before } else { after })
    });
    match found {
        Some(cut) if prefix => value[cut..].to_owned(),
        Some(cut) => value[..cut].to_owned(),
        None => value.to_owned(),
    }
}

fn trimming(pattern: &str, prefix: bool, longest: bool) -> Operation<'_> {
    Operation::Trim { pattern, prefix, longest }
}

fn is_missing(test: &ParameterTestType, value: Option<&str>) -> bool {
    match test {
        ParameterTestType::Unset => value.is_none(),
        ParameterTestType::UnsetOrNull => value.is_none_or(str::is_empty),
    }
}

#[cfg(test)]
mod tests {
    use super::trim;

    #[test]
    fn trimming_removes_the_shortest_or_the_longest_match() {
        assert_eq!(trim("a/b/c.x", "*/", true, false), "b/c.x");
        assert_eq!(trim("a/b/c.x", "*/", true, true), "c.x");
        assert_eq!(trim("a.b.c", ".*", false, false), "a.b");
        assert_eq!(trim("a.b.c", ".*", false, true), "a");
        assert_eq!(trim("abc", "x*", false, true), "abc");
    }
}
