//! Plans that move machines between projects and give them the sizes of flavors; made of what libvirt knows.

use std::time::Duration;

use lectern_model::{
    catalog::{Catalog, Claim, EditError, Member, Subject},
    id::DomainId,
    metadata::MetadataError,
    project::MachineUse,
    resize::{self, ResizeError},
    storage::folder_of,
    template::Deed,
    xml::Document,
};
use uuid::Uuid;
use virt::connect::Connect;

use super::{connection::Connection, error::HostError, ffi::error::checked, guard, handle::Host, storage::pools};
use crate::{
    catalog::{self, CatalogError, Keeper, admitted, now},
    plan::{
        Plan,
        make::{self, Moved, Resized},
        steps,
    },
};

/// How long looking at the machines may take.
const LIMIT: Duration = Duration::from_mins(2);

/// Why no plan is made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// The catalogue, or a project's quota.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// A machine's notes are not this program's to change.
    #[error(transparent)]
    Notes(#[from] MetadataError),
    /// A machine does not take the flavor's size.
    #[error(transparent)]
    Resize(#[from] ResizeError),
    /// The flavor is not for the machine's project.
    #[error("flavor {flavor} is not for project {project}")]
    NotForProject {
        /// The flavor.
        flavor: String,
        /// The project.
        project: String,
    },
    /// The machine is on, or its memory is saved.
    #[error("the machine is not shut off")]
    Running,
    /// No pool that is started has the machine's disk, so nobody knows where to put another.
    #[error("the machine's disk is in no storage pool")]
    NoPool,
    /// All is as it should become.
    #[error("there is nothing to do")]
    Nothing,
}

impl From<HostError> for PlaceError {
    fn from(error: HostError) -> Self {
        Self::Catalog(error.into())
    }
}

impl Host {
    /// The plan that moves machines, on or off, to `project`; those that are there already are left out.
    ///
    /// # Errors
    /// [`CatalogError::Refused`] where the project does not take them; [`PlaceError::Nothing`] where all are there.
    pub async fn plan_move(&self, ids: Vec<DomainId>, project: String) -> Result<Plan, PlaceError> {
        let uri = self.uri().clone();
        let made = self.catalogue(LIMIT, move |keeper, host| {
            let catalog = keeper.head()?;
            let machines = catalog::machines(host.connect(), |machine| ids.contains(&machine.id))?;
            let moved: Vec<Moved> = machines
                .iter()
                .filter(|machine| ids.contains(&machine.id) && counts_in(&catalog, machine) != project)
                .map(|machine| moved(host, machine))
                .collect::<Result<_, _>>()?;
            let members: Vec<Member> = moved.iter().map(|machine| machine.member).collect();
            must_fit(host.connect(), &catalog, &project, &members)?;
            Ok(make::move_to(&uri, &project, &moved))
        });
        made.await??.ok_or(PlaceError::Nothing)
    }

    /// The plan that gives a machine that is off the size of a flavor.
    ///
    /// # Errors
    /// [`CatalogError::Refused`] where its project's quota is not enough; else why it cannot be.
    pub async fn plan_resize(&self, id: DomainId, flavor: String) -> Result<Plan, PlaceError> {
        let uri = self.uri().clone();
        let made = self.catalogue(LIMIT, move |keeper, host| {
            let catalog = keeper.head()?;
            Ok(look(host, &catalog, id, &flavor)?.and_then(|(machine, flavor)| {
                let plan = make::resize(&uri, &machine, &flavor)?.guarded(Deed::ChangeDisk, [id]);
                for step in plan.steps() {
                    if let crate::plan::Step::Quota(quota) = step {
                        must_fit(host.connect(), &catalog, &quota.project, &quota.members)?;
                    }
                }
                Ok(plan)
            }))
        });
        made.await?
    }
}

pub(super) fn counts_in<'m>(catalog: &Catalog, machine: &'m MachineUse) -> &'m str {
    machine.counts_in(|name| catalog.project(name).is_some())
}

/// Refuses what a project does not take now. Whether it can refuse anything at all.
pub(super) fn must_fit(
    connect: &Connect,
    catalog: &Catalog,
    project: &str,
    members: &[Member],
) -> Result<bool, CatalogError> {
    if catalog.project(project).is_some_and(|project| !project.is_enforced()) {
        return Ok(false);
    }
    let claim = Claim { id: Uuid::new_v4(), project: project.to_owned(), members: members.to_vec(), at: now() };
    admitted(connect, catalog, &claim)?;
    Ok(true)
}

fn moved(host: &Connection, machine: &MachineUse) -> Result<Moved, HostError> {
    let domain = host.domain(machine.id)?;
    let live = if checked(domain.is_active())? { Some(checked(domain.xml_desc(0))?) } else { None };
    Ok(Moved {
        id: machine.id,
        name: machine.name.clone(),
        xml: steps::inactive_xml(&domain)?,
        live,
        member: Member { machine: machine.id, amount: machine.amount() },
    })
}

type Found = Result<(Resized, lectern_model::flavor::Flavor), PlaceError>;

fn look(host: &Connection, catalog: &Catalog, id: DomainId, flavor: &str) -> Result<Found, CatalogError> {
    let gone = || EditError::Gone(Subject::Flavor(flavor.to_owned()));
    let flavor = catalog.flavor(flavor).ok_or_else(gone)?.clone();
    let domain = host.domain(id)?;
    if checked(domain.is_active())? || checked(domain.has_managed_save(0)).unwrap_or(false) {
        return Ok(Err(PlaceError::Running));
    }
    let all = catalog::machines(host.connect(), |machine| machine.id == id)?;
    let now = all.into_iter().find(|machine| machine.id == id).ok_or(HostError::Gone)?;
    let project = counts_in(catalog, &now).to_owned();
    if !flavor.is_for(&project) {
        return Ok(Err(PlaceError::NotForProject { flavor: flavor.name, project }));
    }
    guard::must_allow(host.connect(), Deed::ChangeDisk, &domain)?;
    let xml = steps::inactive_xml(&domain)?;
    let Some(pool) = pool(host.connect(), &xml)? else { return Ok(Err(PlaceError::NoPool)) };
    Ok(Ok((Resized { now, xml, project, pool }, flavor)))
}

/// The pool that has the root disk, and its folder.
fn pool(connect: &Connect, xml: &str) -> Result<Option<(String, String)>, CatalogError> {
    let document = Document::parse(xml).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let Some(path) = resize::disks(&document).root.and_then(|root| root.path) else { return Ok(None) };
    let Some(volume) = pools::at(connect, &path)? else { return Ok(None) };
    let (_, pool) = pools::read_volume(&volume)?;
    Ok(Some((pool, folder_of(&path).to_owned())))
}
