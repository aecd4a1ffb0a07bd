//! One task as the API shows it.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tikmatrix_domain::Status;
use utoipa::ToSchema;

use crate::fields::{App, FailureCode, Moment, OutcomeText, SourceText, StatusText, WaitingReasonText};

/// One task. Moments are RFC 3339 with offset.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Task {
    /// Its number, positive and never used twice.
    pub id: i64,
    /// The serial of its phone; `null` while its account is bound to no phone.
    pub serial: Option<String>,
    /// Its account without `@`; `null` means the account that is signed in.
    pub username: Option<String>,
    /// The app, `tiktok` or `instagram`.
    pub app: App,
    /// The version of the app, as its last attempt found it on the phone; `null` before one did.
    pub app_version: Option<String>,
    /// The script that it runs.
    pub script_name: String,
    /// The script's configuration, as it was requested; `null` in lists for one of more than 4,096 bytes, unless all are
    /// asked for.
    #[schema(value_type = Option<Object>)]
    pub script_config: Option<Box<RawValue>>,
    /// The length of the configuration as JSON, in bytes.
    pub script_config_bytes: u64,
    /// `api` when a program created it, `ui` when a person did in the web console.
    pub source: SourceText,
    /// 0 pending, 1 running, 2 completed, 3 failed.
    pub status: u8,
    /// The status as text.
    pub status_text: StatusText,
    /// Why a pending task does not run yet.
    pub waiting_reason: Option<WaitingReasonText>,
    /// It does not run before this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub start_time: Option<Moment>,
    /// When its last attempt started.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Moment>,
    /// When its last attempt ended.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Moment>,
    /// The progress of its last attempt, 0 to 100.
    pub progress: u8,
    /// The step that its last attempt started last.
    pub step: Option<String>,
    /// How many times it was retried, automatically or by a person.
    pub retry_count: u32,
    /// How many times it may be retried automatically.
    pub max_retries: u32,
    /// -100 to 100; higher runs first.
    pub priority: i32,
    /// How a finished task ended.
    pub outcome: Option<OutcomeText>,
    /// Why it failed, for programs; `null` for failures of versions that had no codes.
    pub failure_code: Option<FailureCode>,
    /// One sentence about how it ended.
    pub remark: Option<String>,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Moment,
}

impl Task {
    /// Whether the task has ended: it runs again only when it is retried.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished_at.is_some() && matches!(*self.status_text, Status::Completed | Status::Failed)
    }
}
