//! Accounts as a table, CSV with a header line, for spreadsheets. What a spreadsheet would take for a formula is written
//! behind an apostrophe, which reading takes away again.

use std::collections::HashMap;

use csv::{ReaderBuilder, StringRecord, WriterBuilder};
use tikmatrix_domain::{
    Account, AccountChange, AccountUpsert, AppId, EnteredUsername, PackageName, Serial, Tag, Username,
};
use tikmatrix_validation::{Problem, Problems, shortened, unknown_name};

use super::convert::app_of;
use crate::apps::KnownApps;
use crate::http::error::ApiError;
use crate::http::text::{name, note};

const COLUMNS: [&str; 7] = ["username", "app", "package", "serial", "enabled", "note", "tags"];
/// The most accounts of one table.
const MAX_ROWS: usize = 10_000;
/// The most tags of one account.
const MAX_TAGS: usize = 50;
/// The characters that begin a formula in one spreadsheet or another.
const FORMULA_SIGNS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Reads accounts from a table. Only the column `username` is needed; what a cell or a column does not say is the
/// default of a new account and stays as it is for a known one, except that a column that is there says everything: its
/// empty cells take away package, phone, note and tags. Rows of empty cells are skipped.
///
/// # Errors
/// 40001 with every row that is wrong, by the number that a spreadsheet shows (the header is row 1).
pub(crate) fn read_table(
    bytes: &[u8],
    apps: &KnownApps,
    default_app: AppId,
) -> Result<Vec<AccountUpsert>, ApiError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let delimiter = delimiter(bytes);
    let bytes = with_empty_rows(bytes, delimiter);
    let mut table = ReaderBuilder::new().flexible(true).delimiter(delimiter).from_reader(bytes.as_slice());
    let columns = table.headers().map_err(|error| ApiError::invalid("", not_a_table(&error)))?;
    let columns = columns_of(columns)?;
    let (problems, accounts, seen) = (Problems::default(), Vec::new(), HashMap::new());
    let mut rows = Rows { apps, default_app, columns, problems, accounts, seen };
    for (index, record) in table.records().enumerate() {
        if index >= MAX_ROWS {
            rows.problem(index + 2, "", format!("is one too many: at most {MAX_ROWS} accounts are read"));
            break;
        }
        match record {
            Ok(record) => rows.read(index + 2, &record),
            Err(error) => rows.problem(index + 2, "", not_a_table(&error)),
        }
    }
    rows.problems.into_result()?;
    Ok(rows.accounts)
}

