//! Who needs a file: all images and all machines of a host, from base to overlays.
//!
//! virt-manager keeps for each base only the last image that stands on it, so it offers to delete the base of thirty
//! machines if the thirty-first overlay is nobody's (virtinst/devices/disk.py, `get_volmap`). Here every child counts.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use super::{
    chain::Unread,
    machine::{MachineFile, Role},
    path::normal,
};
use crate::id::DomainId;

/// All that is known of a host's files: images, what they stand on, and the machines that use them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DependencyMap {
    keys: BTreeMap<String, String>,
    children: BTreeMap<String, BTreeSet<String>>,
    bases: BTreeMap<String, BTreeSet<String>>,
    users: BTreeMap<String, Vec<User>>,
    images: BTreeSet<String>,
    blind: BTreeSet<BlindSpot>,
}

/// A machine that names a file itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct User {
    /// Its key.
    pub machine: DomainId,
    /// Its name.
    pub name: String,
    /// What the file is to it.
    pub role: Role,
    /// Whether it only reads it.
    pub read_only: bool,
    /// Whether it is meant to be shared.
    pub shareable: bool,
}

/// Someone who needs a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Holder {
    /// A machine.
    Machine {
        /// The machine, and what the file that it names is to it.
        user: User,
        /// The images between: from the one that stands on the asked file to the one that the machine names. Empty where
        /// it names the asked file itself.
        through: Vec<String>,
    },
    /// An image that stands on it, directly or not, and is no machine's.
    Image {
        /// Its path.
        path: String,
    },
}

/// Something that could not be looked into: what is there may need any file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum BlindSpot {
    /// A pool that is not started.
    InactivePool(String),
    /// A pool that could not be listed.
    Pool(String),
    /// An image that could not be read.
    Image(String),
    /// A folder with images outside of pools that could not be listed.
    Folder(String),
}

/// What goes together: machines that will be no more, and files that are deleted with the asked one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// The machines.
    pub machines: BTreeSet<DomainId>,
    /// The files, by any of their paths.
    pub files: BTreeSet<String>,
}

/// Whether a file may go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deletion {
    /// Nobody else needs it.
    Free,
    /// These need it.
    Locked(Vec<Holder>),
}

impl Deletion {
    /// Whether nobody else needs it.
    #[must_use]
    pub const fn is_free(&self) -> bool {
        matches!(self, Self::Free)
    }
}

/// Collects what is known; the order of the calls does not matter.
#[derive(Clone, Debug, Default)]
pub struct Builder {
    keys: BTreeMap<String, String>,
    images: Vec<(String, Option<String>)>,
    users: Vec<(String, User)>,
    blind: BTreeSet<BlindSpot>,
}

impl Builder {
    /// Says that `path` is another name of the file `real`: a symbolic link, or a path through one.
    pub fn same(&mut self, path: &str, real: &str) -> &mut Self {
        if path != real {
            self.keys.insert(path.to_owned(), real.to_owned());
        }
        self
    }

    /// An image, and the image that it stands on.
    pub fn image(&mut self, path: &str, base: Option<&str>) -> &mut Self {
        self.images.push((path.to_owned(), base.map(str::to_owned)));
        self
    }

    /// A machine's file at `path`, and what its XML says lies under it.
    pub fn used(&mut self, path: &str, machine: DomainId, name: &str, file: &MachineFile) -> &mut Self {
        let user = User {
            machine,
            name: name.to_owned(),
            role: file.role,
            read_only: file.read_only,
            shareable: file.shareable,
        };
        self.users.push((path.to_owned(), user));
        let mut above = path;
        for base in &file.bases {
            self.image(above, Some(base));
            above = base;
        }
        self
    }

    /// Something that could not be looked into.
    pub fn blind(&mut self, spot: BlindSpot) -> &mut Self {
        self.blind.insert(spot);
        self
    }

    /// An image that could not be read.
    pub fn unread(&mut self, path: &str, why: &Unread) -> &mut Self {
        // A file that is not there needs nothing.
        if *why == Unread::Missing { self } else { self.blind(BlindSpot::Image(path.to_owned())) }
    }

    /// The paths that are named anywhere.
    #[must_use]
    pub fn paths(&self) -> BTreeSet<&str> {
        let images = self.images.iter().flat_map(|(path, base)| std::iter::once(path).chain(base.as_ref()));
        images.chain(self.users.iter().map(|(path, _)| path)).map(String::as_str).collect()
    }

    /// The map.
    #[must_use]
    pub fn build(self) -> DependencyMap {
        let mut map = DependencyMap { keys: self.keys, blind: self.blind, ..DependencyMap::default() };
        for (path, base) in self.images {
            let path = map.key(&path);
            if let Some(base) = base.map(|base| map.key(&base)) {
                map.children.entry(base.clone()).or_default().insert(path.clone());
                map.images.insert(base.clone());
                map.bases.entry(path.clone()).or_default().insert(base);
            }
            map.images.insert(path);
        }
        for (path, user) in self.users {
            let users = map.users.entry(map.key(&path)).or_default();
            if !users.contains(&user) {
                users.push(user);
            }
        }
        map
    }
}

