//! `ls`, `stat`, `readlink`.

use chrono::{DateTime, Utc};

use crate::commands::options::Options;
use crate::filesystem::{FileError, Metadata, last_name};
use crate::shell::session::Invocation;

pub(crate) fn ls(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "1aACdFhlLnpRrSstTuZ", "") else { return 1 };
    let operands = if options.operands.is_empty() { vec!["."] } else { options.operands.clone() };
    let mut status = 0;
    let mut directories = Vec::new();
    for operand in &operands {
        let path = invocation.path(operand);
        let follow = !(options.has('d') || (options.has('l') && !operand.ends_with('/')));
        let found = invocation.files().metadata(&path, follow);
        match found {
            Ok(found) if found.is_directory() && !options.has('d') => directories.push((*operand, path)),
            Ok(found) => {
                invocation.print(entry_line(invocation, operand, &path, &found, &options));
            }
            Err(error) => status = invocation.fail(format!("{operand}: {error}")),
        }
    }
    let titled = operands.len() > 1 || options.has('R');
    let mut first = directories.len() == operands.len();
    let mut open: Vec<(String, String)> =
        directories.into_iter().rev().map(|(operand, path)| (operand.to_owned(), path)).collect();
    while let Some((title, path)) = open.pop() {
        if titled {
            let gap = if std::mem::take(&mut first) { "" } else { "\n" };
            invocation.print(format!("{gap}{title}:\n"));
        }
        match list_directory(invocation, &title, &path, &options) {
            Ok(inner) if options.has('R') => open.extend(inner.into_iter().rev()),
            Ok(_) => {}
            Err(error) => status = invocation.fail(format!("{title}: {error}")),
        }
    }
    status
}

/// Prints one directory and returns the directories in it.
fn list_directory(
    invocation: &Invocation<'_>,
    title: &str,
    path: &str,
    options: &Options<'_>,
) -> Result<Vec<(String, String)>, FileError> {
    let mut entries = invocation.files().list(path)?;
    let hidden = options.has('a') || options.has('A');
    entries.retain(|(name, _)| hidden || !name.starts_with('.'));
    if options.has('t') {
        entries.sort_by_key(|(_, found)| std::cmp::Reverse(found.modified));
    } else if options.has('S') {
        entries.sort_by_key(|(_, found)| std::cmp::Reverse(found.size));
    }
    if options.has('r') {
        entries.reverse();
    }
    if options.has('l') {
        let blocks: u64 = entries.iter().map(|(_, found)| found.size.div_ceil(4096) * 4).sum();
        invocation.print(format!("total {blocks}\n"));
    }
    if options.has('a') {
        invocation.print(".\n..\n");
    }
    let mut inner = Vec::new();
    for (name, found) in &entries {
        let full = format!("{}/{name}", path.trim_end_matches('/'));
        if !invocation.print(entry_line(invocation, name, &full, found, options)) {
            break;
        }
        if found.is_directory() {
            inner.push((format!("{}/{name}", title.trim_end_matches('/')), full));
        }
    }
    Ok(inner)
}

fn entry_line(
    invocation: &Invocation<'_>,
    name: &str,
    path: &str,
    found: &Metadata,
    options: &Options<'_>,
) -> String {
    let mark = match found {
        found if options.has('F') && found.is_directory() => "/",
        found if options.has('p') && found.is_directory() => "/",
        found if options.has('F') && found.is_link() => "@",
        _ => "",
    };
    if !options.has('l') {
        return format!("{name}{mark}\n");
    }
    let target = if found.is_link() {
        invocation.files().link_target(path).map(|target| format!(" -> {target}")).unwrap_or_default()
    } else {
        String::new()
    };
    let owner = owner_name(found.owner);
    let time = time(found.modified).format("%Y-%m-%d %H:%M");
    format!("{} 1 {owner} {owner} {} {time} {name}{mark}{target}\n", mode_text(found), found.size)
}

pub(crate) fn stat(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "Lft", "c") else { return 1 };
    let mut status = 0;
    if options.operands.is_empty() {
        return invocation.fail("Needs 1 argument");
    }
    for operand in &options.operands {
        let path = invocation.path(operand);
        let found = invocation.files().metadata(&path, options.has('L'));
        match found {
            Ok(found) => {
                let text = match options.value('c') {
                    Some(format) => format_stat(format, operand, &found),
                    None => describe(operand, &found),
                };
                invocation.print(text + "\n");
            }
            Err(error) => status = invocation.fail(format!("'{operand}': {error}")),
        }
    }
    status
}

