//! Changing volumes for good, after another look at who needs them: larger, overwritten, deleted.

use lectern_model::{
    command::CommandLine,
    id::DomainId,
    storage::{
        DependencyMap,
        dependency::{Holder, Leaving},
        machine::Role,
    },
    template::Deed,
    units::Bytes,
    uri::HostUri,
};
use serde::{Deserialize, Serialize};
use virt::storage_vol::StorageVol;

use super::{
    delete::{map, must_be_free, must_be_off},
    lookup,
};
use crate::{
    host::{HostError, StorageError},
    jobs::StepText,
    libvirt::{
        ffi::error::checked,
        guard,
        storage::{machines, pools},
    },
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// A machine that is on and writes to the volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrowsIn {
    /// The machine.
    pub machine: DomainId,
    /// Its name.
    pub name: String,
    /// What its disk is called there: `vda`.
    pub target: String,
}

/// Make a volume larger, while a machine runs on it by QEMU itself. It is not undone: what was written behind the old end
/// by then would be cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResizeVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// Its size when the plan was made.
    pub from: Bytes,
    /// The size that it shall have.
    pub to: Bytes,
    /// The machine that is on.
    pub running: Option<GrowsIn>,
}

impl ResizeVolume {
    fn size(&self, context: &Context<'_>) -> Result<Bytes, StepError> {
        Ok(pools::read_volume(&volume(context, &self.pool, &self.name)?)?.0.capacity)
    }
}

impl Act for ResizeVolume {
    fn text(&self) -> StepText {
        StepText::GrowVolume { name: self.name.clone(), size: self.to }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = || CommandLine::virsh(host.as_str());
        let size = format!("{}B", self.to.0);
        match &self.running {
            Some(on) => vec![
                virsh().args(["blockresize", "--domain"]).arg(&on.name).args(["--path", &on.target, "--size", &size]),
                virsh().args(["pool-refresh", "--pool"]).arg(&self.pool),
            ],
            None => vec![virsh().args(["vol-resize", "--pool"]).arg(&self.pool).args([
                "--vol",
                &self.name,
                "--capacity",
                &size,
            ])],
        }
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let now = self.size(context)?;
        if now != self.from && now != self.to {
            return Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone())));
        }
        let map = map(context.connect())?;
        must_stand_alone(&map, &self.path)?;
        seals_allow(context, &map, &self.path)?;
        match &self.running {
            Some(on) => is_on(context, on),
            None => users_are_off(context, &map, &self.path),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.size(context)? == self.to {
            return Ok(());
        }
        let Some(on) = &self.running else {
            return Ok(checked(volume(context, &self.pool, &self.name)?.resize(self.to.0, 0))?);
        };
        let domain = lookup::domain(context.connect(), on.machine)?.ok_or(HostError::Gone)?;
        checked(domain.block_resize(&on.target, self.to.0, virt_sys::VIR_DOMAIN_BLOCK_RESIZE_BYTES))?;
        Ok(checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Overwrite a volume with zeros: what was in it cannot be read any more, and its format is gone as well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WipeVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// Its path.
    pub path: String,
}

impl Act for WipeVolume {
    fn text(&self) -> StepText {
        StepText::Wipe { path: self.path.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let wipe = CommandLine::virsh(host.as_str()).args(["vol-wipe", "--pool"]).arg(&self.pool);
        let refresh = CommandLine::virsh(host.as_str()).args(["pool-refresh", "--pool"]).arg(&self.pool);
        vec![wipe.args(["--vol", &self.name]), refresh]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        volume(context, &self.pool, &self.name)?;
        must_be_free(&map(context.connect())?, self.path.clone(), &Leaving::default())
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.check(context)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        checked(volume(context, &self.pool, &self.name)?.wipe(0))?;
        Ok(checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Delete a volume that nobody needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// Its path.
    pub path: String,
}

impl Act for DeleteVolume {
    fn text(&self) -> StepText {
        StepText::Delete { path: self.path.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str()).args(["vol-delete", "--pool"]).arg(&self.pool);
        vec![virsh.args(["--vol", &self.name])]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        must_be_free(&map(context.connect())?, self.path.clone(), &Leaving::default())
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.check(context)
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::volume(context.connect(), &self.pool, &self.name)? {
            Some(volume) if checked(volume.path())? == self.path => Ok(checked(volume.delete(0))?),
            Some(_) => Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone()))),
            None => Ok(()),
        }
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// The volume, which must be there.
pub(super) fn volume(context: &Context<'_>, pool: &str, name: &str) -> Result<StorageVol, StepError> {
    lookup::volume(context.connect(), pool, name)?.ok_or_else(|| StepError::untouched(StorageError::NoImage))
}

/// No image may stand on it.
///
/// # Errors
/// [`StepFailure::Needed`], with nothing touched.
pub(super) fn must_stand_alone(map: &DependencyMap, path: &str) -> Result<(), StepError> {
    let above: Vec<&str> = map.children(path).collect();
    if above.is_empty() {
        return Ok(());
    }
    Err(StepError::untouched(StepFailure::Needed { what: path.to_owned(), by: above.join(", ") }))
}

/// No template may have it as a disk: whoever changes it would have to seal the template again.
///
/// # Errors
/// [`HostError::Guarded`], with nothing touched.
pub(super) fn seals_allow(context: &Context<'_>, map: &DependencyMap, path: &str) -> Result<(), StepError> {
    map.users(path).iter().filter(|user| user.role == Role::Disk).try_for_each(|user| {
        let Some(domain) = lookup::domain(context.connect(), user.machine)? else { return Ok(()) };
        let machine = machines::read(&domain)?;
        guard::seal_allows(Deed::ChangeDisk, &machine.name, &machine.config).map_err(StepError::untouched)
    })
}

/// No machine that writes to it, or reads what stands on it, may be on.
///
/// # Errors
/// [`StepFailure::Running`], with nothing touched.
pub(super) fn users_are_off(context: &Context<'_>, map: &DependencyMap, path: &str) -> Result<(), StepError> {
    map.holders(path).iter().try_for_each(|holder| match holder {
        Holder::Machine { user, .. } => must_be_off(context, user.machine),
        Holder::Image { .. } => Ok(()),
    })
}

fn is_on(context: &Context<'_>, on: &GrowsIn) -> Result<(), StepError> {
    match lookup::domain(context.connect(), on.machine)? {
        Some(domain) if checked(domain.is_active())? => Ok(()),
        _ => Err(StepError::untouched(StepFailure::ChangedMeanwhile(on.name.clone()))),
    }
}
