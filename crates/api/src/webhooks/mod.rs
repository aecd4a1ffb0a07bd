//! Webhooks: created and changed by clients, and called with what happens.

mod attempt;
pub(crate) mod convert;
pub(crate) mod delivery_handlers;
pub(crate) mod dispatcher;
pub(crate) mod handlers;
mod list_query;
mod message;
mod queue;
pub(crate) mod sending;
