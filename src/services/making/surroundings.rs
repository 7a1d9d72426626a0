//! What a host has for a new machine: processors, memory, networks, pools, and ways to run.

use std::collections::BTreeSet;

use lectern_model::{
    capabilities::{Capabilities, VirtType},
    draft::import::{HostFacts, NetworkFacts, PoolFacts},
    flavor::Flavor,
    project::Standing,
    storage::Pool,
    uri::HostUri,
};

use crate::{
    disk::space,
    host::{Host, PoolVolumes, StorageError},
};

/// What a host has for a new machine.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The host itself.
    pub host: HostFacts,
    /// Its virtual networks.
    pub networks: Vec<NetworkFacts>,
    /// Its pools, by name.
    pub pools: Vec<Pool>,
    /// The same pools as the rules of drafts need them.
    pub facts: Vec<PoolFacts>,
    /// The ways to run a machine, the best first.
    pub ways: Vec<VirtType>,
    /// Its architecture in libvirt's word.
    pub arch: String,
    /// Its projects with what they use; none where that cannot be read.
    pub projects: Vec<Standing>,
    /// Its flavors.
    pub flavors: Vec<Flavor>,
}

/// Asks `host`; with `refresh` the daemon looks into its pools anew.
///
/// # Errors
/// As libvirt gives it.
pub async fn surroundings(host: &Host, refresh: bool) -> Result<Surroundings, StorageError> {
    let told = host.told().await?;
    let (projects, flavors) = host.places().await;
    let pools = host.storage_picture(refresh).await?;
    let of: Vec<Pool> = pools.iter().map(|pool| pool.pool.clone()).collect();
    let fixed = space::read_only(host, &of).await;
    let arch = told.capabilities.host.arch.clone().unwrap_or_else(|| "x86_64".to_owned());
    Ok(Surroundings {
        host: HostFacts { is_session: host.uri().is_session(), ..told.host },
        networks: told.networks,
        facts: pools.iter().map(|pool| pool_facts(pool, &fixed)).collect(),
        pools: of,
        ways: ways(host.uri(), &told.capabilities, &arch),
        arch,
        projects,
        flavors,
    })
}

fn pool_facts(pool: &PoolVolumes, fixed: &BTreeSet<String>) -> PoolFacts {
    let is_fixed = pool.pool.target.as_ref().is_some_and(|folder| fixed.contains(folder));
    let volumes = pool.volumes.as_ref().map(Vec::as_slice).unwrap_or_default();
    PoolFacts {
        name: pool.pool.name.clone(),
        active: pool.pool.state.is_active(),
        writable: is_fixed.then_some(false),
        available: pool.pool.available,
        folder: pool.pool.target.clone().filter(|_| pool.pool.kind.has_files()),
        volumes: volumes.iter().map(|volume| volume.name.clone()).collect(),
    }
}

/// That libvirt takes KVM for usable does not mean that a guest boots with it: emulation is always on offer beside it.
fn ways(uri: &HostUri, capabilities: &Capabilities, arch: &str) -> Vec<VirtType> {
    if uri.is_test() {
        return vec![VirtType::Test];
    }
    [VirtType::Kvm, VirtType::Qemu].into_iter().filter(|way| capabilities.runs(arch, *way)).collect()
}
