//! Tasks in a database, SQLite or PostgreSQL: schema, migrations, and short named operations that take and return domain
//! types. It decides nothing about tasks: a state is written as the domain's transition function returned it.
//!
//! The feature `postgres`, which is on by default, compiles PostgreSQL in.

mod accounts;
mod audit;
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
mod snapshot;
mod store;
mod tasks;
mod tokens;
mod webhooks;

pub use accounts::operations::{AccountFilter, AccountRemoval, AccountStore};
pub use audit::operations::{AuditFilter, AuditStore};
pub use cluster::heartbeat::InterruptedTask;
pub use cluster::signals::{ClusterSignals, ClusterStore};
pub use database::notifications::ChangeNotifications;
pub use database::open_database::{Database, DatabaseHealth, Version};
pub use devices::operations::{DeviceChanged, DeviceRemoval, DeviceStore};
pub use error::StorageError;
pub use events::operations::{EventFilter, EventStore, Events};
pub use groups::{GroupChanged, GroupStore};
pub use materials::library::{
    MaterialAdded, MaterialChanged, MaterialFilter, MaterialRemoval, MaterialStore, NewMaterial,
};
pub use materials::reservation::{FileTaken, MaterialsTaken, ReservationStore};
pub use page::{NumberedPage, Page, PageStart};
pub use settings::installation::Installation;
pub use settings::operations::SettingsStore;
pub use snapshot::{
    DatabaseLocation, HeldSnapshot, ReferencedFiles, Restoration, Snapshot, SnapshotError, Table,
};
pub use store::Store;
pub use tasks::change::batch::{Batch, TaskChanges};
pub use tasks::claim::{Claim, TaskQueue, WorkLimit};
pub use tasks::create::requests::{Created, RequestKey};
pub use tasks::create::unknown_names::{NameStore, UnknownName, UnknownNames};
pub use tasks::filter::{TaskCounts, TaskFilter};
pub use tasks::lifecycle::AttemptStore;
pub use tasks::marks::{MarkStore, StandingMark};
pub use tasks::query::{MAX_LISTED_CONFIG, TaskStore};
pub use tokens::TokenStore;
pub use webhooks::deliveries::{ClaimedDelivery, DeliveryStore};
pub use webhooks::delivery_log::{DeliveryLog, Redelivery};
pub use webhooks::operations::WebhookStore;
pub use webhooks::subscriptions::{
    NewDelivery, Subscription, SubscriptionStore, TaskFacts, UnreadEvent, UnreadEvents,
};
