//! Import circles: files of one package that cannot be read one after the other, because each uses the next.

use std::collections::{BTreeMap, BTreeSet};

use super::modules::Modules;

/// One circle: its files, and which others of them each uses.
pub(super) type Circle = BTreeMap<String, Vec<String>>;

/// The circles in the targets of one package. Those within one of the folders `allowed` are left out.
pub(super) fn circles<'a>(targets: impl Iterator<Item = &'a Modules>, allowed: &[String]) -> Vec<Circle> {
    let uses: BTreeSet<(String, String)> = targets.flat_map(Modules::uses).collect();
    let mut graph = Graph::default();
    for (from, to) in &uses {
        graph.uses.entry(from).or_default().push(to);
    }
    let starts: Vec<&str> = graph.uses.keys().copied().collect();
    for file in starts {
        graph.visit(file);
    }
    let is_allowed = |circle: &&Vec<&str>| {
        allowed.iter().any(|folder| circle.iter().all(|file| file.starts_with(folder.as_str())))
    };
    let with_uses = |circle: &Vec<&str>| {
        let inside = |file: &str| {
            let used = graph.uses.get(file).into_iter().flatten().filter(|used| circle.contains(used));
            used.map(|used| (*used).to_owned()).collect()
        };
        circle.iter().map(|file| ((*file).to_owned(), inside(file))).collect()
    };
    graph.found.iter().filter(|circle| !is_allowed(circle)).map(with_uses).collect()
}

/// Tarjan's algorithm: strongly connected components in one walk.
#[derive(Default)]
struct Graph<'a> {
    uses: BTreeMap<&'a str, Vec<&'a str>>,
    order: BTreeMap<&'a str, usize>,
    lowest: BTreeMap<&'a str, usize>,
    open: Vec<&'a str>,
    found: Vec<Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    /// Visits what `file` uses; returns the earliest file that can be reached from it and is still open.
    fn visit(&mut self, file: &'a str) -> usize {
        if let Some(order) = self.order.get(file) {
            return if self.open.contains(&file) { self.lowest[file].min(*order) } else { usize::MAX };
        }
        let order = self.order.len();
        self.order.insert(file, order);
        self.lowest.insert(file, order);
        self.open.push(file);
        for used in self.uses.get(file).cloned().unwrap_or_default() {
            let reached = self.visit(used);
            if let Some(lowest) = self.lowest.get_mut(file) {
                *lowest = reached.min(*lowest);
            }
        }
        let lowest = self.lowest[file];
        if lowest == order {
            let at = self.open.iter().position(|open| *open == file).unwrap_or_default();
            let circle = self.open.split_off(at);
            if circle.len() > 1 {
                self.found.push(circle);
            }
        }
        lowest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::of_text;

    const FILES: [(&str, &str); 6] = [
        ("src/lib.rs", "mod a; mod b; mod c; mod shell;"),
        ("src/a.rs", "use crate::b::B; pub struct A;"),
        ("src/b.rs", "use crate::c::C; pub struct B;"),
        ("src/c.rs", "use crate::a::A; pub struct C;"),
        ("src/shell/mod.rs", "mod word; pub fn run() { word::expand() }"),
        ("src/shell/word.rs", "pub fn expand() { super::run() }"),
    ];

    #[test]
    fn a_circle_is_found_with_its_files_and_what_they_use() {
        let modules = Modules::read("src/lib.rs", &of_text(&FILES));
        let found = circles([&modules].into_iter(), &["src/shell".into()]);
        let [circle] = &found[..] else { panic!("{found:?}") };
        assert_eq!(circle.keys().collect::<Vec<_>>(), ["src/a.rs", "src/b.rs", "src/c.rs"]);
        assert_eq!(circle["src/a.rs"], ["src/b.rs"]);
        assert_eq!(circles([&modules].into_iter(), &[]).len(), 2);
    }

    #[test]
    fn a_chain_is_no_circle() {
        let modules = Modules::read("src/lib.rs", &of_text(&FILES[..3]));
        assert!(circles([&modules].into_iter(), &[]).is_empty());
    }
}
