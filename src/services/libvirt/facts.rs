//! What a host is: its processors, memory and versions; read when somebody looks.

use std::{fs, time::Duration};

use lectern_model::{
    capabilities::{Capabilities, NumaCell, Topology},
    units::KiB,
    uri::HostUri,
};

use super::{connection::Connection, error::HostError, ffi::error::checked, handle::Host, types::Version};

/// How long reading them may take.
const LIMIT: Duration = Duration::from_secs(30);

/// What a host is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFacts {
    /// Its URI.
    pub uri: HostUri,
    /// Its name.
    pub hostname: String,
    /// The processor's name: its own where this computer is the host, else libvirt's nearest model.
    pub cpu_model: Option<String>,
    /// The architecture: `x86_64`.
    pub arch: String,
    /// How its CPUs are built, of the whole host.
    pub topology: Topology,
    /// Its logical CPUs that are on.
    pub cpus: u32,
    /// Their clock, where it is known.
    pub mhz: Option<u32>,
    /// Its memory.
    pub memory: KiB,
    /// Its NUMA cells: one where it has no NUMA, none where the driver tells nothing.
    pub cells: Vec<NumaCell>,
    /// The daemon's version of libvirt.
    pub libvirt: Version,
    /// The hypervisor's name, as the driver calls itself: `QEMU`.
    pub hypervisor_name: String,
    /// The hypervisor's version, where the driver has one.
    pub hypervisor: Option<Version>,
}

impl Host {
    /// What the host is.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn facts(&self) -> Result<HostFacts, HostError> {
        let uri = self.uri().clone();
        self.call(LIMIT, move |connection| read(connection, uri)).await
    }
}

fn read(connection: &Connection, uri: HostUri) -> Result<HostFacts, HostError> {
    let connect = connection.connect();
    let node = checked(connect.node_info())?;
    let info = connection.info(&uri)?;
    // A driver without capabilities is no worse a host.
    let capabilities = checked(connect.capabilities()).ok().and_then(|xml| Capabilities::parse(&xml).ok());
    let told = capabilities.unwrap_or_default().host;
    let own_name = if uri.is_local() && !uri.is_test() { cpu_name() } else { None };
    Ok(HostFacts {
        hostname: info.hostname,
        cpu_model: own_name.or(told.cpu_model),
        arch: node.model,
        topology: Topology {
            // libvirt tells the sockets of one cell (virNodeInfo).
            sockets: node.sockets.saturating_mul(node.nodes.max(1)),
            dies: told.topology.map_or(1, |topology| topology.dies),
            cores: node.cores,
            threads: node.threads,
        },
        cpus: node.cpus,
        mhz: Some(node.mhz).filter(|mhz| *mhz > 0),
        memory: KiB(node.memory),
        cells: told.cells,
        libvirt: info.libvirt,
        hypervisor_name: checked(connect.driver_type())?,
        hypervisor: info.hypervisor,
        uri,
    })
}

/// The processor's name as the kernel has it.
fn cpu_name() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned()).filter(|name| !name.is_empty())
}
