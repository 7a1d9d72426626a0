//! Starting a storage pool that holds a disk.

use std::collections::BTreeSet;

use lectern_model::{
    command::CommandLine,
    storage::machine::{Place, StateFolders},
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::{connect::Connect, storage_pool::StoragePool};

use super::lookup;
use crate::{
    jobs::StepText,
    libvirt::{ffi::error::checked, storage::machines},
    plan::{Step, StepError, context::Context, mark::Mark, step::Act},
};

/// Whether a machine that is on has a file of the pool.
fn is_used(connect: &Connect, pool: &StoragePool) -> Result<bool, StepError> {
    let name = checked(pool.name())?;
    let volumes = checked(pool.list_all_volumes(0))?;
    let paths: BTreeSet<String> = volumes.iter().filter_map(|volume| checked(volume.path()).ok()).collect();
    let is_in = |place: &Place| match place {
        Place::Path(path) => paths.contains(path),
        Place::Volume { pool, .. } => *pool == name,
        Place::Network { .. } => false,
    };
    let on = machines::all(connect)?.into_iter().filter(|machine| machine.live.is_some());
    Ok(on.flat_map(|machine| machine.files(&StateFolders::system())).any(|file| is_in(&file.place)))
}

/// Start a pool that was found inactive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartPool {
    /// Its name.
    pub name: String,
}

impl Act for StartPool {
    fn text(&self) -> StepText {
        StepText::StartPool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-start", "--pool"]).arg(&self.name)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-destroy", "--pool"]).arg(&self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::pool(context.connect(), &self.name)?;
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = lookup::pool(context.connect(), &self.name)?;
        if !checked(pool.is_active())? {
            checked(pool.create(0))?;
            (context.made)(Mark::Started)?;
        }
        Ok(())
    }

    /// It is stopped again, unless others started it, or have begun to use it. Nothing in it is deleted.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let Some(pool) = lookup::pool_named(context.connect(), &self.name)? else { return Ok(()) };
        if context.mark.is_some() && checked(pool.is_active())? && !is_used(context.connect(), &pool)? {
            checked(pool.destroy())?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
