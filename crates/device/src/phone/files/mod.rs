//! Files to and from a phone.

mod folder;
mod messages;
mod operations;
mod packing;
pub(super) mod remote_file;
mod session;
pub(super) mod transfer;

pub use folder::{FolderCopy, FolderReport};
pub use operations::Files;
pub use packing::Compression;
pub use remote_file::{PushOptions, RemoteEntry, RemoteStat};
