//! What to do next where a list is empty.

/// Returns the sentence for an empty list; `name` is that of the list in the API's answer.
pub(super) fn next_step(name: &str) -> &'static str {
    match name {
        "tasks" => "No task matches. `tikmatrix task create --help` shows how to create one.",
        "devices" => {
            "No phone matches. Connect one by USB, or add one in the network with `tikmatrix device add HOST:PORT`; \
             docs/devices.md describes both."
        }
        "addresses" => "The server connects to no address. Add one with `tikmatrix device add HOST:PORT`.",
        "phones" => {
            "No phone answers in this network. docs/devices.md describes how a phone is made to listen."
        }
        "accounts" => {
            "No account matches. Record one with `tikmatrix account create USERNAME --serial SERIAL`, or many with \
             `tikmatrix account import FILE`."
        }
        "materials" => "No material matches. Upload one with `tikmatrix material upload FILE`.",
        "groups" => "There is no group. Create one with `tikmatrix group create NAME`.",
        "lines" => "Nothing was logged.",
        "artifacts" => "The task has no files: failed attempts keep their screen and a tape.",
        _ => "There is none.",
    }
}
