//! A volume to be made, and its XML.

use serde::{Deserialize, Serialize};

use super::{ImageFormat, Volume, path::normal, volume::Permissions};
use crate::{
    units::Bytes,
    xml::{Document, EditError, Element},
};

/// A volume that is not there yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVolume {
    /// Its name in the pool.
    pub name: String,
    /// Its format.
    pub format: ImageFormat,
    /// The size that the guest will see; for an overlay at least the base's.
    pub capacity: Bytes,
    /// What is set aside at once; `None` for as little as possible, `Some(capacity)` for all of it.
    pub allocation: Option<Bytes>,
    /// The image under it: its whole path and its format, which is always written into the overlay.
    pub base: Option<(String, ImageFormat)>,
    /// Owner and mode; `None` for the pool's own.
    pub permissions: Option<Permissions>,
}

impl NewVolume {
    /// A thin image of its own.
    #[must_use]
    pub fn thin(name: &str, format: ImageFormat, capacity: Bytes) -> Self {
        Self { name: name.to_owned(), format, capacity, allocation: None, base: None, permissions: None }
    }

    /// A qcow2 overlay on `base`.
    #[must_use]
    pub fn overlay(name: &str, capacity: Bytes, base: &str, format: ImageFormat) -> Self {
        Self { base: Some((base.to_owned(), format)), ..Self::thin(name, ImageFormat::Qcow2, capacity) }
    }

    /// Its XML for `virStorageVolCreateXML`.
    ///
    /// # Errors
    /// If the name or a path holds a character that XML cannot.
    pub fn to_xml(&self) -> Result<Document, EditError> {
        let blank = Document::parse("<volume/>")?;
        let mut edit = blank.edit();
        edit.replace(blank.root(), &self.element())?;
        edit.finish()
    }

    fn element(&self) -> Element {
        let mut target = Element::new("target").child(format(self.format));
        if let Some(permissions) = self.permissions {
            target = target.child(owner(permissions));
        }
        if self.format == ImageFormat::Qcow2 {
            // libvirt's own default may be the older version (0.10), which has no lazy reference counts.
            target = target.child(Element::new("compat").text("1.1"));
        }
        let volume = Element::new("volume")
            .child(Element::new("name").text(&self.name))
            .child(size("capacity", self.capacity))
            .child(size("allocation", self.allocation.unwrap_or_default()))
            .child(target);
        match &self.base {
            Some((path, base)) => {
                volume.child(Element::new("backingStore").child(Element::new("path").text(path)).child(format(*base)))
            }
            None => volume,
        }
    }

    /// Whether `volume` is what making this would have given: same name, format, size and base. Then to make it again
    /// is to leave it.
    #[must_use]
    pub fn is_made(&self, volume: &Volume) -> bool {
        let base = volume.backing.as_ref().and_then(|backing| backing.path());
        volume.name == self.name
            && volume.format == self.format
            && self.is_size(volume.capacity)
            && base == self.base.as_ref().map(|(path, _)| normal(path)).as_deref()
    }
}

/// What VHD rounds a size up by at most: its geometry's largest cylinder (Virtual Hard Disk Image Format Specification,
/// "CHS Calculation").
const VHD_CYLINDER: u64 = 16 * 255 * 512;

impl NewVolume {
    fn is_size(&self, made: Bytes) -> bool {
        let rounded = made.0.checked_sub(self.capacity.0).is_some_and(|more| more < VHD_CYLINDER);
        made == self.capacity || (self.format == ImageFormat::Vhd && rounded)
    }
}

fn format(format: ImageFormat) -> Element {
    Element::new("format").attribute("type", format.driver())
}

fn size(name: &str, bytes: Bytes) -> Element {
    Element::new(name).attribute("unit", "bytes").text(&bytes.0.to_string())
}

fn owner(permissions: Permissions) -> Element {
    Element::new("permissions")
        .child(Element::new("mode").text(&format!("{:04o}", permissions.mode)))
        .child(Element::new("owner").text(&permissions.owner.to_string()))
        .child(Element::new("group").text(&permissions.group.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::PoolId;

    #[test]
    fn an_overlay_names_its_base_and_the_format() {
        let new = NewVolume::overlay("node1.qcow2", Bytes::from_gib(100), "/i/.cent<7>.img", ImageFormat::Qcow2);
        let xml = new.to_xml().unwrap();
        let root = xml.root();
        let store = root.child("backingStore").unwrap();
        assert_eq!(store.child("path").unwrap().text(), "/i/.cent<7>.img");
        assert_eq!(store.child("format").unwrap().attribute("type").as_deref(), Some("qcow2"));
        assert_eq!(root.child("capacity").unwrap().text(), "107374182400");
        assert_eq!(root.child("target").unwrap().child("compat").unwrap().text(), "1.1");
        let made = Volume::parse(PoolId::parse("6695eb01-f6a4-8304-79aa-97f2502e193f").unwrap(), xml.as_str()).unwrap();
        assert!(new.is_made(&made));
        assert!(!NewVolume::thin("node1.qcow2", ImageFormat::Qcow2, Bytes::from_gib(100)).is_made(&made));
    }

    #[test]
    fn a_name_that_xml_cannot_hold_is_refused() {
        assert!(NewVolume::thin("a\0b", ImageFormat::Raw, Bytes(1)).to_xml().is_err());
    }
}
