//! The cures of one click, each a plan that is shown and can be undone.

use std::{net::Ipv4Addr, time::Duration};

use ipnet::Ipv4Net;
use lectern_model::{id::DomainId, network::free::Taken, uri::HostUri};
use uuid::Uuid;

use crate::{
    host::{Host, HostError},
    libvirt::{
        connection::Connection,
        ffi::{codes, error::checked},
        networks as read, networks_read,
    },
    plan::{
        Plan, Purpose, Step, networks,
        steps::{Pending, ReadyNetwork, ReadyPool},
    },
    probe,
};

/// The name of the network and of the pool that every installation of libvirt has.
pub const NAME: &str = "default";

/// Where libvirt's own network lies (`src/network/default.xml.in`).
const USUAL: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(192, 168, 122, 0), 24);

/// How long reading what a plan needs may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What can be mended by a click.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mend {
    /// The network "default" is there, on, and comes with the host.
    Network,
    /// The pool "default" likewise.
    Pool,
}

impl Host {
    /// The plan that mends this: it does only what is missing now.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn plan_mend(&self, mend: Mend) -> Result<Plan, HostError> {
        let host = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let step: Step = match mend {
                Mend::Network => network(connection, &host)?.into(),
                Mend::Pool => pool(connection, &host)?.into(),
            };
            Ok(Plan::new(Purpose::Mend(NAME.to_owned()), host, vec![step]))
        })
        .await
    }
}

impl Host {
    /// The plan that starts machines with the networks that they need: those that are `stopped`, and the usual one where
    /// it is not there.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn plan_start_with(
        &self,
        stopped: Vec<String>,
        makes_usual: bool,
        machines: Vec<(DomainId, String)>,
    ) -> Result<Plan, HostError> {
        let host = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let first = if makes_usual { Some(network(connection, &host)?.into()) } else { None };
            Ok(networks::start_with(&host, first, &stopped, &machines))
        })
        .await
    }
}

fn network(connection: &Connection, host: &HostUri) -> Result<ReadyNetwork, HostError> {
    let (xml, pending) = match checked(connection.connect().lookup_network_by_name(NAME)) {
        Ok(network) => {
            let pending = Pending {
                define: false,
                start: !checked(network.is_active())?,
                autostart: !checked(network.autostart())?,
            };
            (String::new(), pending)
        }
        Err(error) if error.code == codes::NO_NETWORK => {
            let all = networks_read::all(connection.connect())?;
            let taken = read::facts(connection.connect(), host, &all, None).taken;
            let (bridge, net) = usual_place(&taken);
            (ReadyNetwork::usual(NAME, Uuid::new_v4(), &bridge, net)?, Pending::ALL)
        }
        Err(error) => return Err(error.into()),
    };
    Ok(ReadyNetwork { name: NAME.to_owned(), xml, pending })
}

/// Where libvirt's own network lies, or a place as large that is free.
fn usual_place(taken: &Taken) -> (String, Ipv4Net) {
    let usual = USUAL;
    let free = if taken.owner(&usual.into()).is_none() { None } else { taken.free_v4(usual.prefix_len()) };
    (taken.free_bridge("virbr0"), free.unwrap_or(usual))
}

fn pool(connection: &Connection, host: &HostUri) -> Result<ReadyPool, HostError> {
    let (xml, pending) = match checked(connection.connect().lookup_storage_pool_by_name(NAME)) {
        Ok(pool) => {
            let pending =
                Pending { define: false, start: !checked(pool.is_active())?, autostart: !checked(pool.autostart())? };
            (String::new(), pending)
        }
        Err(error) if error.code == codes::NO_STORAGE_POOL => {
            // Another computer's session keeps its images where only that computer knows.
            let folder = probe::images(host).ok_or_else(|| HostError::System("the folder is not known".to_owned()))?;
            (ReadyPool::usual(NAME, Uuid::new_v4(), &folder.to_string_lossy())?, Pending::ALL)
        }
        Err(error) => return Err(error.into()),
    };
    Ok(ReadyPool { name: NAME.to_owned(), xml, pending })
}

#[cfg(test)]
mod tests {
    use lectern_model::network::routes::HostRoute;

    use super::*;

    #[test]
    fn a_guest_whose_host_has_libvirts_network_gets_another() {
        assert_eq!(usual_place(&Taken::default()), ("virbr0".to_owned(), USUAL));
        let uplink = HostRoute { to: USUAL.into(), device: "enp1s0".into() };
        let taken = Taken { routes: vec![uplink], devices: vec!["virbr0".into()], ..Taken::default() };
        let (bridge, net) = usual_place(&taken);
        assert_eq!((bridge.as_str(), net.prefix_len()), ("virbr1", 24));
        assert!(taken.owner(&net.into()).is_none());
    }
}
