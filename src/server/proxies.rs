//! The proxies that the operator trusts: what they say of who comes through them is believed,
//! and their connections are those of many.

use std::net::IpAddr;

use ipnet::IpNet;

/// Their networks.
pub(super) struct Proxies(Vec<IpNet>);

impl Proxies {
    pub(super) fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Whether this is the address of one.
    pub(super) fn have(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who asks, by the addresses that were forwarded: the nearest that is not a proxy's own.
    pub(super) fn origin(&self, peer: IpAddr, forwarded: &[&str]) -> IpAddr {
        let mut nearest = peer.to_canonical();
        for hop in forwarded.iter().rev() {
            if !self.have(nearest) {
                break;
            }
            match hop.trim().parse::<IpAddr>() {
                Ok(ip) => nearest = ip.to_canonical(),
                Err(_) => break,
            }
        }
        nearest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forwarded_address_counts_only_behind_trusted_proxies() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = Proxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        for (peer, forwarded, is) in [
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["192.0.2.7", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1", " 10.0.0.2 "], "198.51.100.1"),
            ("10.0.0.1", &["garbage"], "10.0.0.1"),
        ] {
            assert_eq!(proxies.origin(ip(peer), forwarded), ip(is), "{peer} {forwarded:?}");
        }
    }
}
