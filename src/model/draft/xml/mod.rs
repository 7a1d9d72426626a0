//! A machine from an XML file: which identity it gets, how it then differs from the file, and what is wrong.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::{Bound, Severity};
use crate::{
    diff::{self, DiffLine},
    id::DomainId,
    identity::{self, Current, Identity, IdentityError},
    mac::MacAddress,
    metadata,
    names::{self, NameKind, NameProblem},
    project::{self, Amount, DEFAULT, MachineUse, Refusal, Standing},
    storage::machine::{Machine, MachineFile, Place, Role, StateFolders},
    units::Bytes,
    xml::{Document, XmlError},
};

/// What the dialog has gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlDraft {
    /// The file's text, once one was read.
    pub text: Option<String>,
    /// Whether the machine gets a new identity: UUID, addresses, and what else two machines cannot both have.
    pub renew: bool,
    /// The machine's name.
    pub name: String,
    /// The project that it counts in; `None` is the one that the file notes.
    pub project: Option<String>,
}

/// What there is to choose identities from, made up where it may be random.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fresh {
    /// A UUID that no machine has.
    pub uuid: DomainId,
    /// Addresses that no machine has; as many as there may be interfaces.
    pub macs: Vec<MacAddress>,
}

/// What the host told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct XmlFacts {
    /// Its machines, by UUID.
    pub machines: BTreeMap<DomainId, String>,
    /// Files of the machine that are not there.
    pub missing: Vec<String>,
    /// What guests see of those files that are there.
    pub sizes: BTreeMap<String, Bytes>,
    /// The projects with what they use; none as long as nobody knows.
    pub projects: Vec<Standing>,
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum XmlField {
    /// The file.
    File,
    /// Which identity.
    Identity,
    /// The name.
    Name,
    /// The project.
    Project,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XmlProblem {
    /// No file was read yet.
    NoFile,
    /// It is not well-formed, or more than is read.
    NotXml(XmlError),
    /// It describes something else: the name of its root.
    NotADomain(String),
    /// Something else about it cannot be changed.
    Unchangeable(String),
    /// The name is not one.
    Name(NameProblem),
    /// The machine of this name has its UUID.
    UuidInUse(String),
    /// It has no UUID of its own, so it gets one.
    NoUuid,
    /// It was taken of a running machine.
    TakenLive,
    /// A file that it names is not there.
    FileMissing(String),
    /// The project does not take it.
    Project(Refusal),
}

impl Bound for XmlProblem {
    type Field = XmlField;

    fn field(&self) -> XmlField {
        match self {
            Self::Name(_) => XmlField::Name,
            Self::UuidInUse(_) | Self::NoUuid => XmlField::Identity,
            Self::Project(_) => XmlField::Project,
            _ => XmlField::File,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::NoUuid | Self::TakenLive | Self::FileMissing(_) => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

/// What becomes of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The machine's UUID.
    pub uuid: DomainId,
    /// What is defined.
    pub document: Document,
    /// How it differs from the file, line by line.
    pub diff: Vec<DiffLine>,
}

/// What the file says of its identity.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<(Document, Current), XmlProblem> {
    let document = Document::parse(text).map_err(XmlProblem::NotXml)?;
    let current = identity::current(&document).map_err(problem)?;
    Ok((document, current))
}

fn problem(error: IdentityError) -> XmlProblem {
    match error {
        IdentityError::NotADomain(root) => XmlProblem::NotADomain(root),
        other => XmlProblem::Unchangeable(other.to_string()),
    }
}

impl XmlDraft {
    /// Takes in a file's text; a machine that is here already gets a new identity by itself.
    pub fn take(&mut self, text: String, facts: &XmlFacts) {
        if let Ok((_, current)) = read(&text) {
            let taken = |name: &str| facts.machines.values().any(|known| known == name);
            let uuid_taken = current.uuid.is_some_and(|uuid| facts.machines.contains_key(&uuid));
            let name = current.name.unwrap_or_default();
            self.renew = uuid_taken || taken(&name);
            self.name = names::free_name(&name, NameKind::Domain, taken);
        }
        self.text = Some(text);
    }

    /// The paths of the disks that the file names, to be looked for.
    #[must_use]
    pub fn disks(&self) -> Vec<String> {
        let Some(config) = self.text.as_deref().and_then(|text| Document::parse(text).ok()) else { return Vec::new() };
        let machine = Machine {
            id: DomainId::from_bytes([0; 16]),
            name: self.name.clone(),
            config,
            live: None,
            snapshots: Vec::new(),
            has_saved_memory: false,
        };
        let path = |file: MachineFile| match (file.role, file.place) {
            (Role::Disk | Role::Cdrom | Role::Kernel | Role::Initrd, Place::Path(path)) => Some(path),
            _ => None,
        };
        machine.files(&StateFolders::system()).into_iter().filter_map(path).collect()
    }

    /// What is defined, with `fresh` where the file's own does not do.
    ///
    /// # Errors
    /// The first problem that stops it.
    pub fn outcome(&self, fresh: &Fresh) -> Result<Outcome, XmlProblem> {
        let text = self.text.as_deref().ok_or(XmlProblem::NoFile)?;
        let (document, current) = read(text)?;
        let own = current.uuid.filter(|_| !self.renew);
        let identity = Identity {
            name: (current.name.as_deref() != Some(&self.name)).then(|| self.name.clone()),
            uuid: own.is_none().then_some(fresh.uuid),
            macs: self.renew.then(|| fresh.macs.iter().copied().take(current.macs.len()).collect()),
        };
        let made = identity::identify(&document, &identity).map_err(problem)?.document;
        let made = self.noted(made)?;
        let diff = diff::documents(&document, &made);
        Ok(Outcome { uuid: own.unwrap_or(fresh.uuid), document: made, diff })
    }

    /// With the project that was chosen.
    fn noted(&self, document: Document) -> Result<Document, XmlProblem> {
        let Some(project) = &self.project else { return Ok(document) };
        let mut notes = metadata::read(&document).machine();
        let wanted = (project != DEFAULT).then(|| project.clone());
        if notes.project == wanted {
            return Ok(document);
        }
        notes.project = wanted;
        metadata::write(&document, &notes).map_err(|error| XmlProblem::Unchangeable(error.to_string()))
    }

    /// The project that the machine counts in.
    #[must_use]
    pub fn counts_in(&self, facts: &XmlFacts) -> String {
        let noted = || metadata::read(&Document::parse(self.text.as_deref()?).ok()?).machine().project;
        let known = |name: &String| facts.projects.iter().any(|standing| standing.project.name == *name);
        self.project.clone().or_else(|| noted().filter(known)).unwrap_or_else(|| DEFAULT.to_owned())
    }

    /// What the machine will use of its project's quota.
    #[must_use]
    pub fn asked(&self, facts: &XmlFacts) -> Amount {
        let document = self.text.as_deref().and_then(|text| Document::parse(text).ok());
        let Some(document) = document else { return Amount::default() };
        let mut machine = MachineUse::read(DomainId::from_bytes([0; 16]), &self.name, &document);
        machine.disks.iter_mut().for_each(|disk| disk.size = facts.sizes.get(&disk.key).copied());
        machine.amount()
    }

    /// Everything that is wrong.
    #[must_use]
    pub fn problems(&self, facts: &XmlFacts) -> Vec<XmlProblem> {
        let Some(text) = self.text.as_deref() else { return vec![XmlProblem::NoFile] };
        let current = match read(text) {
            Ok((_, current)) => current,
            Err(problem) => return vec![problem],
        };
        let mut all: Vec<_> = facts.missing.iter().cloned().map(XmlProblem::FileMissing).collect();
        all.extend(current.is_live.then_some(XmlProblem::TakenLive));
        if !self.renew {
            let other = current.uuid.and_then(|uuid| facts.machines.get(&uuid));
            all.extend(other.cloned().map(XmlProblem::UuidInUse));
            all.extend(current.uuid.is_none().then_some(XmlProblem::NoUuid));
        }
        let taken = |name: &str| facts.machines.values().any(|known| known == name);
        all.extend(names::check_free(&self.name, NameKind::Domain, taken).err().map(XmlProblem::Name));
        let refused = project::refusal(&facts.projects, &self.counts_in(facts), &self.asked(facts));
        all.extend(refused.map(XmlProblem::Project));
        all
    }
}
