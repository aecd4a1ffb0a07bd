//! JSON-RPC 2.0: from the body of a call to a method's reply, and from a result to the body of the answer.

use serde_json::{Value, json};

use crate::agent::error::CallError;
use crate::agent::methods;
use crate::agent::parameters::Parameters;
use crate::agent::state::{Agent, Reply};

/// Parses a call and runs its method. Returns the call's id beside the reply.
pub(crate) fn call(agent: &Agent, body: &[u8]) -> (Value, Result<Reply, CallError>) {
    let Ok(Value::Object(call)) = serde_json::from_slice(body) else {
        return (Value::Null, Err(CallError::NoCall));
    };
    let id = call.get("id").cloned().unwrap_or_default();
    let parameters = call.get("params").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let reply = match call.get("method").and_then(Value::as_str) {
        Some(name) => methods::call(agent, name, &Parameters(parameters)),
        None => Err(CallError::NoCall),
    };
    (id, reply)
}

/// The answer to the call `id`.
pub(crate) fn answer(id: &Value, result: Result<Value, CallError>) -> Value {
    match result {
        Ok(result) => json!({ "jsonrpc": "2.0", "id": id, "result": result }),
        Err(error) => json!({ "jsonrpc": "2.0", "id": id, "error": error.to_json() }),
    }
}
