//! Opening the server's sockets: loopback only, on both families where the machine has both, under one port.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crate::start_error::StartError;

/// How often another free port is tried when the one of 127.0.0.1 is taken on ::1.
const ATTEMPTS: usize = 20;

/// Sockets that listen on one port of this machine.
#[derive(Debug)]
pub(crate) struct Listeners {
    /// The address to tell people.
    pub(crate) address: SocketAddr,
    /// One socket, or two.
    pub(crate) sockets: Vec<TcpListener>,
}

/// Listens on `port` of 127.0.0.1 and, if the machine has it, of ::1. Port 0 means any that is free on both.
///
/// # Errors
/// [`StartError::PortInUse`] or [`StartError::Listen`].
pub(crate) fn loopback(port: u16) -> Result<Listeners, StartError> {
    for _ in 1..ATTEMPTS {
        match both(port) {
            Err(StartError::PortInUse { .. }) if port == 0 => {}
            settled => return settled,
        }
    }
    both(port)
}

fn both(port: u16) -> Result<Listeners, StartError> {
    let first = bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
    let address = first.local_addr().map_err(|source| StartError::Listen { port, source })?;
    let port = address.port();
    match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
        Ok(second) => Ok(Listeners { address, sockets: vec![first, second] }),
        Err(StartError::Listen { source, .. }) if has_no_ipv6(&source) => {
            log::debug!("this machine has no ::1: {source}");
            Ok(Listeners { address, sockets: vec![first] })
        }
        Err(error) => Err(error),
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let port = address.port();
    TcpListener::bind(address).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { port },
        _ => StartError::Listen { port, source },
    })
}

/// Whether the machine does not have the address at all, or not the family (`EAFNOSUPPORT`, which has no kind).
fn has_no_ipv6(error: &io::Error) -> bool {
    const ADDRESS_FAMILY_NOT_SUPPORTED: [i32; 3] = [97, 47, 10047]; // Linux, BSD and macOS, Windows
    error.kind() == io::ErrorKind::AddrNotAvailable
        || error.raw_os_error().is_some_and(|code| ADDRESS_FAMILY_NOT_SUPPORTED.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_that_is_taken_is_named() {
        let taken = loopback(0).unwrap();
        let error = loopback(taken.address.port()).unwrap_err();
        assert!(matches!(error, StartError::PortInUse { port } if port == taken.address.port()), "{error}");
    }

    #[test]
    fn both_families_listen_on_one_port() {
        let listeners = loopback(0).unwrap();
        for socket in &listeners.sockets {
            let address = socket.local_addr().unwrap();
            assert!(address.ip().is_loopback());
            assert_eq!(address.port(), listeners.address.port());
        }
    }
}
