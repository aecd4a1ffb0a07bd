//! What clients send, read field by field so that everything that is wrong with it is told at once. What the routes
//! do with it is theirs.

pub(crate) mod account;
pub(crate) mod body;
mod create_tasks;
pub(crate) mod cursor;
pub(crate) mod device;
mod fields;
pub(crate) mod group;
pub(crate) mod idempotency;
mod list_tasks;
mod listen_to_events;
pub(crate) mod material;
mod names;
mod options;
mod paging;
pub(crate) mod phone_address;
mod query;
pub(crate) mod schema;
pub(crate) mod setting;
pub(crate) mod task_ids;
mod timing;

pub(crate) use create_tasks::{CreateTasks, Defaults};
pub(crate) use list_tasks::ListTasks;
pub(crate) use listen_to_events::ListenToEvents;
pub(crate) use query::Query;
