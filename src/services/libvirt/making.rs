//! What libvirt must be asked before a machine can be made.

use std::time::{Duration, Instant};

use virt::connect::Connect;

use lectern_model::{
    capabilities::Capabilities,
    draft::import::{HostFacts, NetworkFacts},
    id::DomainId,
    network::{Mode, NetworkSpec},
    storage::pool::PoolXml,
    units::KiB,
};

use super::{error::HostError, ffi::error::checked, handle::Host};

/// How long it may take: the first question of a daemon has it look at QEMU.
const LIMIT: Duration = Duration::from_mins(1);
/// A question about QEMU that takes longer is answered by probing it anew.
pub(crate) const SLOW: Duration = Duration::from_secs(1);

/// What libvirt told.
pub(crate) struct Told {
    /// The host itself.
    pub(crate) host: HostFacts,
    /// Its virtual networks, by name.
    pub(crate) networks: Vec<NetworkFacts>,
    /// What it can do.
    pub(crate) capabilities: Capabilities,
}

impl Host {
    /// Asks for what a new machine depends on.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub(crate) async fn told(&self) -> Result<Told, HostError> {
        self.call(LIMIT, |connection| {
            let connect = connection.connect();
            let networks = networks(connect)?;
            let (capabilities, slow) = asked(connect)?;
            Ok(Told { host: HostFacts { slow, ..facts(connect)? }, networks, capabilities })
        })
        .await
    }

    /// A machine's configuration, as it will start with it: with its passwords, or without.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn exported_xml(&self, id: DomainId, secrets: bool) -> Result<String, HostError> {
        let secure = if secrets { virt_sys::VIR_DOMAIN_XML_SECURE } else { 0 };
        self.call(LIMIT, move |connection| {
            Ok(checked(connection.domain(id)?.xml_desc(virt_sys::VIR_DOMAIN_XML_INACTIVE | secure))?)
        })
        .await
    }

    /// Where a file of that name will be in a pool of files.
    ///
    /// # Errors
    /// [`HostError::BadAnswer`] if the pool has no folder; else as for [`Host::act`].
    pub(crate) async fn pool_path(&self, pool: String, file: String) -> Result<String, HostError> {
        self.call(LIMIT, move |connection| {
            let raw = checked(connection.connect().lookup_storage_pool_by_name(&pool))?;
            let xml = PoolXml::parse(&checked(raw.xml_desc(0))?).map_err(|error| unread(&error))?;
            let folder = xml.target.ok_or_else(|| HostError::BadAnswer(format!("{pool} has no folder")))?;
            Ok(format!("{}/{file}", folder.trim_end_matches('/')))
        })
        .await
    }
}

/// What QEMU can do; and the seconds that it took, where libvirt is slow. The first question may have QEMU probed for
/// good reason, so that only the second tells.
fn asked(connect: &Connect) -> Result<(Capabilities, Option<u64>), HostError> {
    let timed = || {
        let started = Instant::now();
        Ok::<_, HostError>((capabilities(connect)?, started.elapsed()))
    };
    let (found, took) = timed()?;
    if took < SLOW {
        return Ok((found, None));
    }
    let (found, took) = timed()?;
    Ok((found, (took >= SLOW).then_some(took.as_secs())))
}

fn facts(connect: &Connect) -> Result<HostFacts, HostError> {
    let info = checked(connect.node_info())?;
    // What a driver does not tell is not known.
    let free = checked(connect.free_memory()).ok().map(|bytes| KiB(bytes / 1024));
    let most = checked(connect.max_vcpus(None)).ok();
    Ok(HostFacts { memory: KiB(info.memory), free, cpus: info.cpus, most_vcpus: most, slow: None, is_session: false })
}

fn networks(connect: &Connect) -> Result<Vec<NetworkFacts>, HostError> {
    // A session's daemon may have no networks at all.
    let Ok(all) = checked(connect.list_all_networks(0)) else { return Ok(Vec::new()) };
    let mut networks = Vec::new();
    for network in all {
        let (name, active) = (checked(network.name())?, checked(network.is_active())?);
        // One whose XML cannot be read is a network all the same.
        let spec = NetworkSpec::parse(&checked(network.xml_desc(0))?).unwrap_or_default();
        let addresses = spec.subnets.iter().map(|subnet| subnet.address).collect();
        networks.push(NetworkFacts { name, active, isolated: spec.mode == Mode::Isolated, addresses });
    }
    networks.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(networks)
}

fn capabilities(connect: &Connect) -> Result<Capabilities, HostError> {
    Capabilities::parse(&checked(connect.capabilities())?).map_err(|error| unread(&error))
}

fn unread(error: &dyn std::fmt::Display) -> HostError {
    HostError::BadAnswer(error.to_string())
}
