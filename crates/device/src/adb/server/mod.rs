//! The adb server of a computer, through which phones on its USB ports are reached: its protocol without I/O
//! ([`smart_socket`], [`device_list`]), the server as a whole, and one phone of it.

mod adb_server;
mod conversation;
pub mod device_list;
mod link;
pub mod smart_socket;
mod stream;

pub use adb_server::{AdbServer, PhoneTracker, ServerError};
pub(crate) use link::ServerLink;
pub(crate) use stream::ServerStream;
