//! `rm`, `mv`, `cp`, `mkdir`, `rmdir`, `touch`, `chmod`: toybox's commands that change files, with its messages.

use chrono::{NaiveDate, NaiveDateTime};

use crate::commands::files::list::into_directory;
use crate::commands::options::Options;
use crate::filesystem::FileError;
use crate::shell::session::Invocation;

/// Directories inside each other that `cp -r` follows.
const MAX_DEPTH: usize = 512;

pub(crate) fn remove(invocation: &mut Invocation<'_>) -> u8 {
    let Ok(options) = Options::read(invocation, "rRfiv", "") else { return 1 };
    let (recursive, force) = (options.has('r') || options.has('R'), options.has('f'));
    if options.operands.is_empty() && !force {
        return invocation.fail("Needs 1 argument");
    }
    let mut status = 0;
    for operand in &options.operands {
        let path = invocation.path(operand);
        let found = invocation.files().metadata(&path, false);
        let result = match found {
            Err(FileError::NotFound) if force => Ok(()),
            Err(error) => Err((path, error)),
            Ok(found) if found.is_directory() && !recursive => Err((path, FileError::IsADirectory)),
            Ok(found) if found.is_directory() => remove_tree(invocation, &path),
            Ok(_) => invocation.files().remove(&path).map_err(|error| (path, error)),
        };
        if let Err((_, error)) = result {
            status = invocation.fail(format!("{operand}: {error}"));
        }
    }
    status
}

/// Removes everything removable below `path`, children first.
fn remove_tree(invocation: &Invocation<'_>, path: &str) -> Result<(), (String, FileError)> {
    let mut open = vec![(path.trim_end_matches('/').to_owned(), false)];
    let mut files = invocation.files();
    let mut failure = Ok(());
    while let Some((path, emptied)) = open.pop() {
        let is_directory = files.metadata(&path, false).is_ok_and(|found| found.is_directory());
        if is_directory && !emptied {
            let children = files.list(&path).unwrap_or_default();
            open.push((path.clone(), true));
            open.extend(children.into_iter().map(|(name, _)| (format!("{path}/{name}"), false)));
        } else if let Err(error) = files.remove(&path)
            && failure.is_ok()
        {
            failure = Err((path, error));
        }
    }
    failure
}

pub(crate) fn rename(invocation: &mut Invocation<'_>) -> u8 {
    each_to_destination(invocation, "fnivT", |invocation, from, to, _| {
        let result = invocation.files().rename(from, to);
        result.map_err(|error| error.to_string())
    })
}

pub(crate) fn copy(invocation: &mut Invocation<'_>) -> u8 {
    each_to_destination(invocation, "rRapfnivdPT", |invocation, from, to, options| {
        let recursive = options.has('r') || options.has('R') || options.has('a');
        let keep_time = options.has('p') || options.has('a');
        copy_tree(invocation, from, to, recursive, keep_time)
    })
}

/// Runs `action` for each source and its destination.
fn each_to_destination(
    invocation: &mut Invocation<'_>,
    flags: &str,
    action: impl Fn(&Invocation<'_>, &str, &str, &Options<'_>) -> Result<(), String>,
) -> u8 {
    let Ok(options) = Options::read(invocation, flags, "") else { return 1 };
    let Some((destination, sources)) =
        options.operands.split_last().filter(|(_, sources)| !sources.is_empty())
    else {
        return invocation.fail("Needs 2 arguments");
    };
    let target = invocation.path(destination);
    let into = invocation.files().metadata(&target, true).is_ok_and(|found| found.is_directory());
    if sources.len() > 1 && !into {
        return invocation.fail(format!("'{destination}' not directory"));
    }
    let mut status = 0;
    for source in sources {
        let from = invocation.path(source);
        let to = if into { into_directory(&target, &from) } else { target.clone() };
        let found = invocation.files().metadata(&from, true);
        let result = match found {
            Err(error) => Err(format!("bad '{source}': {error}")),
            Ok(_) => {
                action(invocation, &from, &to, &options).map_err(|message| format!("'{source}': {message}"))
            }
        };
        if let Err(message) = result {
            status = invocation.fail(message);
        }
    }
    status
}

