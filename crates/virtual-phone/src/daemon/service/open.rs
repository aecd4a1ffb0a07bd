//! The service that an OPEN names.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::DuplexStream;

use crate::daemon::service::{shell, socket, sync};
use crate::daemon::stream::{StreamReader, StreamWriter};
use crate::daemon::wire::Wire;
use crate::machine::Machine;
use crate::system::sockets::{SocketName, Sockets};

/// A service of the phone.
pub(crate) enum Service {
    Shell(shell::Request),
    Sync,
    /// A stream to a program that listens on the phone.
    Socket(DuplexStream),
    /// A complete answer.
    Answer(Bytes),
}

impl Service {
    /// Finds the service by its name. `None` if there is none, or no program listens there.
    pub(crate) fn find(service: &str, sockets: &Sockets) -> Option<Self> {
        match service.split_once(':')? {
            ("sync", "") => Some(Self::Sync),
            ("tcp" | "localabstract", _) => sockets.connect(&SocketName::parse(service)?).map(Self::Socket),
            (kind, line) => shell::Request::parse(kind, line).map(Self::Shell),
        }
    }

    /// Serves one stream to its end; closing it is left to the caller.
    pub(crate) async fn serve(
        self,
        machine: Arc<Machine>,
        wire: Wire,
        reader: StreamReader,
        writer: &mut StreamWriter,
    ) {
        match self {
            Self::Shell(request) => shell::serve(request, machine, reader, writer).await,
            Self::Sync => sync::serve(&machine, &wire, reader, writer).await,
            Self::Socket(socket) => socket::serve(socket, reader, writer).await,
            Self::Answer(answer) => {
                writer.write(answer).await;
            }
        }
    }
}
