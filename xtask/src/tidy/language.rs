//! The words of the project: phrases that are never right, and coined names that were replaced by the field's terms.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};
use syn::{ImplItem, Item, ItemImpl, Type};

use super::sources::{Source, has_extension};

/// The most exceptions that the allow-list may hold.
const MAX_EXCEPTIONS: usize = 20;
const EXTENSIONS: [&str; 6] = ["rs", "md", "toml", "py", "mjs", "sql"];
/// Texts that are checked though most of their kind are data.
const DOCUMENTS: [&str; 1] = ["docs/openapi.json"];

/// A phrase that one file may hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Exception {
    path: String,
    phrase: String,
}

/// Reads lines of the form `path | phrase | reason`.
pub(super) fn exceptions(text: &str) -> anyhow::Result<Vec<Exception>> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let read = |line: &str| match line.split(" | ").collect::<Vec<_>>()[..] {
        [path, phrase, _reason] => Ok(Exception { path: path.to_owned(), phrase: phrase.to_owned() }),
        _ => anyhow::bail!("the allow-list has a line that is not `path | phrase | reason`: {line}"),
    };
    let exceptions: Vec<Exception> = lines.map(read).collect::<Result<_, _>>()?;
    if exceptions.len() > MAX_EXCEPTIONS {
        anyhow::bail!("the allow-list has {} lines, more than {MAX_EXCEPTIONS}", exceptions.len());
    }
    Ok(exceptions)
}

/// Each place where `text` holds one of `phrases`: in comments, messages, names of tests and in any other name.
pub(super) fn phrases(path: &str, text: &str, phrases: &[String], exceptions: &[Exception]) -> Vec<String> {
    if !EXTENSIONS.iter().any(|known| has_extension(path, known)) && !DOCUMENTS.contains(&path) {
        return Vec::new();
    }
    let text_words = words(text);
    let mut findings = Vec::new();
    for phrase in phrases {
        if exceptions.iter().any(|exception| exception.path == path && exception.phrase == *phrase) {
            continue;
        }
        let wanted: Vec<&str> = phrase.split(' ').collect();
        for found in text_words.windows(wanted.len()) {
            if found.iter().map(|(word, _)| word.as_str()).eq(wanted.iter().copied()) {
                findings.push(format!("{path}:{}: \"{phrase}\"", found[0].1));
            }
        }
    }
    findings
}

/// The words of `text` in small letters with their lines; an empty one where a clause ends.
fn words(text: &str) -> Vec<(String, usize)> {
    let mut words: Vec<(String, usize)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut word = String::new();
        // `\` and what opens a comment stand between words that belong together.
        for character in line.chars().chain([' ']) {
            if character.is_alphanumeric() {
                word.extend(character.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                words.push((std::mem::take(&mut word), index + 1));
            }
            if !character.is_whitespace() && !r"_-/!*#\`>|".contains(character) {
                words.push((String::new(), index + 1));
            }
        }
    }
    words
}

/// Coined names of one folder that were given better ones.
#[derive(serde::Deserialize)]
pub(super) struct Coined {
    folder: String,
    /// Files, without their extension.
    #[serde(default)]
    files: Vec<String>,
    /// Types, functions, and methods as `Type::method`.
    #[serde(default)]
    names: Vec<String>,
}

/// Coined names that the file at `path` still has, or is called by.
pub(super) fn coined(path: &str, source: &Source, table: &[Coined]) -> Vec<String> {
    let mut findings = Vec::new();
    for row in table.iter().filter(|row| path.starts_with(&row.folder)) {
        let below = path[row.folder.len()..].trim_end_matches(".rs").trim_end_matches("/mod");
        let is_called = |file: &&String| below.split('/').next_back() == Some(file.as_str());
        findings.extend(row.files.iter().filter(is_called).map(|file| format!("{path}: `{file}`")));
        let mut defined = Definitions::default();
        defined.visit_file(&source.syntax);
        let kept = row.names.iter().filter(|name| defined.0.contains(*name));
        findings.extend(kept.map(|name| format!("{path}: `{name}`")));
    }
    findings
}

/// The names of a file's types, functions and methods.
#[derive(Default)]
struct Definitions(BTreeSet<String>);

impl<'ast> Visit<'ast> for Definitions {
    fn visit_item(&mut self, item: &'ast Item) {
        let name = match item {
            Item::Const(item) => Some(&item.ident),
            Item::Enum(item) => Some(&item.ident),
            Item::Fn(item) => Some(&item.sig.ident),
            Item::Struct(item) => Some(&item.ident),
            Item::Trait(item) => Some(&item.ident),
            Item::Type(item) => Some(&item.ident),
            _ => None,
        };
        self.0.extend(name.map(ToString::to_string));
        visit::visit_item(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let of_type = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        for method in &item.items {
            if let ImplItem::Fn(method) = method {
                self.0.insert(method.sig.ident.to_string());
                self.0.extend(of_type.as_ref().map(|name| format!("{name}::{}", method.sig.ident)));
            }
        }
        visit::visit_item_impl(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::of_text;

    fn found(path: &str, text: &str) -> Vec<String> {
        phrases(path, text, &["odd".into(), "quite odd words".into()], &[])
    }

    #[test]
    fn a_phrase_is_found_in_comments_messages_and_names() {
        assert_eq!(found("a.rs", "//! Odd."), ["a.rs:1: \"odd\""]);
        assert_eq!(found("a.rs", "fn a() {}\nfn it_is_odd() {}"), ["a.rs:2: \"odd\""]);
        assert!(found("a.rs", "oddly, oddity").is_empty() && found("a.png", "odd").is_empty());
    }

    #[test]
    fn a_phrase_is_found_across_lines_but_not_across_clauses() {
        assert_eq!(found("a.rs", "/// Quite\n/// odd words.").len(), 2);
        assert_eq!(found("a.rs", "\"quite \\\n odd words\"").len(), 2);
        assert_eq!(found("a.md", "quite. Odd words").len(), 1);
    }

    #[test]
    fn an_exception_holds_for_its_file_and_phrase() {
        let allowed = exceptions("# why\na.rs | odd | the name of a unit\n").unwrap();
        let phrases = |path| phrases(path, "odd", &["odd".into()], &allowed).len();
        assert_eq!((phrases("a.rs"), phrases("b.rs")), (0, 1));
        assert!(exceptions("a.rs odd").is_err());
        assert!(exceptions(&"a.rs | odd | why\n".repeat(MAX_EXCEPTIONS + 1)).is_err());
    }

    #[test]
    fn a_coined_name_is_found_as_file_type_function_and_method() {
        let text = "struct Desk; impl Desk { fn ring(&self) {} fn wait(&self) {} } fn odd() {}";
        let sources = of_text(&[("src/a/writer.rs", text)]);
        let row = |names: &[&str]| Coined {
            folder: "src/".into(),
            files: vec!["writer".into()],
            names: names.iter().map(|name| (*name).to_owned()).collect(),
        };
        let source = sources.get("src/a/writer.rs").unwrap();
        let found = |names: &[&str]| coined("src/a/writer.rs", source, &[row(names)]).len();
        assert_eq!(found(&["Desk", "odd", "Desk::ring", "Other::wait"]), 4);
        assert_eq!(coined("lib/writer.rs", source, &[row(&["Desk"])]).len(), 0);
    }
}