fn copy_tree(
    invocation: &Invocation<'_>,
    from: &str,
    to: &str,
    recursive: bool,
    keep_time: bool,
) -> Result<(), String> {
    let now = invocation.seconds();
    let mut open = vec![(from.to_owned(), to.to_owned(), 0)];
    while let Some((from, to, depth)) = open.pop() {
        let mut files = invocation.files();
        let found = files.metadata(&from, true).map_err(|error| error.to_string())?;
        if found.is_directory() {
            if !recursive {
                return Err("Skipped dir".to_owned());
            }
            if depth > MAX_DEPTH {
                return Err(FileError::TooManyLinks.to_string());
            }
            files.writer(now).make_directories(&to, found.mode).map_err(|error| error.to_string())?;
            let children = files.list(&from).map_err(|error| error.to_string())?;
            let source = from.trim_end_matches('/');
            // A copy into itself would never end.
            open.extend(
                children
                    .into_iter()
                    .map(|(name, _)| (format!("{source}/{name}"), format!("{to}/{name}"), depth + 1))
                    .filter(|(inner, ..)| *inner != to),
            );
            continue;
        }
        let bytes = files.read(&from).map(<[u8]>::to_vec).map_err(|error| error.to_string())?;
        files
            .writer(now)
            .write(&to, &bytes)
            .and_then(|()| if keep_time { files.set_modified(&to, found.modified) } else { Ok(()) })
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

pub(crate) fn mkdir(invocation: &mut Invocation<'_>) -> u8 {
    each_operand(invocation, "pv", "m", |invocation, path, options, now| {
        let permissions =
            options.value('m').and_then(|mode| u32::from_str_radix(mode, 8).ok()).unwrap_or(0o771);
        let mut files = invocation.files();
        if options.has('p') {
            files.writer(now).make_directories(path, permissions)
        } else {
            files.writer(now).make_directory(path, permissions)
        }
    })
}

pub(crate) fn rmdir(invocation: &mut Invocation<'_>) -> u8 {
    each_operand(invocation, "p", "", |invocation, path, _, _| {
        let mut files = invocation.files();
        match files.metadata(path, false) {
            Ok(found) if !found.is_directory() => Err(FileError::NotADirectory),
            Ok(_) => files.remove(path),
            Err(error) => Err(error),
        }
    })
}

pub(crate) fn touch(invocation: &mut Invocation<'_>) -> u8 {
    each_operand(invocation, "achm", "dtr", |invocation, path, options, now| {
        let mut files = invocation.files();
        let wanted = match options.value('r') {
            Some(model) => files.metadata(&invocation.path(model), true)?.modified,
            None => match options.value('d').or_else(|| options.value('t')) {
                Some(text) => parse_time(text).ok_or(FileError::InvalidArgument)?,
                None => now,
            },
        };
        match files.metadata(path, true) {
            Err(FileError::NotFound) if options.has('c') => return Ok(()),
            Err(FileError::NotFound) => {
                files.writer(now).create(path, 0o660)?;
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        files.set_modified(path, wanted)
    })
}

/// `@seconds`, `YYYY-MM-DDThh:mm:ss` or `[[CC]YY]MMDDhhmm[.ss]` with the century.
fn parse_time(text: &str) -> Option<i64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.split('.').next()?.parse().ok();
    }
    let spaced = text.trim_end_matches('Z').replace('T', " ");
    let time = NaiveDateTime::parse_from_str(&spaced, "%Y-%m-%d %H:%M:%S")
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M.%S"))
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y%m%d%H%M"))
        .ok()
        .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    Some(time.and_utc().timestamp())
}

/// `chmod MODE FILE…` with an octal mode, or `+x` and the like, which set the bits for all users.
pub(crate) fn chmod(invocation: &mut Invocation<'_>) -> u8 {
    let words: Vec<&str> = invocation.words().into_iter().filter(|word| *word != "-R").collect();
    let Some((mode, paths)) = words.split_first().filter(|(_, paths)| !paths.is_empty()) else {
        return invocation.fail("Needs 2 arguments");
    };
    let mut status = 0;
    for operand in paths {
        let path = invocation.path(operand);
        let mut files = invocation.files();
        let result = files.metadata(&path, true).and_then(|found| {
            let permissions = new_mode(mode, found.mode).ok_or(FileError::InvalidArgument)?;
            files.set_permissions(&path, permissions)
        });
        drop(files);
        if let Err(error) = result {
            status = invocation.fail(format!("'{operand}': {error}"));
        }
    }
    status
}

fn new_mode(text: &str, old: u32) -> Option<u32> {
    if let Ok(mode) = u32::from_str_radix(text, 8) {
        return (mode <= 0o7777).then_some(mode);
    }
    let (_, letters) = text.split_once(['+', '-'])?;
    let bits = letters.chars().try_fold(0, |bits, letter| match letter {
        'r' => Some(bits | 0o444),
        'w' => Some(bits | 0o222),
        'x' => Some(bits | 0o111),
        _ => None,
    })?;
    Some(if text.contains('+') { old | bits } else { old & !bits } & 0o7777)
}

fn each_operand(
    invocation: &mut Invocation<'_>,
    flags: &str,
    valued: &str,
    action: impl Fn(&Invocation<'_>, &str, &Options<'_>, i64) -> Result<(), FileError>,
) -> u8 {
    let Ok(options) = Options::read(invocation, flags, valued) else { return 1 };
    if options.operands.is_empty() {
        return invocation.fail("Needs 1 argument");
    }
    let now = invocation.seconds();
    let mut status = 0;
    for operand in &options.operands {
        if let Err(error) = action(invocation, &invocation.path(operand), &options, now) {
            status = invocation.fail(format!("'{operand}': {error}"));
        }
    }
    status
}
