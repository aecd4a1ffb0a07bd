//! The table of `docs/architecture.md`: which crate may use which.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// What one crate may use of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Any crate of the workspace.
    All,
    /// These alone, some of them only in part.
    Only(Vec<Use>),
}

/// One dependency edge.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The crate's folder below `crates/`.
    pub(crate) folder: String,
    /// The only one of its modules that may be named, as the table writes in brackets: `device (adb only)`.
    pub(crate) module: Option<String>,
}

/// The rows of the table: folders below `crates/` (or at the top), or `folder/*` for each of its subfolders.
pub(crate) struct Table(BTreeMap<String, Allowed>);

impl Table {
    /// What the crate in `folder` may use: its own row, or the one for all beside it.
    pub(crate) fn row(&self, folder: &str) -> Option<&Allowed> {
        let siblings = || folder.rsplit_once('/').and_then(|(parent, _)| self.0.get(&format!("{parent}/*")));
        self.0.get(folder).or_else(siblings)
    }

    /// Whether the crate in `folder` is described by a row of its own, not by one for several.
    pub(crate) fn has_own_row(&self, folder: &str) -> bool {
        self.0.contains_key(folder)
    }
}

/// Reads the first table of `page` whose head begins with `crate` and has a column `may use`.
pub(crate) fn read(page: &str) -> Result<Table> {
    let mut rows =
        page.lines().map(cells).skip_while(|cells| cells.first().is_none_or(|cell| cell != "crate"));
    let Some(head) = rows.next() else {
        bail!("docs/architecture.md has no table that begins with `| crate |`");
    };
    let Some(column) = head.iter().position(|cell| cell == "may use") else {
        bail!("the table of crates in docs/architecture.md has no column `may use`");
    };
    let mut table = BTreeMap::new();
    for row in rows.skip(1).take_while(|row| !row.is_empty()) {
        let (Some(name), Some(uses)) = (row.first(), row.get(column)) else {
            bail!("a row of the table of crates is too short: {row:?}");
        };
        // As in "`device` (features `pairing`, `tls`)".
        let Some(folder) = name.split('`').nth(1) else {
            bail!("a row of the table of crates names no crate in backticks: {row:?}");
        };
        table.insert(folder.to_owned(), allowed(uses));
    }
    Ok(Table(table))
}

fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
        return Vec::new();
    };
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Reads a cell; what follows a semicolon is for people.
fn allowed(cell: &str) -> Allowed {
    match cell.split(';').next().unwrap_or(cell) {
        "all" => Allowed::All,
        "nothing of ours" => Allowed::Only(Vec::new()),
        list => Allowed::Only(list.split(',').map(|item| edge(item.trim())).collect()),
    }
}

fn edge(item: &str) -> Use {
    let module = item.split_once('(').and_then(|(_, note)| note.strip_suffix(" only)")).map(str::to_owned);
    let folder = item.split('(').next().unwrap_or(item).trim().to_owned();
    Use { folder, module }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Map\n\n| crate | holds | may use |\n|---|---|---|\n| `base` | a | nothing of ours |\n\
                        | `phone` (features `tls`) | b | base, wire (codec only) |\n\
                        | `scripts/*` | c | phone |\n| `top` | d | all; phone only behind its feature |\n\n\
                        Text | with | bars\n";

    #[test]
    fn a_row_is_read_with_its_edges_and_their_bounds() {
        let table = read(PAGE).unwrap();
        let only = |folder: &str, module: Option<&str>| Use {
            folder: folder.into(),
            module: module.map(str::to_owned),
        };
        assert_eq!(table.row("base"), Some(&Allowed::Only(Vec::new())));
        assert_eq!(table.row("top"), Some(&Allowed::All));
        let phone = vec![only("base", None), only("wire", Some("codec"))];
        assert_eq!(table.row("phone"), Some(&Allowed::Only(phone)));
    }

    #[test]
    fn a_row_for_a_folder_is_the_one_of_each_crate_in_it() {
        let table = read(PAGE).unwrap();
        let phone = Allowed::Only(vec![Use { folder: "phone".into(), module: None }]);
        assert_eq!(table.row("scripts/post"), Some(&phone));
        assert!(!table.has_own_row("scripts/post") && table.has_own_row("base"));
        assert_eq!(table.row("scripts"), None);
    }

    #[test]
    fn a_page_without_the_table_is_an_error() {
        assert!(read("# Map\n\n| name | use |\n|---|---|\n").is_err());
    }
}