impl DependencyMap {
    /// The name under which a file is kept.
    fn key(&self, path: &str) -> String {
        let known = |path: &str| self.keys.get(path).cloned();
        known(path).unwrap_or_else(|| {
            let path = normal(path);
            known(&path).unwrap_or(path)
        })
    }

    /// What could not be looked into: while there is any, an answer [`Deletion::Free`] is only as good as that.
    #[must_use]
    pub const fn blind_spots(&self) -> &BTreeSet<BlindSpot> {
        &self.blind
    }

    /// All images, each once.
    pub fn images(&self) -> impl Iterator<Item = &str> {
        self.images.iter().map(String::as_str)
    }

    /// The images that stand directly on it.
    pub fn children(&self, path: &str) -> impl Iterator<Item = &str> {
        self.children.get(&self.key(path)).into_iter().flatten().map(String::as_str)
    }

    /// The machines that name it themselves.
    #[must_use]
    pub fn users(&self, path: &str) -> &[User] {
        self.users.get(&self.key(path)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The images under it, the next first.
    #[must_use]
    pub fn bases(&self, path: &str) -> Vec<String> {
        walk(&self.key(path), &self.bases).into_iter().skip(1).map(|(path, _)| path).collect()
    }

    /// Everyone who needs the file: machines that name it, machines through chains, and images of no machine.
    #[must_use]
    pub fn holders(&self, path: &str) -> Vec<Holder> {
        self.holders_but(path, &Leaving::default())
    }

    /// Whether the file may be deleted when `leaving` goes too.
    ///
    /// A machine that leaves needs nothing any more, but an overlay of its own that stays still needs its base.
    #[must_use]
    pub fn deletion(&self, path: &str, leaving: &Leaving) -> Deletion {
        let holders = self.holders_but(path, leaving);
        if holders.is_empty() { Deletion::Free } else { Deletion::Locked(holders) }
    }

    /// Which disks of a machine others stand on: while it runs it writes to them, and every overlay is spoilt. Empty
    /// where it may be started, or edited. The machine itself counts only where it uses an overlay too.
    #[must_use]
    pub fn spoilt_by_start(&self, machine: DomainId) -> Vec<(String, Vec<Holder>)> {
        let writes = |user: &User| user.machine == machine && user.role == Role::Disk && !user.read_only;
        let disks = self.users.iter().filter(|(_, users)| users.iter().any(writes)).map(|(path, _)| path);
        disks
            .map(|path| {
                let mut holders = self.holders(path);
                holders.retain(|holder| !matches!(holder, Holder::Machine { through, .. } if through.is_empty()));
                (path.clone(), holders)
            })
            .filter(|(_, holders)| !holders.is_empty())
            .collect()
    }

    fn holders_but(&self, path: &str, leaving: &Leaving) -> Vec<Holder> {
        let above = walk(&self.key(path), &self.children);
        let from: BTreeMap<&str, &str> =
            above.iter().filter_map(|(image, from)| Some((image.as_str(), from.as_deref()?))).collect();
        let files: BTreeSet<String> = leaving.files.iter().map(|file| self.key(file)).collect();
        let mut used = BTreeSet::new();
        let mut holders = BTreeSet::new();
        for (image, _) in &above {
            let through = way(image, &from);
            let users = self.users.get(image).into_iter().flatten();
            for user in users.filter(|user| !leaving.machines.contains(&user.machine)) {
                used.extend(through.iter().cloned());
                holders.insert(Holder::Machine { user: user.clone(), through: through.clone() });
            }
        }
        let others = above.iter().skip(1).map(|(image, _)| image);
        let others = others.filter(|image| !used.contains(*image) && !files.contains(*image));
        holders.extend(others.map(|path| Holder::Image { path: path.clone() }));
        holders.into_iter().collect()
    }
}

/// The images from the first above the start up to `image`; none for the start itself.
fn way(image: &str, from: &BTreeMap<&str, &str>) -> Vec<String> {
    let mut images = Vec::new();
    let mut at = image;
    while let Some(below) = from.get(at) {
        images.push(at.to_owned());
        at = below;
    }
    images.reverse();
    images
}

/// Everything that is reached from `start`, `start` first, and from where each was reached. Ends on loops too.
fn walk(start: &str, edges: &BTreeMap<String, BTreeSet<String>>) -> Vec<(String, Option<String>)> {
    let mut reached = vec![(start.to_owned(), None)];
    let mut seen = BTreeSet::from([start.to_owned()]);
    let mut queue = VecDeque::from([start.to_owned()]);
    while let Some(from) = queue.pop_front() {
        for next in edges.get(&from).into_iter().flatten() {
            if seen.insert(next.clone()) {
                reached.push((next.clone(), Some(from.clone())));
                queue.push_back(next.clone());
            }
        }
    }
    reached
}
