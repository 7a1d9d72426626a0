//! Defining, changing and undefining machines.

use lectern_model::{command::CommandLine, id::DomainId, uri::HostUri, xml::Document};
use serde::{Deserialize, Serialize};
use virt::domain::Domain;

use super::{
    delete::must_be_off,
    lookup,
    power::force_off,
    snapshots::{self, SnapshotRecord},
};
use crate::{
    host::HostError,
    jobs::StepText,
    libvirt::ffi::error::checked,
    plan::{Step, StepError, StepFailure, context::Context, secrets, step::Act},
};

/// All that a machine which is not there any more leaves with libvirt; a driver without the thing takes the flag.
const EVERYTHING: u32 = virt_sys::VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
    | virt_sys::VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
    | virt_sys::VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;

/// Define a new machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Define {
    /// Its identifier, the one in the XML.
    pub id: DomainId,
    /// Its name, the one in the XML.
    pub name: String,
    /// Its XML.
    pub xml: String,
}

impl Act for Define {
    fn text(&self) -> StepText {
        StepText::Define { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.xml)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let taken = || StepError::untouched(StepFailure::NameTaken(self.name.clone()));
        if lookup::domain_named(context.connect(), &self.name)?.is_some() {
            return Err(taken());
        }
        if lookup::domain(context.connect(), self.id)?.is_some() { Err(taken()) } else { Ok(()) }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        define(context, &self.xml).map(drop)
    }

    /// Only the identifier that was made for it is looked for: a machine of others is never met.
    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        force_off(context, self.id)?;
        // A file of firmware variables that the XML named may be another machine's; one that libvirt made is ours.
        let keep = has(&self.xml, &["os", "nvram"]);
        undefine_all(context, self.id, keep)
    }

    fn without_secrets(&self) -> Step {
        Self { xml: secrets::without(&self.xml), ..self.clone() }.into()
    }
}

/// Give a machine another configuration, unless it was changed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redefine {
    /// The machine.
    pub id: DomainId,
    /// Its name, to be shown.
    pub name: String,
    /// Its inactive XML when the plan was made.
    pub old: String,
    /// Its XML to be.
    pub new: String,
}

impl Act for Redefine {
    fn text(&self) -> StepText {
        StepText::Redefine { name: self.name.clone() }
    }

    fn commands(&self, host: &HostUri) -> Vec<CommandLine> {
        vec![define_line(host, &self.new)]
    }

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let domain = lookup::domain(context.connect(), self.id)?.ok_or(HostError::Gone)?;
        let now = inactive_xml(&domain)?;
        // A journal has no passwords; the comparison leaves them out on both sides.
        if same(&secrets::without(&now), &secrets::without(&self.old)) {
            Ok(())
        } else {
            Err(StepError::untouched(StepFailure::ChangedMeanwhile(self.name.clone())))
        }
    }

    fn apply(&self, context: &Context<'_>) -> Result<(), StepError> {
        // Begun by a run that was cut off: where it is no longer what it was, it was applied, or others changed it.
        if context.resumed && self.check(context).is_err() {
            return Ok(());
        }
        define(context, &self.new).map(drop)
    }

    fn undo(&self, context: &Context<'_>) -> Result<(), StepError> {
        define(context, &self.old).map(drop)
    }

    fn without_secrets(&self) -> Step {
        let (old, new) = (secrets::without(&self.old), secrets::without(&self.new));
        Self { old, new, ..self.clone() }.into()
    }
}

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

    fn check(&self, context: &Context<'_>) -> Result<(), StepError> {
        let domain = lookup::domain(context.connect(), self.id)?.ok_or(HostError::Gone)?;
        if checked(domain.is_active())? {
            return Err(StepError::untouched(StepFailure::Running(self.name.clone())));
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
        let domain = match lookup::domain(context.connect(), self.id)? {
            Some(domain) => domain,
            None => define(context, &self.xml)?,
        };
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

/// The XML that would be defined again to get the same machine, with its passwords.
///
/// # Errors
/// As libvirt gives it.
pub(crate) fn inactive_xml(domain: &Domain) -> Result<String, HostError> {
    let flags = virt_sys::VIR_DOMAIN_XML_INACTIVE | virt_sys::VIR_DOMAIN_XML_SECURE;
    Ok(checked(domain.xml_desc(flags))?)
}

fn define_line(host: &HostUri, xml: &str) -> CommandLine {
    CommandLine::virsh(host.as_str()).args(["define", "/dev/stdin"]).input(xml)
}

fn define(context: &Context<'_>, xml: &str) -> Result<Domain, StepError> {
    Ok(checked(context.connect().define_domain_xml(xml))?)
}

/// Undefines the machine if it is there.
fn undefine(context: &Context<'_>, id: DomainId, flags: u32) -> Result<(), StepError> {
    if let Some(domain) = lookup::domain(context.connect(), id)? {
        checked(domain.undefine_flags(flags))?;
    }
    Ok(())
}

/// Undefines the machine, if it is there, with all that libvirt keeps of it; which of it there is, its XML says now.
fn undefine_all(context: &Context<'_>, id: DomainId, keep_nvram: bool) -> Result<(), StepError> {
    let Some(domain) = lookup::domain(context.connect(), id)? else { return Ok(()) };
    let xml = inactive_xml(&domain)?;
    let nvram = if keep_nvram { virt_sys::VIR_DOMAIN_UNDEFINE_KEEP_NVRAM } else { virt_sys::VIR_DOMAIN_UNDEFINE_NVRAM };
    let flags =
        [(has(&xml, &["os", "nvram"]), nvram), (has(&xml, &["devices", "tpm"]), virt_sys::VIR_DOMAIN_UNDEFINE_TPM)];
    let flags = flags.into_iter().filter(|(is_there, _)| *is_there).fold(EVERYTHING, |all, (_, flag)| all | flag);
    undefine(context, id, flags)
}

fn has(xml: &str, path: &[&str]) -> bool {
    let path = path.iter().fold(lectern_model::xml::Path::root(), |path, name| path.child(name));
    Document::parse(xml).is_ok_and(|document| document.find(&path).is_some())
}

pub(super) fn same(a: &str, b: &str) -> bool {
    match (Document::parse(a), Document::parse(b)) {
        (Ok(a), Ok(b)) => a.same_as(&b),
        _ => a == b,
    }
}
