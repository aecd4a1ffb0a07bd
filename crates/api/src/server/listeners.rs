//! Opening the server's sockets, all of them under one port: on loopback, on both families where the machine has both,
//! or on the addresses that were asked for.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use socket2::SockRef;

use crate::start_error::StartError;

/// How often another free port is tried when the one of the first address is taken on another.
const MAX_ATTEMPTS: usize = 20;

/// How much the system keeps of what a client has not taken, in bytes. Linux takes it twice.
const SEND_BUFFER: usize = 256 * 1024;

/// Sockets that listen on one port of this machine.
#[derive(Debug)]
pub(crate) struct Listeners {
    /// The addresses to show, the main one first.
    pub(crate) addresses: Vec<SocketAddr>,
    /// One socket or more.
    pub(crate) sockets: Vec<TcpListener>,
}

/// Listens on `port` of `addresses`; without any, on 127.0.0.1 and, if the machine has it, on ::1. Port 0 means any
/// that is free on all of them.
///
/// # Errors
/// [`StartError::PortInUse`], [`StartError::Listen`] or [`StartError::Covered`].
pub(crate) fn on(addresses: &[IpAddr], port: u16) -> Result<Listeners, StartError> {
    let mut wanted: Vec<IpAddr> = Vec::new();
    for address in addresses {
        if !wanted.contains(address) {
            wanted.push(*address);
        }
    }
    if let Some((all, covered)) = covered(&wanted) {
        return Err(StartError::Covered { all, covered });
    }
    let attempt = || if wanted.is_empty() { loopback(port) } else { each(&wanted, port) };
    for _ in 1..MAX_ATTEMPTS {
        match attempt() {
            Err(StartError::PortInUse { .. }) if port == 0 => {}
            settled => return settled,
        }
    }
    attempt()
}

/// The address by which this machine itself reaches a server that listens on `address`.
pub(crate) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

/// An address that stands for every one, of IPv6 also for those of IPv4, and another that it stands for.
fn covered(addresses: &[IpAddr]) -> Option<(IpAddr, IpAddr)> {
    let all = addresses.iter().filter(|address| address.is_unspecified());
    all.flat_map(|all| addresses.iter().map(move |other| (*all, *other)))
        .find(|(all, other)| all != other && (all.is_ipv6() || other.is_ipv4()))
}

fn each(addresses: &[IpAddr], port: u16) -> Result<Listeners, StartError> {
    let mut listeners = Listeners { addresses: Vec::new(), sockets: Vec::new() };
    for address in addresses {
        // The first one settles which port is free.
        let port = listeners.addresses.first().map_or(port, SocketAddr::port);
        let (socket, bound) = bind(SocketAddr::new(*address, port))?;
        listeners.sockets.push(socket);
        listeners.addresses.push(bound);
    }
    Ok(listeners)
}

fn loopback(port: u16) -> Result<Listeners, StartError> {
    let mut listeners = each(&[Ipv4Addr::LOCALHOST.into()], port)?;
    let port = listeners.addresses.first().map_or(port, SocketAddr::port);
    match bind(SocketAddr::from((Ipv6Addr::LOCALHOST, port))) {
        Ok((second, _)) => listeners.sockets.push(second),
        Err(StartError::Listen { source, .. }) if has_no_ipv6(&source) => {
            log::debug!("this machine has no ::1: {source}");
        }
        Err(error) => return Err(error),
    }
    Ok(listeners)
}

fn bind(wanted: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
    let (address, port) = (wanted.ip(), wanted.port());
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => StartError::PortInUse { address, port },
        _ => StartError::Listen { address, port, source },
    };
    let socket = TcpListener::bind(wanted).map_err(failed)?;
    // The connections take it over; without it, the system may keep megabytes for each client that does not read.
    SockRef::from(&socket).set_send_buffer_size(SEND_BUFFER).map_err(failed)?;
    let bound = socket.local_addr().map_err(failed)?;
    Ok((socket, bound))
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
        let taken = on(&[], 0).unwrap();
        let wanted = taken.addresses[0].port();
        let error = on(&[], wanted).unwrap_err();
        assert!(matches!(error, StartError::PortInUse { port, .. } if port == wanted), "{error}");
    }

    #[test]
    fn both_families_listen_on_one_port() {
        let listeners = on(&[], 0).unwrap();
        for socket in &listeners.sockets {
            let address = socket.local_addr().unwrap();
            assert!(address.ip().is_loopback());
            assert_eq!(address.port(), listeners.addresses[0].port());
        }
    }

    #[test]
    fn every_address_that_is_asked_for_listens_on_one_port_and_no_other_does() {
        let wanted = ["127.0.0.2", "127.0.0.3", "127.0.0.2"].map(|text| text.parse().unwrap());
        let listeners = on(&wanted, 0).unwrap();
        let port = listeners.addresses[0].port();
        let bound = listeners.sockets.iter().map(|socket| socket.local_addr().unwrap()).collect::<Vec<_>>();
        assert_eq!(bound, [SocketAddr::new(wanted[0], port), SocketAddr::new(wanted[1], port)]);
        assert_eq!(bound, listeners.addresses);
    }

    #[test]
    fn an_address_that_stands_for_another_one_is_refused_beside_it() {
        for (all, other) in [("0.0.0.0", "127.0.0.1"), ("::", "0.0.0.0"), ("::", "::1")] {
            let wanted = [other, all].map(|text| text.parse().unwrap());
            assert!(matches!(on(&wanted, 0), Err(StartError::Covered { .. })), "{all} {other}");
        }
    }

    #[test]
    fn this_machine_reaches_every_address_by_loopback() {
        let of = |text: &str| reachable(text.parse().unwrap()).to_string();
        assert_eq!(of("0.0.0.0:1"), "127.0.0.1:1");
        assert_eq!(of("[::]:1"), "[::1]:1");
        assert_eq!(of("10.0.0.1:1"), "10.0.0.1:1");
    }
}
