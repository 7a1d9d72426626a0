//! Who lies on a machine's disks, as a tree: machines, their own overlays' machines, and images that are nobody's.

use std::collections::BTreeSet;

use crate::id::DomainId;
use crate::storage::{DependencyMap, machine::Role};

/// What stands in one place of the tree.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A machine.
    Machine(DomainId, String),
    /// An image that no machine has, by path.
    Image(String),
}

/// One place, and what lies on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// What lies on it, machines by name first.
    pub children: Vec<Self>,
}

impl Node {
    /// How many machines lie on it, through others too.
    #[must_use]
    pub fn machines(&self) -> usize {
        let own = |node: &Self| usize::from(matches!(node.kind, Kind::Machine(..)));
        self.children.iter().map(|child| own(child) + child.machines()).sum()
    }
}

/// The tree on a machine. `disks` gives the paths of a machine's disks. A loop ends where it begins again.
#[must_use]
pub fn tree(map: &DependencyMap, (id, name): (DomainId, String), disks: &dyn Fn(DomainId) -> Vec<String>) -> Node {
    let kind = Kind::Machine(id, name);
    let mut seen = BTreeSet::from([kind.clone()]);
    let children = above(map, &disks(id), disks, &mut seen);
    Node { kind, children }
}

fn above(
    map: &DependencyMap,
    images: &[String],
    disks: &dyn Fn(DomainId) -> Vec<String>,
    seen: &mut BTreeSet<Kind>,
) -> Vec<Node> {
    let overlays: BTreeSet<&str> = images.iter().flat_map(|image| map.children(image)).collect();
    let mut found = BTreeSet::new();
    for overlay in overlays {
        let users: Vec<_> = map.users(overlay).iter().filter(|user| user.role == Role::Disk).collect();
        found.extend(users.iter().map(|user| Kind::Machine(user.machine, user.name.clone())));
        if users.is_empty() {
            found.insert(Kind::Image(overlay.to_owned()));
        }
    }
    let mut nodes = Vec::new();
    for kind in found {
        if !seen.insert(kind.clone()) {
            continue;
        }
        let own = match &kind {
            Kind::Machine(id, _) => disks(*id),
            Kind::Image(path) => vec![path.clone()],
        };
        let children = above(map, &own, disks, seen);
        nodes.push(Node { kind, children });
    }
    nodes.sort_by_key(|node| match &node.kind {
        Kind::Machine(_, name) => (0, natural(name)),
        Kind::Image(path) => (1, natural(path)),
    });
    nodes
}

/// A name with its last number as a number, so that node10 comes after node9.
fn natural(name: &str) -> (String, u64, String) {
    let end = name.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (head, tail) = name.split_at_checked(end).unwrap_or((name, ""));
    let stem = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = head.get(stem.len()..).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    (stem.to_owned(), number, tail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::dependency::Builder;
    use crate::storage::machine::{MachineFile, Place};

    #[test]
    fn a_template_its_clones_and_what_lies_on_these() {
        let id = |n| DomainId::from_bytes([n; 16]);
        let path = |n: u8| format!("/i/node{n}");
        let mut builder = Builder::default();
        let file = |path: &str| MachineFile::new(Role::Disk, Place::Path(path.to_owned()));
        builder.used("/i/base", id(1), "cent7", &file("/i/base"));
        for n in [10, 9, 2] {
            builder.image(&path(n), Some("/i/base")).used(&path(n), id(n), &format!("node{n}"), &file(&path(n)));
        }
        builder.image("/i/mine", Some("/i/node9")).image("/i/loose", Some("/i/base")).image("/i/base", Some("/i/mine"));
        let disks = |machine: DomainId| {
            if machine == id(1) { vec!["/i/base".to_owned()] } else { vec![path(machine.as_bytes()[0])] }
        };
        let tree = tree(&builder.build(), (id(1), "cent7".into()), &disks);
        assert_eq!(tree.machines(), 3);
        let kinds: Vec<&Kind> = tree.children.iter().map(|child| &child.kind).collect();
        let machine = |n: u8| Kind::Machine(id(n), format!("node{n}"));
        assert_eq!(kinds, [&machine(2), &machine(9), &machine(10), &Kind::Image("/i/loose".into())]);
        assert_eq!(tree.children[1].children[0].kind, Kind::Image("/i/mine".into()));
    }
}
