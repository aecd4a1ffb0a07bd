//! `am`: starting and stopping apps, and broadcasts. The exit status is 0 on most errors, as on a phone.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::commands::android::content::scan;
use crate::commands::android::intents::{Typed, describe};
use crate::shell::session::Invocation;
use crate::ui::window::keyboard::ADB_KEYBOARD;
use crate::ui::{Component, StartResult};

pub(crate) fn am(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    match words.split_first() {
        Some((&("start" | "start-activity"), options)) => start(invocation, options),
        Some((&"force-stop", options)) => match options.iter().find(|word| !is_user_option(word)) {
            Some(package) => {
                invocation.machine().windows().force_stop(package);
                0
            }
            None => complain(
                invocation,
                "java.lang.IllegalArgumentException: Argument expected after \"force-stop\"",
            ),
        },
        Some((&("kill" | "kill-all" | "send-trim-memory"), _)) => 0,
        Some((&"broadcast", options)) => broadcast(invocation, options),
        Some((&"get-current-user", _)) => u8::from(!invocation.print("0\n")),
        Some((other, _)) => {
            invocation.print_error(format!("Unknown command: {other}"));
            255
        }
        None => {
            invocation.print("Activity manager (activity) commands:\n");
            255
        }
    }
}

fn is_user_option(word: &str) -> bool {
    word.starts_with("--") || word == "0" || word == "current"
}

fn complain(invocation: &Invocation<'_>, message: &str) -> u8 {
    invocation.print_error("");
    invocation
        .print_error(format!("Exception occurred while executing '{}':", invocation.arguments.join(" ")));
    invocation.print_error(message);
    255
}

fn start(invocation: &Invocation<'_>, options: &[&str]) -> u8 {
    let Some(typed) = Typed::read(invocation, options) else { return 1 };
    let mut intent = typed.intent;
    if let (true, Some(package)) = (typed.stops_first, target_package(&intent)) {
        invocation.machine().windows().force_stop(&package);
    }
    if intent.component.is_none() && intent.action.is_none() && intent.data.is_none() {
        // A package alone means its entry in the launcher.
        if let Some(package) = &intent.package {
            intent = crate::ui::Intent { extras: intent.extras, ..crate::ui::Intent::launch(package) };
        }
    }
    invocation.print(format!("Starting: {}\n", describe(&intent, false)));
    let result = {
        let media = invocation.machine().media();
        invocation.machine().windows().start_activity(&intent, &*media)
    };
    let started = match result {
        StartResult::Started(component) | StartResult::Choosing(component) => component,
        StartResult::BroughtToFront(component) => {
            invocation
                .print_error("Warning: Activity not started, its current task has been brought to the front");
            component
        }
        StartResult::Unresolved => {
            let described = describe(&intent, true);
            invocation.print_error(format!("Error: Activity not started, unable to resolve {described}"));
            return 0;
        }
        StartResult::NoSuchActivity(Component { package, class }) => {
            invocation.print_error("Error type 3");
            invocation.print_error(format!("Error: Activity class {{{package}/{class}}} does not exist."));
            return 0;
        }
    };
    if typed.waits {
        let name = started.short();
        invocation.print(format!(
            "Status: ok\nLaunchState: WARM\nActivity: {name}\nTotalTime: 312\nWaitTime: 320\nComplete\n"
        ));
    }
    0
}

fn target_package(intent: &crate::ui::Intent) -> Option<String> {
    let of_component = intent.component.as_ref().map(|component| component.package.clone());
    of_component.or_else(|| intent.package.clone())
}

fn broadcast(invocation: &Invocation<'_>, options: &[&str]) -> u8 {
    let Some(typed) = Typed::read(invocation, options) else { return 1 };
    let intent = &typed.intent;
    let described = describe(intent, false).replacen(" }", " flg=0x400000 }", 1);
    invocation.print(format!("Broadcasting: {described}\n"));
    match intent.action.as_deref() {
        Some("android.intent.action.MEDIA_SCANNER_SCAN_FILE") => {
            let path = intent.data.as_deref().and_then(|data| data.strip_prefix("file://"));
            if let Some(path) = path {
                scan(invocation.machine(), path);
            }
        }
        Some(action) if action.starts_with("ADB_") => keyboard(invocation, action, intent.extras.get("msg")),
        _ => {}
    }
    u8::from(!invocation.print("Broadcast completed: result=0\n"))
}

/// Handles the broadcasts of ADBKeyBoard while it is the keyboard in use.
fn keyboard(invocation: &Invocation<'_>, action: &str, message: Option<&String>) {
    let mut windows = invocation.machine().windows();
    if windows.keyboard.component() != ADB_KEYBOARD {
        return;
    }
    let text = match (action, message) {
        ("ADB_CLEAR_TEXT", _) => {
            if let Some(mut input) = windows.text_input() {
                input.clear();
            }
            return;
        }
        ("ADB_INPUT_TEXT", Some(text)) => text.clone(),
        ("ADB_INPUT_B64", Some(encoded)) => {
            let Ok(bytes) = STANDARD.decode(encoded) else { return };
            String::from_utf8_lossy(&bytes).into_owned()
        }
        _ => return,
    };
    windows.commit_text(&text);
}
