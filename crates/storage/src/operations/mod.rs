//! The operations, each short and named for what it is to its caller; one transaction each.

mod access_tokens;
mod accounts;
mod counts;
mod create;
mod devices;
mod events;
mod groups;
mod installation;
mod lists;
mod material_use;
mod materials;
mod news;
mod pace;
mod pages;
#[cfg(test)]
mod plans;
mod records;
mod removal;
mod requests;
mod retries;
mod room;
mod servers;
mod settings;
mod work;

pub use accounts::AccountRemoval;
pub use devices::{DeviceChanged, DeviceRemoval};
pub use events::{EventFilter, Events};
pub use groups::GroupChanged;
pub use installation::Installation;
pub use material_use::{FileTaken, MaterialsTaken};
pub use materials::{MaterialAdded, MaterialChanged, MaterialRemoval, NewMaterial};
pub use news::News;
pub use removal::Deletion;
pub use requests::{Created, RequestKey};
pub use room::Claim;
