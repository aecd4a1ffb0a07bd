//! Every test screen against one table: which screen it is, what it means for a script, and where elements are. A new dump
//! costs a file in `screens` and a row in `screens.tsv`.

#![cfg(test)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tikmatrix_apps::Profile;
use tikmatrix_device::ui::{UiTree, tap_point};

#[path = "seeing/sight.rs"]
mod sight;

use sight::Eyes;

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// One row of the table: the file, and what is right.
struct Row {
    file: String,
    /// The id of the screen, or `-`.
    screen: String,
    /// `clear`, `popup:` with what is tapped, or `blocked:` with the failure code.
    sight: String,
    /// Elements with the point at which each is tapped, or `-` for one that must not be found.
    elements: Vec<(String, String)>,
}

fn rows() -> Vec<Row> {
    let table = std::fs::read_to_string(tests().join("screens.tsv")).unwrap();
    let rows = table.lines().skip(1).filter(|line| !line.is_empty());
    rows.map(|line| {
        let mut columns = line.split('\t').map(str::to_owned);
        let mut next = || columns.next().unwrap_or_default();
        let (file, screen, sight, elements) = (next(), next(), next(), next());
        let elements = elements.split(' ').filter_map(|it| it.split_once('='));
        let elements = elements.map(|(id, place)| (id.to_owned(), place.to_owned())).collect();
        Row { file, screen, sight, elements }
    })
    .collect()
}

fn place(profile: &Profile, element: &str, tree: &UiTree) -> String {
    let selector = profile.elements.get(element).unwrap_or_else(|| panic!("there is no element {element}"));
    let point = selector.find(tree).and_then(tap_point);
    point.map_or_else(|| "-".to_owned(), |point| format!("{},{}", point.x, point.y))
}

#[test]
fn every_screen_is_what_the_table_says() {
    let eyes = Eyes::new();
    let mut wrong = Vec::new();
    for row in rows() {
        let tree = UiTree::parse(&std::fs::read(tests().join("screens").join(&row.file)).unwrap()).unwrap();
        let app = eyes.app(&row.file);
        let seen = (eyes.screen(&row.file, &tree), eyes.sight(&row.file, &tree));
        if seen != (row.screen.clone(), row.sight.clone()) {
            wrong.push(format!(
                "{}: seen {}\t{}, right {}\t{}",
                row.file, seen.0, seen.1, row.screen, row.sight
            ));
        }
        for (element, right) in &row.elements {
            let found = place(app, element, &tree);
            if found != *right {
                wrong.push(format!("{}: {element} seen at {found}, right {right}", row.file));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_screen_has_a_row() {
    let listed: BTreeSet<String> = rows().into_iter().map(|row| row.file).collect();
    let files = std::fs::read_dir(tests().join("screens")).unwrap();
    let files: BTreeSet<String> =
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(listed, files);
}
