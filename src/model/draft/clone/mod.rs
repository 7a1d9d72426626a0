//! One machine from another: what the user chose so far, and the request that it becomes.

mod problems;
mod suggest;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use self::{
    problems::{Field, Problem, problems},
    suggest::suggest,
};

use crate::clone::{Answer, DiskChoice, DiskSource, DiskView, Identity, Question, Request, Treatment};
use crate::draft::import::PoolFacts;
use crate::flavor::Flavor;
use crate::id::DomainId;
use crate::mac::MacAddress;
use crate::metadata::Machine;
use crate::project::{Amount, DEFAULT, Standing};
use crate::resize::{self, FlavorDisk, FlavorDisks};
use crate::template::Verdict;
use crate::units::{Bytes, KiB};
use crate::xml::Path;

/// What the wizard has gathered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloneDraft {
    /// The new machine's name.
    pub name: String,
    /// Its title; empty for none.
    pub title: String,
    /// Whether disks are copied or linked, where they are not treated otherwise one by one.
    pub kind: Kind,
    /// Treatments that the user chose, by the disk's place from 0.
    pub disks: BTreeMap<usize, Treatment>,
    /// The size of the new overlay of the first disk; as large as the source's where there is none.
    pub size: Option<Bytes>,
    /// The pool that new disks go to.
    pub pool: Option<String>,
    /// Answers to the questions of [`crate::clone::questions`].
    pub answers: HashMap<Path, Answer>,
    /// The project that it counts in.
    pub project: Option<String>,
    /// The flavor whose sizes it gets; the source's where there is none.
    pub flavor: Option<Flavor>,
    /// Whether it is started at the end.
    pub start: bool,
}

/// How a machine's own disks become the clone's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Copies: the clone stands alone.
    #[default]
    Full,
    /// Overlays: made at once, small, and the source's disks must not change any more.
    Linked,
}

/// What the host told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CloneFacts {
    /// The source's name.
    pub source: String,
    /// Whether the source is shut off.
    pub shut_off: bool,
    /// Whether the source may be copied: [`crate::template::Standing::may`] with `Clone`.
    pub copy: Option<Verdict>,
    /// Whether overlays may be made on its disks: the same with `Link`.
    pub link: Option<Verdict>,
    /// Its disks: [`crate::clone::disks`].
    pub disks: Vec<DiskView>,
    /// What is known of the disks' images, by their place.
    pub images: BTreeMap<usize, ImageFacts>,
    /// What can be asked: [`crate::clone::questions`].
    pub questions: Vec<Question>,
    /// The names of all machines.
    pub names: BTreeSet<String>,
    /// The host's storage pools.
    pub pools: Vec<PoolFacts>,
    /// The source's virtual CPUs, which the clone has too.
    pub vcpus: u32,
    /// The source's memory, which the clone has too.
    pub memory: KiB,
    /// The projects with what they use; none as long as nobody knows.
    pub projects: Vec<Standing>,
    /// The flavors.
    pub flavors: Vec<Flavor>,
    /// The source's disks that flavors speak of.
    pub flavor_disks: FlavorDisks,
}

/// What is known of one disk's image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ImageFacts {
    /// Whether it is gone.
    pub missing: bool,
    /// What the guest sees.
    pub size: Bytes,
    /// What it takes on the host; a copy takes about as much.
    pub allocated: Bytes,
}

impl CloneDraft {
    /// What becomes of a disk: the user's choice, else what the kind says for a disk of the machine's own, else the
    /// rules' default.
    #[must_use]
    pub fn treatment(&self, disk: &DiskView) -> Treatment {
        let by_kind = match self.kind {
            Kind::Full => Treatment::Copy,
            Kind::Linked => Treatment::Link,
        };
        let wanted = self.disks.get(&disk.index).copied();
        let own = matches!(disk.default, Treatment::Copy | Treatment::Link);
        let found = wanted.or_else(|| own.then_some(by_kind)).filter(|t| disk.possible.contains(t));
        found.unwrap_or(disk.default)
    }

    /// The file name of a disk's new image: the machine's name, with the disk's where several are new, and the
    /// extension of its format.
    #[must_use]
    pub fn file_name(&self, disk: &DiskView, facts: &CloneFacts) -> Option<String> {
        let is_new = |disk: &DiskView| matches!(self.treatment(disk), Treatment::Copy | Treatment::Link);
        if !is_new(disk) {
            return None;
        }
        let first = facts.disks.iter().find(|disk| is_new(disk))?;
        let several = if first.index == disk.index { String::new() } else { format!("-{}", disk_word(disk)) };
        let extension = match (self.treatment(disk), disk.format.as_deref()) {
            (Treatment::Copy, Some(format)) if format != "qcow2" => {
                if format == "raw" {
                    "img"
                } else {
                    format
                }
            }
            (Treatment::Copy, None) => "img",
            _ => "qcow2",
        };
        Some(format!("{}{several}.{extension}", self.name))
    }

