//! What TikMatrix is about, as plain values and pure functions: tasks and the one function by which they change
//! state, phones, accounts, schedules and the clock. It leaves I/O, SQL, HTTP and JSON to other crates.

mod access_token;
mod account;
mod clock;
mod cluster;
mod device;
mod event;
mod group;
mod material;
mod names;
mod package_name;
mod plan;
mod settings;
mod task;

pub use access_token::{AccessToken, TokenName, UnusableTokenName};
pub use account::{Account, AccountChange, AccountId, WantedAccount};
pub use clock::{Clock, SystemClock};
pub use cluster::{BEAT_EVERY, Heartbeat, LONGEST_SILENCE, Roll, ServerId};
pub use device::{Device, DeviceChange, PhoneFacts, StorageRoom};
pub use event::{Event, EventId, EventKind, EventSubject, TaskChange};
pub use group::{Group, GroupChange, GroupId};
pub use material::material::{
    LocalFile, Material, MaterialChange, MaterialDetails, MaterialFile, MaterialId, MaterialKind,
    MaterialUse, MaterialWish, MediaType, NotATag, Tag,
};
pub use material::selection::{FreeMaterial, choose_one};
pub use names::{AppKind, EmptyName, ScriptName, Serial, Username};
pub use package_name::{NotAPackageName, PackageName};
pub use plan::Plan;
pub use settings::{Settings, SettingsChange};
pub use task::task::fan_out::{
    AccountsByPhone, BoundAccount, FanOut, MAX_TASKS_PER_REQUEST, NewTask, PassedOver, Recipients, Target,
    TaskRequest, TooManyTasks,
};
pub use task::task::finish::{interrupted_by_crash, interrupted_by_shutdown, stopped_by_hand};
pub use task::task::history::{
    Artifact, ArtifactKind, Attempt, LogLevel, LogLine, Record, RecordedEvent, Step, TaskDetail,
};
pub use task::task::interval::{Interval, LONGEST_INTERVAL};
pub use task::task::retry::{FailedAttempt, RetryPolicy};
pub use task::task::start_time::TimeOfDay;
pub use task::task::{
    Finish, LONGEST_TIME_LIMIT, LeaseId, MOST_RETRIES, Outcome, PRIORITIES, Source, Status, Task, TaskId,
    TaskOptions, TaskState,
};
pub use task::transition::{IllegalTransition, TaskEvent, may_be_deleted, transition};
pub use task::waiting::{PhonePresence, WaitingReason, waiting_reason, waiting_turns};
