//! One phone and what it can be asked to do over ADB: run commands, move files, open services. Keeping phones connected
//! is the job of [`crate::registry`].
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # use tikmatrix_virtual_phone::{Farm, FarmOptions};
//! # let farm = Farm::start(FarmOptions { count: 1, first_port: None, seed: 1 }).await?;
//! # let address = farm.phones()[0].address().to_string();
//! use std::time::Duration;
//! use tikmatrix_device::phone::{Deadline, Phone};
//! use tikmatrix_device::shell_quote::shell_word;
//! use tokio::io::AsyncReadExt;
//!
//! // Such as "192.168.0.17:5555".
//! let phone = Phone::connect(&address, Deadline::after(Duration::from_secs(5))).await?;
//! assert_eq!(phone.serial().as_str(), "virtual-1");
//!
//! let command = format!("echo {}", shell_word("it's $HOME"));
//! let output = phone.shell(&command, Deadline::after(Duration::from_secs(10))).await?;
//! assert_eq!((output.exit_status, output.stdout_text().as_ref()), (0, "it's $HOME\n"));
//!
//! let mut screen = phone.open("exec:screencap -p", Deadline::after(Duration::from_secs(5))).await?;
//! let mut png = Vec::new();
//! screen.read_to_end(&mut png).await?;
//! assert!(png.starts_with(b"\x89PNG"));
//! # Ok(()) }
//! ```

mod connect;
mod connection;
mod files;
mod link;
#[expect(clippy::module_inception, reason = "it holds `Phone`")]
mod phone;
mod reverse;
mod route;
mod shell;
mod transport;

pub use connection::PhoneConnection;
pub use files::{Compression, Files, FolderCopy, FolderReport, PushOptions, RemoteEntry, RemoteStat};
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
