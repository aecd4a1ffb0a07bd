//! Accepts connections until the phone is switched off; each runs on its own.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection;
use super::wire::Wire;
use crate::daemon::access::admission::{Guest, admit};
use crate::machine::Machine;

/// The most connections of one phone at a time; a real one has room for few more.
const MOST_CONNECTIONS: usize = 64;

/// Between two attempts to accept a connection when this program can have no more.
const PAUSE: Duration = Duration::from_millis(200);

/// Serves a phone until `off` says so or its sender is gone, then ends all connections.
pub(crate) async fn listen(
    listener: TcpListener,
    machine: Arc<Machine>,
    wire: Wire,
    mut off: watch::Receiver<bool>,
) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((_, peer)) if !wire.is_there() => log::debug!("{}: {peer} finds nobody", machine.serial()),
                Ok((socket, peer)) if connections.len() < MOST_CONNECTIONS => {
                    connections.spawn(serve(socket, peer, Arc::clone(&machine), wire.clone()));
                }
                Ok((_, peer)) => log::warn!("{}: too many connections, {peer} refused", machine.serial()),
                Err(error) => {
                    log::warn!("{}: a connection could not be accepted: {error}", machine.serial());
                    // Out of file descriptors: others have to close before it makes sense to go on.
                    tokio::select! {
                        () = tokio::time::sleep(PAUSE) => {}
                        () = switched_off(&mut off) => break,
                    }
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = switched_off(&mut off) => break,
        }
    }
    connections.shutdown().await;
    machine.processes.kill_all();
}

async fn switched_off(off: &mut watch::Receiver<bool>) {
    // An error means that the farm is gone, which is the same to its phones.
    let _gone = off.wait_for(|off| *off).await;
}

async fn serve(socket: TcpStream, peer: SocketAddr, machine: Arc<Machine>, wire: Wire) {
    let mut pulls = wire.watch();
    tokio::select! {
        ended = host(socket, Arc::clone(&machine), wire) => match ended {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                log::warn!("{}: {peer} broke the protocol: {error}", machine.serial());
            }
            Err(error) => log::debug!("{}: the connection of {peer} ended: {error}", machine.serial()),
            Ok(()) => log::debug!("{}: {peer} went away", machine.serial()),
        },
        _ = pulls.changed() => log::info!("{}: fault: the connection of {peer} is cut", machine.serial()),
    }
}

async fn host(socket: TcpStream, machine: Arc<Machine>, wire: Wire) -> io::Result<()> {
    match admit(socket, &machine.gatekeeper).await? {
        Some(Guest::Plain(socket, hello)) => {
            let (reader, writer) = socket.into_split();
            connection::serve(reader, writer, hello, machine, wire).await
        }
        Some(Guest::Tls(socket, hello)) => {
            let (reader, writer) = tokio::io::split(*socket);
            connection::serve(reader, writer, hello, machine, wire).await
        }
        None => Ok(()),
    }
}
