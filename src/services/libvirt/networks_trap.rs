//! Looks what keeps a network from starting or from working, and for what mends it.

use std::fs;

use lectern_model::{
    network::{
        NetworkSpec,
        cure::Trouble,
        trap::{self, Serving, Trap, TrapFacts},
    },
    uri::HostUri,
    xml::Document,
};
use virt::{connect::Connect, network::Network};

use super::{error::HostError, ffi::error::checked, networks, networks_read};
use crate::plan::networks::random;

/// What stands in the way of a network that is stopped, as far as it can be seen from here.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn find(connect: &Connect, uri: &HostUri, network: &Network) -> Result<Vec<Trap>, HostError> {
    let own = networks_read::read(network)?;
    let Some(spec) = &own.spec else { return Ok(Vec::new()) };
    let others: Vec<_> = networks_read::all(connect)?.into_iter().filter(|other| other.active).collect();
    let seen = networks::facts(connect, uri, &others, None);
    let text =
        |path: &str| if seen.routes_unseen { String::new() } else { fs::read_to_string(path).unwrap_or_default() };
    let facts = TrapFacts {
        uplink: trap::uplink(&text("/proc/net/route")),
        name_port: ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|path| trap::listens(&text(path), trap::DNS)),
        firewalld: (!seen.routes_unseen).then(runs_firewalld),
        taken: seen.taken,
    };
    let document = Document::parse(&own.xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let zone = document.root().child("bridge").and_then(|bridge| bridge.attribute("zone"));
    Ok(trap::before_start(spec, zone.as_deref(), &facts))
}

/// What is wrong with a network, and what mends it. A network that only passes on to a bridge has no trouble of its own.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn trouble(connect: &Connect, uri: &HostUri, network: &Network) -> Result<Trouble, HostError> {
    let own = networks_read::read(network)?;
    let Some(spec) = &own.spec else { return Ok(Trouble::default()) };
    let traps = if own.active { lacking(connect, uri, &own.name, &own.xml)? } else { find(connect, uri, network)? };
    if traps.is_empty() {
        return Ok(Trouble::default());
    }
    let all = networks_read::all(connect)?;
    // A bridge of this network that is there is another's device where the network is stopped.
    let mut taken = networks::facts(connect, uri, &all, None).taken;
    taken.networks.retain(|network| network.name != own.name);
    Ok(Trouble::of(traps, spec, &taken, random()))
}

/// What a started network lacks. Where other users' processes are hidden nothing can be said.
fn lacking(connect: &Connect, uri: &HostUri, name: &str, xml: &str) -> Result<Vec<Trap>, HostError> {
    let document = Document::parse(xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let spec = NetworkSpec::read(&document).unwrap_or_default();
    if networks::facts(connect, uri, &[], None).routes_unseen || fs::read_to_string("/proc/1/comm").is_err() {
        return Ok(Vec::new());
    }
    let has_dns = document.root().child("dns").is_none_or(|dns| dns.attribute("enable").as_deref() != Some("no"));
    let conf = format!("/dnsmasq/{name}.conf");
    let serves = |line: &str| line.split('\0').any(|word| word.ends_with(&conf));
    let since = started_at("cmdline", serves);
    let serving = Serving {
        dnsmasq: since.map(|since| since.max(written_at(name).unwrap_or_default())),
        firewalld: started_at("comm", |name| name.trim() == "firewalld"),
    };
    Ok(trap::after_start(&spec, has_dns, serving))
}

/// Ticks of a second in /proc: what the kernel shows to programs, whatever it counts itself (proc(5), `USER_HZ`).
const TICKS: f64 = 100.0;

/// When libvirt set up the network's rules and hosts last, in ticks since the computer was started: it writes the file of
/// the static hosts at each live update, and dnsmasq stays the same process.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what is negative is nought")]
fn written_at(name: &str) -> Option<u64> {
    let file = format!("/var/lib/libvirt/dnsmasq/{name}.hostsfile");
    let age = fs::metadata(file).ok()?.modified().ok()?.elapsed().ok()?.as_secs_f64();
    let up: f64 = fs::read_to_string("/proc/uptime").ok()?.split(' ').next()?.parse().ok()?;
    Some(((up - age) * TICKS) as u64)
}

/// When the first process was started whose `file` in /proc is as `wanted` says: asking the bus could wait.
fn started_at(file: &str, wanted: impl Fn(&str) -> bool) -> Option<u64> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten().map(|entry| entry.path());
    let wanted = processes.filter(|folder| fs::read_to_string(folder.join(file)).is_ok_and(|text| wanted(&text)));
    wanted.filter_map(|folder| trap::started(&fs::read_to_string(folder.join("stat")).ok()?)).min()
}

/// Whether this computer has a process of that name.
fn runs_firewalld() -> bool {
    started_at("comm", |name| name.trim() == "firewalld").is_some()
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
