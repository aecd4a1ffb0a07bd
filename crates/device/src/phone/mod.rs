//! One phone and what it can be asked to do over ADB: run commands, move files, open services. Keeping phones connected
//! is the job of [`crate::registry`].

mod files;
#[expect(clippy::module_inception, reason = "it holds `Phone`")]
mod phone;
mod reverse;
mod route;
mod shell;
mod transport;
mod watch;

pub use files::{Compression, FolderReport, PushOptions, RemoteEntry, RemoteStat};
pub use phone::Phone;
pub use reverse::ReverseListener;
pub use route::Route;
pub use shell::ShellOutput;
pub use transport::Stopwatch;
#[cfg(feature = "scripts")]
pub(crate) use transport::Transport;

pub use crate::adb::sync::Packing;
pub use crate::adb::{AdbCause, AdbError, Stream};
pub use crate::deadline::Deadline;
