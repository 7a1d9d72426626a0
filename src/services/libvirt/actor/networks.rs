//! Virtual networks, read while somebody looks: at once when libvirt tells of a change, and now and then in case it did
//! not.

use std::{collections::HashMap, time::Instant};

use lectern_model::network::{Network, NetworkId};

use super::{Actor, HostUpdate, looked_at::LookedAt};
use crate::libvirt::{networks_read, types::NetworkChanges};

/// The networks, for those who look at them.
pub(super) type Networks = LookedAt<HashMap<NetworkId, Network>>;

impl Networks {
    /// Takes a reading of all, and gives what differs; all of it where nothing was told yet.
    fn differences(&mut self, networks: Vec<Network>) -> NetworkChanges {
        let complete = self.told.is_none();
        let mut before = self.told.take().unwrap_or_default();
        let mut known = HashMap::new();
        let mut changed = Vec::new();
        for network in networks {
            if before.remove(&network.id).as_ref() != Some(&network) {
                changed.push(network.clone());
            }
            known.insert(network.id, network);
        }
        self.told = Some(known);
        NetworkChanges { complete, changed, removed: before.into_keys().collect() }
    }
}

impl Actor {
    pub(super) fn read_networks_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if !self.networks.begin(now) {
            return;
        }
        match networks_read::all(connection.connect()) {
            Ok(networks) => {
                let changes = self.networks.differences(networks);
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
        let all = networks.differences(vec![network(1, false), network(2, false)]);
        assert!(all.complete && all.changed.len() == 2);
        let changes = networks.differences(vec![network(1, true)]);
        assert_eq!(changes.changed, [network(1, true)]);
        assert_eq!(changes.removed, [NetworkId::from_bytes([2; 16])]);
        assert!(networks.differences(vec![network(1, true)]).is_empty());
        networks.restart();
        assert!(networks.differences(vec![network(1, true)]).complete, "a new connection tells all");
    }
}