/// Writes accounts as a table that [`read_table`] reads back as it was.
pub(crate) fn write_table(accounts: &[Account]) -> Result<Vec<u8>, csv::Error> {
    let mut table = WriterBuilder::new().from_writer(Vec::new());
    table.write_record(COLUMNS)?;
    for account in accounts {
        table.write_record([
            harmless(account.username.as_str()),
            account.app.as_str().to_owned(),
            account.package.as_ref().map_or("", PackageName::as_str).to_owned(),
            harmless(account.serial.as_ref().map_or("", Serial::as_str)),
            account.enabled.to_string(),
            harmless(&account.note),
            harmless(&account.tags.iter().map(Tag::as_str).collect::<Vec<_>>().join(",")),
        ])?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

/// The rows of a table that is being read.
struct Rows<'apps> {
    apps: &'apps KnownApps,
    default_app: AppId,
    columns: Vec<&'static str>,
    problems: Problems,
    accounts: Vec<AccountUpsert>,
    /// In which row each account was.
    seen: HashMap<(Username, AppId), usize>,
}

impl Rows<'_> {
    fn read(&mut self, row: usize, record: &StringRecord) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if record.len() != self.columns.len() {
            let (cells, columns) = (record.len(), self.columns.len());
            return self.problem(row, "", format!("has {cells} cells, and the header has {columns}"));
        }
        let mut account_name = None;
        let mut named_app = None;
        let mut details = AccountChange::default();
        let mut wrong = Vec::new();
        for (column, cell) in self.columns.clone().into_iter().zip(record) {
            let cell = as_it_was(cell);
            let filled = Some(cell.trim()).filter(|cell| !cell.is_empty());
            let read = match column {
                "username" => filled
                    .ok_or_else(|| "must not be empty".to_owned())
                    .and_then(|text| name(text, EnteredUsername::new))
                    .map(|entered| account_name = Some(entered)),
                "app" => filled.map(|name| self.apps.parse(name)).transpose().map(|app| named_app = app),
                "package" => filled
                    .map(|text| name(text, PackageName::new))
                    .transpose()
                    .map(|package| details.package = package.into()),
                "serial" => filled
                    .map(|text| name(text, Serial::new))
                    .transpose()
                    .map(|serial| details.serial = serial.into()),
                "enabled" => filled.map(enabled).transpose().map(|enabled| details.enabled = enabled),
                "tags" => tags(cell).map(|tags| details.tags = Some(tags)),
                _ => note(cell).map(|note| details.note = Some(note)),
            };
            if let Err(reason) = read {
                wrong.push((column, reason));
            }
        }
        let bad = !wrong.is_empty();
        for (column, reason) in wrong {
            self.problem(row, column, reason);
        }
        if let (Some(entered), false) = (account_name, bad) {
            match app_of(&entered, named_app, self.apps, self.default_app) {
                Ok(app) => self.add(row, AccountUpsert { username: entered.username, app, details }),
                Err(reason) => self.problem(row, "username", reason),
            }
        }
    }

    fn add(&mut self, row: usize, account: AccountUpsert) {
        match self.seen.insert((account.username.clone(), account.app), row) {
            Some(first) => self.problem(row, "username", format!("is the account of row {first} again")),
            None => self.accounts.push(account),
        }
    }

    fn problem(&mut self, row: usize, column: &str, reason: String) {
        let separator = if column.is_empty() { "" } else { "." };
        self.problems.add(format!("row {row}{separator}{column}"), reason);
    }
}

/// Returns what each column holds, or everything that is wrong with the header.
fn columns_of(header: &StringRecord) -> Result<Vec<&'static str>, Problems> {
    let mut columns = Vec::new();
    let mut problems = Problems::default();
    for title in header {
        let title = title.trim().to_lowercase();
        let known = COLUMNS.into_iter().find(|column| *column == title);
        match known {
            Some(column) if !columns.contains(&column) => columns.push(column),
            _ => problems.add_with(|| wrong_column(&title, known.is_some())),
        }
    }
    if !columns.contains(&"username") && problems.is_empty() {
        problems.add("row 1.username", "is required: the first row names the columns");
    }
    problems.into_result()?;
    Ok(columns)
}

/// The problem of a column that is not known, or there again.
fn wrong_column(title: &str, is_known: bool) -> Problem {
    let reason = if is_known {
        "is there twice".to_owned()
    } else if is_secret(title) {
        "is refused: passwords are never taken or kept; sign in on the phone itself".to_owned()
    } else {
        unknown_name("column", title, &COLUMNS)
    };
    Problem::new(format!("row 1.{}", shortened(title)), reason)
}

fn is_secret(title: &str) -> bool {
    let letters: String = title.chars().filter(|letter| letter.is_alphanumeric()).collect();
    ["password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "2fa", "otp", "cookie"]
        .iter()
        .any(|secret| letters.contains(secret))
        || letters == "pass"
        || letters == "pin"
}

/// Spreadsheets of many countries divide cells by a semicolon.
fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if header.contains(&b';') && !header.contains(&b',') { b';' } else { b',' }
}

/// Returns the table with a delimiter in each empty line after the header: readers of CSV drop such lines, and the rows after
/// them would have other numbers than in a spreadsheet.
fn with_empty_rows(bytes: &[u8], delimiter: u8) -> Vec<u8> {
    let mut table = Vec::with_capacity(bytes.len());
    let mut is_quoted = false;
    for line in bytes.trim_ascii_start().split_inclusive(|byte| *byte == b'\n') {
        if !is_quoted && line.trim_ascii().is_empty() {
            table.push(delimiter);
        }
        let quotes = line.iter().filter(|byte| **byte == b'"').count();
        is_quoted ^= quotes % 2 == 1;
        table.extend_from_slice(line);
    }
    table
}

