//! A typed, blocking client of the TikMatrix HTTP API.
//!
//! A [`Client`] is made once with the server's URL and, where the server wants one, a token. Each resource of the API has
//! a handle with one method per endpoint; requests and answers are the types of `tikmatrix-api-types`, which are
//! re-exported as [`api`].
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use tikmatrix_client::Client;
//! use tikmatrix_client::api::tasks::{NewTasks, TaskFilter};
//!
//! # fn main() -> Result<(), tikmatrix_client::Error> {
//! let client = Client::builder("http://127.0.0.1:50809").token("tikmatrix_…").build();
//! let config = serde_json::json!({"target_users": ["someone"]});
//! let tasks = NewTasks { serials: Some(vec!["R58M00ABC".into()]), ..NewTasks::new("follow", config) };
//! for id in client.tasks().create(&tasks)?.task_ids {
//!     let done = client.tasks().wait(id, Some(Duration::from_secs(600)))?;
//!     println!("task {id}: {}", done.task.status_text);
//! }
//! // Every failed task, page by page.
//! for task in client.tasks().all(TaskFilter { status: Some(3), ..TaskFilter::default() }.into()) {
//!     println!("{}", task?.remark.unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Errors are an [`Error`]: a server that cannot be reached, an answer that is not TikMatrix's, or a refusal with its code,
//! its sentence and every problem of the request ([`ApiError`]).
//!
//! The client blocks. An asynchronous program calls it on a thread for blocking work, such as `tokio::task::spawn_blocking`.

mod accounts;
mod audit;
mod client;
mod devices;
mod error;
mod events;
mod groups;
mod http;
mod items;
mod materials;
mod scripts;
mod tasks;
mod webhooks;

pub use tikmatrix_api_types as api;

pub use accounts::Accounts;
pub use audit::Audit;
pub use client::{Client, ClientBuilder};
pub use devices::Devices;
pub use error::{ApiError, Error};
pub use events::{Event, EventStream};
pub use groups::Groups;
pub use http::download::Download;
pub use items::Items;
pub use materials::{Materials, Upload};
pub use scripts::Scripts;
pub use tasks::Tasks;
pub use tasks::batches::Batches;
pub use tasks::creation::Creation;
pub use webhooks::Webhooks;
