//! What the list is narrowed to: words, a state, and a project.

use lectern_model::domain::{Domain, DomainState};

/// The states that the filter offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum StateFilter {
    /// All machines.
    #[default]
    All,
    /// Those with a QEMU process.
    Active,
    /// Those without.
    Inactive,
    /// Those that are paused.
    Paused,
    /// Those that are locked as templates.
    Templates,
}

impl StateFilter {
    /// In the order of the menu.
    pub(crate) const ALL: [Self; 5] = [Self::All, Self::Active, Self::Inactive, Self::Paused, Self::Templates];

    fn matches(self, domain: &Domain) -> bool {
        let state = domain.state;
        match self {
            Self::All => true,
            Self::Active => state.is_active(),
            Self::Inactive => !state.is_active(),
            Self::Paused => matches!(state, DomainState::Paused),
            Self::Templates => domain.is_template(),
        }
    }
}

/// The list's present narrowing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Query {
    words: Vec<String>,
    state: StateFilter,
    /// One project alone.
    project: Option<String>,
}

impl Query {
    /// Looks for every word of `text`, in any order, without regard to case.
    pub(crate) fn set_text(&mut self, text: &str) {
        self.words = text.split_whitespace().map(str::to_lowercase).collect();
    }

    /// Keeps machines in this state only.
    pub(crate) const fn set_state(&mut self, state: StateFilter) {
        self.state = state;
    }

    /// Keeps machines of this project only; `None` keeps all.
    pub(crate) fn set_project(&mut self, project: Option<String>) {
        self.project = project;
    }

    /// Whether everything is shown.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.state == StateFilter::All && self.project.is_none()
    }

    /// Whether `domain` is shown: each word is in its name, its address, its lab or its student.
    pub(crate) fn matches(&self, domain: &Domain) -> bool {
        let foreign = self.project.as_deref().is_some_and(|wanted| wanted != domain.project());
        if foreign || !self.state.matches(domain) {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let name = domain.name.to_lowercase();
        let address = domain.address.as_ref().map(|a| a.ip.to_string()).unwrap_or_default();
        let notes = domain.notes.as_deref();
        let lab = notes.and_then(|notes| notes.lab.as_ref()).map(|lab| lab.name.to_lowercase()).unwrap_or_default();
        let student = notes.and_then(|notes| notes.student.as_ref());
        let student = student.map(|student| format!("{} {}", student.number, student.name).to_lowercase());
        let student = student.unwrap_or_default();
        self.words.iter().all(|word| [&name, &address, &lab, &student].iter().any(|text| text.contains(word)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::{domain::StateReason, id::DomainId, units::KiB};

    fn domain(name: &str, state: DomainState) -> Domain {
        Domain {
            id: DomainId::from_bytes([0; 16]),
            name: name.into(),
            state,
            reason: StateReason::None,
            vcpus: 1,
            memory: KiB(1),
            address: None,
            cpu: None,
            notes: None,
            troubles: None,
        }
    }

    #[test]
    fn all_words_must_be_there_in_any_case() {
        let mut query = Query::default();
        query.set_text("  NODE 1");
        assert!(query.matches(&domain("student-Node-21", DomainState::ShutOff)));
        assert!(!query.matches(&domain("node2", DomainState::ShutOff)));
    }

    #[test]
    fn a_state_narrows_further() {
        let mut query = Query::default();
        query.set_state(StateFilter::Active);
        assert!(query.matches(&domain("a", DomainState::Paused)));
        assert!(!query.matches(&domain("a", DomainState::ShutOff)));
        query.set_project(Some("other".into()));
        assert!(!query.matches(&domain("a", DomainState::Paused)));
        assert!(!query.is_empty());
    }
}
