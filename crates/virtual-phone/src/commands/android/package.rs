//! `pm`, `cmd` and `monkey`: the packages, the activities for a request, launching by package.

use crate::commands::android::intents::Typed;
use crate::commands::android::{activity, display, input, settings};
use crate::shell::session::Invocation;
use crate::system::apk;
use crate::ui::{Component, Intent};

const MAX_APK_BYTES: usize = 256 << 20;
/// Packages that show nothing on the screen.
const SERVICES: &[&str] = &[
    "android",
    "com.android.adbkeyboard",
    "com.android.providers.media.module",
    "com.android.shell",
    "com.android.systemui",
    "com.google.android.inputmethod.latin",
    "com.google.android.permissioncontroller",
];

/// `cmd SERVICE …`: the commands of the services.
pub(crate) fn cmd(invocation: &mut Invocation<'_>) -> u8 {
    let Some((service, arguments)) = invocation.arguments.split_first() else {
        invocation.print_error("cmd: No service specified; use -l to list all running services");
        return 20;
    };
    let command = match service.as_str() {
        "activity" => activity::am,
        "input" => input::input,
        "input_method" => settings::ime,
        "package" => pm,
        "settings" => settings::settings,
        "window" => display::wm,
        other => {
            invocation.print_error(format!("cmd: Can't find service: {other}"));
            return 20;
        }
    };
    command(&mut Invocation {
        session: invocation.session,
        streams: invocation.streams,
        name: service,
        arguments,
    })
}

pub(crate) fn pm(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    match words.as_slice() {
        ["list", "packages", options @ ..] => list(invocation, options),
        ["path", rest @ ..] => match rest.last().filter(|package| is_there(invocation, package)) {
            Some(package) => u8::from(!invocation.print(format!("package:{}\n", location(package)))),
            None => 1,
        },
        ["clear", rest @ ..] => {
            let cleared =
                rest.last().is_some_and(|package| invocation.machine().windows().force_stop(package));
            invocation.print(if cleared { "Success\n" } else { "Failed\n" });
            u8::from(!cleared)
        }
        ["install", options @ ..] => install(invocation, options),
        ["uninstall", rest @ ..] => {
            let gone = rest.last().is_some_and(|package| invocation.machine().packages().remove(*package));
            invocation.print(if gone { "Success\n" } else { "Failure [DELETE_FAILED_INTERNAL_ERROR]\n" });
            u8::from(!gone)
        }
        ["grant" | "revoke" | "enable", ..] => 0,
        ["query-activities", options @ ..] => query(invocation, options, true),
        ["resolve-activity", options @ ..] => query(invocation, options, false),
        [] => {
            invocation.print("Package manager (package) commands:\n");
            255
        }
        [other, ..] => {
            invocation.print_error(format!("Unknown command: {other}"));
            255
        }
    }
}

/// `install [OPTION]… -S BYTES` from the input, as `adb install` streams it, or `install [OPTION]… PATH`.
fn install(invocation: &Invocation<'_>, options: &[&str]) -> u8 {
    let size = options.iter().position(|word| *word == "-S").and_then(|at| options.get(at + 1));
    let apk = match size.map(|size| size.parse::<usize>()) {
        Some(Ok(size)) if size <= MAX_APK_BYTES => receive(invocation, size),
        Some(_) => return refuse(invocation, "INSTALL_FAILED_INSUFFICIENT_STORAGE: too large"),
        None => invocation.read(options.last().unwrap_or(&"")).unwrap_or_default(),
    };
    match apk::package_name(&apk) {
        Ok(package) => {
            invocation.machine().packages().insert(package);
            u8::from(!invocation.print("Success\n"))
        }
        Err(error) => refuse(invocation, &format!("INSTALL_PARSE_FAILED_NOT_APK: {error}")),
    }
}

fn receive(invocation: &Invocation<'_>, size: usize) -> Vec<u8> {
    let mut apk = Vec::new();
    while apk.len() < size {
        let Some(piece) = invocation.streams.input.read() else { break };
        apk.extend_from_slice(&piece);
    }
    apk.truncate(size);
    apk
}

fn refuse(invocation: &Invocation<'_>, reason: &str) -> u8 {
    invocation.print(format!("Failure [{reason}]\n"));
    1
}

