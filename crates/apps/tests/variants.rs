//! Seeded variants of every test screen that the profiles know: other names, counts, places and orders, and lost ids. None
//! may be taken for another screen, or for something else in a script's way, and few may become unknown.

#![cfg(test)]

use std::path::Path;

use tikmatrix_device::ui::UiTree;

#[path = "seeing/change.rs"]
mod change;
#[path = "seeing/sight.rs"]
mod sight;

use change::{Change, Seed};
use sight::Eyes;

/// For each change of each screen.
const SEEDS: u64 = 2;
/// At most this many of a hundred variants may be unknown.
const MAX_UNKNOWN: usize = 5;

#[test]
fn variants_are_never_taken_for_something_else_and_seldom_unknown() {
    let eyes = Eyes::new();
    let (mut all, mut wrong, mut unknown) = (0, Vec::new(), Vec::new());
    let mut files: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    for path in files {
        let file = path.file_name().unwrap().to_str().unwrap().to_owned();
        // Instagram's screens are known by ids alone, and its windows are a later part; Android's by ids alone.
        let Ok(text) = String::from_utf8(std::fs::read(&path).unwrap()) else { continue };
        if !file.starts_with("tt_") {
            continue;
        }
        let tree = UiTree::parse(text.as_bytes()).unwrap();
        let right = (eyes.screen(&file, &tree), eyes.sight(&file, &tree));
        for change in Change::ALL {
            for seed in 0..SEEDS {
                let varied = change.of(&text, &mut Seed::new(seed));
                let tree = UiTree::parse(varied.as_bytes()).unwrap();
                let seen = (eyes.screen(&file, &tree), eyes.sight(&file, &tree));
                all += 1;
                if seen == right {
                    continue;
                }
                let is_unknown =
                    (seen.0 == right.0 || seen.0 == "-") && (seen.1 == right.1 || seen.1 == "clear");
                let list = if is_unknown { &mut unknown } else { &mut wrong };
                list.push(format!("{file}, {change:?} {seed}: seen {seen:?}, right {right:?}"));
            }
        }
    }
    println!("{all} variants: {} wrong, {} unknown\n{}", wrong.len(), unknown.len(), unknown.join("\n"));
    assert!(wrong.is_empty(), "{} of {all} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unknown.len() * 100 <= all * MAX_UNKNOWN, "{} of {all} are unknown", unknown.len());
}
