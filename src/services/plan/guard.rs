//! What a plan must be allowed to do to templates, and to machines whose disks others lie on: looked at before its first
//! step, as others may have come to lie on them since the plan was made.

use std::collections::BTreeSet;

use lectern_model::{id::DomainId, storage::dependency::Leaving, template::Deed};
use serde::{Deserialize, Serialize};

use super::{Step, StepError};
use crate::libvirt::{guard, line::Line};

/// The deed, and the machines that it is done to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guard {
    deed: Deed,
    machines: BTreeSet<DomainId>,
}

impl Guard {
    pub(super) fn new(deed: Deed, machines: impl IntoIterator<Item = DomainId>) -> Self {
        Self { deed, machines: machines.into_iter().collect() }
    }

    /// Looks whether it may be done.
    ///
    /// # Errors
    /// [`crate::host::HostError::Guarded`] if not, with nothing touched.
    pub(super) fn check(&self, steps: &[Step], line: &Line) -> Result<(), StepError> {
        let machines: Vec<DomainId> = self.machines.iter().copied().collect();
        let allowed = guard::must_allow_all(line.connect(), self.deed, &machines, &self.leaving(steps));
        allowed.map_err(StepError::untouched)
    }

    /// Machines that go together are in no way of each other, nor are the files that go with them.
    fn leaving(&self, steps: &[Step]) -> Leaving {
        match self.deed {
            Deed::Delete => Leaving { machines: self.machines.clone(), files: files(steps) },
            Deed::Undefine => Leaving { machines: self.machines.clone(), ..Leaving::default() },
            _ => Leaving::default(),
        }
    }
}

/// What the steps delete.
fn files(steps: &[Step]) -> BTreeSet<String> {
    let of = |step: &Step| match step {
        Step::DeleteImage(delete) => vec![delete.path.clone()],
        Step::DeleteImages(delete) => delete.images.iter().map(|(path, _)| path.clone()).collect(),
        _ => Vec::new(),
    };
    steps.iter().flat_map(of).collect()
}
