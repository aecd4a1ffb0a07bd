//! Intents on the command line and in the output of `am`, `pm` and `cmd package`.

use crate::shell::session::Invocation;
use crate::ui::{Component, Intent};

/// `FLAG_GRANT_READ_URI_PERMISSION`, and the flag that `am start` always adds.
const GRANT_READ: u32 = 1;
const NEW_TASK: u32 = 0x1000_0000;

/// The arguments of `am start` and the like.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) intent: Intent,
    /// `-W`
    pub(crate) waits: bool,
    /// `-S`
    pub(crate) stops_first: bool,
    /// `--brief`
    pub(crate) brief: bool,
    /// `--components`
    pub(crate) components: bool,
}

impl Typed {
    /// Parses options and the target, or prints an error.
    pub(crate) fn read(invocation: &Invocation<'_>, words: &[&str]) -> Option<Self> {
        Self::parse(words).map_err(|message| invocation.print_error(message)).ok()
    }

    /// The error is Android's text.
    fn parse(words: &[&str]) -> Result<Self, String> {
        let mut typed = Self::default();
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            let mut value = || {
                let missing = || format!("Error: Argument expected after \"{word}\"");
                words.next().map(str::to_owned).ok_or_else(missing)
            };
            let intent = &mut typed.intent;
            match word {
                "-a" => intent.action = Some(value()?),
                "-d" => intent.data = Some(value()?),
                "-t" => intent.mime_type = Some(value()?),
                "-p" => intent.package = Some(value()?),
                "-c" => intent.categories.push(value()?),
                "-n" => {
                    let name = value()?;
                    let component = Component::parse(&name);
                    intent.component = Some(component.ok_or(format!("Error: Bad component name: {name}"))?);
                }
                "--es" | "-e" | "--eu" | "--ei" | "--el" | "--ez" | "--ef" | "--esa" | "--eia" | "--ecn" => {
                    let name = value()?;
                    let held = value()?;
                    intent.extras.insert(name, held);
                }
                // Of texts and numbers: `am` has no option for a list of URIs.
                "--esal" | "--eial" | "--elal" | "--efal" => {
                    let name = value()?;
                    let held = value()?;
                    intent.extras.insert(name, format!("[{}]", held.replace(',', ", ")));
                }
                "--esn" | "-f" | "--user" | "--display" | "--windowingMode" | "-i" | "-P"
                | "--query-flags" => {
                    value()?;
                }
                "--grant-read-uri-permission" => intent.grant_read = true,
                "-W" => typed.waits = true,
                "-S" => typed.stops_first = true,
                "--brief" => typed.brief = true,
                "--components" => typed.components = true,
                "-D" | "-N" => {}
                option if option.starts_with("--") => {}
                option if option.starts_with('-') => return Err(format!("Error: Unknown option: {option}")),
                target => typed.add_target(target),
            }
        }
        Ok(typed)
    }

    /// A bare word is a URI, a component or a package.
    fn add_target(&mut self, target: &str) {
        if target.contains(':') {
            self.intent.data = Some(target.to_owned());
        } else if let Some(component) = Component::parse(target) {
            self.intent.component = Some(component);
        } else {
            self.intent.package = Some(target.to_owned());
        }
    }
}

/// `Intent { act=… dat=… typ=… flg=0x… cmp=… (has extras) }`, as AOSP's `Intent.toString` prints it.
pub(crate) fn describe(intent: &Intent, started: bool) -> String {
    let mut parts = Vec::new();
    parts.extend(intent.action.as_ref().map(|action| format!("act={action}")));
    if !intent.categories.is_empty() {
        parts.push(format!("cat=[{}]", intent.categories.join(",")));
    }
    parts.extend(intent.data.as_ref().map(|data| format!("dat={}", safe_data(data))));
    parts.extend(intent.mime_type.as_ref().map(|mime| format!("typ={mime}")));
    let flags = if intent.grant_read { GRANT_READ } else { 0 } | if started { NEW_TASK } else { 0 };
    if flags != 0 {
        parts.push(format!("flg=0x{flags:x}"));
    }
    parts.extend(intent.package.as_ref().map(|package| format!("pkg={package}")));
    parts.extend(intent.component.as_ref().map(|component| format!("cmp={}", component.short())));
    if !intent.extras.is_empty() {
        parts.push("(has extras)".to_owned());
    }
    format!("Intent {{ {} }}", parts.join(" "))
}

/// Removes the path of a web address, as Android does in its messages.
fn safe_data(data: &str) -> String {
    match data.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            format!("{scheme}://{}/...", rest.split('/').next().unwrap_or(""))
        }
        _ => data.to_owned(),
    }
}
