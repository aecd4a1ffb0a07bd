//! The tests that `docs/contract.md` names exist: a promise must not lose its test unnoticed.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

pub(super) const PAGE: &str = "docs/contract.md";

/// Every test that the page names and no file has.
pub(super) fn check<'path>(page: &str, tracked: impl Iterator<Item = &'path str>) -> Result<Vec<String>> {
    let mut sources: HashMap<(String, String), String> = HashMap::new();
    for path in tracked.filter(|path| path.ends_with(".rs") && Path::new(path).exists()) {
        if let Some(place) = place(path).filter(|_| runs(Path::new(path))) {
            let source = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
            sources.entry(place).or_default().push_str(&source);
        }
    }
    Ok(missing(page, |of_crate, file, test| {
        let source = sources.get(&(of_crate.to_owned(), file.to_owned()));
        source.is_some_and(|source| source.contains(&format!("fn {test}(")))
    }))
}

fn missing(page: &str, exists: impl Fn(&str, &str, &str) -> bool) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, line) in page.lines().enumerate().filter(|(_, line)| line.starts_with("| ")) {
        let names = line.split('`').skip(1).step_by(2).filter(|name| name.contains("::"));
        let names: Vec<Vec<&str>> = names.map(|name| name.split("::").collect()).collect();
        let heading = line.starts_with("| promise");
        if names.is_empty() && !heading && !line.contains("**not yet**") {
            findings.push(format!("{PAGE}:{}: names no test and does not say **not yet**", index + 1));
        }
        for name in names {
            let found = matches!(name[..], [of_crate, file, test] if exists(of_crate, file, test));
            if !found {
                findings.push(format!("{PAGE}:{}: there is no test {}", index + 1, name.join("::")));
            }
        }
    }
    findings
}

/// The crate's folder and the name of the file; of a `mod.rs`, that name.
fn place(path: &str) -> Option<(String, String)> {
    let (folder, _) = path.split_once("/src/").or_else(|| path.split_once("/tests/"))?;
    let of_crate = Path::new(folder).file_name()?.to_str()?;
    let file = Path::new(path).file_stem()?.to_str()?;
    Some((of_crate.to_owned(), file.to_owned()))
}

/// Whether the file's suite runs it: one that `main.rs` beside it does not name is not even compiled.
fn runs(path: &Path) -> bool {
    let suite = path.with_file_name("main.rs");
    let Some(file) = path.file_stem().and_then(|stem| stem.to_str()) else { return false };
    let in_suite = path.components().any(|part| part.as_os_str() == "tests");
    !in_suite || path == suite || fs::read_to_string(suite).map_or(true, |suite| names(&suite, file))
}

fn names(suite: &str, file: &str) -> bool {
    suite.lines().any(|line| line == format!("mod {file};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "| promise | shown by |\n|---|---|\n";

    #[test]
    fn a_test_that_is_not_there_is_named_with_its_line() {
        let page = format!("{HEADING}| it works | `api::read::it_works`, `api::read::gone` |\n");
        let found =
            missing(&page, |of_crate, file, test| (of_crate, file, test) == ("api", "read", "it_works"));
        assert_eq!(found, ["docs/contract.md:3: there is no test api::read::gone"]);
    }

    #[test]
    fn a_promise_has_a_test_or_says_that_it_is_not_kept_yet() {
        let page = format!("{HEADING}| this one | **not yet** |\n| that one | soon |\n");
        let found = missing(&page, |_, _, _| true);
        assert_eq!(found, ["docs/contract.md:4: names no test and does not say **not yet**"]);
    }

    #[test]
    fn a_file_that_its_suite_does_not_name_is_not_run() {
        assert!(names("#[cfg(test)]\nmod access;\nmod openapi;\n", "openapi"));
        assert!(!names("mod access;\n// mod openapi;\n", "openapi"));
    }

    #[test]
    fn a_file_is_known_by_its_crate_and_its_name() {
        let of = |path| place(path).map(|(of_crate, file)| format!("{of_crate}::{file}"));
        assert_eq!(of("crates/scripts/post/tests/config.rs").as_deref(), Some("post::config"));
        assert_eq!(of("tests/tests/system/access.rs").as_deref(), Some("tests::access"));
        assert_eq!(of("crates/api/src/request/timing.rs").as_deref(), Some("api::timing"));
    }
}
