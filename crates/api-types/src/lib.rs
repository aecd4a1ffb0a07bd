//! Every request and response body of the TikMatrix HTTP API, once.
//!
//! Each body is one type with its JSON form (serde), its OpenAPI schema with limits and field descriptions (utoipa) and,
//! for the bodies that the command line sends, its flags (feature `clap`). The server reads and writes these types, and so
//! do the client crate, the command line and the tests, so that no field is listed a second time anywhere.
//!
//! The types are plain data: a value that the schema refuses can be constructed, and it is the server that refuses it.
//!
//! ```
//! use tikmatrix_api_types::tasks::NewTasks;
//!
//! let tasks = NewTasks {
//!     serials: Some(vec!["R58M00ABC".into()]),
//!     priority: Some(10),
//!     ..NewTasks::new("follow", serde_json::json!({"target_users": ["someone"]}))
//! };
//! let json = serde_json::to_string(&tasks).unwrap();
//! assert_eq!(
//!     json,
//!     r#"{"serials":["R58M00ABC"],"script_name":"follow","script_config":{"target_users":["someone"]},"priority":10}"#
//! );
//! ```

pub mod accounts;
pub mod audit;
pub mod devices;
pub mod envelope;
pub mod events;
pub mod fields;
pub mod groups;
pub mod license;
pub mod materials;
pub mod scripts;
pub mod settings;
pub mod tasks;
pub mod webhooks;

pub use tikmatrix_domain::{
    ActorKind, ArtifactKind, DeliveryStatus, EventKind, LogLevel, MaterialKind, MediaType, Outcome, Plan,
    Role, Source, StandardFailure, Status, WaitingReason, WebhookEvent,
};

pub use envelope::{Deleted, Envelope, Health, Problem};
pub use fields::{FailureCode, Moment, Patch, Text};