fn enabled(text: &str) -> Result<bool, String> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        other => Err(format!("{:?} is not true or false", shortened(other))),
    }
}

/// Reads the tags of a cell, between commas: in order, each once.
fn tags(cell: &str) -> Result<Vec<Tag>, String> {
    let texts = cell.split(',').filter(|text| !text.trim().is_empty());
    let read = |text: &str| Tag::new(text).map_err(|wrong| format!("{:?} {wrong}", shortened(text)));
    let mut tags = texts.map(read).collect::<Result<Vec<_>, _>>()?;
    tags.sort_unstable();
    tags.dedup();
    if tags.len() > MAX_TAGS {
        return Err(format!("holds {} tags, at most {MAX_TAGS} are allowed", tags.len()));
    }
    Ok(tags)
}

/// Text that no spreadsheet runs as a formula.
fn harmless(text: &str) -> String {
    if text.starts_with('\'') || text.starts_with(FORMULA_SIGNS) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Reverses [`harmless`].
fn as_it_was(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with('\'') || rest.starts_with(FORMULA_SIGNS) => rest,
        _ => cell,
    }
}

fn not_a_table(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => "is not UTF-8: save the table as CSV in UTF-8".to_owned(),
        _ => format!("is not CSV: {error}"),
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;
    use tikmatrix_domain::{AccountId, Patch};

    use super::*;

    fn instagram() -> AppId {
        AppId::new("instagram").unwrap()
    }

    fn read(bytes: &[u8]) -> Result<Vec<AccountUpsert>, ApiError> {
        read_table(bytes, &KnownApps::new(vec![AppId::android(), instagram()]), AppId::android())
    }

    fn account(name: &str, note: &str) -> Account {
        Account {
            id: AccountId(1),
            username: Username::new(name).unwrap(),
            app: instagram(),
            package: None,
            serial: Serial::new("-R58").ok(),
            enabled: false,
            note: note.to_owned(),
            tags: vec![Tag::new("-b").unwrap(), Tag::new("a").unwrap()],
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn formulas_are_written_as_text() {
        let table = write_table(&[account("mia", "+1\n=2,\"3\"")]).unwrap();
        let table = String::from_utf8(table).unwrap();
        assert_eq!(
            table,
            "username,app,package,serial,enabled,note,tags\nmia,instagram,,'-R58,false,\"'+1\n=2,\"\"3\"\"\",\"'-b,a\"\n"
        );
    }

    #[test]
    fn a_header_of_endless_columns_is_told_in_a_hundred_problems_and_a_count() {
        let columns: Vec<String> = (0..100_000).map(|number| format!("column{number}")).collect();
        let refused = read(columns.join(",").as_bytes()).unwrap_err();
        let answer = format!("{refused}");
        assert!(answer.contains("and 99999 more problems: data has the first 100"), "{answer}");
    }

    #[test]
    fn every_wrong_row_is_counted() {
        let rows = "a,b\n".repeat(5000);
        let refused = read(format!("username\n{rows}").as_bytes()).unwrap_err();
        assert!(refused.to_string().contains("and 4999 more problems"), "{refused}");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_as_it_was(name in "@{0,2}[a-z._]{1,5}z", note in "[=+\\-@'\\t\\n\\r,;\"a-z ]{0,12}") {
            let account = account(&name, &note);
            let read = read(&write_table(std::slice::from_ref(&account)).unwrap()).unwrap();
            let details = AccountChange {
                package: Patch::Clear,
                serial: account.serial.into(),
                enabled: Some(false),
                note: Some(account.note),
                tags: Some(account.tags),
            };
            prop_assert_eq!(read, [AccountUpsert { username: account.username, app: account.app, details }]);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&bytes);
        }
    }
}
