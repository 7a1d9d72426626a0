//! Making and deleting volumes.

use lectern_model::{
    command::CommandLine,
    uri::HostUri,
    xml::{Document, Path},
};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::ffi::{codes, error::checked},
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};
use virt::storage_vol::StorageVol;

/// Make a volume: empty, or an overlay of a base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreateVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// Its XML (libvirt.org/formatstorage.html).
    pub xml: String,
}

impl Act for CreateVolume {
    fn text(&self) -> StepText {
        StepText::CreateVolume { pool: self.pool.clone(), name: self.name.clone(), base: self.base() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str());
        vec![virsh.args(["vol-create", "--pool"]).arg(&self.pool).arg("/dev/stdin").input(&self.xml)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::volume(context.connect(), &self.pool, &self.name)? {
            Some(_) => Err(StepError::untouched(StepFailure::FileTaken(self.name.clone()))),
            None => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        // A run that was cut off in here may have made it.
        if context.resumed && lookup::volume(context.connect(), &self.pool, &self.name)?.is_some() {
            return Ok(());
        }
        context.go_on()?;
        let pool = lookup::pool(context.connect(), &self.pool)?;
        match checked(StorageVol::create_xml(&pool, &self.xml, 0)) {
            Ok(_) => Ok(()),
            // Somebody else's, made between the check and now.
            Err(error) if error.code == codes::STORAGE_VOL_EXIST => {
                Err(StepError::untouched(StepFailure::FileTaken(self.name.clone())))
            }
            Err(error) => Err(error.into()),
        }
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        delete(context, &self.pool, &self.name)
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

impl CreateVolume {
    fn base(&self) -> Option<String> {
        let document = Document::parse(&self.xml).ok()?;
        let path = document.find(&Path::root().child("backingStore").child("path"))?;
        Some(path.text().trim().to_owned())
    }
}

/// Delete a volume for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeleteVolume {
    /// The pool's name.
    pub pool: String,
    /// The volume's name.
    pub name: String,
    /// Its path, to be shown.
    pub path: String,
}

impl Act for DeleteVolume {
    fn text(&self) -> StepText {
        StepText::DeleteVolume { path: self.path.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = CommandLine::virsh(host.as_str());
        vec![virsh.args(["vol-delete", "--pool"]).arg(&self.pool).arg("--vol").arg(&self.name)]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        lookup::pool(context.connect(), &self.pool)?;
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        delete(context, &self.pool, &self.name)
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}

/// Deletes the volume if it is there.
fn delete(context: &Context<'_>, pool: &str, name: &str) -> Result<(), StepError> {
    match lookup::volume(context.connect(), pool, name) {
        Ok(Some(volume)) => Ok(checked(volume.delete(0))?),
        Ok(None) => Ok(()),
        Err(error) => Err(HostError::from(error).into()),
    }
}
