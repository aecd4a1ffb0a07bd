//! Every rule with what breaks it, and the figures that show how far the project is from its targets.

use std::collections::BTreeMap;

use anyhow::Result;

use super::circles::Circle;
use super::limits::{Limits, Rule};
use super::project::{Project, SETTINGS};
use super::sources::has_extension;
use super::{circles, contract, documents, edges, files, language, table};

const ARCHITECTURE: &str = "docs/architecture.md";
/// Lines that a type may have with its impls.
const MAX_TYPE_LINES: usize = 150;

pub(super) fn all(project: &Project) -> Result<Vec<Rule>> {
    let page = project.text(ARCHITECTURE)?;
    let table = table::read(page)?;
    let compiled = project.compiled();
    let rule = |key, title, findings| Rule { key, title, findings };
    Ok(vec![
        rule(
            "edges",
            "dependencies that docs/architecture.md does not allow or describe",
            edges::check(&project.metadata, &project.sources, &table, page),
        ),
        rule("circular-files", "files in import circles", circular_files(project)),
        rule("folders", "folders with more than 12 source files", files::full_folders(project.paths())),
        rule("lines", "files of more than 400 lines", each_source(project, files::too_long)),
        rule("openings", "files without an opening `//!`", each_source(project, files::without_opening)),
        rule("types", "types of more than 150 lines with their impls", long_types(project)),
        rule(
            "empty-names",
            "files whose name does not say what they hold",
            project.sources.paths().filter_map(files::empty_name).collect(),
        ),
        rule(
            "unreachable",
            "source files that no target compiles",
            files::unreachable(project.sources.paths(), &compiled, &project.settings.other_workspaces),
        ),
        rule("paths", "paths in the docs that do not exist", missing_paths(project)),
        rule("contract", "promises and mended faults of the docs without their test", untested(project)?),
        rule("phrases", "phrases that are never right", phrases(project)),
        rule(
            "coined-names",
            "coined names that have better ones",
            project
                .sources
                .iter()
                .flat_map(|(path, source)| language::coined(path, source, &project.settings.coined))
                .collect(),
        ),
    ])
}

fn circular_files(project: &Project) -> Vec<String> {
    let in_circle = |(file, uses): (&String, &Vec<String>)| {
        format!("{file} is in an import circle, in which it uses {}", uses.join(", "))
    };
    circles(project).iter().flat_map(|circle| circle.iter().map(in_circle).collect::<Vec<_>>()).collect()
}

fn circles(project: &Project) -> Vec<Circle> {
    let allowed = &project.settings.recursive_folders;
    project.targets.values().flat_map(|targets| circles::circles(targets.iter(), allowed)).collect()
}

fn long_types(project: &Project) -> Vec<String> {
    let mut lines: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for modules in project.targets.values().flatten() {
        for (name, count) in modules.type_lines() {
            // Several targets may compile one file.
            let most = lines.entry(name).or_default();
            *most = count.max(*most);
        }
    }
    let long = lines.into_iter().filter(|(_, count)| *count > MAX_TYPE_LINES);
    long.map(|((file, name), count)| format!("{file}: `{name}` has {count} lines with its impls")).collect()
}

fn untested(project: &Project) -> Result<Vec<String>> {
    let compiled = project.compiled();
    let mut findings = Vec::new();
    for page in &contract::PAGES {
        let text = project.text(page.path)?;
        findings.extend(contract::check(page, text, &project.sources, |path| compiled.contains(path)));
    }
    Ok(findings)
}

fn missing_paths(project: &Project) -> Vec<String> {
    let paths = documents::Paths::of(project.paths());
    let pages = project.files.iter().filter(|(path, _)| is_page(path));
    pages.flat_map(|(page, text)| documents::missing(page, text, &paths)).collect()
}

fn phrases(project: &Project) -> Vec<String> {
    let check = |(path, text): (&String, &String)| {
        language::phrases(path, text, &project.settings.phrases, &project.exceptions)
    };
    project.files.iter().filter(|(path, _)| *path != SETTINGS).flat_map(check).collect()
}

pub(super) fn figures(project: &Project, rules: &[Rule], limits: &Limits) -> Vec<String> {
    let row = |name: &str, now: usize, limit: &str, target: &str| {
        format!("| {name} | {now} | {limit} | {target} |")
    };
    let mut lines = vec!["| rule | now | limit | target |".to_owned(), "|---|---|---|---|".to_owned()];
    for rule in rules {
        let name = format!("`{}`: {}", rule.key, rule.title);
        lines.push(row(&name, rule.findings.len(), &limits.of(rule).to_string(), "0"));
    }
    let code = |wanted: bool| {
        let of_crates = project
            .sources
            .iter()
            .filter(|(path, _)| path.starts_with("crates/") && path.contains("/src/") == wanted);
        of_crates.map(|(_, source)| files::code_lines(&source.text)).sum()
    };
    lines.push(row("import circles (those of recursive folders left out)", circles(project).len(), "", "0"));
    lines.push(row("source files in the largest folder", files::largest_folder(project.paths()), "", "12"));
    lines.push(row("exceptions from the phrases", project.exceptions.len(), "", "at most 20"));
    lines.push(row("lines of code in crates/*/src", code(true), "", ""));
    lines.push(row("lines of code in the crates' tests, benches and examples", code(false), "", ""));
    lines
}

fn each_source(project: &Project, check: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    project.sources.iter().filter_map(|(path, source)| check(path, &source.text)).collect()
}

/// The pages that describe the code as it is; the change log describes what it was.
fn is_page(path: &str) -> bool {
    let is_current = path.starts_with("docs/") || !path.contains('/') && path != "CHANGELOG.md";
    has_extension(path, "md") && is_current
}
