//! `settings` and `ime`: the settings provider's three tables, and which keyboards are there, enabled and in use.

use crate::shell::session::Invocation;
use crate::ui::window::keyboard::{ADB_KEYBOARD, STANDARD_KEYBOARD};

/// The keyboards of this phone.
const KEYBOARDS: [&str; 2] = [ADB_KEYBOARD, STANDARD_KEYBOARD];
const CURRENT: &str = "default_input_method";
const ENABLED: &str = "enabled_input_methods";

pub(crate) fn settings(invocation: &mut Invocation<'_>) -> u8 {
    let mut words = invocation.words();
    if words.first() == Some(&"--user") {
        words.drain(..words.len().min(2));
    }
    let text = match *words.as_slice() {
        ["get", table, name] if is_table(table) => {
            let value = read(invocation, table, name);
            format!("{}\n", value.as_deref().unwrap_or("null"))
        }
        ["put", table, name, value, ..] if is_table(table) => {
            write(invocation, table, name, value);
            String::new()
        }
        ["delete", table, name] if is_table(table) => {
            let removed = invocation.machine().settings().remove(table, name);
            format!("Deleted {} rows\n", u8::from(removed))
        }
        ["list", table] if is_table(table) => invocation.machine().settings().list(table),
        [command, table, ..] if matches!(command, "get" | "put" | "delete" | "list") && !is_table(table) => {
            invocation.print_error(format!("Invalid namespace '{table}'"));
            return 255;
        }
        _ => {
            invocation.print_error("Bad arguments");
            return 255;
        }
    };
    u8::from(!invocation.print(text))
}

fn is_table(name: &str) -> bool {
    matches!(name, "system" | "secure" | "global")
}

fn read(invocation: &Invocation<'_>, table: &str, name: &str) -> Option<String> {
    invocation.machine().settings().get(table, name).map(str::to_owned)
}

fn write(invocation: &Invocation<'_>, table: &str, name: &str, value: &str) {
    invocation.machine().settings().put(table, name, value);
    if (table, name) == ("secure", CURRENT) {
        invocation.machine().windows().keyboard.set_component(value);
    }
}

pub(crate) fn ime(invocation: &mut Invocation<'_>) -> u8 {
    match *invocation.words().as_slice() {
        ["list", ref options @ ..] => list(invocation, options),
        ["enable", name] => change(invocation, name, "enabled", |enabled, name| {
            let was = enabled.contains(&name);
            if !was {
                enabled.push(name);
            }
            was
        }),
        ["disable", name] => {
            let status = change(invocation, name, "disabled", |enabled, name| {
                let was = !enabled.contains(&name);
                enabled.retain(|other| *other != name);
                was
            });
            if read(invocation, "secure", CURRENT).as_deref() == Some(name) {
                write(invocation, "secure", CURRENT, STANDARD_KEYBOARD);
            }
            status
        }
        ["set", name] => set(invocation, name),
        ["reset"] => {
            write(invocation, "secure", ENABLED, STANDARD_KEYBOARD);
            write(invocation, "secure", CURRENT, STANDARD_KEYBOARD);
            u8::from(!invocation.print("Reset current and enabled IMEs for user #0\n"))
        }
        _ => {
            invocation.print("ime <command>:\n");
            255
        }
    }
}

fn enabled(invocation: &Invocation<'_>) -> Vec<String> {
    let held = read(invocation, "secure", ENABLED).unwrap_or_default();
    held.split(':').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

fn list(invocation: &Invocation<'_>, options: &[&str]) -> u8 {
    let all = options.iter().any(|option| option.contains('a'));
    let short = options.iter().any(|option| option.contains('s'));
    let enabled = enabled(invocation);
    let shown = KEYBOARDS.iter().filter(|name| all || enabled.iter().any(|other| other == *name));
    let text: String = shown
        .map(|name| if short { format!("{name}\n") } else { format!("{name}:\n  mId={name}\n") })
        .collect();
    u8::from(!invocation.print(text))
}

fn change(
    invocation: &Invocation<'_>,
    name: &str,
    verb: &str,
    action: impl Fn(&mut Vec<String>, String) -> bool,
) -> u8 {
    if !KEYBOARDS.contains(&name) {
        invocation.print_error(format!("Unknown input method {name} cannot be {verb} for user #0"));
        return 255;
    }
    let mut list = enabled(invocation);
    let was_so = action(&mut list, name.to_owned());
    write(invocation, "secure", ENABLED, &list.join(":"));
    let word = if was_so { "already" } else { "now" };
    u8::from(!invocation.print(format!("Input method {name}: {word} {verb} for user #0\n")))
}

fn set(invocation: &Invocation<'_>, name: &str) -> u8 {
    if !enabled(invocation).iter().any(|other| other == name) {
        invocation.print_error(format!("Unknown input method {name} cannot be selected for user #0"));
        return 255;
    }
    write(invocation, "secure", CURRENT, name);
    u8::from(!invocation.print(format!("Input method {name} selected for user #0\n")))
}
