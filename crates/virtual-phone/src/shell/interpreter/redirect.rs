//! Redirections of a command's streams.

use brush_parser::ast::{IoFileRedirectKind, IoFileRedirectTarget, IoRedirect, Word};

use crate::filesystem::join;
use crate::shell::interpreter::expand;
use crate::shell::session::Session;
use crate::shell::streams::{Input, Output, Streams};

/// The permission bits of a file that a redirection creates: 0666 & !022, since adb's shell has no `umask` 0077.
const NEW_FILE: u32 = 0o644;

/// Applies `redirects` to `streams`, from left to right. The message is without the shell's name.
pub(crate) fn apply<'a>(
    session: &mut Session,
    streams: &Streams,
    redirects: impl IntoIterator<Item = &'a IoRedirect>,
) -> Result<Streams, String> {
    let mut streams = streams.clone();
    for redirect in redirects {
        match redirect {
            IoRedirect::File(descriptor, kind, target) => {
                file(session, &mut streams, *descriptor, kind, target)?;
            }
            IoRedirect::HereDocument(_, document) => {
                let text = expand::here_document(session, &streams, document)?;
                streams.input = Input::from_bytes(text.into_bytes());
            }
            IoRedirect::HereString(_, word) => {
                let text = expand::text(session, &streams, &word.value)?;
                streams.input = Input::from_bytes(format!("{text}\n").into_bytes());
            }
            IoRedirect::OutputAndError(word, append) => {
                let output = open(session, &streams, word, *append)?;
                streams.output = output.clone();
                streams.error = output;
            }
        }
    }
    Ok(streams)
}

fn file(
    session: &mut Session,
    streams: &mut Streams,
    descriptor: Option<i32>,
    kind: &IoFileRedirectKind,
    target: &IoFileRedirectTarget,
) -> Result<(), String> {
    match (kind, target) {
        (
            IoFileRedirectKind::Read | IoFileRedirectKind::ReadAndWrite,
            IoFileRedirectTarget::Filename(word),
        ) => {
            let typed = expand::text(session, streams, &word.value)?;
            let path = join(&session.directory, &typed);
            let bytes = session.machine.files().read(&path).map(<[u8]>::to_vec);
            let bytes = bytes.map_err(|error| format!("can't open {typed}: {error}"))?;
            streams.input = Input::from_bytes(bytes);
            Ok(())
        }
        (IoFileRedirectKind::DuplicateOutput | IoFileRedirectKind::DuplicateInput, target) => {
            duplicate(session, streams, descriptor, target)
        }
        (_, IoFileRedirectTarget::Filename(word)) => {
            let append = matches!(kind, IoFileRedirectKind::Append);
            let output = open(session, streams, word, append)?;
            assign(streams, descriptor.unwrap_or(1), output)
        }
        _ => Err("syntax error: unexpected redirection".to_owned()),
    }
}

fn duplicate(
    session: &mut Session,
    streams: &mut Streams,
    descriptor: Option<i32>,
    target: &IoFileRedirectTarget,
) -> Result<(), String> {
    let from = match target {
        IoFileRedirectTarget::Fd(number) => number.to_string(),
        IoFileRedirectTarget::Duplicate(word) | IoFileRedirectTarget::Filename(word) => {
            expand::text(session, streams, &word.value)?
        }
        IoFileRedirectTarget::ProcessSubstitution(..) => {
            return Err("syntax error: unexpected redirection".to_owned());
        }
    };
    match (from.as_str(), descriptor) {
        ("-", None | Some(0)) => streams.input = Input::empty(),
        ("0", None | Some(0)) => {}
        ("-", Some(number)) => assign(streams, number, Output::Nowhere)?,
        ("1", number) => assign(streams, number.unwrap_or(1), streams.output.clone())?,
        ("2", number) => assign(streams, number.unwrap_or(1), streams.error.clone())?,
        _ => return Err(format!("{from}: bad file descriptor")),
    }
    Ok(())
}

fn assign(streams: &mut Streams, descriptor: i32, output: Output) -> Result<(), String> {
    match descriptor {
        1 => streams.output = output,
        2 => streams.error = output,
        other => return Err(format!("{other}: bad file descriptor")),
    }
    Ok(())
}

fn open(session: &mut Session, streams: &Streams, word: &Word, append: bool) -> Result<Output, String> {
    let typed = expand::text(session, streams, &word.value)?;
    let path = join(&session.directory, &typed);
    let now = session.machine.seconds();
    let mut files = session.machine.files();
    let mut writer = files.writer(now);
    let opened = if append { writer.open_append(&path, NEW_FILE) } else { writer.create(&path, NEW_FILE) };
    drop(files);
    match opened {
        Ok(id) => Ok(Output::File(session.machine.clone(), id)),
        Err(error) => Err(format!("can't create {typed}: {error}")),
    }
}
