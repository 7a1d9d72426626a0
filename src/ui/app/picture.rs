//! The window's own picture of the host's machines, and the questions it answers: plain data.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use lectern_model::{
    domain::{Domain, DomainAction},
    id::DomainId,
};
use lectern_services::host::DomainChanges;

use crate::{flavors::Users, group::Group};

/// All machines by key.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    domains: HashMap<DomainId, Domain>,
    /// The projects that there are, once the catalogue was read.
    projects: Option<BTreeSet<String>>,
    /// What machines note of projects that are not there (any more): they count in the default one.
    strayed: HashMap<DomainId, String>,
}

impl Picture {
    /// Follows a batch of changes. Returns it as it is to be shown.
    pub(crate) fn apply(&mut self, mut changes: DomainChanges) -> DomainChanges {
        if changes.complete {
            self.domains.clear();
            self.strayed.clear();
        }
        for id in &changes.removed {
            self.domains.remove(id);
            self.strayed.remove(id);
        }
        for domain in &mut changes.changed {
            self.strayed.remove(&domain.id);
            self.settle(domain);
        }
        self.domains.extend(changes.changed.iter().map(|domain| (domain.id, domain.clone())));
        changes
    }

    /// Follows the projects that there are. Returns the machines that count in another one now, to be applied.
    pub(crate) fn follow_projects(&mut self, projects: BTreeSet<String>) -> Vec<Domain> {
        if self.projects.as_ref() == Some(&projects) {
            return Vec::new();
        }
        let counted = |noted: Option<&String>| noted.filter(|noted| projects.contains(*noted)).cloned();
        let moved = self.domains.values().filter_map(|shown| {
            let strayed = self.strayed.get(&shown.id);
            let shows = shown.notes.as_ref().and_then(|notes| notes.project.as_ref());
            (counted(strayed.or(shows)).as_ref() != shows).then(|| noting(shown, strayed))
        });
        let moved = moved.collect();
        self.projects = Some(projects);
        moved
    }

    /// Takes out a note of a project that is not there.
    fn settle(&mut self, domain: &mut Domain) {
        let Some(projects) = &self.projects else { return };
        let Some(notes) = &mut domain.notes else { return };
        let Some(project) = notes.project.clone().filter(|project| !projects.contains(project)) else { return };
        Arc::make_mut(notes).project = None;
        self.strayed.insert(domain.id, project);
    }

    /// The machine with this key.
    pub(crate) fn get(&self, id: DomainId) -> Option<&Domain> {
        self.domains.get(&id)
    }

    /// All machines as their host tells of them, to be applied again.
    pub(crate) fn all(&self) -> impl Iterator<Item = Domain> {
        self.domains.values().map(|shown| noting(shown, self.strayed.get(&shown.id)))
    }

    /// The machine that a user means by a name or a UUID.
    pub(crate) fn find(&self, text: &str) -> Option<&Domain> {
        let by_name = self.domains.values().find(|domain| domain.name == text);
        by_name.or_else(|| self.get(DomainId::parse(text)?))
    }

    /// The machines of a group.
    pub(crate) fn group(&self, group: &Group) -> Vec<Domain> {
        self.domains.values().filter(|domain| group.has(domain)).cloned().collect()
    }

    /// All machines, by key.
    pub(crate) fn machines(&self) -> BTreeMap<DomainId, String> {
        self.domains.values().map(|domain| (domain.id, domain.name.clone())).collect()
    }

    /// The machines of each flavor, by name.
    pub(crate) fn flavor_users(&self) -> Users {
        let mut users = Users::new();
        for domain in self.domains.values() {
            if let Some(flavor) = domain.notes.as_ref().and_then(|notes| notes.flavor.clone()) {
                users.entry(flavor).or_default().push(domain.name.clone());
            }
        }
        for names in users.values_mut() {
            names.sort();
        }
        users
    }

    /// Which project each machine counts in.
    pub(crate) fn projects(&self) -> BTreeMap<DomainId, String> {
        self.domains.values().map(|domain| (domain.id, domain.project().to_owned())).collect()
    }

    /// The names of all machines.
    pub(crate) fn names(&self) -> Vec<String> {
        self.domains.values().map(|domain| domain.name.clone()).collect()
    }

