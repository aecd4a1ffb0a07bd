//! The table of arrows in `docs/architecture.md`: which crate may use which.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// What one crate may use of ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Allowed {
    /// Any crate of the workspace.
    All,
    /// These alone, each perhaps only in part.
    Only(Vec<Use>),
}

/// One arrow.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// The crate's folder below `crates/`.
    pub(crate) folder: String,
    /// The only one of its modules that may be named, when the table says so in brackets: `device (adb only)`.
    pub(crate) module: Option<String>,
}

/// Folders below `crates/` (or at the top) and what each may use.
pub(crate) type Table = BTreeMap<String, Allowed>;

/// Reads the first table of `page` whose head begins with `crate` and `may use`.
pub(crate) fn read(page: &str) -> Result<Table> {
    let mut rows =
        page.lines().map(cells).skip_while(|cells| cells.first().is_none_or(|cell| cell != "crate"));
    let Some(head) = rows.next() else {
        bail!("docs/architecture.md has no table that begins with `| crate |`");
    };
    let Some(column) = head.iter().position(|cell| cell == "may use") else {
        bail!("the table of crates in docs/architecture.md has no column `may use`");
    };
    let mut table = Table::new();
    for row in rows.skip(1).take_while(|row| !row.is_empty()) {
        let (Some(name), Some(uses)) = (row.first(), row.get(column)) else {
            bail!("a row of the table of crates is too short: {row:?}");
        };
        table.insert(name.trim_matches('`').to_owned(), allowed(uses));
    }
    Ok(table)
}

fn cells(line: &str) -> Vec<String> {
    let Some(inner) = line.trim().strip_prefix('|').and_then(|line| line.strip_suffix('|')) else {
        return Vec::new();
    };
    inner.split('|').map(|cell| cell.trim().to_owned()).collect()
}

fn allowed(cell: &str) -> Allowed {
    match cell {
        "all" => Allowed::All,
        "nothing of ours" => Allowed::Only(Vec::new()),
        list => Allowed::Only(list.split(',').map(|item| arrow(item.trim())).collect()),
    }
}

fn arrow(item: &str) -> Use {
    let module = item.split_once('(').and_then(|(_, note)| note.strip_suffix(" only)")).map(str::to_owned);
    let folder = item.split('(').next().unwrap_or(item).trim().to_owned();
    Use { folder, module }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# Map\n\n| crate | holds | may use |\n|---|---|---|\n| `base` | a | nothing of ours |\n\
                        | `phone` | b | base, wire (codec only) |\n| `top` | c | all |\n\nText | with | bars\n";

    #[test]
    fn a_row_is_read_with_its_arrows_and_their_bounds() {
        let table = read(PAGE).unwrap();
        assert_eq!(table["base"], Allowed::Only(Vec::new()));
        assert_eq!(table["top"], Allowed::All);
        let wire = Use { folder: "wire".into(), module: Some("codec".into()) };
        assert_eq!(table["phone"], Allowed::Only(vec![Use { folder: "base".into(), module: None }, wire]));
        assert_eq!(table.len(), 3);
    }

    #[test]
    fn a_page_without_the_table_is_an_error() {
        assert!(read("# Map\n\n| name | use |\n|---|---|\n").is_err());
    }
}
