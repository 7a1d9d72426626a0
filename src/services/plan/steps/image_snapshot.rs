//! Snapshots inside an image, by qemu-img on this computer: only while no machine has the image open, and nothing stands
//! on it.

use lectern_model::{command::CommandLine, uri::HostUri};
use serde::{Deserialize, Serialize};

use super::{delete::map, volume_change};
use crate::{
    disk::snapshots::{self, Deed},
    jobs::StepText,
    libvirt::storage::machines,
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Whether the image has such a snapshot.
fn is_there(image: &str, name: &str) -> Result<bool, StepError> {
    let all = snapshots::read(image).map_err(StepError::untouched)?;
    Ok(all.iter().any(|snapshot| snapshot.name == name))
}

/// Nobody has the image open, and nothing stands on it.
fn may_change(context: &Context<'_>, image: &str) -> Result<(), StepError> {
    let map = map(context.connect())?;
    volume_change::must_stand_alone(&map, image)?;
    volume_change::seals_allow(context, &map, image)?;
    volume_change::users_are_off(context, &map, image)?;
    snapshots::may_write(image).map_err(StepError::untouched)
}

fn must_be_there(image: &str, name: &str) -> Result<(), StepError> {
    if is_there(image, name)? {
        return Ok(());
    }
    Err(StepError::untouched(StepFailure::NoSnapshot(name.to_owned())))
}

/// Make a snapshot inside an image.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MakeImageSnapshot {
    /// The image's path.
    pub image: String,
    /// The snapshot's name.
    pub name: String,
}

impl Act for MakeImageSnapshot {
    fn text(&self) -> StepText {
        StepText::MakeImageSnapshot { image: self.image.clone(), name: self.name.clone() }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![snapshots::command(Deed::Make, &self.image, &self.name)]
    }

    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![snapshots::command(Deed::Remove, &self.image, &self.name)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        may_change(context, &self.image)?;
        // qemu-img would make a second one of the same name.
        if is_there(&self.image, &self.name)? {
            return Err(StepError::untouched(StepFailure::SnapshotTaken(self.name.clone())));
        }
        Ok(())
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        may_change(context, &self.image)
    }

    fn apply(&self, _context: &Context<'_>) -> Result<(), StepError> {
        if is_there(&self.image, &self.name)? {
            return Ok(());
        }
        Ok(snapshots::run(Deed::Make, &self.image, &self.name)?)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if !is_there(&self.image, &self.name)? {
            return Ok(());
        }
        may_change(context, &self.image)?;
        Ok(snapshots::run(Deed::Remove, &self.image, &self.name)?)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Take an image back to a snapshot: what was written since is lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplyImageSnapshot {
    /// The image's path.
    pub image: String,
    /// The snapshot's name.
    pub name: String,
}

impl Act for ApplyImageSnapshot {
    fn text(&self) -> StepText {
        StepText::ApplyImageSnapshot { image: self.image.clone(), name: self.name.clone() }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![snapshots::command(Deed::Apply, &self.image, &self.name)]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        may_change(context, &self.image)?;
        must_be_there(&self.image, &self.name)
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        self.check(context)
    }

    fn apply(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(snapshots::run(Deed::Apply, &self.image, &self.name)?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Delete a snapshot inside an image: nobody can go back to it any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoveImageSnapshot {
    /// The image's path.
    pub image: String,
    /// The snapshot's name.
    pub name: String,
}

impl RemoveImageSnapshot {
    /// libvirt counts the snapshots of its machines itself, and would not find this one any more.
    fn must_be_nobodys(&self, context: &Context<'_>) -> Result<(), StepError> {
        let map = map(context.connect())?;
        for machine in machines::all(context.connect())? {
            let is_user = map.users(&self.image).iter().any(|user| user.machine == machine.id);
            let named = |text: &lectern_model::xml::Document| {
                text.root().child("name").is_some_and(|name| name.text().trim() == self.name)
            };
            if is_user && machine.snapshots.iter().any(named) {
                let what = self.name.clone();
                return Err(StepError::untouched(StepFailure::Needed { what, by: machine.name }));
            }
        }
        Ok(())
    }
}

impl Act for RemoveImageSnapshot {
    fn text(&self) -> StepText {
        StepText::RemoveImageSnapshot { image: self.image.clone(), name: self.name.clone() }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![snapshots::command(Deed::Remove, &self.image, &self.name)]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        may_change(context, &self.image)?;
        self.must_be_nobodys(context)?;
        must_be_there(&self.image, &self.name)
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        may_change(context, &self.image)
    }

    fn apply(&self, _context: &Context<'_>) -> Result<(), StepError> {
        if !is_there(&self.image, &self.name)? {
            return Ok(());
        }
        Ok(snapshots::run(Deed::Remove, &self.image, &self.name)?)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
