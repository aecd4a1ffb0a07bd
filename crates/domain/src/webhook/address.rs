//! Facts about IP addresses: which of them belong to one host of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The networks of IPv4 that are not of the public internet: those of IANA's registry of special-purpose addresses, with
/// multicast and class E.
const SPECIAL_V4: [(Ipv4Addr, u8); 16] = [
    (Ipv4Addr::new(0, 0, 0, 0), 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
];

/// The networks of IPv6 that are special although they are below 2000::/3: protocol assignments with Teredo, and
/// documentation.
const SPECIAL_V6: [(Ipv6Addr, u8); 3] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Returns whether an address belongs to one host of the public internet. An IPv6 address that leads to an IPv4 address does
/// where that one does.
#[must_use]
pub fn is_public_address(ip: IpAddr) -> bool {
    match (ip.to_canonical(), embedded_ipv4(ip)) {
        (IpAddr::V4(ip), _) | (_, Some(ip)) => !is_special_v4(ip),
        (IpAddr::V6(ip), None) => {
            let global = ip.segments()[0] & 0xe000 == 0x2000;
            global
                && !SPECIAL_V6.iter().any(|(network, prefix)| {
                    (network.to_bits() ^ ip.to_bits()).checked_shr(128 - u32::from(*prefix)).unwrap_or(0) == 0
                })
        }
    }
}

/// Returns whether packets to an address go to one host: not to all, to a group, or to none.
#[must_use]
pub fn is_host_address(ip: IpAddr) -> bool {
    let ip = ip.to_canonical();
    let of_host =
        |ip: IpAddr| !ip.is_unspecified() && !ip.is_multicast() && ip != IpAddr::V4(Ipv4Addr::BROADCAST);
    of_host(ip) && embedded_ipv4(ip).is_none_or(|inner| of_host(IpAddr::V4(inner)))
}

/// Returns the IPv4 address to which packets to an IPv6 address are translated or tunnelled: by NAT64 (RFC 6052), by 6to4
/// (RFC 3056), or as an IPv4-compatible address (RFC 4291, 2.5.5.1), where the loopback address `::1` is none.
#[must_use]
pub fn embedded_ipv4(ip: IpAddr) -> Option<Ipv4Addr> {
    let IpAddr::V6(ip) = ip else { return None };
    let octets = ip.octets();
    let at = |start: usize| octets[start..].first_chunk::<4>().copied().map(Ipv4Addr::from);
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, ..] => at(12),
        [0, 0, 0, 0, 0, 0, ..] if !ip.is_loopback() && !ip.is_unspecified() => at(12),
        [0x2002, ..] => at(2),
        _ => None,
    }
}

fn is_special_v4(ip: Ipv4Addr) -> bool {
    SPECIAL_V4.iter().any(|(network, prefix)| {
        (network.to_bits() ^ ip.to_bits()).checked_shr(32 - u32::from(*prefix)).unwrap_or(0) == 0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_public_however_they_are_written() {
        let public = |ip: &str| is_public_address(ip.parse().unwrap());
        for ip in [
            "8.8.8.8",
            "100.128.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "2606:4700::1111",
            "2001:200::1",
            "2a00:1450::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2002:808:808::1",
        ] {
            assert!(public(ip), "{ip}");
        }
        for ip in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.0.9",
            "169.254.169.254",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.19.0.1",
            "198.51.100.7",
            "203.0.113.7",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::8.8.8.8",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "5f00::1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!public(ip), "{ip}");
        }
    }

    #[test]
    fn packets_to_a_group_or_to_none_go_to_no_host() {
        for (ip, is_host) in [
            ("127.0.0.1", true),
            ("10.0.0.1", true),
            ("::1", true),
            ("fe80::1", true),
            ("0.0.0.0", false),
            ("::", false),
            ("255.255.255.255", false),
            ("224.0.0.251", false),
            ("ff02::1", false),
            ("::ffff:0.0.0.0", false),
            ("64:ff9b::224.0.0.1", false),
        ] {
            assert_eq!(is_host_address(ip.parse().unwrap()), is_host, "{ip}");
        }
    }
}
