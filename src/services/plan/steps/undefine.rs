//! Taking machines out of libvirt's list, to be had back or for good.

use lectern_model::{command::CommandLine, id::DomainId, uri::HostUri};
use serde::{Deserialize, Serialize};
use virt::domain::Domain;

use super::{
    delete::must_be_off,
    domain::{define, define_line, has, inactive_xml, same, undefine, undefine_all},
    lookup,
    snapshots::{self, SnapshotRecord},
};
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, StepFailure, context::Context, secrets, step::Act},
};

/// Take a machine that is off out of libvirt's list; its disks, NVRAM and TPM state stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undefine {
    /// The machine.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// Its inactive XML, by which it is defined again.
    pub xml: String,
    /// Its snapshots' descriptions.
    pub snapshots: Vec<SnapshotRecord>,
    /// Whether it starts with its host.
    pub autostart: bool,
}

impl Undefine {
    /// All that is needed to have it back.
    ///
    /// # Errors
    /// As libvirt gives it.
    pub(crate) fn of(domain: &Domain, id: DomainId) -> Result<Self, HostError> {
        Ok(Self {
            id,
            name: checked(domain.name())?,
            xml: inactive_xml(domain)?,
            snapshots: snapshots::read(domain)?,
            autostart: checked(domain.autostart()).unwrap_or(false),
        })
    }

    /// What was noted is what would be had back: an edit or a snapshot made since would be lost.
    fn must_be_unchanged(&self, domain: &Domain) -> Result<(), StepError> {
        let now = inactive_xml(domain)?;
        let snapshots = snapshots::read(domain)?.len();
        if snapshots == self.snapshots.len() && same(&secrets::without(&now), &secrets::without(&self.xml)) {
            return Ok(());
        }
        Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone())))
    }

    /// The machine, defined again; one of others that came meanwhile stays as it is.
    fn had_back(&self, context: &Context<'_>) -> Result<Domain, StepError> {
        match lookup::domain(context.connect(), self.id)? {
            Some(domain) if same(&secrets::without(&inactive_xml(&domain)?), &secrets::without(&self.xml)) => {
                Ok(domain)
            }
            Some(_) => Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone()))),
            None if lookup::domain_named(context.connect(), &self.name)?.is_some() => {
                Err(StepError::untouched(StepFailure::NameTaken(self.name.clone())))
            }
            None => define(context, &self.xml),
        }
    }

    fn options(&self) -> Vec<(u32, &'static str)> {
        let nvram = has(&self.xml, &["os", "nvram"]);
        let tpm = has(&self.xml, &["devices", "tpm"]);
        [
            (!self.snapshots.is_empty(), virt_sys::VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA, "--snapshots-metadata"),
            (nvram, virt_sys::VIR_DOMAIN_UNDEFINE_KEEP_NVRAM, "--keep-nvram"),
            (tpm, virt_sys::VIR_DOMAIN_UNDEFINE_KEEP_TPM, "--keep-tpm"),
        ]
        .into_iter()
        .filter_map(|(wanted, flag, option)| wanted.then_some((flag, option)))
        .collect()
    }
}

impl Act for Undefine {
    fn text(&self) -> StepText {
        StepText::Undefine { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let options = self.options().into_iter().map(|(_, option)| option);
        vec![CommandLine::virsh(host.as_str()).args(["undefine", "--domain"]).arg(&self.name).args(options)]
    }

    fn undo_commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let virsh = || CommandLine::virsh(host.as_str());
        let snapshot = |record: &SnapshotRecord| {
            let line = virsh().args(["snapshot-create", "--domain"]).arg(&self.name);
            let line = line.args(["/dev/stdin", "--redefine"]).args(record.current.then_some("--current"));
            line.input(&record.xml)
        };
        let autostart = self.autostart.then(|| virsh().args(["autostart", "--domain"]).arg(&self.name));
        let lines = std::iter::once(define_line(host, &self.xml)).chain(self.snapshots.iter().map(snapshot));
        lines.chain(autostart).collect()
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let domain = lookup::domain(context.connect(), self.id)?.ok_or(HostError::Gone)?;
        if checked(domain.is_active())? {
            return Err(StepError::untouched(StepFailure::Running(self.name.clone())));
        }
        // libvirt refuses, or throws it away; a driver without such a thing has none.
        if checked(domain.has_managed_save(0)).unwrap_or(false) {
            return Err(StepError::untouched(StepFailure::SavedMemory(self.name.clone())));
        }
        self.must_be_unchanged(&domain)
    }

    fn check_again(&self, context: &Context<'_>) -> Result<(), StepError> {
        match lookup::domain(context.connect(), self.id)? {
            Some(_) => self.check(context),
            None => Ok(()),
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        let flags = self.options().into_iter().fold(0, |all, (flag, _)| all | flag);
        undefine(context, self.id, flags)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        let domain = self.had_back(context)?;
        snapshots::restore(&domain, &self.snapshots)?;
        if self.autostart {
            checked(domain.set_autostart(true))?;
        }
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        let clean = |record: &SnapshotRecord| SnapshotRecord { xml: secrets::without(&record.xml), ..record.clone() };
        let snapshots = self.snapshots.iter().map(clean).collect();
        Self { xml: secrets::without(&self.xml), snapshots, ..self.clone() }.into()
    }

    fn to_be_kept(&self) -> Step {
        let clean = |record: &SnapshotRecord| SnapshotRecord { xml: secrets::closed(&record.xml), ..record.clone() };
        let snapshots = self.snapshots.iter().map(clean).collect();
        Self { xml: secrets::closed(&self.xml), snapshots, ..self.clone() }.into()
    }
}

/// Remove a machine that is off for good, with its TPM state, saved memory and snapshots' descriptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discard {
    /// The machine.
    pub id: DomainId,
    /// Its name.
    pub name: String,
    /// What becomes of its firmware's variables: kept where others need them; nothing where it has none.
    pub keep_nvram: Option<bool>,
    /// Whether it has a TPM.
    pub tpm: bool,
}

impl Discard {
    /// The step for a machine of this XML.
    pub(in crate::plan) fn of(id: DomainId, name: String, xml: &str, keep_nvram: bool) -> Self {
        let has_nvram = has(xml, &["os", "nvram"]);
        Self { id, name, keep_nvram: has_nvram.then_some(keep_nvram), tpm: has(xml, &["devices", "tpm"]) }
    }
}

impl Act for Discard {
    fn text(&self) -> StepText {
        StepText::Discard { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        let nvram = self.keep_nvram.map(|keep| if keep { "--keep-nvram" } else { "--nvram" });
        let line = CommandLine::virsh(host.as_str()).args(["undefine", "--domain"]).arg(&self.name);
        let line = line.args(["--managed-save", "--snapshots-metadata", "--checkpoints-metadata"]);
        vec![line.args(nvram).args(self.tpm.then_some("--tpm"))]
    }

    fn is_final(&self) -> bool {
        true
    }

    fn check(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        must_be_off(context, self.id)?;
        undefine_all(context, self.id, self.keep_nvram == Some(true))
    }

    fn undo(&self, _context: &Context<'_>) -> Result<(), StepError> {
        Ok(())
    }

    fn without_secrets(&self) -> Step {
        self.clone().into()
    }
}
