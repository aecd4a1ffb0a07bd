//! The program `tikmatrix` over its real binary: what it writes, what it refuses, and what it leaves on the disk.

#[cfg(test)]
#[cfg(unix)]
mod batch;
#[cfg(test)]
#[cfg(unix)]
mod files;
#[cfg(test)]
mod following;
#[cfg(test)]
mod json;
#[cfg(test)]
mod licenses;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod messages;
#[cfg(test)]
mod operating;
#[cfg(test)]
#[cfg(target_os = "linux")]
mod output;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tokens;