/// `list packages [-f] [-3] [-s] [FILTER]`; with `-3` those that a person installed.
fn list(invocation: &Invocation<'_>, options: &[&str]) -> u8 {
    let filter = options.iter().find(|word| !word.starts_with('-')).copied().unwrap_or("");
    let apps = invocation.machine().windows().tasks().apps.identities();
    let added: Vec<String> = invocation.machine().packages().iter().cloned().collect();
    let is_own = |package: &str| {
        apps.iter().any(|app| app.package == package && !app.is_system)
            || package == "com.android.adbkeyboard"
            || added.iter().any(|added| added == package)
    };
    let mut packages: Vec<&str> = apps
        .iter()
        .map(|app| app.package)
        .chain(SERVICES.iter().copied())
        .chain(added.iter().map(String::as_str))
        .collect();
    packages.retain(|package| {
        package.contains(filter)
            && (is_own(package) || !options.contains(&"-3"))
            && !(is_own(package) && options.contains(&"-s"))
    });
    packages.sort_unstable();
    packages.dedup();
    let line = |package: &&str| match options.contains(&"-f") {
        true => format!("package:{}={package}\n", location(package)),
        false => format!("package:{package}\n"),
    };
    u8::from(!invocation.print(packages.iter().map(line).collect::<String>()))
}

pub(crate) fn is_there(invocation: &Invocation<'_>, package: &str) -> bool {
    SERVICES.contains(&package)
        || invocation.machine().packages().contains(package)
        || invocation.machine().windows().tasks().apps.is_installed(package)
}

fn location(package: &str) -> String {
    format!("/data/app/~~dmlydHVhbA==/{package}-cGhvbmU=/base.apk")
}

fn query(invocation: &Invocation<'_>, options: &[&str], all: bool) -> u8 {
    let Some(typed) = Typed::read(invocation, options) else { return 1 };
    let mut intent = typed.intent;
    if intent.action.is_none()
        && let Some(package) = &intent.package
    {
        intent = Intent::launch(package);
    }
    let found = invocation.machine().windows().tasks().apps.query_activities(&intent);
    let text = if all {
        all_activities(&found, typed.brief, typed.components)
    } else {
        found
            .first()
            .map_or("No activity found\n".to_owned(), |component| activity_lines("", component, typed.brief))
    };
    u8::from(!invocation.print(text))
}

fn all_activities(found: &[Component], brief: bool, components: bool) -> String {
    if found.is_empty() {
        return "No activities found\n".to_owned();
    }
    if components {
        return found.iter().map(|component| component.short() + "\n").collect();
    }
    let mut text = format!("{} activities found:\n", found.len());
    for (index, component) in found.iter().enumerate() {
        if !brief {
            text.extend([format!("  Activity #{index}:\n")]);
        }
        text += &activity_lines(if brief { "  " } else { "    " }, component, brief);
    }
    text
}

fn activity_lines(indent: &str, component: &Component, brief: bool) -> String {
    let match_line = "priority=0 preferredOrder=0 match=0x608000 specificIndex=-1 isDefault=true";
    if brief {
        return format!("{indent}{match_line}\n{indent}{}\n", component.short());
    }
    let Component { package, class } = component;
    format!(
        "{indent}{match_line}\n{indent}ActivityInfo:\n{indent}  name={class}\n{indent}  packageName={package}\n"
    )
}

/// `monkey -p PACKAGE -c android.intent.category.LAUNCHER 1`, which launches an app by its package.
pub(crate) fn monkey(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let package = words.iter().position(|word| *word == "-p").and_then(|at| words.get(at + 1));
    for word in &words {
        invocation.print(format!("  bash arg: {word}\n"));
    }
    let Some(package) =
        package.filter(|package| invocation.machine().windows().tasks().apps.is_installed(package))
    else {
        invocation.print_error("** No activities found to run, monkey aborted.");
        return 252;
    };
    {
        let media = invocation.machine().media();
        invocation.machine().windows().start_activity(&Intent::launch(package), &*media);
    }
    u8::from(!invocation.print(
        "Events injected: 1\n## Network stats: elapsed time=19ms (0ms mobile, 0ms wifi, 19ms not connected)\n",
    ))
}
