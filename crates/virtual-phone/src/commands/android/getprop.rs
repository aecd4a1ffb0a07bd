//! `getprop` and `setprop`: the phone's system properties.

use crate::shell::session::Invocation;

pub(crate) fn getprop(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let properties = invocation.machine().properties();
    let text = match words.as_slice() {
        [] => properties.all().map(|(name, value)| format!("[{name}]: [{value}]\n")).collect(),
        [name, rest @ ..] => {
            let value = properties.get(name);
            let value = if value.is_empty() { rest.first().copied().unwrap_or("") } else { value };
            format!("{value}\n")
        }
    };
    drop(properties);
    u8::from(!invocation.print(text))
}

pub(crate) fn setprop(invocation: &mut Invocation<'_>) -> u8 {
    let words = invocation.words();
    let [name, value] = *words.as_slice() else { return invocation.fail("Needs 2 arguments") };
    let set = invocation.machine().properties().set(name, value);
    if set { 0 } else { invocation.fail(format!("failed to set property '{name}' to '{value}'")) }
}
