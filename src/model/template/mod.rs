//! What may be done to a template, given its mark, who depends on it, and whether its disks are as they were.

mod edits;
#[cfg(test)]
mod tests;
pub mod tree;
pub mod trouble;

use serde::{Deserialize, Serialize};

pub use self::{edits::deed_of, trouble::Trouble};
use crate::id::DomainId;
use crate::metadata::{Base, TemplateMark};
use crate::storage::DependencyMap;
use crate::storage::dependency::{Deletion, Holder, Leaving};
use crate::units::Bytes;

/// Something that is done to a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Deed {
    /// Start it, or resume a saved one.
    Start,
    /// Change its hardware, firmware or XML.
    Edit,
    /// Change a disk: resize, convert, wipe, attach it elsewhere for writing, apply a snapshot.
    ChangeDisk,
    /// Take a snapshot (an internal one writes to the disk).
    Snapshot,
    /// Delete it with its disks.
    Delete,
    /// Take its definition away and keep the disks.
    Undefine,
    /// Change its name, title or description.
    Rename,
    /// Copy it whole.
    Clone,
    /// Make overlays on its disks.
    Link,
    /// Seal it again with its disks as they are now.
    Reseal,
    /// Take the seal off.
    Unlock,
    /// Move it to another host.
    Migrate,
    /// Write its XML into a file.
    Export,
}

/// Whether a deed may be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Yes,
    /// It may, once somebody has read why not.
    Ask(Vec<Why>),
    /// It may not; what must happen first is in the reasons.
    No(Vec<Why>),
}

/// What speaks against a deed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Why {
    /// It is sealed: unlock it first, or edit a copy as a new version.
    Sealed,
    /// Machines depend on its disks.
    Dependents(Vec<String>),
    /// Images depend on its disks that belong to no machine.
    LooseImages(Vec<String>),
    /// Not all places where dependents could be were read.
    NotAllSeen,
    /// A disk is not as it was sealed: its overlays may be damaged.
    BaseChanged(BaseChange),
    /// A disk is gone.
    BaseMissing(String),
}

/// How a sealed disk differs from its mark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseChange {
    /// Its path.
    pub path: String,
    /// Its size then and now, if they differ.
    pub size: Option<(Bytes, Bytes)>,
    /// When it was written to then and now, in nanoseconds since 1970, if they differ.
    pub modified: Option<(i128, i128)>,
}

/// A disk as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BaseNow {
    /// The file's length.
    pub size: Bytes,
    /// When it was last written to, in nanoseconds since 1970; none where the host does not tell.
    pub modified: Option<i128>,
}

/// How a sealed disk compares with its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaseState {
    /// As it was.
    Unchanged,
    /// Different.
    Changed(BaseChange),
    /// Gone.
    Missing,
    /// It could not be read, which says nothing.
    NotKnown,
}

/// Compares a disk with its mark. `now`: none if it is gone.
#[must_use]
pub fn compare(base: &Base, now: Option<BaseNow>) -> BaseState {
    let Some(now) = now else { return BaseState::Missing };
    let size = (base.size != now.size).then_some((base.size, now.size));
    // Touching a file does not harm its overlays, but nothing else tells that its inside was written to.
    let modified = now.modified.filter(|now| *now != base.modified).map(|now| (base.modified, now));
    if size.is_none() && modified.is_none() {
        return BaseState::Unchanged;
    }
    BaseState::Changed(BaseChange { path: base.path.clone(), size, modified })
}

/// Who depends on a template's disks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependents {
    /// Machines, by name.
    pub machines: Vec<String>,
    /// Images that no machine has, by path.
    pub images: Vec<String>,
    /// Whether every pool and folder where one could be was read.
    pub complete: bool,
}

impl Dependents {
    /// Everybody who needs one of these files, but the template itself.
    #[must_use]
    pub fn of(map: &DependencyMap, template: DomainId, files: &[String]) -> Self {
        Self::staying(map, template, files, &Leaving::default())
    }

