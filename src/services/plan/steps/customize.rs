//! Writing into a disk while its machine is off.

use std::path::Path;

use lectern_model::{
    command::CommandLine, customize::Customization, identity_files::GuestFile, storage::ImageFormat, uri::HostUri,
};
use serde::{Deserialize, Serialize};

use super::lookup;
use crate::{
    disk::proof,
    guest::{self, Wrong},
    host::StorageError,
    jobs::StepText,
    libvirt::{ffi::error::checked, storage::pools},
    plan::{Step, StepError, StepFailure, context::Context, step::Act},
};

/// Write into a disk of a machine that is off, by virt-customize.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customize {
    /// The machine's name.
    pub machine: String,
    /// The disk: a file of this computer, and a volume of this pool.
    pub path: String,
    /// The pool.
    pub pool: String,
    /// The disk's format.
    pub format: ImageFormat,
    /// Whether KVM boots nothing here.
    pub emulated: bool,
    /// What is written.
    pub work: Customization,
    /// Whether the disk stays when the plan is undone: then the files go again. One that the plan itself has made goes.
    pub stays: bool,
}

impl Customize {
    /// What takes the files off again.
    fn back(&self) -> Customization {
        let files = self.work.files.iter().map(|GuestFile { path, .. }| path.clone());
        let gone = files.chain(self.work.links.iter().map(|(_, link)| link.clone())).collect();
        Customization { gone, ..Customization::default() }
    }

    fn run(&self, context: &Context<'_>, work: &Customization, stop: impl Fn() -> bool) -> Result<(), StepError> {
        let line = guest::command(&self.path, self.format, self.emulated, work);
        let done = guest::apply(&line, work.secret().as_deref(), stop);
        done.map_err(|wrong| match wrong {
            Wrong::System(error) => StepError::file(Path::new("virt-customize"), &error),
            Wrong::Said(said) => {
                StepError::touched(StepFailure::Program { program: "virt-customize".to_owned(), said })
            }
            Wrong::Cancelled => StepError::touched(StepFailure::Cancelled),
        })?;
        // The pool tells its new length and time.
        Ok(checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?)
    }

    /// The file that is seen here is the daemon's.
    fn must_be_ours(&self, context: &Context<'_>) -> Result<(), StepError> {
        let seen = pools::at(context.connect(), &self.path)?;
        let is_same = match seen {
            Some(raw) => proof::of_daemon(context.host, &pools::read_volume(&raw)?.0).is_some(),
            None => false,
        };
        if is_same { Ok(()) } else { Err(StepError::untouched(StepFailure::Storage(StorageError::NotHere))) }
    }
}

impl Act for Customize {
    fn text(&self) -> StepText {
        let name = self.machine.clone();
        if self.stays { StepText::WriteService { name } } else { StepText::WriteIdentity { name } }
    }

    fn commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        vec![guest::command(&self.path, self.format, self.emulated, &self.work)]
    }

    fn undo_commands(&self, _host: &HostUri) -> Vec<CommandLine> {
        let back = || guest::command(&self.path, self.format, self.emulated, &self.back());
        self.stays.then(back).into_iter().collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        match (guest::lack(context.host), self.stays) {
            (Some(_), _) => Err(StepError::untouched(StepFailure::Storage(StorageError::NotHere))),
            // What the plan makes is not there yet, when all is checked.
            (None, true) => self.must_be_ours(context),
            (None, false) => Ok(()),
        }
    }

    /// Done again by a run that goes on: the same files with the same content.
    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        context.go_on()?;
        checked(lookup::pool(context.connect(), &self.pool)?.refresh(0))?;
        self.must_be_ours(context)?;
        self.run(context, &self.work, || context.cancel.is_set())
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        if self.stays { self.run(context, &self.back(), || false) } else { Ok(()) }
    }

    fn without_secrets(&self) -> Step {
        Self { work: self.work.without_secret(), ..self.clone() }.into()
    }
}
