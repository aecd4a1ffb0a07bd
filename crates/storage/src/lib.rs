//! Tasks in a database, SQLite or PostgreSQL: schema, migrations, and short named operations that take and give domain types. It decides
//! nothing about tasks: a state is written as the domain's transition function returned it.

mod address;
mod connection;
mod error;
mod event_rows;
mod filter;
mod material_rows;
mod operations;
mod readers;
mod reference_rows;
mod rows;
mod schema;
mod store;
mod wakes;
mod writer;

pub use error::StorageError;
pub use filter::{AccountFilter, MaterialFilter, NumberedPage, Page, PageStart, TaskCounts, TaskFilter};
pub use operations::{
    AccountRemoval, Claim, Created, Deletion, DeviceChanged, DeviceRemoval, EventFilter, Events, FileTaken,
    GroupChanged, Installation, MaterialAdded, MaterialChanged, MaterialRemoval, MaterialsTaken, NewMaterial,
    News, RequestKey,
};
pub use store::{Store, Version};
pub use wakes::Wakes;