    /// How many machines there are, and how many of them are on.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let on = self.domains.values().filter(|domain| domain.state.is_active()).count();
        (self.domains.len(), on)
    }

    /// Whether one of `targets` allows `action` now.
    pub(crate) fn any_able(&self, targets: &[DomainId], action: DomainAction) -> bool {
        targets.iter().filter_map(|id| self.get(*id)).any(|domain| domain.allows(action))
    }

    /// Those of `targets` that are off.
    pub(crate) fn shut_off(&self, targets: &[DomainId]) -> Vec<DomainId> {
        let off = |id: &&DomainId| self.get(**id).is_some_and(|domain| !domain.state.is_active());
        targets.iter().filter(off).copied().collect()
    }

    /// Those of `targets` that allow `action` now.
    pub(crate) fn able(&self, targets: &[DomainId], action: DomainAction) -> Vec<Domain> {
        let there = targets.iter().filter_map(|id| self.get(*id));
        there.filter(|domain| domain.allows(action)).cloned().collect()
    }
}

/// The machine with the project in its notes, where that is known better.
fn noting(shown: &Domain, project: Option<&String>) -> Domain {
    let mut domain = shown.clone();
    if let (Some(project), Some(notes)) = (project, domain.notes.as_mut()) {
        Arc::make_mut(notes).project = Some(project.clone());
    }
    domain
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::{
        domain::{DomainState, StateReason},
        metadata::Notes,
        units::KiB,
    };

    fn domain(number: u8, state: DomainState) -> Domain {
        Domain {
            id: DomainId::from_bytes([number; 16]),
            name: format!("node{number}"),
            state,
            reason: StateReason::None,
            vcpus: 1,
            memory: KiB(1024),
            address: None,
            cpu: None,
            notes: None,
            troubles: None,
        }
    }

    fn picture() -> Picture {
        let changed = vec![domain(1, DomainState::Running), domain(2, DomainState::ShutOff)];
        let mut picture = Picture::default();
        picture.apply(DomainChanges { complete: true, changed, removed: vec![] });
        picture
    }

    #[test]
    fn a_machine_is_found_by_name_and_by_uuid() {
        let picture = picture();
        assert_eq!(picture.find("node2").unwrap().id, DomainId::from_bytes([2; 16]));
        assert_eq!(picture.find("01010101-0101-0101-0101-010101010101").unwrap().name, "node1");
        assert!(picture.find("nope").is_none());
    }

    #[test]
    fn an_action_falls_on_those_that_allow_it() {
        let picture = picture();
        let all = [DomainId::from_bytes([1; 16]), DomainId::from_bytes([2; 16]), DomainId::from_bytes([9; 16])];
        let able = picture.able(&all, DomainAction::Start);
        assert_eq!(able.iter().map(|d| d.name.as_str()).collect::<Vec<_>>(), ["node2"]);
        assert_eq!(picture.counts(), (2, 1));
    }

    #[test]
    fn a_complete_batch_replaces_everything() {
        let mut picture = picture();
        picture.apply(DomainChanges { complete: true, changed: vec![], removed: vec![] });
        assert_eq!(picture.counts(), (0, 0));
    }

    #[test]
    fn a_machine_of_a_project_that_is_gone_counts_in_the_default_one_until_it_is_back() {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let mut picture = Picture::default();
        let mut node = domain(1, DomainState::ShutOff);
        node.notes = Some(Arc::new(Notes { project: Some("class".into()), ..Notes::default() }));
        let id = node.id;
        let batch = DomainChanges { complete: true, changed: vec![node], removed: vec![] };
        let follow = |picture: &mut Picture, projects: &[&str]| {
            let changed = picture.follow_projects(names(projects));
            let count = changed.len();
            picture.apply(DomainChanges { complete: false, changed, removed: vec![] });
            (count, picture.get(id).unwrap().project().to_owned())
        };
        // Before the catalogue was read, the note is all that is known.
        assert_eq!(picture.apply(batch.clone()).changed[0].project(), "class");
        assert_eq!(follow(&mut picture, &["default"]), (1, "default".into()));
        assert_eq!(picture.apply(batch).changed[0].project(), "default");
        assert_eq!(follow(&mut picture, &["default", "other"]), (0, "default".into()));
        assert_eq!(follow(&mut picture, &["default", "class"]), (1, "class".into()));
        assert_eq!(follow(&mut picture, &["default"]), (1, "default".into()));
    }
}
