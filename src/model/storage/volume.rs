//! Volumes of pools, and what is read from a volume's XML.

use serde::{Deserialize, Serialize};

use super::{ImageFormat, ImageInfo, PoolId, backing::Backing, image::Snapshots};
use crate::{
    units::Bytes,
    xml::{Document, Node},
};

/// A text is not the XML of a pool or volume.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a pool's or volume's XML: {0}")]
pub struct NotStorageXml(pub(super) String);

/// One volume, as the daemon saw it when it last refreshed the pool: with the daemon's rights, so root-owned images too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    /// The pool that it is in.
    pub pool: PoolId,
    /// Its name in the pool; a folder's volumes are called as the files, hidden ones (`.cent7.img`) included.
    pub name: String,
    /// The path that a domain's XML names it by.
    pub path: String,
    /// What it is on the host.
    pub kind: VolumeKind,
    /// Its format, found by content; of a block device it is `raw` or unknown.
    pub format: ImageFormat,
    /// The size that the guest sees.
    pub capacity: Bytes,
    /// What it takes on the host.
    pub allocation: Bytes,
    /// The file's length, where libvirt tells it.
    pub physical: Option<Bytes>,
    /// The image under it, in the daemon's words: already a whole path.
    pub backing: Option<Backing>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Who owns it, and its mode.
    pub permissions: Option<Permissions>,
    /// When it was last written to, in nanoseconds since 1970.
    pub modified: Option<i128>,
}

/// What a volume is on the host: libvirt's `virStorageVolType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum VolumeKind {
    /// A file.
    File,
    /// A block device.
    Block,
    /// A folder.
    Dir,
    /// Something on the network.
    Network,
}

/// Owner and mode of a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// The mode's bits.
    pub mode: u32,
    /// The owner's number.
    pub owner: u32,
    /// The group's number.
    pub group: u32,
}

impl Volume {
    /// Reads the XML of `virStorageVolGetXMLDesc` for a volume of `pool`.
    ///
    /// # Errors
    /// If it is not well-formed, or no volume.
    pub fn parse(pool: PoolId, xml: &str) -> Result<Self, NotStorageXml> {
        let document = Document::parse(xml).map_err(|e| NotStorageXml(e.to_string()))?;
        let root = document.root();
        if root.name() != "volume" {
            return Err(NotStorageXml(format!("root is <{}>", root.name())));
        }
        let target = root.child("target");
        let size = |name: &str| root.child(name).and_then(bytes);
        let path = target.and_then(|t| text(t, "path")).or_else(|| text(root, "key")).unwrap_or_default();
        Ok(Self {
            pool,
            name: text(root, "name").unwrap_or_default(),
            kind: kind(root.attribute("type").as_deref().unwrap_or("file")),
            format: target.and_then(format).unwrap_or(ImageFormat::Raw),
            capacity: size("capacity").unwrap_or_default(),
            allocation: size("allocation").unwrap_or_default(),
            physical: size("physical"),
            backing: root.child("backingStore").and_then(|store| backing(store, &path)),
            encrypted: target.is_some_and(|t| t.child("encryption").is_some()),
            permissions: target.and_then(|t| t.child("permissions")).and_then(permissions),
            modified: target.and_then(modified),
            path,
        })
    }

    /// What it says of the image in it. Snapshots, and whether it is whole, only the header tells.
    #[must_use]
    pub fn info(&self) -> ImageInfo {
        ImageInfo {
            format: self.format,
            virtual_size: self.capacity,
            allocated: Some(self.allocation),
            backing: self.backing.clone(),
            encrypted: self.encrypted,
            snapshots: Snapshots::default(),
            state: super::image::ImageState::default(),
        }
    }
}

fn kind(name: &str) -> VolumeKind {
    match name {
        "block" => VolumeKind::Block,
        "dir" | "netdir" => VolumeKind::Dir,
        "network" => VolumeKind::Network,
        _ => VolumeKind::File,
    }
}

fn format(node: Node<'_>) -> Option<ImageFormat> {
    let name = node.child("format")?.attribute("type")?;
    Some(ImageFormat::from_name(&name))
}

fn backing(store: Node<'_>, image: &str) -> Option<Backing> {
    let path = text(store, "path").filter(|path| !path.is_empty())?;
    // A format that the image does not give is `raw` here, so libvirt cannot say that it is missing.
    Some(Backing::new(&path, image, format(store)))
}

fn permissions(node: Node<'_>) -> Option<Permissions> {
    let number = |name: &str| text(node, name)?.parse().ok();
    let mode = u32::from_str_radix(text(node, "mode")?.trim_start_matches("0o"), 8).ok()?;
    Some(Permissions { mode, owner: number("owner")?, group: number("group")? })
}

/// `<mtime>` is seconds, a point, and nanoseconds.
fn modified(target: Node<'_>) -> Option<i128> {
    let time = text(target.child("timestamps")?, "mtime")?;
    let (seconds, fraction) = time.split_once('.').unwrap_or((&time, "0"));
    let nanoseconds: i128 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(seconds.parse::<i128>().ok()? * 1_000_000_000 + nanoseconds)
}

/// A child's text.
pub(super) fn text(node: Node<'_>, name: &str) -> Option<String> {
    node.child(name).map(|child| child.text().trim().to_owned())
}

/// A size with its unit; without one it is bytes (libvirt.org/formatstorage.html).
pub(super) fn bytes(node: Node<'_>) -> Option<Bytes> {
    let unit = node.attribute("unit");
    let factor: u64 = match unit.as_deref().unwrap_or("bytes") {
        "bytes" | "B" => 1,
        "KB" => 1_000,
        "K" | "KiB" => 1 << 10,
        "MB" => 1_000_000,
        "M" | "MiB" => 1 << 20,
        "GB" => 1_000_000_000,
        "G" | "GiB" => 1 << 30,
        "TB" => 1_000_000_000_000,
        "T" | "TiB" => 1 << 40,
        _ => return None,
    };
    node.text().trim().parse::<u64>().ok()?.checked_mul(factor).map(Bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POOL: &str = "6695eb01-f6a4-8304-79aa-97f2502e193f";

    #[test]
    fn a_volume_is_read() {
        let xml = include_str!("../xml/corpus/volume-qcow2.xml");
        let volume = Volume::parse(PoolId::parse(POOL).unwrap(), xml).unwrap();
        assert_eq!((volume.format, volume.kind), (ImageFormat::Qcow2, VolumeKind::File));
        assert_eq!(volume.capacity, Bytes::from_gib(20));
        assert_eq!(volume.backing.as_ref().and_then(Backing::path), Some("/var/lib/libvirt/images/debian13.qcow2"));
        assert_eq!(volume.info().base(), Some("/var/lib/libvirt/images/debian13.qcow2"));
        assert_eq!(volume.physical, Some(Bytes(21_478_375_424)));
    }

    #[test]
    fn times_and_permissions_are_read() {
        let xml = "<volume><name>.cent7.img</name><target><path>/i/.cent7.img</path>\
                   <permissions><mode>0600</mode><owner>0</owner><group>7</group></permissions>\
                   <timestamps><mtime>12.5</mtime></timestamps></target></volume>";
        let volume = Volume::parse(PoolId::parse(POOL).unwrap(), xml).unwrap();
        assert_eq!(volume.permissions, Some(Permissions { mode: 0o600, owner: 0, group: 7 }));
        assert_eq!(volume.modified, Some(12_500_000_000));
        assert_eq!((volume.format, volume.backing), (ImageFormat::Raw, None));
    }
}
