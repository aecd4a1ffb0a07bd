//! Runs tasks: one worker per device claims what is due, runs its script, stores what the script reports and its result,
//! and recovers from lost phones, panicking scripts and the end of the server. It names no script, no app and no licence.

mod cluster;
mod context;
mod control;
mod devices;
mod failed_attempts;
mod journal;
mod options;
mod retry;
mod runner;
mod slots;
mod supervisor;
mod tasks;
mod worker;

pub use control::batch::{BatchResult, TaskSelection};
pub use options::RunnerOptions;
pub use runner::Runner;
pub use tasks::unknown_recipients::{UnknownRecipient, UnknownRecipients};
pub use tasks::{CreateError, EventSubscription, SubscriptionError, Tasks};
