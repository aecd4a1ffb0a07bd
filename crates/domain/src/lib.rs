//! The values and pure functions of TikMatrix: tasks and the one function by which they change state, devices, accounts,
//! materials, settings and the clock. It does no I/O and knows neither SQL nor HTTP nor JSON.

mod access;
mod account;
mod backoff;
mod clock;
mod cluster;
mod device;
mod event;
mod material;
mod names;
mod patch;
mod plan;
mod settings;
mod task;
mod text;
mod webhook;

pub use access::audit::{Actor, ActorKind, AuditEntry, AuditId, AuditRecord, AuditSubject};
pub use access::role::Role;
pub use access::token::{AccessToken, InvalidTokenName, TokenName};
pub use account::account::{Account, AccountChange, AccountId, AccountUpsert};
pub use account::username::{EnteredUsername, InvalidUsername, Username};
pub use backoff::Backoff;
pub use clock::{Clock, SystemClock};
pub use cluster::{FailureDetector, HEARTBEAT_INTERVAL, HEARTBEAT_TIMEOUT, Heartbeat, ServerId};
pub use device::{Device, DeviceChange, DeviceFacts, Group, GroupChange, GroupId, StorageSpace};
pub use event::{Event, EventId, EventKind, EventSubject, TaskChange};
pub use material::content::{CONTENT_HEAD, Content, recognize_content};
pub use material::material::{
    InvalidTag, LocalFile, Material, MaterialChange, MaterialDetails, MaterialFile, MaterialId, MaterialKind,
    MaterialQuery, MaterialUse, MediaType, Tag,
};
pub use material::selection::{FreeMaterial, choose_one};
pub use names::{AppId, EmptyName, InvalidAppId, InvalidPackageName, PackageName, ScriptName, Serial};
pub use patch::Patch;
pub use plan::Plan;
pub use settings::{DEFAULT_RETRY_BACKOFF, Settings, SettingsChange};
pub use task::failure::code::{
    AutomaticRetry, FailureCode, InvalidFailureCode, ScriptFailure, StandardFailure,
};
pub use task::failure::troubleshooting::{Troubleshooting, troubleshooting};
pub use task::fan_out::{
    AccountsByDevice, BoundAccount, FanOut, MAX_REQUEST_BYTES, MAX_TASKS_PER_REQUEST, OversizedRequest,
    Recipients, SkippedDevice, Target, TaskRequest,
};
pub use task::finish::{Interruptions, MAX_INTERRUPTIONS, ServerEnd, given_up, interrupted, stopped_by_user};
pub use task::history::{
    Artifact, ArtifactKind, Attempt, LogLevel, LogLine, Record, RecordedEvent, Step, TaskDetail,
};
pub use task::interval::{Interval, MAX_INTERVAL_MINUTES};
pub use task::requirement::{AppRequirement, AppSource, ImpossibleTask};
pub use task::retry::FailedAttempt;
pub use task::start_time::{StartTime, TimeOfDay};
pub use task::task::{
    Finish, LeaseId, MAX_RETRIES, MAX_TIME_LIMIT, NewTask, Outcome, PRIORITIES, ScriptConfig, Source, Status,
    Task, TaskId, TaskOptions, TaskState,
};
pub use task::transition::{BatchOperation, IllegalTransition, TaskEvent, check_deletable, transition};
pub use task::waiting::{DevicePresence, WaitingReason, waiting_changes, waiting_reason};
pub use text::clean::{MAX_CLEAN, clean, clean_to, for_terminal, is_harmless, is_readable_on_screen};
pub use text::secret::Secret;
pub use text::spintax::{Extent, Spintax, SpintaxError};
pub use webhook::address::{embedded_ipv4, is_host_address, is_public_address};
pub use webhook::delivery::{
    AfterAttempt, DELIVERY_BACKOFF, DELIVERY_PERIOD, Delivery, DeliveryAttempt, DeliveryId, DeliveryStatus,
};
pub use webhook::webhook::{
    NewWebhook, Presence, Webhook, WebhookChange, WebhookEvent, WebhookId, webhook_events,
};
