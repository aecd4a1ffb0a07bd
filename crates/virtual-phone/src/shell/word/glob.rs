//! Expansion of patterns to file names. A pattern without a match stays as it was typed, as in every sh.

use crate::filesystem::join;
use crate::shell::session::Session;
use crate::shell::word::fields::Field;
use crate::shell::word::pattern;

const MAX_NAMES: usize = 10_000;

/// Adds the names that `field` matches, or its text.
pub(crate) fn expand(session: &Session, field: Field, words: &mut Vec<String>) {
    if !pattern::is_pattern(&field.pattern) {
        words.push(field.text);
        return;
    }
    let found = names(session, &field.pattern);
    if found.is_empty() {
        words.push(field.text);
    } else {
        words.extend(found);
    }
}

fn names(session: &Session, pattern: &str) -> Vec<String> {
    let (mut found, rest) = match pattern.strip_prefix('/') {
        Some(rest) => (vec!["/".to_owned()], rest),
        None => (vec![String::new()], pattern),
    };
    let files = session.machine.files();
    for part in rest.split('/').filter(|part| !part.is_empty()) {
        let mut next = Vec::new();
        for before in found {
            let directory =
                if before.is_empty() { session.directory.clone() } else { join(&session.directory, &before) };
            let Ok(entries) = files.list(&directory) else { continue };
            for (name, _) in entries {
                let is_shown = !name.starts_with('.') || part.starts_with('.');
                if is_shown && pattern::matches(part, &name) && next.len() < MAX_NAMES {
                    next.push(if before.is_empty() { name } else { join(&before, &name) });
                }
            }
        }
        found = next;
    }
    found
}
