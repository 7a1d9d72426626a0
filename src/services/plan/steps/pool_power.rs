//! Starting, stopping and reading storage pools anew, and having them start with their host.

use lectern_model::{command::CommandLine, storage::PoolId, uri::HostUri};
use serde::{Deserialize, Serialize};
use virt::storage_pool::StoragePool;

use super::lookup;
use crate::{
    host::StorageError,
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, context::Context, step::Act},
};

/// Start a pool that is stopped; undone, it is stopped again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BringUpPool {
    /// The pool.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// Whether libvirt makes its folder where that is not there. The folder stays when this is undone.
    pub build: bool,
}

impl Act for BringUpPool {
    fn text(&self) -> StepText {
        StepText::StartPool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let line = CommandLine::virsh(host.as_str()).args(["pool-start", "--pool"]).arg(&self.name);
        vec![line.args(self.build.then_some("--build"))]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-destroy", "--pool"]).arg(&self.name)]
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = found(context, self.id)?;
        if !checked(pool.is_active())? {
            let flags = if self.build { virt_sys::VIR_STORAGE_POOL_CREATE_WITH_BUILD } else { 0 };
            checked(pool.create(flags))?;
        }
        Ok(())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_by_id(context.connect(), self.id)? {
            Some(pool) if checked(pool.is_active())? => Ok(checked(pool.destroy())?),
            _ => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Stop a pool: nothing is deleted, and machines that are on keep the disks that they have open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopPool {
    /// The pool.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// The XML of one that is gone when it is stopped.
    pub transient: Option<String>,
}

impl Act for StopPool {
    fn text(&self) -> StepText {
        StepText::StopPool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-destroy", "--pool"]).arg(&self.name)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str());
        vec![match &self.transient {
            Some(xml) => virsh.args(["pool-create", "/dev/stdin"]).input(xml),
            None => virsh.args(["pool-start", "--pool"]).arg(&self.name),
        }]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        found(context, self.id).map(drop)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_by_id(context.connect(), self.id)? {
            Some(pool) if checked(pool.is_active())? => Ok(checked(pool.destroy())?),
            _ => Ok(()),
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match (lookup::pool_by_id(context.connect(), self.id)?, &self.transient) {
            (Some(pool), _) if !checked(pool.is_active())? => Ok(checked(pool.create(0))?),
            (None, Some(xml)) => Ok(checked(context.connect().create_storage_pool_xml(xml, 0)).map(drop)?),
            (None, None) => Err(StorageError::NoPool.into()),
            (Some(_), _) => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Have a pool start with its host, or no longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SetPoolAutostart {
    /// The pool.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// Whether it shall start with the host; it does the other now.
    pub on: bool,
}

impl Act for SetPoolAutostart {
    fn text(&self) -> StepText {
        StepText::SetPoolAutostart { name: self.name.clone(), on: self.on }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let line = CommandLine::virsh(host.as_str()).args(["pool-autostart", "--pool"]).arg(&self.name);
        vec![line.args((!self.on).then_some("--disable"))]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        Self { on: !self.on, ..self.clone() }.commands(host)
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        Ok(checked(found(context, self.id)?.set_autostart(self.on))?)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_by_id(context.connect(), self.id)? {
            Some(pool) => Ok(checked(pool.set_autostart(!self.on))?),
            None => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Have libvirt look into a pool anew. It changes nothing, so there is nothing to undo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshPool {
    /// The pool.
    pub id: PoolId,
    /// Its name.
    pub name: String,
}

impl Act for RefreshPool {
    fn text(&self) -> StepText {
        StepText::RefreshPool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.name)]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        found(context, self.id).map(drop)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        Ok(checked(found(context, self.id)?.refresh(0))?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The pool, which must be there.
fn found(context: &Context<'_>, id: PoolId) -> Result<StoragePool, StepError> {
    lookup::pool_by_id(context.connect(), id)?.ok_or_else(|| StorageError::NoPool.into())
}
