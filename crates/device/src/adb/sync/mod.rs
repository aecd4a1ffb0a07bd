//! The messages inside a `sync:` stream, versions 1 and 2, for both sides.

pub(crate) mod compression;
mod message;
mod request;
mod response;
mod status;

pub use compression::{DRY_RUN, Packing, UnknownFlags};
pub use message::{MAX_DATA, MAX_PATH, MESSAGE_HEADER_LEN, SyncError, data_header};
pub use request::{Request, RequestDecoder};
pub use response::{ListVersion, Response, ResponseDecoder};
pub use status::{Status, StatusV2};
