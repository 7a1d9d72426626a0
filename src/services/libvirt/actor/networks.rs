//! Virtual networks, read while somebody looks: at once when libvirt tells of a change, and now and then in case it did
//! not.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use lectern_model::network::{Network, NetworkId};

use super::{Actor, HostUpdate};
use crate::libvirt::{batch::PAUSE, networks_read, types::NetworkChanges};

/// How often all are read without an event: libvirt has none for autostart, nor for a change of a running network.
const RECONCILE: Duration = Duration::from_secs(30);

/// The last known picture, and who looks at it.
#[derive(Default)]
pub(super) struct Networks {
    lookers: usize,
    known: HashMap<NetworkId, Network>,
    /// Whether those who look have the whole picture.
    told: bool,
    last: Option<Instant>,
    dirty: bool,
}

impl Networks {
    /// Somebody looks: all are read and told anew.
    pub(super) fn look(&mut self) {
        self.lookers += 1;
        self.restart();
    }

    /// One looks no more.
    pub(super) fn look_away(&mut self) {
        self.lookers = self.lookers.saturating_sub(1);
    }

    /// Something changed.
    pub(super) fn mark(&mut self) {
        self.dirty = true;
    }

    /// The next reading is told as a whole.
    pub(super) fn restart(&mut self) {
        (self.dirty, self.told) = (true, false);
    }

    /// When they are to be read: nobody asks where nobody looks.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        let pause = if self.dirty { PAUSE } else { RECONCILE };
        (self.lookers > 0).then(|| self.last.map_or(now, |last| last + pause))
    }

    /// Takes a reading of all, and gives what differs.
    fn put(&mut self, networks: Vec<Network>) -> NetworkChanges {
        let mut before = std::mem::take(&mut self.known);
        let complete = !std::mem::replace(&mut self.told, true);
        let mut changed = Vec::new();
        for network in networks {
            if before.remove(&network.id).as_ref() != Some(&network) || complete {
                changed.push(network.clone());
            }
            self.known.insert(network.id, network);
        }
        let removed = if complete { Vec::new() } else { before.into_keys().collect() };
        NetworkChanges { complete, changed, removed }
    }
}

impl Actor {
    pub(super) fn read_networks_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if self.networks.due(now).is_none_or(|at| at > now) {
            return;
        }
        // Set first, so that a failing host is not asked in a tight loop.
        (self.networks.last, self.networks.dirty) = (Some(now), false);
        match networks_read::all(connection.connect()) {
            Ok(networks) => {
                let changes = self.networks.put(networks);
                if !changes.is_empty() {
                    self.tell(&HostUpdate::Networks(changes));
                }
            }
            Err(error) => self.failed(&error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(number: u8, active: bool) -> Network {
        Network {
            id: NetworkId::from_bytes([number; 16]),
            name: format!("n{number}"),
            active,
            persistent: true,
            autostart: false,
            bridge: None,
            xml: String::new(),
            spec: None,
            pending: false,
        }
    }

    #[test]
    fn only_what_differs_is_told() {
        let mut networks = Networks::default();
        let now = Instant::now();
        assert_eq!(networks.due(now), None, "nobody looks");
        networks.look();
        assert_eq!(networks.due(now), Some(now), "at once");
        let all = networks.put(vec![network(1, false), network(2, false)]);
        assert!(all.complete && all.changed.len() == 2);
        let changes = networks.put(vec![network(1, true)]);
        assert_eq!(changes.changed, [network(1, true)]);
        assert_eq!(changes.removed, [NetworkId::from_bytes([2; 16])]);
        assert!(networks.put(vec![network(1, true)]).is_empty());
        networks.look_away();
        networks.mark();
        assert_eq!(networks.due(now), None);
    }
}