fn describe(operand: &str, found: &Metadata) -> String {
    let owner = owner_name(found.owner);
    let changed = time(found.modified).format("%Y-%m-%d %H:%M:%S.000000000 +0000");
    format!(
        "  File: {operand}\n  Size: {size}\t Blocks: {blocks}\t IO Blocks: 4096\t{kind}\n\
         Device: fd00h/64768d\t Inode: {inode}\t Links: 1\n\
         Access: ({bits:04o}/{text})\tUid: ({uid:>5}/{owner:>8})\tGid: ({uid:>5}/{owner:>8})\n\
         Access: {changed}\nModify: {changed}\nChange: {changed}",
        size = found.size,
        blocks = found.size.div_ceil(512),
        kind = kind_name(found),
        inode = found.id.number(),
        bits = found.mode & 0o7777,
        text = mode_text(found),
        uid = found.owner,
    )
}

fn format_stat(format: &str, operand: &str, found: &Metadata) -> String {
    let mut text = String::new();
    let mut symbols = format.chars();
    while let Some(symbol) = symbols.next() {
        if symbol != '%' {
            text.push(symbol);
            continue;
        }
        match symbols.next() {
            Some('s') => text += &found.size.to_string(),
            Some('n') => text += operand,
            Some('N') => text.extend(["`", operand, "'"]),
            Some('a') => text.extend([format!("{:o}", found.mode & 0o7777)]),
            Some('A') => text += &mode_text(found),
            Some('f') => text.extend([format!("{:x}", found.mode)]),
            Some('F') => text += kind_name(found),
            Some('i') => text += &found.id.number().to_string(),
            Some('u' | 'g') => text += &found.owner.to_string(),
            Some('U' | 'G') => text += owner_name(found.owner),
            Some('b') => text += &found.size.div_ceil(512).to_string(),
            Some('h') => text.push('1'),
            Some('X' | 'Y' | 'Z') => text += &found.modified.to_string(),
            Some('x' | 'y' | 'z') => {
                text += &time(found.modified).format("%Y-%m-%d %H:%M:%S.000000000 +0000").to_string();
            }
            Some(other) => text.push(other),
            None => text.push('%'),
        }
    }
    text
}

pub(crate) fn readlink(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "fenqm", "") else { return 1 };
    let mut status = 0;
    for operand in &options.operands {
        let path = invocation.path(operand);
        let target = if options.has('f') || options.has('e') {
            invocation.files().real_path(&path).ok()
        } else {
            invocation.files().link_target(&path).map(str::to_owned).ok()
        };
        match target {
            Some(target) => {
                invocation.print(target + if options.has('n') { "" } else { "\n" });
            }
            None => status = 1,
        }
    }
    status
}

/// `drwxrwx---`
fn mode_text(found: &Metadata) -> String {
    let kind = match found {
        found if found.is_directory() => 'd',
        found if found.is_link() => 'l',
        found if found.is_file() => '-',
        _ => 'c',
    };
    let bits = (0..9).map(|index| {
        let set = found.mode & (0o400 >> index) != 0;
        if set { ['r', 'w', 'x'][index % 3] } else { '-' }
    });
    std::iter::once(kind).chain(bits).collect()
}

fn kind_name(found: &Metadata) -> &'static str {
    match found {
        found if found.is_directory() => "directory",
        found if found.is_link() => "symbolic link",
        found if found.is_file() && found.size == 0 => "regular empty file",
        found if found.is_file() => "regular file",
        _ => "character device",
    }
}

/// The user's name, as in Android's `getpwuid`.
pub(crate) fn owner_name(owner: u32) -> &'static str {
    if owner == 0 { "root" } else { "shell" }
}

/// Converts seconds since 1970; the phone's zone is UTC.
pub(crate) fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

/// The path of a file that is copied or moved into a directory.
pub(crate) fn into_directory(directory: &str, source: &str) -> String {
    format!("{}/{}", directory.trim_end_matches('/'), last_name(source))
}
