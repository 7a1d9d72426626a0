//! Putting other images in the place of machines' disks: the machines are pointed at them, and the old ones deleted last, so
//! that it can be taken back until then.

use std::collections::BTreeSet;

use lectern_model::{
    clone::{DiskSource, DiskView},
    id::DomainId,
    metadata::{self, Origin},
    storage::{Volume, machine::Machine, normal},
    template::Deed,
    uri::HostUri,
    xml::Document,
};

use super::ChainError;
use crate::{
    disk::inventory::Inventory,
    host::{Host, HostError},
    plan::{
        Plan, Purpose, Step,
        make::lab::reset::{beside, volume, written},
        steps::{DeleteImages, MustBeOff, Redefine},
    },
};

/// What is done, as it is gathered.
pub(in crate::plan::make) struct Replacing<'s> {
    stock: &'s Inventory,
    off: Vec<Step>,
    pub(in crate::plan::make) new: Vec<Step>,
    changed: Vec<Step>,
    old: Vec<(String, bool)>,
    names: Vec<String>,
    machines: BTreeSet<DomainId>,
    taken: BTreeSet<String>,
}

/// A disk that gets another image.
pub(in crate::plan::make) struct Slot<'s> {
    /// The guest's name for it.
    pub(in crate::plan::make) target: String,
    /// The image that it has.
    pub(in crate::plan::make) volume: &'s Volume,
    /// Its pool.
    pub(in crate::plan::make) pool: String,
    /// The new image's name, which is free.
    pub(in crate::plan::make) file: String,
    /// And its path.
    pub(in crate::plan::make) path: String,
}

/// A machine's own disks that lie on other images, with the place of each in its XML.
type Slots<'s> = Vec<(usize, Slot<'s>)>;

impl<'s> Replacing<'s> {
    pub(in crate::plan::make) fn new(stock: &'s Inventory) -> Self {
        Self {
            stock,
            off: Vec::new(),
            new: Vec::new(),
            changed: Vec::new(),
            old: Vec::new(),
            names: Vec::new(),
            machines: BTreeSet::new(),
            taken: BTreeSet::new(),
        }
    }

    /// The disks of a machine that lie on others and are wanted, each with a free name for its new image.
    pub(in crate::plan::make) fn slots(&mut self, xml: &Document, wanted: impl Fn(&DiskView) -> bool) -> Slots<'s> {
        let mut slots = Vec::new();
        for (_, view) in written(xml).into_iter().filter(|(_, view)| wanted(view)) {
            let Some(volume) = volume(self.stock, &view) else { continue };
            let Some(pool) = self.stock.pool_of(volume) else { continue };
            if volume.backing.is_none() {
                continue;
            }
            let file = self.free(volume);
            let path = normal(&beside(&volume.path, &file));
            slots.push((view.index, Slot { target: view.target, volume, pool: pool.name.clone(), file, path }));
        }
        slots
    }

    /// The first free name beside a volume: `node1.qcow2`, `node1-2.qcow2`, and again the first at the next change.
    fn free(&mut self, volume: &Volume) -> String {
        let (stem, extension) = volume.name.rsplit_once('.').unwrap_or((&volume.name, "qcow2"));
        let stem = stem.strip_suffix("-2").unwrap_or(stem);
        let numbered = (2..).map(|n| format!("{stem}-{n}.{extension}"));
        let is_free = |name: &String| {
            let path = normal(&beside(&volume.path, name));
            self.stock.volume_at(&path).is_none() && !self.taken.contains(&path)
        };
        let mut all = std::iter::once(format!("{stem}.{extension}")).chain(numbered);
        let name = all.find(is_free).unwrap_or_default();
        self.taken.insert(normal(&beside(&volume.path, &name)));
        name
    }

    /// Points the machine at its new images; `origin` is the template that they lie on then.
    pub(in crate::plan::make) fn point(
        &mut self,
        machine: &Machine,
        xml: &Document,
        slots: &Slots<'_>,
        origin: Option<Origin>,
    ) -> Result<(), ChainError> {
        let (id, name) = (machine.id, machine.name.clone());
        let mut edit = xml.edit();
        for (disk, view) in written(xml) {
            let Some((_, slot)) = slots.iter().find(|(index, _)| *index == view.index) else { continue };
            let source = disk.child("source").ok_or_else(|| ChainError::NoOverlay(name.clone()))?;
            match view.source {
                Some(DiskSource::Volume { .. }) => edit.set_attribute(source, "volume", &slot.file)?,
                _ => edit.set_attribute(source, "file", &slot.path)?,
            };
            self.old.push((slot.volume.path.clone(), true));
        }
        let new = edit.finish()?;
        let mut notes = metadata::read(&new).machine();
        notes.origin = origin;
        let new = metadata::write(&new, &notes)?;
        self.off.push(MustBeOff { id, name: name.clone() }.into());
        self.changed.push(Redefine { id, name: name.clone(), old: xml.to_string(), new: new.to_string() }.into());
        self.names.push(name);
        self.machines.insert(id);
        Ok(())
    }

    /// The plan; the old images are kept where that is wished.
    pub(in crate::plan::make) fn plan(
        self,
        host: &HostUri,
        purpose: impl FnOnce(Vec<String>) -> Purpose,
        keep: bool,
    ) -> Plan {
        let mut steps = self.off;
        steps.extend(self.new);
        steps.extend(self.changed);
        if !keep {
            steps.push(DeleteImages { images: self.old, machines: self.machines.clone() }.into());
        }
        Plan::new(purpose(self.names), host.clone(), steps).guarded(Deed::Edit, self.machines)
    }
}

/// A machine's inactive XML, with its passwords.
pub(in crate::plan::make) async fn xml_of(host: &Host, id: DomainId) -> Result<Document, ChainError> {
    let xml = host.inactive_xml(id).await?;
    Ok(Document::parse(&xml).map_err(|error| HostError::BadAnswer(error.to_string()))?)
}
