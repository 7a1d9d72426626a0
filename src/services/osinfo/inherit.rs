//! What systems have of those that they derive from or clone.

use std::{
    collections::{BTreeSet, HashMap},
    path::PathBuf,
};

use lectern_model::guest_os::{ArchRequirements, FirmwareSupport, GuestDevice, GuestOs};

use super::parse::RawOs;

/// The systems with all that they inherit, and their files.
pub(super) fn resolved(raw: &[RawOs]) -> Vec<(GuestOs, Vec<PathBuf>)> {
    let index = raw.iter().enumerate().filter_map(|(at, raw)| Some((raw.os.id.as_deref()?, at))).collect();
    let mut tree = Tree { raw, index, heirlooms: vec![None; raw.len()] };
    (0..raw.len()).filter_map(|at| tree.system(at)).collect()
}

/// What is handed on.
#[derive(Clone, Debug, Default)]
struct Heirloom {
    devices: BTreeSet<GuestDevice>,
    firmware: Vec<FirmwareSupport>,
    requirements: Vec<ArchRequirements>,
}

struct Tree<'r> {
    raw: &'r [RawOs],
    index: HashMap<&'r str, usize>,
    heirlooms: Vec<Option<Heirloom>>,
}

impl Tree<'_> {
    fn system(&mut self, at: usize) -> Option<(GuestOs, Vec<PathBuf>)> {
        let Heirloom { devices, firmware, requirements } = self.heirloom(at);
        let raw = self.raw.get(at)?;
        Some((GuestOs { devices, firmware, requirements, ..raw.os.clone() }, raw.files.clone()))
    }

    /// What a system has and hands on. One that is its own ancestor, by a mistake in a file, ends there.
    fn heirloom(&mut self, at: usize) -> Heirloom {
        if let Some(known) = self.heirlooms.get(at).and_then(Option::as_ref) {
            return known.clone();
        }
        let Some(raw) = self.raw.get(at) else { return Heirloom::default() };
        if let Some(place) = self.heirlooms.get_mut(at) {
            *place = Some(Heirloom::default());
        }
        let parents: Vec<usize> = raw.parents.iter().filter_map(|id| self.index.get(id.as_str()).copied()).collect();
        let mut own = Heirloom {
            devices: raw.os.devices.clone(),
            firmware: raw.os.firmware.clone(),
            requirements: raw.os.requirements.clone(),
        };
        for parent in parents {
            let handed = self.heirloom(parent);
            own.devices.extend(handed.devices.difference(&raw.denied));
            own.firmware.extend(handed.firmware);
            own.requirements.extend(handed.requirements.into_iter().filter(|needs| raw.inherits.contains(&needs.arch)));
        }
        if let Some(place) = self.heirlooms.get_mut(at) {
            *place = Some(own.clone());
        }
        own
    }
}
