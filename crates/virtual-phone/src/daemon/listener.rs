//! Accepting connections until the phone is switched off; each is a task.

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

/// A real phone accepts few more at a time.
const MAX_CONNECTIONS: usize = 64;

/// Before the next attempt to accept a connection when the process can have no more.
const ACCEPT_DELAY: Duration = Duration::from_millis(200);

/// Serves a phone until `off` is true or its sender is gone, then ends all connections.
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
                Ok((_, peer)) if !wire.is_there() => log::debug!("{}: {peer} is closed: the phone reboots", machine.serial()),
                Ok((socket, peer)) if connections.len() < MAX_CONNECTIONS => {
                    connections.spawn(serve(socket, peer, Arc::clone(&machine), wire.clone()));
                }
                Ok((_, peer)) => log::warn!("{}: too many connections, {peer} refused", machine.serial()),
                Err(error) => {
                    log::warn!("{}: a connection could not be accepted: {error}", machine.serial());
                    // Out of file descriptors: other connections have to close first.
                    tokio::select! {
                        () = tokio::time::sleep(ACCEPT_DELAY) => {}
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
    // An error means that the farm is gone.
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
