//! Which host a plan was begun on: a URI may lead to another one tomorrow.

use std::{collections::BTreeSet, fs, path::Path};

use lectern_model::{uri::HostUri, xml::Document};
use serde::{Deserialize, Serialize};

use super::StepError;
use crate::libvirt::{ffi::error::checked, line::Line};

/// How many things of a host are noted.
const NOTED: usize = 64;
/// The number of this computer's board; not to be read by all, but whether there is one everybody sees.
const BOARD: &str = "/sys/class/dmi/id/product_uuid";

/// What tells a host from another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct HostIdentity {
    /// The UUID in its capabilities.
    uuid: Option<String>,
    /// The computer that this program runs on (machine-id(5)); it counts where the host is that computer.
    computer: Option<String>,
    /// UUIDs of pools, networks and machines that it had.
    things: BTreeSet<String>,
}

impl HostIdentity {
    /// Asks the host.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(super) fn of(line: &Line) -> Result<Self, StepError> {
        let connect = line.connect();
        let capabilities = Document::parse(&checked(connect.capabilities())?).ok();
        let uuid = capabilities.as_ref().and_then(|all| Some(all.root().child("host")?.child("uuid")?.text()));
        let uuid = uuid.map(|uuid| uuid.trim().to_owned());
        // A driver without pools or networks has none.
        let pools = checked(connect.list_all_storage_pools(0)).unwrap_or_default();
        let networks = checked(connect.list_all_networks(0)).unwrap_or_default();
        let domains = checked(connect.list_all_domains(0))?;
        let pools = pools.iter().filter_map(|pool| checked(pool.uuid_string()).ok());
        let networks = networks.iter().filter_map(|network| checked(network.uuid_string()).ok());
        let domains = domains.iter().filter_map(|domain| checked(domain.uuid_string()).ok());
        let things = pools.chain(networks).chain(domains).take(NOTED).collect();
        let computer = fs::read_to_string("/etc/machine-id").ok().map(|id| id.trim().to_owned());
        Ok(Self { uuid, computer, things })
    }

    /// Whether the host that `now` tells of is the one of `self`. In doubt it is not.
    pub(super) fn is(&self, now: &Self, host: &HostUri) -> bool {
        // A board without a number, or one that a user's own daemon may not read: libvirt then makes up a UUID at each
        // start (virSetHostUUIDStr). The same daemon still has something of what it had.
        let made_up = host.is_local() && (host.is_session() || !Path::new(BOARD).exists());
        self.is_with(now, host.is_local(), made_up)
    }

    fn is_with(&self, now: &Self, here: bool, made_up: bool) -> bool {
        if here && self.computer != now.computer {
            return false;
        }
        self.uuid == now.uuid || (made_up && !self.things.is_disjoint(&now.things))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(uuid: &str, computer: &str, things: &[&str]) -> HostIdentity {
        let things = things.iter().map(|&thing| thing.to_owned()).collect();
        HostIdentity { uuid: Some(uuid.into()), computer: Some(computer.into()), things }
    }

    #[test]
    fn a_host_is_known_by_its_uuid() {
        let before = host("a", "c", &["pool"]);
        assert!(before.is_with(&host("a", "d", &[]), false, false), "its own files may be read elsewhere");
        assert!(!before.is_with(&host("b", "c", &["pool"]), false, false), "a cloned host has the same pools");
        assert!(!before.is_with(&host("a", "d", &["pool"]), true, true), "a home folder of many computers");
    }

    #[test]
    fn one_whose_uuid_is_made_up_is_known_by_what_it_has() {
        let before = host("a", "c", &["pool", "net"]);
        assert!(before.is_with(&host("b", "c", &["net", "more"]), true, true));
        assert!(!before.is_with(&host("b", "c", &["other"]), true, true));
        assert!(!host("a", "c", &[]).is_with(&host("b", "c", &[]), true, true), "in doubt it is another");
    }
}
