//! Properties of the dependency map on random graphs: loops, shared bases, several machines a file.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::{
    id::DomainId,
    storage::{
        dependency::{Builder, Leaving},
        machine::{MachineFile, Place, Role},
    },
};

/// Images by number with the base of each, machines with the image that each uses, and what leaves.
#[derive(Clone, Debug)]
struct Graph {
    bases: Vec<Option<u8>>,
    machines: Vec<u8>,
    leaving: BTreeSet<u8>,
    files: BTreeSet<u8>,
}

fn graphs() -> impl Strategy<Value = Graph> {
    (1_u8..14).prop_flat_map(|count| {
        let base = prop::option::of(0..count);
        let bases = prop::collection::vec(base, usize::from(count));
        let machines = prop::collection::vec(0..count, 0..8);
        let (leaving, files) =
            (prop::collection::btree_set(0_u8..8, 0..8), prop::collection::btree_set(0..count, 0..9));
        (bases, machines, leaving, files).prop_map(|(bases, machines, leaving, files)| Graph {
            bases,
            machines,
            leaving,
            files,
        })
    })
}

fn path(image: u8) -> String {
    format!("/i/{image}")
}

fn id(machine: u8) -> DomainId {
    DomainId::from_bytes([machine; 16])
}

impl Graph {
    fn build(&self) -> crate::storage::DependencyMap {
        let mut builder = Builder::default();
        for (image, base) in (0..).zip(&self.bases) {
            builder.image(&path(image), base.map(path).as_deref());
        }
        for (machine, image) in (0..).zip(&self.machines) {
            let file = MachineFile::new(Role::Disk, Place::Path(path(*image)));
            builder.used(&path(*image), id(machine), "m", &file);
        }
        builder.build()
    }

    fn leaves(&self) -> Leaving {
        Leaving {
            machines: self.leaving.iter().map(|machine| id(*machine)).collect(),
            files: self.files.iter().map(|image| path(*image)).collect(),
        }
    }

    /// Whether `image` is `base`, or stands on it: by following the bases, unlike the map, which goes up.
    fn needs(&self, image: u8, base: u8) -> bool {
        let mut seen = BTreeSet::new();
        let mut next = Some(image);
        while let Some(at) = next.filter(|at| seen.insert(*at)) {
            if at == base {
                return true;
            }
            next = self.bases[usize::from(at)];
        }
        false
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_file_is_free_exactly_if_nothing_that_stays_needs_it(graph in graphs()) {
        let (map, leaving) = (graph.build(), graph.leaves());
        for base in 0..u8::try_from(graph.bases.len()).unwrap() {
            let by_machine = (0..).zip(&graph.machines)
                .any(|(machine, image)| !graph.leaving.contains(&machine) && graph.needs(*image, base));
            let images = 0..u8::try_from(graph.bases.len()).unwrap();
            let by_image = images.filter(|image| *image != base && !graph.files.contains(image))
                .any(|image| graph.needs(image, base));
            let free = map.deletion(&path(base), &leaving).is_free();
            prop_assert_eq!(free, !(by_machine || by_image), "image {}", base);
        }
    }

    #[test]
    fn everyone_who_holds_a_file_is_named_once_with_the_way(graph in graphs()) {
        let map = graph.build();
        for base in 0..u8::try_from(graph.bases.len()).unwrap() {
            let mut machines = BTreeMap::new();
            for holder in map.holders(&path(base)) {
                if let crate::storage::dependency::Holder::Machine { user, through } = holder {
                    prop_assert!(machines.insert(user.machine, through).is_none());
                }
            }
            for (machine, image) in (0..).zip(&graph.machines) {
                let expected = graph.needs(*image, base);
                let through = machines.get(&id(machine));
                prop_assert_eq!(through.is_some(), expected);
                if let Some(last) = through.and_then(|through| through.last()) {
                    prop_assert_eq!(last, &path(*image));
                }
            }
        }
    }

    #[test]
    fn walks_end_on_loops(graph in graphs()) {
        let map = graph.build();
        for image in map.images().map(str::to_owned).collect::<Vec<_>>() {
            let bases = map.bases(&image);
            prop_assert!(bases.len() <= graph.bases.len());
            for child in map.children(&image) {
                prop_assert!(child == image || map.bases(child).contains(&image));
            }
        }
    }
}
