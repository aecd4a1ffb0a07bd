//! The paths that an item names: those of its `use` declarations, and those in its code, macros included.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{ItemUse, UseTree, Visibility};

/// One name that a `use` declaration brings into a module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    /// `None` of a glob.
    pub(crate) name: Option<String>,
    pub(crate) path: Vec<String>,
    /// Whether other modules may use the name from here.
    pub(crate) is_reexport: bool,
}

pub(crate) fn imports(item: &ItemUse) -> Vec<Import> {
    let mut found = Vec::new();
    if item.leading_colon.is_none() {
        let is_reexport = !matches!(item.vis, Visibility::Inherited);
        flatten(&item.tree, &mut Vec::new(), is_reexport, &mut found);
    }
    found
}

fn flatten(tree: &UseTree, prefix: &mut Vec<String>, is_reexport: bool, found: &mut Vec<Import>) {
    let mut import = |name: Option<String>, last: Option<String>| {
        let path = prefix.iter().cloned().chain(last).collect();
        found.push(Import { name, path, is_reexport });
    };
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            flatten(&path.tree, prefix, is_reexport, found);
            prefix.pop();
        }
        UseTree::Name(name) if name.ident == "self" => import(prefix.last().cloned(), None),
        UseTree::Name(name) => import(Some(name.ident.to_string()), Some(name.ident.to_string())),
        UseTree::Rename(name) if name.ident == "self" => import(Some(name.rename.to_string()), None),
        UseTree::Rename(name) => import(Some(name.rename.to_string()), Some(name.ident.to_string())),
        UseTree::Glob(_) => import(None, None),
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, prefix, is_reexport, found);
            }
        }
    }
}

/// The `use` declarations inside function bodies.
#[derive(Default)]
pub(crate) struct LocalImports(pub(crate) Vec<Import>);

impl<'ast> Visit<'ast> for LocalImports {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.0.extend(imports(item));
        visit::visit_item_use(self, item);
    }
}

/// The paths of two segments and more in `tokens`, and every identifier.
#[derive(Default)]
pub(crate) struct Names {
    pub(crate) paths: BTreeSet<Vec<String>>,
    pub(crate) identifiers: BTreeSet<String>,
}

impl Names {
    pub(crate) fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut index = 0;
        while let Some(token) = tokens.get(index) {
            index = match token {
                TokenTree::Group(group) => {
                    self.read(group.stream());
                    index + 1
                }
                TokenTree::Ident(_) => self.read_path(&tokens, index),
                _ => index + 1,
            };
        }
    }

    /// Reads the path that begins at `start`; returns the index after it.
    fn read_path(&mut self, tokens: &[TokenTree], start: usize) -> usize {
        let mut path = Vec::new();
        let mut next = start;
        let mut is_open = true;
        while is_open && let Some(TokenTree::Ident(identifier)) = tokens.get(next) {
            path.push(identifier.to_string());
            is_open = is_separator(tokens, next + 1);
            next += if is_open { 3 } else { 1 };
        }
        self.identifiers.extend(path.iter().cloned());
        let in_use = is_open
            && match tokens.get(next) {
                Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Brace,
                Some(TokenTree::Punct(punct)) => punct.as_char() == '*',
                _ => false,
            };
        if path.len() > 1 && !in_use && !continues(tokens, start) {
            self.paths.insert(path);
        }
        next
    }
}

/// Whether `::` stands at `index`.
fn is_separator(tokens: &[TokenTree], index: usize) -> bool {
    is_punct(tokens, index, ':') && is_punct(tokens, index + 1, ':')
}

fn is_punct(tokens: &[TokenTree], index: usize, character: char) -> bool {
    matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}

/// Whether the identifier at `start` goes on from what stands before it: a method, the rest of `<T as Trait>::name`, a
/// path from the root of all crates, or the scope of `pub(in path)`.
fn continues(tokens: &[TokenTree], start: usize) -> bool {
    let before = |count: usize| start.checked_sub(count);
    let is_method = before(1).is_some_and(|at| is_punct(tokens, at, '.'))
        && !before(2).is_some_and(|at| is_punct(tokens, at, '.'));
    let is_scope =
        before(1).is_some_and(|at| at == 0 && matches!(&tokens[at], TokenTree::Ident(word) if word == "in"));
    is_method || is_scope || before(2).is_some_and(|at| is_separator(tokens, at))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn imported(text: &str) -> Vec<String> {
        let found = imports(&syn::parse_str(text).unwrap());
        let shown = |import: Import| {
            format!("{}={}", import.name.unwrap_or_else(|| "*".into()), import.path.join("::"))
        };
        found.into_iter().map(shown).collect()
    }

    #[test]
    fn each_name_of_a_use_declaration_is_read_with_its_path() {
        assert_eq!(
            imported("use crate::a::{self, b as c, d::*, E};"),
            ["a=crate::a", "c=crate::a::b", "*=crate::a::d", "E=crate::a::E"]
        );
        assert!(imported("use ::std::fmt;").is_empty());
    }

    #[test]
    fn paths_in_code_and_macros_are_read_without_methods_and_scopes() {
        let mut names = Names::default();
        let text = "pub(in crate::scope) fn f() { log!(\"{}\", a::b::<T>(x.c::<D>())); use crate::{g, h}; \
                    <T as crate::Show>::show(..self::i::J) }";
        names.read(text.parse().unwrap());
        let paths: Vec<String> = names.paths.iter().map(|path| path.join("::")).collect();
        assert_eq!(paths, ["a::b", "crate::Show", "self::i::J"]);
        assert!(names.identifiers.contains("x"));
    }
}
