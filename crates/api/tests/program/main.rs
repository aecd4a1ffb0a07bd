//! The program `tikmatrix` over its real binary: what it writes, what it refuses, and what it leaves on the disk.

#[cfg(unix)]
mod files;
mod licenses;
#[cfg(target_os = "linux")]
mod messages;
#[cfg(target_os = "linux")]
mod output;
mod secrets;
mod support;
