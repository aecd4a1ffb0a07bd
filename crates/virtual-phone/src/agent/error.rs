//! Errors of calls, with the codes and names of jsonrpc4j and the agent's Java code.

use serde_json::{Value, json};
use thiserror::Error;

/// A call that failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum CallError {
    /// The body is not JSON, or not a call.
    #[error("JSON parse error")]
    NoCall,
    /// There is no method of this name.
    #[error("method not found")]
    NoSuchMethod,
    /// A parameter is missing or invalid.
    #[error("method parameters invalid: {0}")]
    Invalid(String),
    /// No node matches the selector.
    #[error("androidx.test.uiautomator.UiObjectNotFoundException: {0}")]
    NoSuchObject(String),
    /// The agent itself failed.
    #[error("java.lang.RuntimeException: {0}")]
    Failed(String),
}

impl CallError {
    /// The error object of an answer.
    pub(crate) fn to_json(&self) -> Value {
        let (code, name) = match self {
            Self::NoCall => (-32700, None),
            Self::NoSuchMethod => (-32601, None),
            Self::Invalid(_) => (-32602, None),
            Self::NoSuchObject(_) => (-32002, Some("androidx.test.uiautomator.UiObjectNotFoundException")),
            Self::Failed(_) => (-32001, Some("java.lang.RuntimeException")),
        };
        let message = self.to_string();
        let data = name.map(|name| json!({ "exceptionTypeName": name, "message": message }));
        json!({ "code": code, "message": message, "data": data })
    }
}
