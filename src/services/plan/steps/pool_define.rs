//! Defining storage pools, and taking them out of libvirt's list.

use lectern_model::{
    command::CommandLine,
    storage::PoolId,
    uri::HostUri,
    xml::{Document, EditError},
};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    host::StorageError,
    jobs::StepText,
    libvirt::{ffi::error::checked, storage::pools},
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Define a new pool; what is in it stays untouched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DefinePool {
    /// Its key.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// Its XML, with the key.
    pub xml: String,
}

impl Act for DefinePool {
    fn text(&self) -> StepText {
        StepText::DefinePool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-define", "/dev/stdin"]).input(&self.xml)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-undefine", "--pool"]).arg(&self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_named(context.connect(), &self.name)? {
            Some(_) => Err(StepError::untouched(StepFailure::PoolNameTaken(self.name.clone()))),
            None => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        // libvirt gives a pool of this key and name its definition again.
        Ok(checked(context.connect().define_storage_pool_xml(&self.xml, 0)).map(drop)?)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_by_id(context.connect(), self.id)? {
            Some(pool) => Ok(checked(pool.undefine())?),
            None => Ok(()),
        }
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Take a pool that is stopped out of libvirt's list; its files stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndefinePool {
    /// The pool.
    pub id: PoolId,
    /// Its name.
    pub name: String,
    /// Its XML when the plan was made.
    pub xml: String,
    /// Whether it started with its host.
    pub autostart: bool,
}

impl Act for UndefinePool {
    fn text(&self) -> StepText {
        StepText::UndefinePool { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![CommandLine::virsh(host.as_str()).args(["pool-undefine", "--pool"]).arg(&self.name)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = || CommandLine::virsh(host.as_str());
        let define = virsh().args(["pool-define", "/dev/stdin"]).input(&self.xml);
        let autostart = self.autostart.then(|| virsh().args(["pool-autostart", "--pool"]).arg(&self.name));
        std::iter::once(define).chain(autostart).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = lookup::pool_by_id(context.connect(), self.id)?.ok_or(StorageError::NoPool)?;
        if same(&pools::definition(&pool)?, &self.xml) {
            return Ok(());
        }
        Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone())))
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::pool_by_id(context.connect(), self.id)? {
            Some(pool) => Ok(checked(pool.undefine())?),
            None => Ok(()),
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let pool = match lookup::pool_by_id(context.connect(), self.id)? {
            Some(pool) => pool,
            None => checked(context.connect().define_storage_pool_xml(&self.xml, 0))?,
        };
        Ok(checked(pool.set_autostart(self.autostart))?)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Whether two texts define the same pool: how full it is is no part of that.
fn same(one: &str, other: &str) -> bool {
    match (without_sizes(one), without_sizes(other)) {
        (Ok(one), Ok(other)) => one.same_as(&other),
        _ => false,
    }
}

fn without_sizes(xml: &str) -> Result<Document, EditError> {
    let document = Document::parse(xml)?;
    let mut edit = document.edit();
    for name in ["capacity", "allocation", "available"] {
        if let Some(size) = document.root().child(name) {
            edit.remove(size)?;
        }
    }
    edit.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_full_a_pool_is_is_no_change() {
        let one = "<pool type='dir'><name>a</name><capacity unit='bytes'>0</capacity></pool>";
        assert!(same(one, "<pool type='dir'><name>a</name><capacity unit='bytes'>7</capacity></pool>"));
        assert!(!same(one, "<pool type='dir'><name>b</name></pool>"));
    }
}
