//! The envelope of every answer, the problems of a refused request, and the bodies that belong to no resource.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `code` of an answer to a request that was carried out.
pub const SUCCESS: u32 = 0;

/// The form of every JSON answer: `{"code": 0, "message": "success", "data": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Answer)]
pub struct Envelope<Data> {
    /// 0 for success, else one of the codes of this document.
    pub code: u32,
    /// `success`, or one sentence that a person can act on.
    pub message: String,
    /// The result of the request; of an error, its details; else `null`.
    pub data: Option<Data>,
}

impl<Data> Envelope<Data> {
    /// Wraps the result of a request that was carried out.
    pub fn success(data: Data) -> Self {
        Self { code: SUCCESS, message: "success".to_owned(), data: Some(data) }
    }

    /// Describes why a request was refused.
    pub fn failure(code: u32, message: impl Into<String>, data: Option<Data>) -> Self {
        Self { code, message: message.into(), data }
    }
}

/// One of the elements of `data` of a 40001.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The path of the field, such as `script_config.content_type` or `serials[2]`; empty for the whole body.
    pub field: String,
    /// What is wrong with it and what is allowed.
    pub reason: String,
}

/// How much was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deleted {
    /// The number of deleted things; 1 where the path names one.
    pub deleted_count: usize,
}

/// The state of the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok` or `degraded`.
    pub status: String,
    /// Why it is degraded; left out when it is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The version of the program.
    pub version: String,
}
