//! Receiving a file.

use std::sync::Arc;

use tikmatrix_device::adb::sync::{Packing, Response};

use crate::daemon::service::sync::packing::Unpacker;
use crate::daemon::wire::Wire;
use crate::filesystem::{FileError, NodeId, split_last};
use crate::machine::Machine;

/// The destination of a file.
pub(crate) struct Target {
    pub(crate) path: String,
    pub(crate) mode: u32,
    /// `false` for a dry run, which discards the content.
    pub(crate) stored: bool,
}

/// A file that is received. When dropped before its end, it is removed, as adbd does.
pub(crate) struct Upload {
    machine: Arc<Machine>,
    target: Target,
    unpacker: Option<Unpacker>,
    /// The file, `None` for a dry run, or the reason why it cannot be stored.
    state: Result<Option<NodeId>, String>,
    received: u64,
    complete: bool,
}

impl Upload {
    pub(crate) fn start(machine: &Arc<Machine>, target: Target, packing: Option<Packing>) -> Self {
        let created = target.stored.then(|| create(machine, &target)).transpose();
        Self {
            machine: Arc::clone(machine),
            state: created.map_err(|error| format!("couldn't create file: {error}")),
            target,
            unpacker: packing.map(|packing| Unpacker::new(Some(packing))),
            received: 0,
            complete: false,
        }
    }

    /// Adds data; `false` when a fault cuts the wire here. An error is reported at the end: the host sends all anyway.
    pub(crate) async fn add(&mut self, wire: &Wire, bytes: &[u8]) -> bool {
        let passes = match wire.left(self.received) {
            Some(left) => bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX)),
            None => bytes.len(),
        };
        self.received += passes as u64;
        if self.state.is_ok() {
            match &mut self.unpacker {
                None => self.append(&bytes[..passes]),
                Some(unpacker) => match unpacker.unpack(&bytes[..passes]).await {
                    Ok(unpacked) => self.append(&unpacked),
                    Err(error) => self.state = Err(format!("decompress failed: {error}")),
                },
            }
        }
        !wire.breaks_at(self.received)
    }

    pub(crate) async fn finish(mut self, mtime: u32) -> Response {
        if let (Ok(_), Some(unpacker)) = (&self.state, self.unpacker.take()) {
            match unpacker.finish().await {
                Ok(rest) => self.append(&rest),
                Err(error) => self.state = Err(format!("decompress failed: {error}")),
            }
        }
        match self.state.clone() {
            Ok(stored) => {
                self.complete = true;
                let set = |_| self.machine.files().set_modified(&self.target.path, i64::from(mtime));
                match stored.map(set).transpose() {
                    Ok(_) => Response::Okay,
                    Err(error) => Response::Fail(format!("utimes failed: {error}")),
                }
            }
            Err(reason) => Response::Fail(reason),
        }
    }

    fn append(&mut self, bytes: &[u8]) {
        let Ok(Some(id)) = self.state else { return };
        let appended = self.machine.files().writer(self.machine.seconds()).append(id, bytes);
        if let Err(error) = appended {
            self.state = Err(format!("write failed: {error}"));
        }
    }
}

fn create(machine: &Machine, target: &Target) -> Result<NodeId, FileError> {
    let Target { path, mode, .. } = target;
    let now = machine.seconds();
    let mut files = machine.files();
    match files.writer(now).create(path, mode & 0o777) {
        Err(FileError::NotFound) => {
            let (parent, _) = split_last(path).ok_or(FileError::NotFound)?;
            files.writer(now).make_directories(parent, 0o775)?;
            files.writer(now).create(path, mode & 0o777)
        }
        other => other,
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        if self.target.stored && !self.complete && self.received > 0 {
            // An error means that it was never written, or was replaced.
            let _kept = self.machine.files().remove(&self.target.path);
        }
    }
}
