//! Requests whose bodies are still being sent: so many of each network, so that whoever sends slowly keeps nobody else from sending.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// More than all people of an office send within the moment that a form takes.
const AT_ONCE: usize = 64;

/// Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Unfinished(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One of them, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    all: Unfinished,
    network: IpAddr,
}

impl Unfinished {
    /// Nothing, if that network has no place left.
    pub(super) fn begin(&self, from: IpAddr) -> Option<Place> {
        let network = access::network(from);
        let mut counts = self.counts();
        let count = counts.entry(network).or_default();
        if *count >= AT_ONCE {
            return None;
        }
        *count += 1;
        drop(counts);
        Some(Place { all: self.clone(), network })
    }

    /// A count is never left half made.
    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.all.counts();
        if let Some(count) = counts.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_has_so_many_places_and_gets_back_those_that_it_leaves() {
        let (unfinished, here, there) =
            (Unfinished::default(), IpAddr::from([192, 0, 2, 1]), IpAddr::from([192, 0, 2, 2]));
        let mut places: Vec<Place> = (0..AT_ONCE).filter_map(|_| unfinished.begin(here)).collect();
        assert_eq!(places.len(), AT_ONCE);
        assert!(unfinished.begin(here).is_none());
        assert!(unfinished.begin(there).is_some());
        places.pop();
        assert!(unfinished.begin(here).is_some());
        drop(places);
        assert!(unfinished.counts().is_empty(), "nobody is remembered");
    }
}
