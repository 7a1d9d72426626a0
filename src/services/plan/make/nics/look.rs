//! Looks at machines and their host, for the plans of network cards.

use std::time::Duration;

use lectern_model::{id::DomainId, xml::Document};

use super::{NicFacts, NicMachine};
use crate::{
    host::{Host, HostError},
    libvirt::{connection::Connection, ffi::error::checked, networks, networks_read},
    plan::steps,
};

/// How long the look may take.
const LIMIT: Duration = Duration::from_secs(30);

/// Looks at the machines and their host.
///
/// # Errors
/// As for [`Host::act`].
pub async fn look(host: &Host, ids: Vec<DomainId>) -> Result<NicFacts, HostError> {
    let uri = host.uri().clone();
    host.call(LIMIT, move |connection| {
        let connect = connection.connect();
        let machines = ids.iter().map(|id| machine(connection, *id)).collect::<Result<_, _>>()?;
        let networks = networks_read::all(connect)?;
        let macs = networks_read::attachments(connect)?.into_iter().filter_map(|card| card.mac).collect();
        let seen = networks::facts(connect, &uri, &networks, None);
        Ok(NicFacts { host: uri, machines, networks, bridges: seen.bridges, devices: seen.devices, macs })
    })
    .await
}

fn machine(connection: &Connection, id: DomainId) -> Result<NicMachine, HostError> {
    let domain = connection.domain(id)?;
    let parse = |xml: &str| Document::parse(xml).map_err(|error| HostError::BadAnswer(error.to_string()));
    let config = if checked(domain.is_persistent())? { Some(parse(&steps::inactive_xml(&domain)?)?) } else { None };
    let live = if checked(domain.is_active())? { Some(parse(&checked(domain.xml_desc(0))?)?) } else { None };
    Ok(NicMachine { id, name: checked(domain.name())?, config, live })
}
