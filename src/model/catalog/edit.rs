//! One change of a catalogue, refused where somebody else has changed the same thing meanwhile.

use std::collections::BTreeSet;

use super::{
    Catalog,
    file::{Content, Existing},
};
use crate::{
    flavor::{self, Access, Flavor, FlavorProblem},
    project::{self, DEFAULT, Project, ProjectProblem},
};

/// One change. What is changed or removed is given as it was seen, so that nothing is lost that somebody else wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Add a project.
    AddProject(Project),
    /// Change a project; another name only where no machine notes the old one.
    ChangeProject {
        /// As it was seen.
        old: Project,
        /// As it shall be.
        new: Project,
    },
    /// Remove a project. Machines that note it count in [`DEFAULT`] from then on.
    RemoveProject(Project),
    /// Bring a removed project back; the machines that note it are its own again.
    ReturnProject {
        /// As it was.
        project: Project,
        /// The identifiers of the flavors that were for it.
        flavors: BTreeSet<String>,
    },
    /// Add a flavor.
    AddFlavor(Flavor),
    /// Change a flavor; machines that were made with it stay as they are.
    ChangeFlavor {
        /// As it was seen.
        old: Flavor,
        /// As it shall be.
        new: Flavor,
    },
    /// Remove a flavor; machines that were made with it stay as they are.
    RemoveFlavor(Flavor),
    /// Take in a file's projects and flavors.
    Import {
        /// What the file holds.
        content: Content,
        /// What becomes of those that are there already.
        existing: Existing,
    },
}

/// Something in a catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// The project of that name.
    Project(String),
    /// The flavor of that name.
    Flavor(String),
}

/// Why a change is not made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is not as it was seen: look, and do it again.
    #[error("{0:?} was changed meanwhile")]
    ChangedElsewhere(Subject),
    /// It is not there any more.
    #[error("{0:?} is gone")]
    Gone(Subject),
    /// The project cannot be kept so; never empty.
    #[error("the project {name} cannot be kept: {problems:?}")]
    Project {
        /// Its name.
        name: String,
        /// What is wrong.
        problems: Vec<ProjectProblem>,
    },
    /// The flavor cannot be kept so; never empty.
    #[error("the flavor {name} cannot be kept: {problems:?}")]
    Flavor {
        /// Its name.
        name: String,
        /// What is wrong.
        problems: Vec<FlavorProblem>,
    },
}

impl Edit {
    /// The catalogue with the change.
    ///
    /// # Errors
    /// Why it is not made.
    pub fn apply(&self, catalog: &Catalog) -> Result<Catalog, EditError> {
        let mut next = catalog.clone();
        match self {
            Self::AddProject(project) => put_project(&mut next, project.clone(), None)?,
            Self::ChangeProject { old, new } => change_project(&mut next, old, new)?,
            Self::RemoveProject(old) => remove_project(&mut next, old)?,
            Self::ReturnProject { project, flavors } => return_project(&mut next, project, flavors)?,
            Self::AddFlavor(flavor) => put_flavor(&mut next, flavor.clone(), None)?,
            Self::ChangeFlavor { old, new } => {
                let at = flavor_at(&next, old)?;
                put_flavor(&mut next, new.clone(), Some(at))?;
            }
            Self::RemoveFlavor(old) => drop(next.flavors.remove(flavor_at(catalog, old)?)),
            Self::Import { content, existing } => import(&mut next, content, *existing)?,
        }
        next.settle();
        Ok(next)
    }

    /// The change that takes this one back, where one does: what nobody has changed since is as it was in `before`.
    #[must_use]
    pub fn back(&self, before: &Catalog) -> Option<Self> {
        Some(match self.clone() {
            Self::AddProject(project) | Self::ReturnProject { project, .. } => Self::RemoveProject(project),
            Self::RemoveProject(project) => {
                Self::ReturnProject { flavors: flavors_for(before, &project.name), project }
            }
            Self::ChangeProject { old, new } => Self::ChangeProject { old: new, new: old },
            Self::AddFlavor(flavor) => Self::RemoveFlavor(flavor),
            Self::ChangeFlavor { old, new } => Self::ChangeFlavor { old: new, new: old },
            Self::RemoveFlavor(flavor) => Self::AddFlavor(flavor),
            // It has changed many things.
            Self::Import { .. } => return None,
        })
    }

    /// The name that a project loses, where machines may note it.
    #[must_use]
    pub fn loses_name(&self) -> Option<&str> {
        match self {
            Self::ChangeProject { old, new } if old.name != new.name => Some(&old.name),
            _ => None,
        }
    }
}

fn project_at(catalog: &Catalog, seen: &Project) -> Result<usize, EditError> {
    let subject = || Subject::Project(seen.name.clone());
    let at = catalog.projects.iter().position(|project| project.name == seen.name);
    let at = at.ok_or_else(|| EditError::Gone(subject()))?;
    if catalog.projects.get(at) == Some(seen) { Ok(at) } else { Err(EditError::ChangedElsewhere(subject())) }
}

