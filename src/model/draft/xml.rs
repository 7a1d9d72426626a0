//! A machine from an XML file: which identity it gets, how it then differs from the file, and what is wrong.

use std::collections::BTreeMap;

use super::{Bound, Severity};
use crate::{
    diff::{self, DiffLine},
    id::DomainId,
    identity::{self, Current, Identity, IdentityError},
    mac::MacAddress,
    names::{self, NameKind, NameProblem},
    storage::machine::{Machine, MachineFile, Place, Role, StateFolders},
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
}

impl Bound for XmlProblem {
    type Field = XmlField;

    fn field(&self) -> XmlField {
        match self {
            Self::Name(_) => XmlField::Name,
            Self::UuidInUse(_) | Self::NoUuid => XmlField::Identity,
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
        let made = identity::identify(&document, &identity).map_err(problem)?;
        let diff = diff::documents(&document, &made.document);
        Ok(Outcome { uuid: own.unwrap_or(fresh.uuid), document: made.document, diff })
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
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diff::Side, draft::stops};

    const UUID: &str = "6695eb01-f6a4-8304-79aa-97f2502e193f";

    fn xml(name: &str) -> String {
        format!(
            "<domain type='kvm'>\n  <!-- kept -->\n  <name>{name}</name>\n  <uuid>{UUID}</uuid>\n  <devices>\n    \
             <disk type='file' device='disk'><source file='/a.img'/><target dev='vda'/></disk>\n    \
             <interface type='network'>\n      <mac address='52:54:00:00:00:01'/>\n    </interface>\n  </devices>\n\
             </domain>\n"
        )
    }

    fn fresh() -> Fresh {
        let macs = (0..4).map(|n| MacAddress::from_random([1, 2, n])).collect();
        Fresh { uuid: DomainId::from_bytes([7; 16]), macs }
    }

    fn here(name: &str) -> XmlFacts {
        let machines = BTreeMap::from([(DomainId::parse(UUID).unwrap(), name.to_owned())]);
        XmlFacts { machines, ..XmlFacts::default() }
    }

    fn taken(text: &str, facts: &XmlFacts) -> XmlDraft {
        let mut draft = XmlDraft::default();
        draft.take(text.to_owned(), facts);
        draft
    }

    #[test]
    fn a_new_machine_keeps_what_its_file_says() {
        let draft = taken(&xml("node1"), &XmlFacts::default());
        assert!(!draft.renew && draft.problems(&XmlFacts::default()).is_empty());
        let outcome = draft.outcome(&fresh()).unwrap();
        assert_eq!(outcome.document.as_str(), xml("node1"));
        assert_eq!(outcome.uuid.to_string(), UUID);
        assert_eq!(draft.disks(), ["/a.img"]);
    }

    #[test]
    fn one_that_is_here_already_gets_another_identity() {
        let facts = here("node1");
        let mut draft = taken(&xml("node1"), &facts);
        assert!(draft.renew);
        assert_eq!((draft.name.as_str(), draft.problems(&facts)), ("node1-2", vec![]));
        let outcome = draft.outcome(&fresh()).unwrap();
        assert_eq!(outcome.uuid, fresh().uuid);
        let new: Vec<_> = outcome.diff.iter().filter(|line| matches!(line.side, Side::New(_))).collect();
        assert_eq!(new.len(), 3, "{new:?}");
        assert!(outcome.document.as_str().contains("<!-- kept -->"));
        draft.renew = false;
        assert_eq!(draft.problems(&facts), [XmlProblem::UuidInUse("node1".into())]);
        draft.name = "node1".into();
        assert!(draft.problems(&facts).contains(&XmlProblem::Name(NameProblem::InUse)));
    }

    #[test]
    fn what_is_no_machine_is_refused_with_its_reason() {
        let none = XmlFacts::default();
        assert_eq!(XmlDraft::default().problems(&none), [XmlProblem::NoFile]);
        assert_eq!(taken("<network/>", &none).problems(&none), [XmlProblem::NotADomain("network".into())]);
        let broken = taken("<domain>\n<name>a</nam>\n</domain>", &none).problems(&none);
        let [XmlProblem::NotXml(error)] = broken.as_slice() else { panic!("{broken:?}") };
        assert_eq!(error.position.line, 2);
        assert!(stops(&broken));
    }

    #[test]
    fn missing_files_are_worth_reading_and_no_more() {
        let facts = XmlFacts { missing: vec!["/a.img".into()], ..XmlFacts::default() };
        let problems = taken(&xml("a"), &facts).problems(&facts);
        assert_eq!(problems, [XmlProblem::FileMissing("/a.img".into())]);
        assert!(!stops(&problems));
    }
}
