//! Disks and CD drives.

use super::choice::Chosen;
use super::spec::{CdromSpec, DiskBus, DiskSource, DiskSpec, ImageFormat};
use crate::{guest_os::GuestDevice, xml::Element};

/// Drives on one IDE controller pair, all that old machine types have.
const IDE_DRIVES: usize = 4;

/// All disks and drives, and the controller that SCSI needs.
pub(super) fn elements(chosen: &Chosen<'_>) -> Vec<Element> {
    let mut targets = Targets::default();
    let disks = chosen.spec.disks.iter().map(|spec| disk(chosen, spec, &mut targets)).collect::<Vec<_>>();
    let cdroms = chosen.spec.cdroms.iter().map(|spec| cdrom(chosen, spec, &mut targets)).collect::<Vec<_>>();
    disks.into_iter().chain(cdroms).chain(scsi_controller(chosen, &targets)).collect()
}

/// The names that are given: each bus has letters of its own, SATA, SCSI and USB share theirs.
#[derive(Default)]
struct Targets {
    virtio: usize,
    sd: usize,
    hd: usize,
    scsi: bool,
}

impl Targets {
    /// The next name on a bus.
    fn next(&mut self, bus: DiskBus) -> String {
        let (prefix, count) = match bus {
            DiskBus::Virtio => ("vd", &mut self.virtio),
            DiskBus::Ide => ("hd", &mut self.hd),
            DiskBus::Sata | DiskBus::Scsi | DiskBus::Usb => ("sd", &mut self.sd),
        };
        *count += 1;
        self.scsi |= bus == DiskBus::Scsi;
        format!("{prefix}{}", letters(*count - 1))
    }

    fn is_full(&self, bus: DiskBus) -> bool {
        bus == DiskBus::Ide && self.hd >= IDE_DRIVES
    }
}

/// `a` … `z`, `aa`, `ab`, … as Linux names its disks.
fn letters(mut index: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.insert(0, b'a' + u8::try_from(index % 26).unwrap_or_default());
        if index < 26 {
            return name.into_iter().map(char::from).collect();
        }
        index = index / 26 - 1;
    }
}

/// The bus that was asked for, else the first that the host has and that is not full.
fn bus(chosen: &Chosen<'_>, asked: Option<DiskBus>, best: &[DiskBus], targets: &Targets) -> DiskBus {
    let usable = |bus: &&DiskBus| chosen.host.domain.disk_buses.may_have(bus.as_str()) && !targets.is_full(**bus);
    asked.or_else(|| best.iter().find(usable).copied()).unwrap_or(DiskBus::Virtio)
}

fn disk(chosen: &Chosen<'_>, spec: &DiskSpec, targets: &mut Targets) -> Element {
    let best: Vec<DiskBus> = chosen.disk_buses().filter(|bus| !spec.readonly || bus.takes_readonly()).collect();
    let bus = bus(chosen, spec.bus, &best, targets);
    let disk = Element::new("disk").attribute("type", kind(Some(&spec.source))).attribute("device", "disk");
    let disk = disk.child(driver(spec)).child(source(&spec.source)).child(target(bus, targets));
    if spec.readonly { disk.child(Element::new("readonly")) } else { disk }
}

/// Freed space goes back to the host; in qcow2, zeroes that are written take none either, for systems that free nothing.
/// Block devices are used as virt-manager does, past the host's cache.
fn driver(spec: &DiskSpec) -> Element {
    let driver = Element::new("driver").attribute("name", "qemu").attribute("type", spec.format.as_str());
    let block = matches!(spec.source, DiskSource::Block(_));
    let mut options: Vec<(&str, &str)> = Vec::new();
    if block {
        options.extend([("cache", "none"), ("io", "native")]);
    }
    if spec.thin && !spec.readonly {
        options.push(("discard", "unmap"));
        if spec.format == ImageFormat::Qcow2 && !block {
            options.push(("detect_zeroes", "unmap"));
        }
    }
    options.into_iter().fold(driver, |driver, (name, value)| driver.attribute(name, value))
}

/// A drive may be empty; an empty one is of type file, as virt-manager writes it.
fn cdrom(chosen: &Chosen<'_>, spec: &CdromSpec, targets: &mut Targets) -> Element {
    let bus = bus(chosen, spec.bus, &chosen.cdrom_buses().collect::<Vec<_>>(), targets);
    let drive = Element::new("disk").attribute("type", kind(spec.source.as_ref())).attribute("device", "cdrom");
    let drive = drive.child(Element::new("driver").attribute("name", "qemu").attribute("type", "raw"));
    let drive = spec.source.iter().map(source).fold(drive, Element::child);
    drive.child(target(bus, targets)).child(Element::new("readonly"))
}

fn kind(source: Option<&DiskSource>) -> &'static str {
    match source {
        Some(DiskSource::Block(_)) => "block",
        Some(DiskSource::Volume { .. }) => "volume",
        Some(DiskSource::File(_)) | None => "file",
    }
}

fn source(source: &DiskSource) -> Element {
    let element = Element::new("source");
    match source {
        DiskSource::File(path) => element.attribute("file", path),
        DiskSource::Block(path) => element.attribute("dev", path),
        DiskSource::Volume { pool, volume } => element.attribute("pool", pool).attribute("volume", volume),
    }
}

fn target(bus: DiskBus, targets: &mut Targets) -> Element {
    Element::new("target").attribute("dev", &targets.next(bus)).attribute("bus", bus.as_str())
}

/// libvirt's own choice would be a controller of 1997; a paravirtual one where the system has the driver.
fn scsi_controller(chosen: &Chosen<'_>, targets: &Targets) -> Option<Element> {
    let known = chosen.spec.os.has(GuestDevice::VirtioScsi) || !chosen.is_x86();
    (targets.scsi && known)
        .then(|| Element::new("controller").attribute("type", "scsi").attribute("model", "virtio-scsi"))
}

#[cfg(test)]
mod tests {
    use super::letters;

    #[test]
    fn disks_are_named_as_linux_does() {
        for (index, name) in [(0, "a"), (25, "z"), (26, "aa"), (51, "az"), (52, "ba"), (701, "zz"), (702, "aaa")] {
            assert_eq!(letters(index), name);
        }
    }
}
