//! The on-device agent that the Python package `uiautomator2` pushes, starts and talks to: JSON-RPC over HTTP on a socket
//! of the phone. Here is what it answers; how it is started is left to `commands`, how a host reaches its socket to
//! `daemon`, and what taps and text do to `ui`.
//!
//! It needs no idle screen, sees every window, and is alone with the phone's accessibility service for as long as it
//! runs. Sources: the package's Python code, which says what is asked and what is made of the answers; AOSP's and
//! androidx's `uiautomator`, which do the work on a phone.

mod dump;
mod error;
mod methods;
mod nodes;
mod parameters;
mod selector;
mod server;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Map, Value, json};

pub(crate) use server::serve;

use crate::machine::{Automation, Machine};
use error::CallError;
use parameters::Parameters;
use selector::Selector;

/// One running agent.
pub(crate) struct Agent {
    machine: Arc<Machine>,
    /// Where a finger is down that `injectInputEvent` put there.
    finger: Mutex<Option<(i32, i32)>>,
    configuration: Mutex<Map<String, Value>>,
    _automation: Automation,
}

/// What a call leads to.
enum Reply {
    /// The answer.
    Now(Value),
    /// The answer, once this time has passed: fingers take time to move.
    After(Duration, Value),
    /// Yes as soon as the condition holds; no when the time has passed.
    Until(Condition, Duration),
}

/// Whether a node is, or is not, on the screen.
struct Condition {
    selector: Selector,
    exists: bool,
}

impl Agent {
    pub(crate) fn new(machine: Arc<Machine>, automation: Automation) -> Self {
        Self { machine, finger: Mutex::default(), configuration: Mutex::default(), _automation: automation }
    }

    /// Takes a call apart and does what it asks for.
    fn call(&self, body: &[u8]) -> (Value, Result<Reply, CallError>) {
        let Ok(Value::Object(call)) = serde_json::from_slice(body) else {
            return (Value::Null, Err(CallError::NoCall));
        };
        let id = call.get("id").cloned().unwrap_or_default();
        let parameters = call.get("params").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let reply = match call.get("method").and_then(Value::as_str) {
            Some(name) => methods::call(self, name, &Parameters(parameters)),
            None => Err(CallError::NoCall),
        };
        (id, reply)
    }

    fn holds(&self, condition: &Condition) -> bool {
        let scene = self.machine.windows().scene();
        condition.selector.find(&nodes::Nodes::of(&scene)).is_some() == condition.exists
    }
}

/// The answer to the call `id` as it goes over the wire.
fn envelope(id: &Value, result: Result<Value, CallError>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error.to_json() }),
    }
}
