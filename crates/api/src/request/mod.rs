//! What clients send, read field by field so that everything that is wrong with it is told at once. What the routes
//! do with it is theirs.

pub(crate) mod body;
mod create_tasks;
mod fields;
mod list_tasks;
mod query;

pub(crate) use create_tasks::CreateTasks;
pub(crate) use list_tasks::ListTasks;
pub(crate) use query::Query;