    /// Everybody of them who stays where `leaving` goes with the template.
    #[must_use]
    pub fn staying(map: &DependencyMap, template: DomainId, files: &[String], leaving: &Leaving) -> Self {
        let mut found = Self { complete: map.blind_spots().is_empty(), ..Self::default() };
        let holders = |path: &String| match map.deletion(path, leaving) {
            Deletion::Free => Vec::new(),
            Deletion::Locked(holders) => holders,
        };
        for holder in files.iter().flat_map(holders) {
            match holder {
                Holder::Machine { user, .. } if user.machine == template => {}
                Holder::Machine { user, .. } => found.machines.push(user.name),
                Holder::Image { path } => found.images.push(path),
            }
        }
        for list in [&mut found.machines, &mut found.images] {
            list.sort();
            list.dedup();
        }
        found
    }
}

/// All that decides what may be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The mark; none for a machine that is no template but may be somebody's base all the same.
    pub mark: Option<TemplateMark>,
    /// Who depends on its disks.
    pub dependents: Dependents,
    /// Its disks and how they compare, for those that could be read.
    pub bases: Vec<(String, BaseState)>,
}

impl Standing {
    /// Whether others need its disks.
    #[must_use]
    pub fn is_base(&self) -> bool {
        !self.dependents.machines.is_empty() || !self.dependents.images.is_empty()
    }

    /// Whether a deed may be done: the one rule for the whole program.
    #[must_use]
    pub fn may(&self, deed: Deed) -> Verdict {
        let needed = self.needed();
        match deed {
            Deed::Export | Deed::Clone => asks(self.damage()),
            Deed::Link => self.link(),
            Deed::Rename => Verdict::Yes,
            Deed::Undefine => self.undefine(needed),
            Deed::Start | Deed::Edit | Deed::ChangeDisk | Deed::Snapshot | Deed::Delete | Deed::Migrate => {
                self.writes(deed, needed)
            }
            Deed::Reseal | Deed::Unlock => unlock(needed),
        }
    }

    fn sealed(&self) -> Vec<Why> {
        self.mark.iter().map(|_| Why::Sealed).collect()
    }

    fn needed(&self) -> Vec<Why> {
        let Dependents { machines, images, complete } = &self.dependents;
        let machines = (!machines.is_empty()).then(|| Why::Dependents(machines.clone()));
        let images = (!images.is_empty()).then(|| Why::LooseImages(images.clone()));
        let unseen = (!complete && self.mark.is_some()).then_some(Why::NotAllSeen);
        machines.into_iter().chain(images).chain(unseen).collect()
    }

    fn damage(&self) -> Vec<Why> {
        let one = |(path, state): &(String, BaseState)| match state {
            BaseState::Changed(change) => Some(Why::BaseChanged(change.clone())),
            BaseState::Missing => Some(Why::BaseMissing(path.clone())),
            BaseState::Unchanged | BaseState::NotKnown => None,
        };
        self.bases.iter().filter_map(one).collect()
    }

    /// What writes to the disks. Deleting a sealed template that nobody needs is asked; all else waits for the unlock.
    fn writes(&self, deed: Deed, needed: Vec<Why>) -> Verdict {
        let mut reasons = self.sealed();
        let certain = needed.iter().any(|why| *why != Why::NotAllSeen);
        reasons.extend(needed);
        let only_asked = deed == Deed::Delete && !certain;
        if only_asked { asks(reasons) } else { refuses(reasons) }
    }

    /// A definition is no disk: overlays go on working, but nobody guards their base any more. So it stays as long as
    /// machines need it, which would have to be undefined first.
    fn undefine(&self, needed: Vec<Why>) -> Verdict {
        if self.dependents.machines.is_empty() { asks(needed) } else { refuses(needed) }
    }

    /// A disk that is gone cannot be a base; one that changed may be, once somebody knows.
    fn link(&self) -> Verdict {
        let damage = self.damage();
        let missing = damage.iter().any(|why| matches!(why, Why::BaseMissing(_)));
        if missing { refuses(damage) } else { asks(damage) }
    }
}

fn unlock(needed: Vec<Why>) -> Verdict {
    let certain = needed.iter().any(|why| *why != Why::NotAllSeen);
    if certain { refuses(needed) } else { asks(needed) }
}

fn asks(reasons: Vec<Why>) -> Verdict {
    if reasons.is_empty() { Verdict::Yes } else { Verdict::Ask(reasons) }
}

fn refuses(reasons: Vec<Why>) -> Verdict {
    if reasons.is_empty() { Verdict::Yes } else { Verdict::No(reasons) }
}
