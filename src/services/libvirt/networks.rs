//! What the interface asks about virtual networks.

use std::{fs, path::Path, time::Duration};

use lectern_model::{
    draft::network::Facts,
    network::{
        Network, NetworkSpec,
        cure::Trouble,
        free::Taken,
        lease::Lease,
        routes::{self, HostRoute},
    },
    uri::HostUri,
    xml::Document,
};
use virt::connect::Connect;

use super::{
    actor::Message,
    error::HostError,
    ffi::{self, codes, error::checked},
    handle::Host,
    networks_read::{self, Attachment},
    networks_trap,
};

/// How long a call may take.
const LIMIT: Duration = Duration::from_secs(30);

impl Host {
    /// All virtual networks now.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn networks(&self) -> Result<Vec<Network>, HostError> {
        self.call(LIMIT, |connection| networks_read::all(connection.connect())).await
    }

    /// Has the networks read again for those who look, as something may have changed that libvirt tells nobody.
    pub fn refresh_networks(&self) {
        self.tell(Message::Networks);
    }

    /// What the DHCP of an active network has given out; none where the network is not started or has no DHCP.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn leases(&self, network: String) -> Result<Vec<Lease>, HostError> {
        self.call(LIMIT, move |connection| {
            let network = checked(connection.connect().lookup_network_by_name(&network))?;
            if !checked(network.is_active())? {
                return Ok(Vec::new());
            }
            match ffi::networks::leases(&network) {
                // A network that only passes on to a bridge has none.
                Err(error) if matches!(error.code, codes::NO_SUPPORT | codes::OPERATION_INVALID) => Ok(Vec::new()),
                other => Ok(other?),
            }
        })
        .await
    }

    /// What is wrong with a network, and what mends it.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn network_trouble(&self, network: String) -> Result<Trouble, HostError> {
        let uri = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let network = checked(connection.connect().lookup_network_by_name(&network))?;
            networks_trap::trouble(connection.connect(), &uri, &network)
        })
        .await
    }

    /// The network cards of all machines.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn attachments(&self) -> Result<Vec<Attachment>, HostError> {
        self.call(LIMIT, |connection| networks_read::attachments(connection.connect())).await
    }

    /// What the draft of a network must know of the host; for an edit, without the network of the name `edited`.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn network_facts(&self, edited: Option<String>) -> Result<Facts, HostError> {
        let uri = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let networks = networks_read::all(connection.connect())?;
            Ok(facts(connection.connect(), &uri, &networks, edited.as_deref()))
        })
        .await
    }
}

/// Whether the host's own files are this computer's.
fn is_here(uri: &HostUri) -> bool {
    uri.host().is_none() && !uri.is_test()
}

/// What is taken on the host, and what machines could be plugged into.
pub(crate) fn facts(connect: &Connect, uri: &HostUri, networks: &[Network], edited: Option<&str>) -> Facts {
    let here = is_here(uri);
    let own: Vec<&str> = networks.iter().filter_map(|network| network.bridge.as_deref()).collect();
    let taken = Taken {
        networks: networks.iter().filter_map(with_bridge).collect(),
        routes: if here { host_routes() } else { Vec::new() },
        devices: if here { devices(|_| true) } else { remote_devices(connect) },
    };
    let taken = edited.map_or_else(|| taken.clone(), |name| taken.without(name));
    let others = |names: Vec<String>| names.into_iter().filter(|name| !own.contains(&name.as_str())).collect();
    let devices_of = |kind: &str| if here { devices(|folder| folder.join(kind).exists()) } else { Vec::new() };
    let physical = if here { devices_of("device") } else { taken.devices.clone() };
    let functions = devices_of("device/virtfn0");
    Facts { routes_unseen: !here, bridges: others(devices_of("bridge")), devices: others(physical), functions, taken }
}

/// What it is, with the bridge that it has now.
fn with_bridge(network: &Network) -> Option<NetworkSpec> {
    let spec = network.spec.clone()?;
    Some(NetworkSpec { bridge: network.bridge.clone().or(spec.bridge), ..spec })
}

fn host_routes() -> Vec<HostRoute> {
    let read = |path| fs::read_to_string(path).unwrap_or_default();
    let mut all = routes::v4(&read("/proc/net/route"));
    all.extend(routes::v6(&read("/proc/net/ipv6_route")));
    all
}

/// This computer's network devices whose folder is as `wanted` says.
fn devices(wanted: impl Fn(&Path) -> bool) -> Vec<String> {
    let entries = fs::read_dir("/sys/class/net").into_iter().flatten().flatten();
    let wanted = entries.filter(|entry| wanted(&entry.path()));
    let mut names: Vec<String> = wanted.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Another computer's network devices, as far as its libvirt lists them.
fn remote_devices(connect: &Connect) -> Vec<String> {
    let flags = virt_sys::VIR_CONNECT_LIST_NODE_DEVICES_CAP_NET;
    let found = checked(connect.list_all_node_devices(flags)).unwrap_or_default();
    let name = |device: &virt::nodedev::NodeDevice| {
        let document = Document::parse(&checked(device.xml_desc(0)).ok()?).ok()?;
        let capability = document.root().child("capability")?;
        Some(capability.child("interface")?.text().into_owned())
    };
    found.iter().filter_map(name).collect()
}
