//! What an OPEN asks for, and who does it.

use std::sync::Arc;

use bytes::Bytes;
use tokio::io::DuplexStream;

use super::stream::{StreamReader, StreamWriter};
use super::wire::Wire;
use super::{shell_service, socket_service, sync_service};
use crate::machine::Machine;
use crate::sockets::{SocketName, Sockets};

/// A service of the phone.
pub(super) enum Service {
    Shell(shell_service::Request),
    Sync,
    /// A stream to a program that listens on the phone.
    Socket(DuplexStream),
    /// A service that has said all it has to say.
    Answer(Bytes),
}

impl Service {
    /// What `service` names; `None` if there is no such thing, or nobody listens there.
    pub(super) fn find(service: &str, sockets: &Sockets) -> Option<Self> {
        match service.split_once(':')? {
            ("sync", "") => Some(Self::Sync),
            ("tcp" | "localabstract", _) => sockets.connect(&SocketName::parse(service)?).map(Self::Socket),
            (kind, line) => shell_service::Request::parse(kind, line).map(Self::Shell),
        }
    }

    /// Serves one stream to its end; closing it is left to the caller.
    pub(super) async fn serve(
        self,
        machine: Arc<Machine>,
        wire: Wire,
        reader: StreamReader,
        writer: &mut StreamWriter,
    ) {
        match self {
            Self::Shell(request) => shell_service::serve(request, machine, reader, writer).await,
            Self::Sync => sync_service::serve(&machine, &wire, reader, writer).await,
            Self::Socket(socket) => socket_service::serve(socket, reader, writer).await,
            Self::Answer(answer) => {
                writer.write(answer).await;
            }
        }
    }
}
