//! The table that the bench prints.

/// Prints one row.
pub(crate) fn row(what: &str, against: &str, aim: &str, measured: &str) {
    println!("| {what} | {against} | {aim} | {measured} |");
}
