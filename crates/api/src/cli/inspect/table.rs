//! `ui inspect --all`: what every dump of a folder shows, one row each.

use std::path::Path;

use anyhow::Context as _;
use serde::Serialize;
use serde_json::json;
use tikmatrix_apps::inspect::{SightKind, inspect};
use tikmatrix_apps::summary::Summary;

use super::asked::Asked;
use super::source::read_file;
use crate::cli::output::answer::{Column, Output};

const COLUMNS: [Column; 7] = [
    ("FILE", "/file"),
    ("APP", "/app"),
    ("SCREEN", "/screen"),
    ("CONFIDENCE", "/confidence"),
    ("SIGHT", "/sight"),
    ("IN THE WAY", "/in_the_way"),
    ("ELEMENTS", "/elements"),
];

/// What one dump shows.
#[derive(Debug, Serialize)]
struct Row {
    file: String,
    app: Option<&'static str>,
    screen: Option<String>,
    confidence: Option<f64>,
    sight: Option<SightKind>,
    /// The popup or the blocking screen, or why the dump cannot be read.
    in_the_way: Option<String>,
    /// How many elements were found.
    elements: usize,
}

/// Prints the table.
pub(super) fn print(folder: &Path, asked: &Asked, output: Output) -> anyhow::Result<()> {
    let unreadable = || format!("cannot read the folder {}", folder.display());
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xml")) {
            files.push(path);
        }
    }
    files.sort();
    let rows: Vec<Row> = files.iter().map(|file| row(file, asked)).collect();
    output.list(&json!({"total": rows.len(), "screens": rows}), "screens", &COLUMNS)
}

fn row(path: &Path, asked: &Asked) -> Row {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let seen = read_file(path).and_then(|tree| Ok(inspect(&asked.profiles(&tree)?, &tree)));
    match seen {
        Ok(inspection) => {
            let summary = Summary::of(&inspection);
            let blocked = summary.blocked.map(|it| it.name);
            Row {
                file,
                app: summary.app,
                screen: summary.screen,
                confidence: Some(summary.confidence),
                sight: Some(inspection.sight),
                in_the_way: blocked.or_else(|| summary.popup.map(|it| it.name)),
                elements: summary.elements.len(),
            }
        }
        Err(error) => Row {
            file,
            app: None,
            screen: None,
            confidence: None,
            sight: None,
            in_the_way: Some(format!("{error:#}")),
            elements: 0,
        },
    }
}
