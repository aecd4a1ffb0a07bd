//! The result of a check, and how the results are shown.

use serde::Serialize;
use serde_json::json;

use crate::cli::output::answer::Output;

/// How good a check's result is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// As it should be.
    Ok,
    /// Something does not work, or will not for long; the rest does.
    Warn,
    /// Tasks cannot run.
    Fail,
}

/// What was checked, what was found, and what to do.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) verdict: Verdict,
    pub(super) found: String,
    /// What to do; `None` where nothing is.
    pub(super) fix: Option<String>,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Ok, found: found.into(), fix: None }
    }

    pub(super) fn warn(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Warn, found: found.into(), fix: Some(fix.into()) }
    }

    pub(super) fn fail(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, verdict: Verdict::Fail, found: found.into(), fix: Some(fix.into()) }
    }
}

/// Returns the worst of the verdicts.
pub(super) fn worst(checks: &[Check]) -> Verdict {
    checks.iter().map(|check| check.verdict).max().unwrap_or(Verdict::Ok)
}

/// Shows the results, the fix of each below it.
pub(super) fn show(checks: &[Check], output: Output) -> anyhow::Result<()> {
    output.say(&json!({"verdict": worst(checks), "checks": checks}), || {
        checks.iter().flat_map(lines).collect::<Vec<_>>().join("\n")
    })
}

fn lines(check: &Check) -> Vec<String> {
    let verdict = match check.verdict {
        Verdict::Ok => "ok  ",
        Verdict::Warn => "warn",
        Verdict::Fail => "FAIL",
    };
    let found = format!("{verdict}  {:14}  {}", check.name, check.found);
    let fixes = check.fix.iter().map(|fix| format!("{:20}  -> {fix}", ""));
    std::iter::once(found).chain(fixes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_result_counts() {
        let (ok, warn, fail) = (Check::ok("a", ""), Check::warn("b", "", ""), Check::fail("c", "", ""));
        assert_eq!(worst(&[]), Verdict::Ok);
        assert_eq!(worst(&[warn, ok]), Verdict::Warn);
        assert_eq!(worst(&[fail, Check::ok("a", "")]), Verdict::Fail);
    }
}
