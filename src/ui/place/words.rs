//! What can be chosen: the projects with what they use, or the flavors that a machine's project may have.

use lectern_model::{catalog::Catalog, id::DomainId, project::MachineUse};
use lectern_services::catalog::Usage;

use super::{Choice, PlacePurpose};
use crate::{flavors, projects};

/// The choices, and the one to begin with.
pub(super) fn choices(purpose: &PlacePurpose, catalog: &Catalog, usage: &Usage) -> (Vec<Choice>, Option<String>) {
    match purpose {
        PlacePurpose::Move(machines) => projects_for(machines, catalog, usage),
        PlacePurpose::Resize(id, _) => flavors_for(*id, catalog, usage),
    }
}

/// All projects; to begin with the first that not all of the machines are in.
fn projects_for(machines: &[(DomainId, String)], catalog: &Catalog, usage: &Usage) -> (Vec<Choice>, Option<String>) {
    let choice = |project: &lectern_model::project::Project| Choice {
        key: project.name.clone(),
        title: project.name.clone(),
        subtitle: projects::summary(project, usage.projects.get(&project.name).map(|used| &used.amount)),
    };
    let has_all = |name: &str| {
        let used = usage.projects.get(name);
        used.is_some_and(|used| machines.iter().all(|(id, _)| used.machines.contains(id)))
    };
    let first = catalog.projects.iter().find(|project| !has_all(&project.name));
    (catalog.projects.iter().map(choice).collect(), first.map(|project| project.name.clone()))
}

/// The flavors of the machine's project; to begin with the one that is noted on it.
fn flavors_for(id: DomainId, catalog: &Catalog, usage: &Usage) -> (Vec<Choice>, Option<String>) {
    let machine = usage.machines.iter().find(|machine| machine.id == id);
    let project = machine.map(|machine| machine.counts_in(|name| catalog.project(name).is_some()));
    let all = catalog.flavors_for(project.unwrap_or(lectern_model::project::DEFAULT));
    let choice = |flavor: &lectern_model::flavor::Flavor| Choice {
        key: flavor.id.clone(),
        title: flavor.name.clone(),
        subtitle: flavors::sizes(flavor),
    };
    let noted = machine.and_then(|machine: &MachineUse| catalog.flavor_named(machine.flavor.as_deref()?));
    (all.map(choice).collect(), noted.map(|flavor| flavor.id.clone()))
}