fn put_project(catalog: &mut Catalog, project: Project, at: Option<usize>) -> Result<(), EditError> {
    let was = at.and_then(|at| catalog.projects.get(at)).map(|project| project.name.clone());
    let others = catalog.projects.iter().enumerate().filter(|(place, _)| Some(*place) != at);
    let problems = project::problems(&project, was.as_deref(), others.map(|(_, other)| other.name.as_str()));
    if !problems.is_empty() {
        return Err(EditError::Project { name: project.name, problems });
    }
    match at.and_then(|at| catalog.projects.get_mut(at)) {
        Some(place) => *place = project,
        None => catalog.projects.push(project),
    }
    Ok(())
}

fn change_project(catalog: &mut Catalog, old: &Project, new: &Project) -> Result<(), EditError> {
    let at = project_at(catalog, old)?;
    put_project(catalog, new.clone(), Some(at))?;
    rename_access(catalog, &old.name, Some(&new.name));
    Ok(())
}

fn remove_project(catalog: &mut Catalog, old: &Project) -> Result<(), EditError> {
    if old.name == DEFAULT {
        return Err(EditError::Project { name: old.name.clone(), problems: vec![ProjectProblem::DefaultStays] });
    }
    let at = project_at(catalog, old)?;
    catalog.projects.remove(at);
    rename_access(catalog, &old.name, None);
    Ok(())
}

/// The identifiers of the flavors that are for this project, and not for all.
fn flavors_for(catalog: &Catalog, project: &str) -> BTreeSet<String> {
    let is_for = |flavor: &&Flavor| matches!(&flavor.access, Access::Projects(names) if names.contains(project));
    catalog.flavors.iter().filter(is_for).map(|flavor| flavor.id.clone()).collect()
}

/// A flavor that was given to all meanwhile, or is gone, stays so.
fn return_project(catalog: &mut Catalog, project: &Project, flavors: &BTreeSet<String>) -> Result<(), EditError> {
    put_project(catalog, project.clone(), None)?;
    for flavor in catalog.flavors.iter_mut().filter(|flavor| flavors.contains(&flavor.id)) {
        if let Access::Projects(names) = &mut flavor.access {
            names.insert(project.name.clone());
        }
    }
    Ok(())
}

fn rename_access(catalog: &mut Catalog, old: &str, new: Option<&str>) {
    for flavor in &mut catalog.flavors {
        if let Access::Projects(names) = &mut flavor.access
            && names.remove(old)
        {
            names.extend(new.map(str::to_owned));
        }
    }
}

fn flavor_at(catalog: &Catalog, seen: &Flavor) -> Result<usize, EditError> {
    let subject = || Subject::Flavor(seen.name.clone());
    let at = catalog.flavors.iter().position(|flavor| flavor.id == seen.id);
    let at = at.ok_or_else(|| EditError::Gone(subject()))?;
    if catalog.flavors.get(at) == Some(seen) { Ok(at) } else { Err(EditError::ChangedElsewhere(subject())) }
}

fn put_flavor(catalog: &mut Catalog, flavor: Flavor, at: Option<usize>) -> Result<(), EditError> {
    let was = at.and_then(|at| catalog.flavors.get(at)).map(|flavor| flavor.id.clone());
    let others = catalog.flavors.iter().enumerate().filter(|(place, _)| Some(*place) != at);
    let exists = |name: &str| catalog.project(name).is_some();
    let mut problems = flavor::problems(&flavor, was.as_deref(), others.map(|(_, other)| other), exists);
    problems.retain(FlavorProblem::stops);
    if !problems.is_empty() {
        return Err(EditError::Flavor { name: flavor.name, problems });
    }
    match at.and_then(|at| catalog.flavors.get_mut(at)) {
        Some(place) => *place = flavor,
        None => catalog.flavors.push(flavor),
    }
    Ok(())
}

fn import(catalog: &mut Catalog, content: &Content, existing: Existing) -> Result<(), EditError> {
    let same_name = |a: &str, b: &str| a.to_lowercase() == b.to_lowercase();
    for project in &content.projects {
        let at = catalog.projects.iter().position(|other| same_name(&other.name, &project.name));
        match at {
            Some(_) if existing == Existing::Keep => {}
            Some(at) => put_project(catalog, named_as(project, catalog.projects.get(at)), Some(at))?,
            None => put_project(catalog, project.clone(), None)?,
        }
    }
    for flavor in &content.flavors {
        let at = catalog.flavors.iter().position(|other| other.id == flavor.id || other.name == flavor.name);
        match at.and_then(|at| catalog.flavors.get(at).map(|there| (at, there.id.clone()))) {
            Some(_) if existing == Existing::Keep => {}
            Some((at, id)) => put_flavor(catalog, Flavor { id, ..flavor.clone() }, Some(at))?,
            None => put_flavor(catalog, flavor.clone(), None)?,
        }
    }
    Ok(())
}

/// The project with the name that machines note already.
fn named_as(project: &Project, there: Option<&Project>) -> Project {
    let name = there.map_or_else(|| project.name.clone(), |there| there.name.clone());
    Project { name, ..project.clone() }
}
