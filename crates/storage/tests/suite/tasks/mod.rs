//! Tasks, from their creation to their deletion.

mod cancel;
mod claim;
mod delete;
mod journal;
mod lifecycle;
mod pagination;
mod planning;
pub(crate) mod query;
mod requests;
mod retry;
mod selection;
