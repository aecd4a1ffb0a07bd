//! `content`: queries, deletions and scans in MediaStore. Source of the texts:
//! AOSP frameworks/base, `cmds/content`.

use crate::commands::android::where_clause::Condition;
use crate::filesystem::FileError;
use crate::machine::Machine;
use crate::shell::session::Invocation;
use crate::system::media_store::{Collection, Entry};

pub(crate) fn content(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let Some((&command, options)) = words.split_first() else {
        return usage(invocation, "usage: adb shell content");
    };
    let option = |name: &str| {
        options.iter().position(|word| *word == name).and_then(|at| options.get(at + 1)).copied()
    };
    let Some(uri) = option("--uri") else {
        return usage(
            invocation,
            "[ERROR] Content provider URI not specified. Did you specify --uri argument?",
        );
    };
    match command {
        "query" => query(invocation, uri, option("--projection"), option("--where"), option("--sort")),
        "delete" => delete(invocation, uri, option("--where")),
        "call" => call(invocation, uri, option("--method"), option("--arg")),
        "read" => read(invocation, uri),
        other => usage(invocation, &format!("[ERROR] Unsupported operation: {other}")),
    }
}

/// Makes a file known to MediaStore, or forgets one that is gone. Returns its URI if it is a medium.
pub(crate) fn scan(machine: &Machine, path: &str) -> Option<String> {
    let found = {
        let files = machine.files();
        let real = files.real_path(path);
        real.and_then(|real| Ok((files.read(&real)?.to_vec(), files.metadata(&real, true)?, real)))
    };
    // Hashed without the files' lock: a large file takes a while.
    match found {
        Ok((bytes, metadata, real)) => {
            let now = machine.seconds();
            machine.media().scan(&real, &bytes, metadata.modified, now).map(Entry::uri)
        }
        Err(_) => {
            machine.media().forget_path(path);
            None
        }
    }
}

fn usage(invocation: &Invocation<'_>, message: &str) -> u8 {
    invocation.print_error(message);
    0
}

fn query(
    invocation: &Invocation<'_>,
    uri: &str,
    projection: Option<&str>,
    condition: Option<&str>,
    sort: Option<&str>,
) -> u8 {
    let entries = match find(invocation, uri, condition) {
        Ok(entries) => entries,
        Err(message) => return provider_error(invocation, uri, &message),
    };
    let columns: Vec<&str> = projection.map_or(Entry::COLUMNS.to_vec(), |typed| typed.split(':').collect());
    let mut text = String::new();
    let last_first = sort.is_some_and(|sort| sort.to_ascii_uppercase().contains(" DESC"));
    let ordered: Vec<&Entry> =
        if last_first { entries.iter().rev().collect() } else { entries.iter().collect() };
    for (index, entry) in ordered.iter().enumerate() {
        let mut fields = Vec::new();
        for column in &columns {
            let Some(value) = entry.column(column) else {
                let message = format!("java.lang.IllegalArgumentException: Invalid column {column}");
                return provider_error(invocation, uri, &message);
            };
            fields.push(format!("{column}={value}"));
        }
        text.extend([format!("Row: {index} {}\n", fields.join(", "))]);
    }
    u8::from(!invocation.print(if text.is_empty() { "No result found.\n" } else { &text }))
}

/// Deletes rows and their files, as MediaProvider does since Android 11.
fn delete(invocation: &Invocation<'_>, uri: &str, condition: Option<&str>) -> u8 {
    let entries = match find(invocation, uri, condition) {
        Ok(entries) => entries,
        Err(message) => return provider_error(invocation, uri, &message),
    };
    for entry in entries {
        invocation.machine().media().forget(entry.id);
        match invocation.files().remove(&entry.path) {
            Ok(()) | Err(FileError::NotFound) => {}
            Err(error) => log::debug!("{}: {} stays: {error}", invocation.machine().serial(), entry.path),
        }
    }
    0
}

fn call(invocation: &Invocation<'_>, uri: &str, method: Option<&str>, argument: Option<&str>) -> u8 {
    let Some(method) = method else { return usage(invocation, "[ERROR] Method not specified") };
    let result = match (uri.trim_end_matches('/'), method, argument) {
        ("content://media", "scan_file", Some(path)) => {
            let found = scan(invocation.machine(), path);
            format!("Bundle[{{uri={}}}]", found.unwrap_or_else(|| "null".to_owned()))
        }
        ("content://media", "scan_volume", _) => "Bundle[{}]".to_owned(),
        ("content://media", other, _) => {
            let message = format!("java.lang.UnsupportedOperationException: Unsupported call: {other}");
            return provider_error(invocation, uri, &message);
        }
        _ => return provider_error(invocation, uri, &unknown_provider(uri)),
    };
    u8::from(!invocation.print(format!("Result: {result}\n")))
}

fn read(invocation: &Invocation<'_>, uri: &str) -> u8 {
    match find(invocation, uri, None) {
        Ok(entries) => match entries.first().map(|entry| invocation.read(&entry.path)) {
            Some(Ok(bytes)) => u8::from(!invocation.print(bytes)),
            _ => provider_error(invocation, uri, &format!("java.io.FileNotFoundException: No item at {uri}")),
        },
        Err(message) => provider_error(invocation, uri, &message),
    }
}

fn find(invocation: &Invocation<'_>, uri: &str, condition: Option<&str>) -> Result<Vec<Entry>, String> {
    let Some((collection, row)) = Collection::of_uri(uri) else { return Err(unknown_provider(uri)) };
    let condition = condition.map_or(Ok(Condition::default()), Condition::parse);
    let condition = condition.map_err(|near| {
        format!(
            "android.database.sqlite.SQLiteException: near \"{near}\": syntax error (code 1 SQLITE_ERROR)"
        )
    })?;
    let mut found = Vec::new();
    for entry in invocation.machine().media().rows(collection, row) {
        let fits = condition
            .holds(entry)
            .map_err(|column| format!("java.lang.IllegalArgumentException: Invalid column {column}"))?;
        if fits {
            found.push(entry.clone());
        }
    }
    Ok(found)
}

fn unknown_provider(uri: &str) -> String {
    if uri.starts_with("content://media/") {
        return format!("java.lang.UnsupportedOperationException: Unknown or unsupported URL: {uri}");
    }
    format!("java.lang.IllegalStateException: Could not find provider: {}", provider(uri))
}

fn provider(uri: &str) -> &str {
    uri.strip_prefix("content://").and_then(|rest| rest.split('/').next()).unwrap_or("null")
}

/// Prints an error. `content` catches all exceptions and exits 0.
fn provider_error(invocation: &Invocation<'_>, uri: &str, message: &str) -> u8 {
    invocation.print_error(format!("Error while accessing provider:{}\n{message}", provider(uri)));
    0
}
