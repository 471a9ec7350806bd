//! Room for connections: so many in all, and so many of one address.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{proxies::Proxies, serve::Connections};
use crate::domain::limits::network;

/// What room there is, and who takes it.
pub(super) struct Places {
    most: usize,
    most_per_address: usize,
    proxies: Proxies,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection's; free again when it is dropped.
pub(super) struct Place {
    places: Arc<Places>,
    /// None of a trusted proxy.
    address: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(connections: &Connections) -> Arc<Self> {
        Arc::new(Self {
            most: connections.most,
            most_per_address: connections.most_per_address,
            proxies: Proxies::new(connections.trusted_proxies.clone()),
            taken: Mutex::default(),
        })
    }

    /// A place for a connection from there, if there is one.
    pub(super) fn take(self: &Arc<Self>, from: IpAddr) -> Option<Place> {
        let address = (!self.proxies.have(from)).then(|| network(from.to_canonical()));
        let mut taken = self.taken();
        if taken.all >= self.most {
            return None;
        }
        if let Some(address) = address {
            let of_address = taken.by_address.entry(address).or_default();
            if *of_address >= self.most_per_address {
                return None;
            }
            *of_address += 1;
        }
        taken.all += 1;
        drop(taken);
        Some(Place { places: self.clone(), address })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        // Nothing in here can panic half way.
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        taken.all -= 1;
        let Some(address) = self.address else { return };
        if let Some(of_address) = taken.by_address.get_mut(&address) {
            *of_address -= 1;
            if *of_address == 0 {
                taken.by_address.remove(&address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(most: usize, most_per_address: usize) -> Arc<Places> {
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        Places::new(&Connections {
            most,
            most_per_address,
            trusted_proxies,
            ..Connections::default()
        })
    }

    fn takes(places: &Arc<Places>, from: &str) -> Option<Place> {
        places.take(from.parse().unwrap())
    }

    #[test]
    fn one_address_takes_its_share_and_no_more_and_gives_it_back() {
        let places = places(100, 2);
        let mine = [takes(&places, "192.0.2.1"), takes(&places, "::ffff:192.0.2.1")];
        assert!(mine.iter().all(Option::is_some));
        assert!(takes(&places, "192.0.2.1").is_none());
        assert!(takes(&places, "192.0.2.2").is_some());
        drop(mine);
        assert!(takes(&places, "192.0.2.1").is_some());
        assert!(places.taken().by_address.is_empty(), "nothing is remembered of who is gone");
    }

    #[test]
    fn a_network_of_ipv6_is_one_address_and_a_trusted_proxy_is_none() {
        let places = places(100, 1);
        let _mine = takes(&places, "2001:db8::1").unwrap();
        assert!(takes(&places, "2001:db8::ffff:2").is_none());
        assert!(takes(&places, "2001:db8:0:1::1").is_some());
        let _proxy = [takes(&places, "10.0.0.1").unwrap(), takes(&places, "10.0.0.1").unwrap()];
    }

    #[test]
    fn there_is_room_for_so_many_in_all_proxies_included() {
        let places = places(2, 10);
        let _two = [takes(&places, "10.0.0.1").unwrap(), takes(&places, "192.0.2.1").unwrap()];
        assert!(takes(&places, "192.0.2.2").is_none());
        assert!(takes(&places, "10.0.0.1").is_none());
        assert_eq!(places.taken().by_address.len(), 1, "who is refused leaves no trace");
    }
}
