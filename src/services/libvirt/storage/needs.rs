//! Who needs which file, from what pools and machines tell.

use std::collections::BTreeMap;

use lectern_model::storage::{
    Pool, Volume,
    dependency::Builder,
    machine::{Machine, MachineFile, Place, StateFolders},
};

/// Pools, each with its volumes, and machines.
pub(crate) struct Needs {
    pub(crate) pools: Vec<(Pool, Vec<Volume>)>,
    pub(crate) machines: Vec<Machine>,
}

impl Needs {
    /// All that is known of them, for more to be added.
    pub(crate) fn builder(&self) -> Builder {
        let mut builder = Builder::default();
        for volume in self.pools.iter().flat_map(|(_, volumes)| volumes) {
            builder.image(&volume.path, volume.info().base());
        }
        let named = self.named();
        for machine in &self.machines {
            for file in machine.files(&StateFolders::system()) {
                if let Some(path) = path_of(&named, &file.place) {
                    builder.used(path, machine.id, &machine.name, &file);
                }
            }
        }
        builder
    }

    /// The files of a machine, each with its path where it has one.
    pub(crate) fn files(&self, machine: &Machine) -> Vec<(MachineFile, String)> {
        let named = self.named();
        let with_path = |file: MachineFile| {
            let path = path_of(&named, &file.place)?.to_owned();
            Some((file, path))
        };
        machine.files(&StateFolders::system()).into_iter().filter_map(with_path).collect()
    }

    /// The paths of all volumes, by pool and name.
    fn named(&self) -> BTreeMap<(&str, &str), &str> {
        let all = self.pools.iter().flat_map(|(pool, volumes)| volumes.iter().map(move |volume| (pool, volume)));
        all.map(|(pool, volume)| ((pool.name.as_str(), volume.name.as_str()), volume.path.as_str())).collect()
    }
}

fn path_of<'p>(named: &BTreeMap<(&str, &str), &'p str>, place: &'p Place) -> Option<&'p str> {
    match place {
        Place::Volume { pool, volume } => named.get(&(pool.as_str(), volume.as_str())).copied(),
        place => place.path(),
    }
}
