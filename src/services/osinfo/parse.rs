//! One file of the database, read into a system that has not inherited yet.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use lectern_model::{
    guest_os::{ArchRequirements, Date, Family, FirmwareSupport, GuestDevice, GuestOs, ReleaseStatus, Requirements},
    units::Bytes,
    xml::{Document, Node},
};

use super::media::Medium;

/// The namespace of `xml:lang`.
const XML: &str = "http://www.w3.org/XML/1998/namespace";

/// A system as its own files describe it.
#[derive(Debug, Default)]
pub(super) struct RawOs {
    pub(super) os: GuestOs,
    pub(super) files: Vec<PathBuf>,
    /// Identifiers of the systems that it derives from or clones.
    pub(super) parents: Vec<String>,
    /// Devices that it has no drivers for although a parent has.
    pub(super) denied: BTreeSet<GuestDevice>,
    /// Architectures whose needs are its parents'.
    pub(super) inherits: Vec<String>,
}

/// All files so far.
#[derive(Debug, Default)]
pub(super) struct Raw {
    pub(super) systems: Vec<RawOs>,
    pub(super) damaged: Vec<PathBuf>,
    pub(super) media: Vec<(String, Medium)>,
}

impl Raw {
    /// Reads a file; several may describe one system.
    pub(super) fn add(&mut self, path: &Path) {
        let document = fs::read_to_string(path).map_err(|e| e.to_string());
        match document.and_then(|text| Document::parse(&text).map_err(|e| e.to_string())) {
            Ok(document) => self.add_document(path, &document),
            Err(error) => {
                tracing::warn!("{} is not read: {error}", path.display());
                self.damaged.push(path.to_owned());
            }
        }
    }

    fn add_document(&mut self, path: &Path, document: &Document) {
        for node in document.root().children_named("os") {
            let Some(id) = node.attribute("id") else { continue };
            let media = node.children_named("media").filter_map(Medium::read);
            self.media.extend(media.map(|medium| (id.to_string(), medium)));
            let known = self.systems.iter().position(|raw| raw.os.id.as_deref() == Some(&*id));
            let index = known.unwrap_or_else(|| {
                let os = GuestOs { id: Some(id.into_owned()), ..GuestOs::default() };
                self.systems.push(RawOs { os, ..RawOs::default() });
                self.systems.len() - 1
            });
            if let Some(raw) = self.systems.get_mut(index) {
                raw.files.push(path.to_owned());
                for child in node.children() {
                    raw.child(child);
                }
            }
        }
    }
}

impl RawOs {
    fn child(&mut self, node: Node<'_>) {
        match node.name() {
            // Names in other languages are marked; products are called the same in nearly all.
            "name" | "vendor" | "version" | "codename" | "distro" | "family" if !is_translated(node) => {
                self.text(node.name(), node.text().trim());
            }
            "short-id" => self.short_id(node.text().trim()),
            "release-date" => self.os.release = Date::parse(&node.text()),
            "eol-date" => self.os.end_of_life = Date::parse(&node.text()),
            "release-status" => self.os.status = status(node.text().trim()),
            "derives-from" | "clones" => self.parents.extend(node.attribute("id").map(std::borrow::Cow::into_owned)),
            "firmware" => self.os.firmware.extend(firmware(node)),
            "devices" => node.children_named("device").for_each(|device| self.device(device)),
            "resources" => self.resources(node),
            _ => {}
        }
    }

    fn text(&mut self, name: &str, text: &str) {
        let os = &mut self.os;
        let value = || Some(text.to_owned()).filter(|text| !text.is_empty());
        match name {
            "name" => text.clone_into(&mut os.name),
            "vendor" => os.vendor = value(),
            "version" => os.version = value(),
            "codename" => os.codename = value(),
            "distro" => os.distro = value(),
            _ => os.family = Family::from_osinfo(text),
        }
    }

    fn short_id(&mut self, text: &str) {
        if !text.is_empty() && !self.os.short_ids.iter().any(|known| known == text) {
            self.os.short_ids.push(text.to_owned());
        }
    }

    fn device(&mut self, node: Node<'_>) {
        let Some(device) = node.attribute("id").and_then(|id| GuestDevice::from_osinfo(&id)) else { return };
        if is_false(node, "supported") {
            self.denied.insert(device);
        } else {
            self.os.devices.insert(device);
        }
    }

    fn resources(&mut self, node: Node<'_>) {
        let arch = node.attribute("arch").map_or_else(|| "all".to_owned(), std::borrow::Cow::into_owned);
        if node.attribute("inherit").as_deref() == Some("true") {
            self.inherits.push(arch);
            return;
        }
        let amounts = |name: &str| node.child(name).map(requirements).unwrap_or_default();
        let (minimum, recommended) = (amounts("minimum"), amounts("recommended"));
        self.os.requirements.push(ArchRequirements { arch, minimum, recommended });
    }
}

fn is_translated(node: Node<'_>) -> bool {
    node.attribute_in(XML, "lang").is_some()
}

fn is_false(node: Node<'_>, name: &str) -> bool {
    node.attribute(name).as_deref() == Some("false")
}

fn status(word: &str) -> ReleaseStatus {
    match word {
        "rolling" => ReleaseStatus::Rolling,
        "prerelease" | "snapshot" => ReleaseStatus::Prerelease,
        _ => ReleaseStatus::Released,
    }
}

fn firmware(node: Node<'_>) -> Option<FirmwareSupport> {
    let attribute = |name| node.attribute(name).map(std::borrow::Cow::into_owned);
    Some(FirmwareSupport {
        arch: attribute("arch")?,
        kind: attribute("type")?,
        supported: !is_false(node, "supported"),
    })
}

/// osinfo tells memory and storage in bytes.
fn requirements(node: Node<'_>) -> Requirements {
    let number = |name: &str| node.child(name).and_then(|child| child.text().trim().parse::<u64>().ok());
    Requirements {
        cpus: number("n-cpus").and_then(|n| n.try_into().ok()),
        memory: number("ram").map(Bytes),
        storage: number("storage").map(Bytes),
    }
}
