//! Whether something may be done to machines whose disks others may lie on: asked at each start, whoever asks for it, and
//! before each plan that changes or deletes machines.

use std::collections::BTreeSet;

use lectern_model::{
    id::DomainId,
    metadata::{self, TemplateMark},
    storage::{
        DependencyMap,
        dependency::{BlindSpot, Builder, Leaving},
        folder_of,
        machine::{Machine, MachineFile, Role},
        normal,
    },
    template::{Deed, Dependents, Standing, Verdict, Why},
    uri::HostUri,
    xml::Document,
};
use virt::{connect::Connect, domain::Domain};

use super::{
    error::HostError,
    ffi::error::checked,
    storage::{StorageError, machines, needs::Needs, pools},
};
use crate::disk::folder;

/// A deed that the rules about templates refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {why:?}")]
pub struct Guarded {
    /// The machine's name.
    pub name: String,
    /// What was to be done to it.
    pub deed: Deed,
    /// What speaks against it.
    pub why: Vec<Why>,
}

/// Looks whether a deed may be done to a machine.
///
/// # Errors
/// [`HostError::Guarded`] if not; else as libvirt gives it.
pub(crate) fn must_allow(connect: &Connect, deed: Deed, domain: &Domain) -> Result<(), HostError> {
    let machine = machines::read(domain).map_err(host_error)?;
    all_allowed(connect, deed, vec![machine], &Leaving::default())
}

/// Looks whether a deed may be done to machines, with what else goes then. One that is gone meanwhile stands in no way.
///
/// # Errors
/// As [`must_allow`].
pub(crate) fn must_allow_all(
    connect: &Connect,
    deed: Deed,
    machines: &[DomainId],
    leaving: &Leaving,
) -> Result<(), HostError> {
    let mut read = Vec::with_capacity(machines.len());
    for id in machines {
        match super::connection::domain(connect, *id) {
            Ok(domain) => read.push(machines::read(&domain).map_err(host_error)?),
            Err(HostError::Gone) => {}
            Err(error) => return Err(error),
        }
    }
    all_allowed(connect, deed, read, leaving)
}

/// What the rules say of this seal alone, without a look at who needs it.
///
/// # Errors
/// [`HostError::Guarded`].
pub(crate) fn seal_allows(deed: Deed, name: &str, config: &Document) -> Result<(), HostError> {
    verdict(deed, name, &Standing { mark: mark(config), ..Standing::default() })
}

fn host_error(error: StorageError) -> HostError {
    match error {
        StorageError::Host(error) => error,
        other => HostError::System(other.to_string()),
    }
}

fn mark(config: &Document) -> Option<TemplateMark> {
    metadata::read(config).machine().template
}

fn verdict(deed: Deed, name: &str, standing: &Standing) -> Result<(), HostError> {
    match standing.may(deed) {
        // What is asked was asked where the deed was wished for.
        Verdict::Yes | Verdict::Ask(_) => Ok(()),
        Verdict::No(why) => Err(HostError::Guarded(Box::new(Guarded { name: name.to_owned(), deed, why }))),
    }
}

/// The disks of a machine that the deed would touch: of one that is no template, those that it writes to.
pub(crate) fn disks(machine: &Machine, files: Vec<(MachineFile, String)>) -> Vec<String> {
    let sealed = mark(&machine.config).is_some();
    let disks = files.into_iter().filter(|(file, _)| file.role == Role::Disk && (sealed || !file.read_only));
    disks.map(|(_, path)| path).collect()
}

/// Why a machine is not deleted, with what else goes then; nothing where it may be.
pub(crate) fn deletion_refused(
    map: &DependencyMap,
    machine: &Machine,
    disks: &[String],
    leaving: &Leaving,
) -> Option<Guarded> {
    let dependents = Dependents::staying(map, machine.id, disks, leaving);
    let standing = Standing { mark: mark(&machine.config), dependents, bases: Vec::new() };
    match standing.may(Deed::Delete) {
        Verdict::No(why) => Some(Guarded { name: machine.name.clone(), deed: Deed::Delete, why }),
        Verdict::Yes | Verdict::Ask(_) => None,
    }
}

fn all_allowed(connect: &Connect, deed: Deed, own: Vec<Machine>, leaving: &Leaving) -> Result<(), HostError> {
    let (pools, blind) = seen_pools(connect);
    let mut needs = Needs { pools, machines: own };
    let paths: BTreeSet<String> =
        needs.machines.iter().flat_map(|machine| disks(machine, needs.files(machine))).collect();
    let mut builder = needs.builder();
    look_beside(connect, &needs, &paths, &mut builder);
    let map = builder.build();
    let is_base = paths.iter().any(|path| map.children(path).next().is_some());
    if !is_base && needs.machines.iter().all(|machine| mark(&machine.config).is_none()) {
        return Ok(());
    }
    // Somebody stands on them: all machines are looked at only now, to name whose they are.
    let own = std::mem::replace(&mut needs.machines, machines::all(connect).map_err(host_error)?);
    let mut builder = needs.builder();
    for spot in blind {
        builder.blind(spot);
    }
    look_beside(connect, &needs, &paths, &mut builder);
    let map = builder.build();
    own.iter().try_for_each(|machine| {
        let dependents = Dependents::staying(&map, machine.id, &disks(machine, needs.files(machine)), leaving);
        verdict(deed, &machine.name, &Standing { mark: mark(&machine.config), dependents, bases: Vec::new() })
    })
}

type Pools = Vec<(lectern_model::storage::Pool, Vec<lectern_model::storage::Volume>)>;

/// All pools, read anew where that is possible; a pool that cannot be read keeps nobody from starting a machine.
fn seen_pools(connect: &Connect) -> (Pools, Vec<BlindSpot>) {
    let (mut pools, mut blind) = (Vec::new(), Vec::new());
    for found in pools::everything(connect, true).unwrap_or_default() {
        let name = found.pool.name.clone();
        match found.volumes.or_else(|_| pools::known_volumes(connect, found.pool.id)) {
            Ok(volumes) => {
                if !found.pool.state.is_active() {
                    blind.push(BlindSpot::InactivePool(name));
                }
                pools.push((found.pool, volumes));
            }
            Err(_) => blind.push(BlindSpot::Pool(name)),
        }
    }
    (pools, blind)
}

/// The images that lie beside disks outside of pools, where this computer is the host.
fn look_beside(connect: &Connect, needs: &Needs, paths: &BTreeSet<String>, builder: &mut Builder) {
    let uri = checked(connect.uri()).ok().and_then(|uri| HostUri::parse(&uri).ok());
    if !uri.is_some_and(|uri| uri.is_local() && !uri.is_test()) {
        return;
    }
    let known = |path: &str| needs.pools.iter().flat_map(|(_, volumes)| volumes).any(|volume| volume.path == path);
    let outside = paths.iter().map(|path| normal(path)).filter(|path| !known(path));
    let folders: BTreeSet<String> = outside.map(|path| folder_of(&path).to_owned()).collect();
    for (path, info) in folders.iter().filter_map(|folder| folder::read(folder)).flatten() {
        builder.image(&path, info.base());
    }
}
