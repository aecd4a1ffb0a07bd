//! Tasks in a database, SQLite or PostgreSQL: schema, migrations, and short named operations that take and return domain
//! types. It decides nothing about tasks: a state is written as the domain's transition function returned it.
//!
//! The feature `postgres`, which is on by default, compiles PostgreSQL in.

mod accounts;
mod cluster;
mod columns;
mod database;
mod devices;
mod error;
mod events;
mod groups;
mod materials;
mod page;
mod schema;
mod settings;
mod store;
mod tasks;
mod tokens;

pub use accounts::operations::{AccountFilter, AccountRemoval};
pub use cluster::heartbeat::InterruptedTask;
pub use cluster::signals::ClusterSignals;
pub use database::notifications::ChangeNotifications;
pub use devices::operations::{DeviceChanged, DeviceRemoval};
pub use error::StorageError;
pub use events::operations::{EventFilter, Events};
pub use groups::GroupChanged;
pub use materials::library::{MaterialAdded, MaterialChanged, MaterialFilter, MaterialRemoval, NewMaterial};
pub use materials::reservation::{FileTaken, MaterialsTaken};
pub use page::{NumberedPage, Page, PageStart};
pub use settings::installation::Installation;
pub use store::{Store, Version};
pub use tasks::claim::Claim;
pub use tasks::create::requests::{Created, RequestKey};
pub use tasks::delete::Deletion;
pub use tasks::filter::{TaskCounts, TaskFilter};
pub use tasks::lifecycle::StandingMark;
pub use tasks::query::MAX_LISTED_CONFIG;
