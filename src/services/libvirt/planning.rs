//! Plans that need only what libvirt knows of a machine; made on a thread of the pool, run elsewhere.

use std::{collections::BTreeSet, time::Duration};

use lectern_model::{
    catalog::{Catalog, Member},
    id::DomainId,
    project::{Amount, MachineUse},
    storage::{dependency::Leaving, normal},
    template::Deed,
    xml::{Document, EditError},
};

use super::{
    connection::Connection,
    error::HostError,
    ffi::error::checked,
    guard,
    handle::Host,
    moving::{PlaceError, counts_in, must_fit},
};
use crate::{
    catalog::{self, CatalogError, Keeper, OnHost},
    plan::{
        Plan, Purpose, Step,
        make::{claimed_for_good, claimed_where},
        steps::{self, Redefine, Undefine},
    },
};

/// How long reading what a plan needs may take.
const LIMIT: Duration = Duration::from_secs(30);

impl Host {
    /// The XML by which a machine would be defined again, with its passwords: not to be logged or kept.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn inactive_xml(&self, id: DomainId) -> Result<String, HostError> {
        self.call(LIMIT, move |connection| steps::inactive_xml(&connection.domain(id)?)).await
    }

    /// The plan that takes machines out of libvirt's list and keeps their disks and state.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn plan_undefine(&self, ids: Vec<DomainId>) -> Result<Plan, HostError> {
        let host = self.uri().clone();
        self.call(LIMIT, move |connection| {
            let step = |id: &DomainId| Undefine::of(&connection.domain(*id)?, *id);
            let steps = ids.iter().map(step).collect::<Result<Vec<Undefine>, HostError>>()?;
            let names = steps.iter().map(|step| step.name.clone()).collect();
            let leaving = Leaving { machines: ids.iter().copied().collect(), ..Leaving::default() };
            guard::must_allow_all(connection.connect(), Deed::Undefine, &ids, &leaving)?;
            let plan = Plan::new(Purpose::Undefine(names), host, steps.into_iter().map(Into::into).collect());
            Ok(plan.guarded(Deed::Undefine, ids))
        })
        .await
    }

    /// The plan that gives a machine another configuration: what `change` makes of its inactive XML.
    ///
    /// Where the machine then takes more of its project, the project is asked, now and again when the plan is run.
    ///
    /// # Errors
    /// [`CatalogError::Refused`] where its project does not take it; [`HostError::BadAnswer`] if the XML cannot be read or
    /// changed; else as for [`Host::act`].
    pub async fn plan_edit(
        &self,
        id: DomainId,
        change: impl FnOnce(&Document) -> Result<Document, EditError> + Send + 'static,
    ) -> Result<Plan, PlaceError> {
        let host = self.uri().clone();
        let made = self.catalogue(LIMIT, move |keeper, connection| {
            let step = edit(connection, id, change)?;
            let purpose = Purpose::Edit(step.name.clone());
            Ok(Plan::new(purpose, host, placed(keeper, connection, step)?).guarded(Deed::Edit, [id]))
        });
        Ok(made.await?)
    }
}

impl Host {
    /// The plan that makes a volume larger, with the places of the machines that write to it claimed.
    ///
    /// # Errors
    /// [`CatalogError::Refused`] where a project does not take it; else as for [`Host::act`].
    pub async fn plan_grow(&self, plan: Plan) -> Result<Plan, PlaceError> {
        Ok(self.catalogue(LIMIT, move |keeper, connection| grown(keeper, connection, plan)).await?)
    }
}

/// The catalogue; one that cannot be read keeps nobody from changing a machine.
fn known(keeper: &OnHost<'_>) -> Option<Catalog> {
    let head = keeper.head();
    head.inspect_err(|error| tracing::warn!("changed without a look at its project: {error}")).ok()
}

fn grown(keeper: &OnHost<'_>, connection: &Connection, plan: Plan) -> Result<Plan, CatalogError> {
    let [Step::ResizeVolume(resize)] = plan.steps() else { return Ok(plan) };
    let path = normal(&resize.path);
    let Some(catalog) = known(keeper) else { return Ok(plan) };
    let writes = |machine: &MachineUse| machine.disks.iter().any(|disk| disk.key == path);
    let mut machines = catalog::machines(connection.connect(), writes)?;
    machines.retain(writes);
    let mut steps = plan.steps().to_vec();
    let mut asked = BTreeSet::new();
    for machine in &mut machines {
        let project = counts_in(&catalog, machine).to_owned();
        // A volume that several machines of a project share counts once.
        if !asked.insert(project.clone()) {
            continue;
        }
        machine.disks.iter_mut().filter(|disk| disk.key == path).for_each(|disk| disk.size = Some(resize.to));
        let members = vec![Member { machine: machine.id, amount: machine.amount() }];
        let enforced = must_fit(connection.connect(), &catalog, &project, &members)?;
        steps = claimed_for_good(enforced, &project, &members, steps);
    }
    Ok(Plan::new(plan.purpose().clone(), plan.host().clone(), steps))
}

/// The change of a machine's configuration, with its place claimed where it takes more of its project than before. What
/// takes less, or the same, is nobody's to refuse.
fn placed(keeper: &OnHost<'_>, connection: &Connection, step: Redefine) -> Result<Vec<Step>, CatalogError> {
    let Some(catalog) = known(keeper) else { return Ok(vec![step.into()]) };
    let config = Document::parse(&step.new).map_err(|error| HostError::BadAnswer(error.to_string()))?;
    let before = catalog::of_one(connection.connect(), &connection.domain(step.id)?)?;
    let after = catalog::with_config(connection.connect(), &before, &config);
    let project = counts_in(&catalog, &after).to_owned();
    let had = if project == counts_in(&catalog, &before) { before.amount() } else { Amount::default() };
    let takes_more = after.amount().minus(&had) != Amount::default();
    if !takes_more {
        return Ok(vec![step.into()]);
    }
    let members = vec![Member { machine: step.id, amount: after.amount() }];
    let enforced = must_fit(connection.connect(), &catalog, &project, &members)?;
    Ok(claimed_where(enforced, &project, &members, vec![step.into()]))
}

fn edit(
    connection: &Connection,
    id: DomainId,
    change: impl FnOnce(&Document) -> Result<Document, EditError>,
) -> Result<Redefine, HostError> {
    let unreadable = |error: &dyn std::fmt::Display| HostError::BadAnswer(error.to_string());
    let domain = connection.domain(id)?;
    let name = checked(domain.name())?;
    let old = steps::inactive_xml(&domain)?;
    let document = Document::parse(&old).map_err(|error| unreadable(&error))?;
    let new = change(&document).map_err(|error| unreadable(&error))?.to_string();
    guard::must_allow(connection.connect(), Deed::Edit, &domain)?;
    Ok(Redefine { id, name, old, new })
}
