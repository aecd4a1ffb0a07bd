//! How much of what breaks a rule is still allowed: a limit for each, which only falls. A count above its limit fails; one
//! below it is noted, and `cargo xtask tidy --lower` writes it down, so that changes that land at the same time do not
//! all have to touch one file.

use std::collections::BTreeMap;
use std::fmt::Write;

use anyhow::{Context, Result};

/// One rule with what was found against it.
pub(super) struct Rule {
    pub(super) key: &'static str,
    pub(super) title: &'static str,
    pub(super) findings: Vec<String>,
}

/// The number of findings that is allowed for each rule; none where the file says nothing.
pub(super) struct Limits(BTreeMap<String, usize>);

impl Limits {
    pub(super) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("cannot read the limits of tidy").map(Self)
    }

    pub(super) fn of(&self, rule: &Rule) -> usize {
        self.0.get(rule.key).copied().unwrap_or_default()
    }

    /// The file with every limit lowered to the count.
    pub(super) fn lowered(&self, rules: &[Rule]) -> String {
        let mut text = String::from(
            "# What is still allowed of each rule of `cargo xtask tidy`; every target is 0. Only `--lower` changes it.\n",
        );
        for rule in rules {
            let limit = self.of(rule).min(rule.findings.len());
            // Writing to a string does not fail.
            let _ = writeln!(text, "{} = {limit}", rule.key);
        }
        text
    }
}

/// What is to be printed of the rules, and how many of them fail.
pub(super) fn judge(rules: &[Rule], limits: &Limits) -> (Vec<String>, usize) {
    let mut lines = Vec::new();
    let mut failed = 0;
    for rule in rules {
        let (count, limit) = (rule.findings.len(), limits.of(rule));
        if count > limit {
            failed += 1;
            lines.extend(rule.findings.iter().cloned());
            lines.push(format!("{count} {}, more than {limit}", rule.title));
        } else if count < limit {
            lines.push(format!("{count} {}, fewer than the limit of {limit}", rule.title));
        }
    }
    (lines, failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(count: usize) -> Rule {
        Rule { key: "lines", title: "files that are too long", findings: vec!["a.rs is long".into(); count] }
    }

    #[test]
    fn a_count_above_its_limit_fails_with_what_was_found() {
        let limits = Limits::parse("lines = 1").unwrap();
        let (lines, failed) = judge(&[rule(2)], &limits);
        assert_eq!(failed, 1);
        assert_eq!(lines, ["a.rs is long", "a.rs is long", "2 files that are too long, more than 1"]);
        assert_eq!(judge(&[rule(1)], &limits), (Vec::new(), 0));
    }

    #[test]
    fn a_count_below_its_limit_is_noted_and_lowers_it() {
        let limits = Limits::parse("lines = 3").unwrap();
        let (lines, failed) = judge(&[rule(1)], &limits);
        assert_eq!((lines.len(), failed), (1, 0));
        assert!(limits.lowered(&[rule(1)]).ends_with("\nlines = 1\n"));
        assert!(limits.lowered(&[rule(5)]).ends_with("\nlines = 3\n"));
    }

    #[test]
    fn a_rule_without_a_limit_allows_nothing() {
        let limits = Limits::parse("").unwrap();
        assert_eq!(judge(&[rule(1)], &limits).1, 1);
        assert!(Limits::parse("lines = \"many\"").is_err());
    }
}
