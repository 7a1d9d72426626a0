//! Several machines that are looked at together: a lab, or what was selected.

use lectern_model::{domain::Domain, id::DomainId, metadata::LabMark};

/// Which machines.
#[derive(Clone, Debug)]
pub(crate) enum Group {
    /// All of a lab, also those that come later.
    Lab(LabMark),
    /// These.
    These(Vec<DomainId>),
}

impl Group {
    /// Whether a machine is one of them.
    pub(crate) fn has(&self, domain: &Domain) -> bool {
        match self {
            Self::Lab(mark) => {
                domain.notes.as_ref().and_then(|notes| notes.lab.as_ref()).is_some_and(|lab| lab.id == mark.id)
            }
            Self::These(ids) => ids.contains(&domain.id),
        }
    }

    /// The lab's name, where it is one.
    pub(crate) fn lab(&self) -> Option<&str> {
        match self {
            Self::Lab(mark) => Some(&mark.name),
            Self::These(_) => None,
        }
    }
}
