//! Deleting images for good, after another look at who needs them.

use std::collections::BTreeSet;

use lectern_model::{
    command::CommandLine,
    id::DomainId,
    storage::{
        DependencyMap,
        dependency::{Builder, Deletion, Holder, Leaving},
        machine::StateFolders,
    },
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::connect::Connect;

use crate::{
    disk::remove,
    host::StorageError,
    jobs::StepText,
    libvirt::storage::{machines, pools},
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Delete an image for good, in a pool or outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteImage {
    /// Its path.
    pub path: String,
    /// Whether it is a volume of a pool.
    pub in_pool: bool,
    /// The machine that it goes with.
    pub machine: DomainId,
    /// All files that go with that machine.
    pub together: BTreeSet<String>,
}

impl Act for DeleteImage {
    fn text(&self) -> StepText {
        StepText::Delete { path: self.path.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        if self.in_pool {
            return vec![CommandLine::virsh(host.as_str()).args(["vol-delete", "--vol"]).arg(&self.path)];
        }
        vec![CommandLine::new("rm").args(["--", &self.path])]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let leaving = Leaving { machines: BTreeSet::from([self.machine]), files: self.together.clone() };
        match map(context.connect())?.deletion(&self.path, &leaving) {
            Deletion::Free => Ok(()),
            Deletion::Locked(holders) => Err(StepError::untouched(StepFailure::Needed {
                what: self.path.clone(),
                by: holders.iter().map(name).collect::<Vec<_>>().join(", "),
            })),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        Ok(remove::delete_here(context.connect(), context.host, &self.path).map(drop)?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

fn name(holder: &Holder) -> String {
    match holder {
        Holder::Machine { user, .. } => user.name.clone(),
        Holder::Image { path } => path.clone(),
    }
}

/// Who needs what, as far as pools and machines tell; what lies outside of pools was looked into for the plan.
fn map(connect: &Connect) -> Result<DependencyMap, StorageError> {
    let mut builder = Builder::default();
    for pool in pools::everything(connect, true)? {
        for volume in pool.volumes.into_iter().flatten() {
            builder.image(&volume.path, volume.info().base());
        }
    }
    for machine in machines::all(connect)? {
        for file in machine.files(&StateFolders::system()) {
            if let Some(path) = file.place.path() {
                builder.used(path, machine.id, &machine.name, &file);
            }
        }
    }
    Ok(builder.build())
}
