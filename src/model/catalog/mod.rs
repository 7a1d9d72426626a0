//! The catalogue of a host: its projects and flavors, and what is being made in them.
//!
//! - [`Edit`]: one change of it, with the `openstack` lines that mean the same
//! - [`revision`]: how one state of it is written, so that a damaged one is known
//! - [`file`]: how it is exported and imported

mod claim;
mod commands;
mod edit;
pub mod file;
pub mod revision;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use self::{
    claim::{Claim, Member},
    edit::{Edit, EditError, Subject},
};
use crate::{
    flavor::{self, Flavor},
    project::{self, DEFAULT, MachineUse, Project, ProjectUse, Standing},
};

/// How many of its last changes a catalogue remembers by their identifiers.
const HISTORY: usize = 32;

/// All that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalog {
    /// The projects, by name; [`DEFAULT`] is always there.
    pub projects: Vec<Project>,
    /// The flavors, in the order in which they are shown.
    pub flavors: Vec<Flavor>,
    /// What is being made now.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// The identifiers of the last changes, the newest last: by them a writer knows whether its own went in.
    #[serde(default)]
    pub history: Vec<Uuid>,
}

impl Default for Catalog {
    /// What a host has where nothing was kept yet: the project [`DEFAULT`] without limits, and
    /// [`flavor::first_set`].
    fn default() -> Self {
        Self {
            projects: vec![Project::default_project()],
            flavors: flavor::first_set(),
            claims: Vec::new(),
            history: Vec::new(),
        }
    }
}

impl Catalog {
    /// The project of that name.
    #[must_use]
    pub fn project(&self, name: &str) -> Option<&Project> {
        self.projects.iter().find(|project| project.name == name)
    }

    /// The project in which a machine with this note counts: [`DEFAULT`] where there is none of that name.
    #[must_use]
    pub fn project_of(&self, noted: Option<&str>) -> Option<&Project> {
        noted.and_then(|name| self.project(name)).or_else(|| self.project(DEFAULT))
    }

    /// The flavor with this identifier.
    #[must_use]
    pub fn flavor(&self, id: &str) -> Option<&Flavor> {
        self.flavors.iter().find(|flavor| flavor.id == id)
    }

    /// The flavor of this name.
    #[must_use]
    pub fn flavor_named(&self, name: &str) -> Option<&Flavor> {
        self.flavors.iter().find(|flavor| flavor.name == name)
    }

    /// The flavors that machines of `project` may have.
    pub fn flavors_for<'c>(&'c self, project: &'c str) -> impl Iterator<Item = &'c Flavor> {
        self.flavors.iter().filter(move |flavor| flavor.is_for(project))
    }

    /// What each project uses, by its machines; what is being made is not in it.
    #[must_use]
    pub fn usage(&self, machines: &[MachineUse]) -> BTreeMap<String, ProjectUse> {
        project::usage(machines, self.projects.iter().map(|project| project.name.as_str()))
    }

    /// All projects with what they use.
    #[must_use]
    pub fn standings(&self, machines: &[MachineUse]) -> Vec<Standing> {
        let mut usage = self.usage(machines);
        let one = |project: &Project| Standing {
            project: project.clone(),
            used: usage.remove(&project.name).unwrap_or_default().amount,
        };
        self.projects.iter().map(one).collect()
    }

    /// Notes that the change `id` went in.
    pub fn note(&mut self, id: Uuid) {
        self.history.push(id);
        let old = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..old);
    }

    /// In order, as everything that reads it expects: projects by name, `default` there.
    pub(crate) fn settle(&mut self) {
        if self.project(DEFAULT).is_none() {
            self.projects.push(Project::default_project());
        }
        self.projects.sort_by(|a, b| (a.name != DEFAULT, &a.name).cmp(&(b.name != DEFAULT, &b.name)));
    }
}
