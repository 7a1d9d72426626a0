//! Looks what keeps a network from starting.

use std::fs;

use lectern_model::{
    network::trap::{self, Trap, TrapFacts},
    uri::HostUri,
    xml::Document,
};
use virt::{connect::Connect, network::Network};

use super::{error::HostError, ffi::error::checked, networks, networks_read};

/// What stands in the way of a network that is stopped, as far as it can be seen from here.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn find(connect: &Connect, uri: &HostUri, network: &Network) -> Result<Vec<Trap>, HostError> {
    let own = networks_read::read(network)?;
    let Some(spec) = &own.spec else { return Ok(Vec::new()) };
    let others: Vec<_> = networks_read::all(connect)?.into_iter().filter(|other| other.active).collect();
    let seen = networks::facts(connect, uri, &others, None);
    let text = |path: &str| if seen.sees_routes { fs::read_to_string(path).unwrap_or_default() } else { String::new() };
    let facts = TrapFacts {
        uplink: trap::uplink(&text("/proc/net/route")),
        name_port: ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|path| trap::listens(&text(path), trap::DNS)),
        firewalld: seen.sees_routes.then(runs_firewalld),
        taken: seen.taken,
    };
    let document = Document::parse(&own.xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let zone = document.root().child("bridge").and_then(|bridge| bridge.attribute("zone"));
    Ok(trap::before_start(spec, zone.as_deref(), &facts))
}

/// Whether this computer has a process of that name: asking the bus could wait.
fn runs_firewalld() -> bool {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .map(|entry| entry.path().join("comm"))
        .any(|comm| fs::read_to_string(comm).is_ok_and(|name| name.trim() == "firewalld"))
}

/// What libvirt said of a start that failed, with what was found to be in its way.
pub(crate) fn started(connect: &Connect, uri: &HostUri, network: &Network) -> Result<(), Refused> {
    let Err(error) = checked(network.create()) else { return Ok(()) };
    let trap = find(connect, uri, network).ok().and_then(|traps| traps.into_iter().next());
    Err(match trap {
        Some(trap) => Refused::Trap(trap, error.message),
        None => Refused::Host(error.into()),
    })
}

/// Why a network was not started.
pub(crate) enum Refused {
    /// This is in its way; and libvirt's words.
    Trap(Trap, String),
    /// Something else.
    Host(HostError),
}
