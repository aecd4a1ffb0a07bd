//! What TikMatrix is about, as plain values and pure functions: tasks and the one function by which they change
//! state, phones, accounts, schedules and the clock. It leaves I/O, SQL, HTTP and JSON to other crates.

mod access_token;
mod account;
mod clock;
mod device;
mod event;
mod fan_out;
mod group;
mod history;
mod interruption;
mod interval;
mod material;
mod material_choice;
mod names;
mod package_name;
mod plan;
mod retry;
mod schedule;
mod server;
mod setting;
mod task;
mod transition;
mod waiting;

pub use access_token::{AccessToken, TokenName, UnusableTokenName};
pub use account::{Account, AccountChange, AccountId, WantedAccount};
pub use clock::{Clock, SystemClock};
pub use device::{Device, DeviceChange, PhoneFacts, StorageRoom};
pub use event::{Event, EventId, EventKind, EventSubject, TaskChange};
pub use fan_out::{
    AccountsByPhone, BoundAccount, FanOut, MAX_TASKS_PER_REQUEST, NewTask, PassedOver, Recipients, Target,
    TaskRequest, TooManyTasks,
};
pub use group::{Group, GroupChange, GroupId};
pub use history::{
    Artifact, ArtifactKind, Attempt, LogLevel, LogLine, Record, RecordedEvent, Step, TaskDetail,
};
pub use interruption::{interrupted_by_crash, interrupted_by_shutdown, stopped_by_hand};
pub use interval::{Interval, LONGEST_INTERVAL};
pub use material::{
    LocalFile, Material, MaterialChange, MaterialDetails, MaterialFile, MaterialId, MaterialKind,
    MaterialUse, MaterialWish, MediaType, NotATag, Tag,
};
pub use material_choice::{FreeMaterial, choose_one};
pub use names::{AppKind, EmptyName, ScriptName, Serial, Username};
pub use package_name::{NotAPackageName, PackageName};
pub use plan::Plan;
pub use retry::{FailedAttempt, RetryPolicy};
pub use schedule::TimeOfDay;
pub use server::{BEAT_EVERY, Heartbeat, LONGEST_SILENCE, Roll, ServerId};
pub use setting::{Settings, SettingsChange};
pub use task::{
    Finish, LONGEST_TIME_LIMIT, LeaseId, MOST_RETRIES, Outcome, PRIORITIES, Source, Status, Task, TaskId,
    TaskOptions, TaskState,
};
pub use transition::{IllegalTransition, TaskEvent, may_be_deleted, transition};
pub use waiting::{PhonePresence, WaitingReason, waiting_reason, waiting_turns};