    /// The request for [`crate::clone::clone`]. `place` gives the image for a file name in the draft's pool; `macs` are
    /// fresh addresses, and `metadata` what Lectern notes.
    #[must_use]
    pub fn request(
        &self,
        facts: &CloneFacts,
        uuid: DomainId,
        macs: Vec<MacAddress>,
        metadata: Option<Machine>,
        place: impl Fn(&str) -> DiskSource,
    ) -> Request {
        let title = (!self.title.trim().is_empty()).then(|| self.title.trim().to_owned());
        let mut request = Request::new(Identity { name: self.name.clone(), uuid, macs, title, metadata });
        request.answers.clone_from(&self.answers);
        request.size = self.flavor.as_ref().map(|flavor| (flavor.memory(), flavor.vcpus));
        for disk in &facts.disks {
            let new = self.file_name(disk, facts).map(|file| place(&file));
            let choice = match (self.treatment(disk), new) {
                (Treatment::Copy, Some(to)) => DiskChoice::Copy { to, format: None },
                (Treatment::Link, Some(to)) => DiskChoice::Link { to },
                (Treatment::Share, _) => DiskChoice::Share,
                _ => DiskChoice::LeaveOut,
            };
            request = request.disk(disk.index, choice);
        }
        request
    }

    /// The project that the clone counts in.
    #[must_use]
    pub fn counts_in(&self) -> &str {
        self.project.as_deref().unwrap_or(DEFAULT)
    }

    /// What the clone will use of its project's quota.
    #[must_use]
    pub fn asked(&self, facts: &CloneFacts) -> Amount {
        let is_new = |disk: &&DiskView| matches!(self.treatment(disk), Treatment::Copy | Treatment::Link);
        let given: Vec<Bytes> = self.given(facts).into_iter().map(|(_, size)| size).collect();
        let (memory, vcpus) =
            self.flavor.as_ref().map_or((facts.memory, facts.vcpus), |flavor| (flavor.memory(), flavor.vcpus));
        let one = Amount::machine(vcpus, memory, &given);
        let own = Amount {
            volumes: facts.disks.iter().filter(is_new).count() as u64,
            disk: self.cost(facts).1,
            ..Amount::default()
        };
        one.plus(&own)
    }

    /// The disks that its flavor gives it beside those of the source.
    #[must_use]
    pub fn given(&self, facts: &CloneFacts) -> Vec<(&'static str, Bytes)> {
        let stays = |view: &DiskView| self.treatment(view) != Treatment::LeaveOut;
        let has = |disk: &Option<FlavorDisk>| {
            disk.as_ref().is_some_and(|disk| facts.disks.iter().any(|view| view.target == disk.target && stays(view)))
        };
        let (ephemeral, swap) = (has(&facts.flavor_disks.ephemeral), has(&facts.flavor_disks.swap));
        self.flavor.as_ref().map(|flavor| resize::given(flavor, ephemeral, swap)).unwrap_or_default()
    }

    /// Takes a flavor's sizes; none is the source's own again. A new image is never smaller than the source's.
    pub fn choose_flavor(&mut self, flavor: Option<Flavor>, facts: &CloneFacts) {
        let linked = facts.disks.iter().find(|disk| disk.possible.contains(&Treatment::Link));
        let base = linked.and_then(|disk| facts.images.get(&disk.index)).map(|image| image.size);
        self.size = flavor.as_ref().zip(base).map(|(flavor, base)| flavor.root_on(base));
        self.flavor = flavor;
    }

    /// How large the first new image is made, where it has another size than the source's: an overlay as the user or the
    /// flavor says, a copy as the flavor says.
    #[must_use]
    pub fn first_size(&self, disk: &DiskView, image: Bytes) -> Option<Bytes> {
        match self.treatment(disk) {
            Treatment::Link => self.size,
            Treatment::Copy => self.flavor.as_ref().map(|flavor| flavor.root_on(image)).filter(|root| *root > image),
            Treatment::Share | Treatment::LeaveOut => None,
        }
    }

    /// Bytes that the new images take at first, and that they can grow to.
    #[must_use]
    pub fn cost(&self, facts: &CloneFacts) -> (Bytes, Bytes) {
        let mut cost = (Bytes(0), Bytes(0));
        let mut first = true;
        for disk in &facts.disks {
            let image = facts.images.get(&disk.index).copied().unwrap_or_default();
            let taken = match self.treatment(disk) {
                Treatment::Copy => image.allocated.0,
                Treatment::Link => 0,
                Treatment::Share | Treatment::LeaveOut => continue,
            };
            let size = self.first_size(disk, image.size).filter(|_| std::mem::take(&mut first));
            let grown = size.map_or(image.size.0, |size| size.0.max(image.size.0));
            cost = (Bytes(cost.0.0.saturating_add(taken)), Bytes(cost.1.0.saturating_add(grown)));
        }
        cost
    }
}

/// What tells a disk from its machine's others.
fn disk_word(disk: &DiskView) -> String {
    if disk.target.is_empty() { disk.index.to_string() } else { disk.target.clone() }
}
