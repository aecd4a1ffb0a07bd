//! The modules of one target: which file declares which, and what each of them names.

mod paths;
mod resolve;

use std::collections::{BTreeMap, BTreeSet};

use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::Visit;
use syn::{Attribute, Expr, Item, ItemMod, Lit, Type};

use self::paths::{Import, LocalImports, Names};
use super::sources::{Sources, beside, is_test_only};

/// One module: a file, or a `mod name { … }` inside one.
pub(crate) struct Module {
    pub(crate) file: String,
    /// Whether only the unit tests compile it.
    pub(crate) test_only: bool,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    definitions: BTreeSet<String>,
    imports: Vec<Import>,
    names: Names,
    extents: Vec<Extent>,
}

/// Lines that belong to a type: its definition, or one of its impls.
struct Extent {
    /// The type, as the module names it.
    path: Vec<String>,
    lines: usize,
}

/// The modules of one target (a library, a program, a test); the first is its root.
pub(crate) struct Modules {
    modules: Vec<Module>,
    /// Macros that `#[macro_export]` puts into the root, with the module that defines each.
    exported_macros: BTreeMap<String, usize>,
}

impl Modules {
    /// Reads the target whose root is the file `root`.
    pub(crate) fn read(root: &str, sources: &Sources) -> Self {
        let mut reader =
            Reader { sources, read: Self { modules: Vec::new(), exported_macros: BTreeMap::new() } };
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder);
        reader.add_file(root, folder, None, false);
        reader.read
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Module> {
        self.modules.iter()
    }
}

struct Reader<'a> {
    sources: &'a Sources,
    read: Modules,
}

impl Reader<'_> {
    /// Adds the module that is the file `path`; its children are looked up in `folder`.
    fn add_file(&mut self, path: &str, folder: &str, parent: Option<usize>, test_only: bool) -> usize {
        let index = self.add(path, parent, test_only);
        if let Some(source) = self.sources.get(path) {
            self.add_items(index, folder, &source.syntax.items);
        }
        index
    }

    fn add(&mut self, file: &str, parent: Option<usize>, test_only: bool) -> usize {
        self.read.modules.push(Module {
            file: file.to_owned(),
            test_only,
            parent,
            children: BTreeMap::new(),
            definitions: BTreeSet::new(),
            imports: Vec::new(),
            names: Names::default(),
            extents: Vec::new(),
        });
        self.read.modules.len() - 1
    }

    fn add_items(&mut self, index: usize, folder: &str, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(child) => self.add_child(index, folder, child),
                Item::Use(declaration) => {
                    if !is_test_only(&declaration.attrs) {
                        self.read.modules[index].imports.extend(paths::imports(declaration));
                    }
                }
                other => self.add_item(index, other),
            }
        }
    }

    fn add_child(&mut self, index: usize, folder: &str, child: &ItemMod) {
        let name = child.ident.to_string();
        let own = format!("{folder}/{name}");
        let module = &self.read.modules[index];
        let test_only = module.test_only || is_test_only(&child.attrs);
        let file = module.file.clone();
        let added = if let Some((_, items)) = &child.content {
            let added = self.add(&file, Some(index), test_only);
            self.add_items(added, &own, items);
            added
        } else {
            let candidates = [
                path_attribute(&child.attrs).map(|path| beside(&file, &path)),
                Some(format!("{own}.rs")),
                Some(format!("{own}/mod.rs")),
            ];
            let found = candidates.into_iter().flatten().find(|path| self.sources.get(path).is_some());
            let Some(path) = found else { return };
            self.add_file(&path, &own, Some(index), test_only)
        };
        self.read.modules[index].children.insert(name, added);
    }

    fn add_item(&mut self, index: usize, item: &Item) {
        if is_test_only(attributes(item)) {
            return;
        }
        if let Some(name) = name(item) {
            if let Item::Macro(definition) = item
                && definition.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export"))
            {
                self.read.exported_macros.insert(name.clone(), index);
            }
            self.read.modules[index].definitions.insert(name);
        }
        let mut local = LocalImports::default();
        local.visit_item(item);
        let module = &mut self.read.modules[index];
        module.imports.append(&mut local.0);
        module.names.read(item.to_token_stream());
        module.extents.extend(extent(item));
    }
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    let attribute = attributes.iter().find(|attribute| attribute.path().is_ident("path"))?;
    match &attribute.meta.require_name_value().ok()?.value {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(path) => Some(path.value()),
            _ => None,
        },
        _ => None,
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        _ => &[],
    }
}

fn extent(item: &Item) -> Option<Extent> {
    let path = match item {
        Item::Enum(item) => vec![item.ident.to_string()],
        Item::Struct(item) => vec![item.ident.to_string()],
        Item::Impl(item) => match &*item.self_ty {
            Type::Path(path) => path.path.segments.iter().map(|part| part.ident.to_string()).collect(),
            _ => return None,
        },
        _ => return None,
    };
    let span = item.span();
    Some(Extent { path, lines: span.end().line + 1 - span.start().line })
}

/// The name that an item defines.
fn name(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}
