//! Which file a path leads to. A name that is only passed on counts as one of the file that defines it.

use std::collections::{BTreeMap, BTreeSet};

use super::Modules;
use super::paths::Import;

/// The most re-exports that are followed for one name.
const MAX_REEXPORTS: usize = 16;

/// Where a path ends.
#[derive(Clone, Copy)]
enum End {
    /// At a module.
    Module(usize),
    /// At an item of a module.
    Item(usize),
}

impl End {
    fn module(self) -> usize {
        match self {
            Self::Module(module) | Self::Item(module) => module,
        }
    }
}

impl Modules {
    /// Which file uses which. The declaration `mod name;` is no use, and neither is the re-export of what lies below the
    /// module, unless the module's own code names it; unit tests are left out.
    pub(crate) fn uses(&self) -> BTreeSet<(String, String)> {
        let mut uses = BTreeSet::new();
        for (index, module) in self.modules.iter().enumerate().filter(|(_, module)| !module.test_only) {
            let imported = module.imports.iter().filter_map(|import| {
                let end = self.resolve(index, &import.path, MAX_REEXPORTS)?;
                (!self.only_passes_on(index, import, end)).then_some(end)
            });
            let named = module.names.paths.iter().filter_map(|path| self.resolve(index, path, MAX_REEXPORTS));
            for end in imported.chain(named) {
                let used = &self.modules[end.module()];
                if used.file != module.file && !used.test_only {
                    uses.insert((module.file.clone(), used.file.clone()));
                }
            }
        }
        uses
    }

    /// How many lines each type has with its impls, by the file that defines it and its name.
    pub(crate) fn type_lines(&self) -> BTreeMap<(&str, &str), usize> {
        let mut lines = BTreeMap::new();
        for (index, module) in self.modules.iter().enumerate().filter(|(_, module)| !module.test_only) {
            for extent in &module.extents {
                let end = self.resolve(index, &extent.path, MAX_REEXPORTS);
                if let (Some(End::Item(definer)), Some(name)) = (end, extent.path.last()) {
                    let file = self.modules[definer].file.as_str();
                    *lines.entry((file, name.as_str())).or_default() += extent.lines;
                }
            }
        }
        lines
    }

    fn only_passes_on(&self, index: usize, import: &Import, end: End) -> bool {
        let is_named =
            import.name.as_ref().is_some_and(|name| self.modules[index].names.identifiers.contains(name));
        import.is_reexport && !is_named && self.is_below(end.module(), index)
    }

    fn is_below(&self, module: usize, ancestor: usize) -> bool {
        let mut parent = self.modules[module].parent;
        while let Some(above) = parent {
            if above == ancestor {
                return true;
            }
            parent = self.modules[above].parent;
        }
        false
    }

    /// Follows a path as the module at `index` sees it; `None` when it leaves the target.
    fn resolve(&self, index: usize, path: &[String], reexports: usize) -> Option<End> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => End::Module(0),
            "self" => End::Module(index),
            "super" => End::Module(self.modules[index].parent?),
            name => self.lookup(index, name, reexports)?,
        };
        self.descend(start, rest, reexports)
    }

    fn descend(&self, start: End, path: &[String], reexports: usize) -> Option<End> {
        let (End::Module(module), Some((name, rest))) = (start, path.split_first()) else {
            return Some(start);
        };
        if name == "super" {
            return self.descend(End::Module(self.modules[module].parent?), rest, reexports);
        }
        let found = self.lookup(module, name, reexports);
        let is_passed_on = || self.modules[module].imports.iter().any(|import| import.binds(name));
        match found {
            Some(end) => self.descend(end, rest, reexports),
            // A re-export of another crate's item leads out; anything else was made by a macro of this module.
            None if is_passed_on() => None,
            None => Some(End::Item(module)),
        }
    }

    /// What `name` is in the module at `index`.
    fn lookup(&self, index: usize, name: &str, reexports: usize) -> Option<End> {
        let module = &self.modules[index];
        if let Some(child) = module.children.get(name) {
            return Some(End::Module(*child));
        }
        if module.definitions.contains(name) {
            return Some(End::Item(index));
        }
        if index == 0
            && let Some(definer) = self.exported_macros.get(name)
        {
            return Some(End::Item(*definer));
        }
        let left = reexports.checked_sub(1)?;
        let mut named = module.imports.iter().filter(|import| import.binds(name));
        if let Some(end) = named.find_map(|import| self.resolve(index, &import.path, left)) {
            return Some(end);
        }
        let globs = module.imports.iter().filter(|import| import.name.is_none());
        globs.into_iter().find_map(|import| match self.resolve(index, &import.path, left)? {
            End::Module(other) if other != index => self.lookup(other, name, left),
            _ => None,
        })
    }
}

impl Import {
    fn binds(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::sources::of_text;

    fn uses(files: &[(&str, &str)]) -> Vec<String> {
        let modules = Modules::read("src/lib.rs", &of_text(files));
        let short = |path: &str| path.trim_start_matches("src/").trim_end_matches(".rs").to_owned();
        modules.uses().iter().map(|(from, to)| format!("{} {}", short(from), short(to))).collect()
    }

    #[test]
    fn imports_and_paths_in_code_lead_to_the_files_that_they_name() {
        let files = [
            ("src/lib.rs", "mod a; mod b; mod c;"),
            ("src/a.rs", "use crate::b::B; fn f() { super::c::run(B); }"),
            ("src/b.rs", "pub struct B;"),
            ("src/c.rs", "pub fn run(b: crate::b::B) {}"),
        ];
        assert_eq!(uses(&files), ["a b", "a c", "c b"]);
    }

    #[test]
    fn a_parent_that_declares_and_passes_on_uses_nothing_and_is_looked_through() {
        let files = [
            ("src/lib.rs", "pub mod shape;"),
            ("src/shape/mod.rs", "mod line; mod point; pub use self::line::Line; pub use point::*;"),
            ("src/shape/line.rs", "use super::Point; pub struct Line(Point);"),
            ("src/shape/point.rs", "pub struct Point;"),
        ];
        assert_eq!(uses(&files), ["shape/line shape/point"]);
    }

    #[test]
    fn a_parent_whose_code_names_what_it_passes_on_uses_it() {
        let files = [
            ("src/lib.rs", "mod a; pub use a::A; pub fn make() -> A { A }"),
            ("src/a.rs", "pub struct A; fn f() { crate::make(); }"),
        ];
        assert_eq!(uses(&files), ["a lib", "lib a"]);
    }

    #[test]
    fn a_type_is_counted_with_its_impls_in_other_files() {
        let files = [
            ("src/lib.rs", "mod a; mod b;"),
            ("src/a.rs", "pub struct A;\nimpl A {\n}\n#[cfg(test)]\nmod tests {\nstruct T;\n}"),
            ("src/b.rs", "use crate::a::A;\nimpl Clone for A {\n}\nimpl Into<A> for String {\n}"),
        ];
        let modules = Modules::read("src/lib.rs", &of_text(&files));
        assert_eq!(modules.type_lines().into_iter().collect::<Vec<_>>(), [(("src/a.rs", "A"), 5)]);
    }

    #[test]
    fn unit_tests_and_other_crates_are_no_uses() {
        let files = [
            ("src/lib.rs", "mod a; mod b; pub use std::fmt;"),
            ("src/a.rs", "use crate::fmt::Debug; #[cfg(test)] mod tests { use crate::b::B; }"),
            ("src/b.rs", "pub struct B; fn f() { std::mem::drop(B) }"),
        ];
        assert!(uses(&files).is_empty());
    }
}
