//! The audit: who changed what, `GET /api/v1/audit`.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::fields::{ActorKindText, Moment, Name, RoleText, parameter};

/// Which entries of the audit are wanted, and which page of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
#[cfg_attr(feature = "clap", derive(clap::Args))]
pub struct AuditQuery {
    /// Only changes by the token with this name; `local` for requests without a token, `command line` for commands.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_AUDIT_ACTOR", value_name = "NAME"))]
    pub actor: Option<Name>,
    /// Only this operation, by its `operationId` in the OpenAPI document, such as `deleteTask`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_AUDIT_OPERATION", value_name = "NAME"))]
    pub operation: Option<Name>,
    /// Only changes from this moment on, RFC 3339 with offset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::moment")]
    #[param(value_type = Option<String>, format = DateTime)]
    #[cfg_attr(feature = "clap", arg(skip))]
    pub since: Option<Moment>,
    /// Only changes before this moment, RFC 3339 with offset.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::moment")]
    #[param(value_type = Option<String>, format = DateTime)]
    #[cfg_attr(feature = "clap", arg(skip))]
    pub until: Option<Moment>,
    /// The number of the page, from 1; above 4,294,967,295 is taken as that. Default: 1. Not together with `cursor`.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_AUDIT_PAGE"))]
    pub page: Option<u32>,
    /// How many a page holds; above 100 is taken as 100. Default: 20.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "parameter::positive")]
    #[param(value_type = Option<usize>, minimum = 1)]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_AUDIT_PAGE_SIZE", value_name = "N"))]
    pub page_size: Option<u32>,
    /// `next_cursor` of the answer before: reads on at the same cost at any depth. It belongs to the filters of the list
    /// that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[param(pattern = r"\S")]
    #[cfg_attr(feature = "clap", arg(long, env = "TIKMATRIX_AUDIT_CURSOR"))]
    pub cursor: Option<String>,
}

/// A page of the audit, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditList {
    /// The entries of the page; empty beyond the last.
    pub entries: Vec<AuditEntry>,
    /// How many entries the filters let through, on all pages together.
    pub total: u64,
    /// The number of the page, from 1; `null` when the list is read by cursor.
    pub page: Option<u32>,
    /// How many entries a page holds at most.
    pub page_size: u32,
    /// Reads on behind the last of these entries; `null` when there are no more.
    pub next_cursor: Option<String>,
}

/// A request or a command that changed something, or was refused. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditEntry {
    /// Its number, positive and never used twice. Later entries have higher ones.
    pub id: i64,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    pub at: Moment,
    /// The name of the token; `local` without one, `command line` for a command.
    pub actor: String,
    /// Whether that is the name of a token, a client of the server's machine without one, or a command that worked on the
    /// database itself.
    pub actor_kind: ActorKindText,
    /// The id of the token, as `tikmatrix token list` shows it; `null` without one and for a token of a file.
    pub token_id: Option<String>,
    /// The role that the token had; `null` without one.
    pub role: Option<RoleText>,
    /// The IP address that the request came from, behind a proxy the proxy's; `null` for a command.
    pub address: Option<String>,
    /// The operation: its `operationId` in this document, or that of a command: `createToken`, `rotateToken`, `revokeToken`,
    /// `installLicense`.
    pub operation: String,
    /// The method of the request; `null` for a command.
    pub method: Option<String>,
    /// The path of the request, without its query; `null` for a command.
    pub path: Option<String>,
    /// What it was about, as far as the request or its answer named it.
    pub subjects: Vec<AuditSubject>,
    /// How many things were changed, as the answer says or, where it gives no count, as many as were named; `null` where
    /// that is not known.
    pub changed_count: Option<u64>,
    /// The HTTP status of the answer; `null` for a command, and when the client left before the answer: the change may have
    /// been made all the same.
    pub status: Option<u16>,
    /// The code of the answer, 0 for success; `null` as `status`.
    pub code: Option<u32>,
}

/// Things of one kind that a change was about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditSubject {
    /// The kind, such as `task`, `device`, `account`, `group`, `material`, `address` or `token`.
    pub kind: String,
    /// Their numbers or names; `20-29` stands for all numbers from 20 to 29. At most 1,000.
    pub ids: Vec<String>,
    /// How many they are.
    pub count: u64,
}
