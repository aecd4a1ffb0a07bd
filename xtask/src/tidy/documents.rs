//! The paths that README, CONTRIBUTING and `docs/` name exist: a file that moves takes its mentions with it.

use std::collections::BTreeSet;

use super::sources::{beside, has_extension};

/// Folders that hold the files of a build and are not tracked.
const GENERATED: &str = "target/";

/// Every tracked file, and every folder that holds one.
pub(super) struct Paths(BTreeSet<String>);

impl Paths {
    pub(super) fn of<'a>(files: impl Iterator<Item = &'a str>) -> Self {
        let mut paths = BTreeSet::new();
        for file in files {
            paths.insert(file.to_owned());
            for (end, _) in file.match_indices('/') {
                paths.insert(file[..end].to_owned());
            }
        }
        Self(paths)
    }

    /// Whether `path` (perhaps with one `*`) is a whole path.
    fn contains(&self, path: &str) -> bool {
        self.any(|known| matches(known, path))
    }

    /// Whether a path inside the folder `base` ends with `path`.
    fn contains_ending(&self, base: &str, path: &str) -> bool {
        self.any(|known| {
            let inside =
                known.strip_prefix(base).is_some_and(|rest| base.is_empty() || rest.starts_with('/'));
            let starts = known.match_indices('/').map(|(at, _)| at + 1).filter(|start| *start > base.len());
            inside && std::iter::once(0).chain(starts).any(|start| matches(&known[start..], path))
        })
    }

    fn any(&self, test: impl Fn(&str) -> bool) -> bool {
        self.0.iter().any(|known| test(known))
    }

    fn is_top_level(&self, name: &str) -> bool {
        self.0.contains(name)
    }
}

fn matches(known: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            known.len() >= start.len() + end.len() && known.starts_with(start) && known.ends_with(end)
        }
        None => known == pattern,
    }
}

/// Paths that the page `page` names and that do not exist.
pub(super) fn missing(page: &str, text: &str, paths: &Paths) -> Vec<String> {
    let mut findings = Vec::new();
    let mut of_crate = None;
    let mut in_block = false;
    for (index, line) in text.lines().enumerate() {
        if line.starts_with("```") {
            in_block = !in_block;
        }
        if in_block {
            continue;
        }
        if line.starts_with('#') {
            of_crate = line.strip_prefix("### `").and_then(|rest| rest.split('`').next());
        }
        let named = line.split('`').skip(1).step_by(2).filter(|word| !exists(word, of_crate, paths));
        let linked = links(line).filter(|link| !paths.contains(&beside(page, link)));
        for path in named.chain(linked) {
            findings.push(format!("{page}:{}: there is no `{path}`", index + 1));
        }
    }
    findings
}

/// Whether `word` is no path, or one that exists. In the paragraph of a crate a path may begin anywhere in that crate.
fn exists(word: &str, of_crate: Option<&str>, paths: &Paths) -> bool {
    let word = word.split("::").next().unwrap_or(word);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./*".contains(c);
    if !word.chars().all(is_plain) || word.starts_with(['/', '*']) || word.starts_with(GENERATED) {
        return true;
    }
    let first = word.split('/').next().unwrap_or(word);
    let is_source = has_extension(word, "rs");
    let path = word.trim_end_matches('/');
    if word.contains('/') && paths.is_top_level(first) {
        return paths.contains(path) || paths.contains_ending("crates", path);
    }
    if let Some(name) = of_crate.filter(|_| is_source || word.ends_with('/')) {
        return paths.contains_ending(&format!("crates/{name}"), path)
            || paths.contains(&format!("crates/{path}"));
    }
    !is_source || paths.contains_ending("", path)
}

/// The targets of links to files.
fn links(line: &str) -> impl Iterator<Item = &str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let files = [
            "README.md",
            "docs/map.md",
            "crates/a/src/wire/pump.rs",
            "crates/b/src/b.rs",
            "crates/b/x/1.toml",
        ];
        let paths = Paths::of(files.into_iter());
        missing("docs/map.md", text, &paths).iter().map(|line| line.replace("docs/map.md:", "")).collect()
    }

    #[test]
    fn a_path_that_is_not_there_is_named_with_its_line() {
        assert_eq!(found("\nSee `crates/a/src/pump.rs`."), ["2: there is no `crates/a/src/pump.rs`"]);
        assert_eq!(found("`lost.rs`, [text](../LOST.md)").len(), 2);
        assert_eq!(found("`crates/b/x/*.json`").len(), 1);
    }

    #[test]
    fn a_path_may_leave_out_its_beginning() {
        assert!(
            found("`pump.rs`, `a/src/wire/pump.rs::run`, `crates/b/x/*.toml`, [x](../README.md#y)")
                .is_empty()
        );
    }

    #[test]
    fn a_paragraph_of_a_crate_names_paths_of_that_crate() {
        assert!(found("### `a`\n`wire/`, `b/src/b.rs`\n## Next\n`b.rs`").is_empty());
        assert_eq!(found("### `a`\n`b.rs`, `cable/`").len(), 2);
    }

    #[test]
    fn what_is_no_path_is_passed_over() {
        assert!(
            found("`/api/v1/task`, `target/debug`, `text/plain`, `GET /docs`, `Vec<T>`\n```\n`lost.rs`\n```")
                .is_empty()
        );
    }
}
