//! What a file is by its bytes.

use serde::{Deserialize, Serialize};

use super::ImageFormat;

/// How many of a file's first bytes tell what it is: a Btrfs superblock, the last sign looked for, ends here.
pub const HEAD: usize = 0x1_1000;
/// How many of its last bytes: a fixed VHD is known by its last sector alone.
pub const TAIL: usize = 512;

/// What a file holds, by its content alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// An image with a header of its own.
    Image(ImageFormat),
    /// A disc, with its label as the volume descriptor has it.
    Disc {
        /// The label; a cloud-init seed is called `cidata` or `config-2`.
        label: String,
    },
    /// The bytes of a disk or of a file system.
    Disk(Layout),
    /// Nothing but zeros as far as was looked: a new disk.
    Blank,
    /// No byte at all.
    Empty,
    /// Readable text: no disk.
    Text,
    /// Something packed: to be unpacked first.
    Packed(Packing),
    /// None of these; it may still be a disk.
    Unknown,
}

/// What was recognised on a raw disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Layout {
    /// A GUID partition table.
    Gpt,
    /// A master boot record or a file system's boot sector.
    BootSector,
    /// A file system on the whole disk.
    FileSystem,
    /// A physical volume of LVM.
    Lvm,
    /// Swap space.
    Swap,
}

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Packing {
    /// gzip.
    Gzip,
    /// xz.
    Xz,
    /// bzip2.
    Bzip2,
    /// Zstandard.
    Zstd,
    /// zip.
    Zip,
    /// 7z.
    SevenZip,
    /// tar; an OVA is one.
    Tar,
}

impl Content {
    /// Looks at the first [`HEAD`] bytes and, where they are known, the last [`TAIL`]. Fewer are fine for a shorter file.
    #[must_use]
    pub fn look(head: &[u8], tail: Option<&[u8]>) -> Self {
        if head.is_empty() {
            return Self::Empty;
        }
        image(head)
            .or_else(|| disc(head))
            .or_else(|| disk(head).map(Self::Disk))
            .or_else(|| packed(head).map(Self::Packed))
            .or_else(|| fixed_vhd(tail))
            .unwrap_or_else(|| rest(head))
    }

    /// The format to give to QEMU; `None` for what is no disk.
    #[must_use]
    pub const fn format(&self) -> Option<ImageFormat> {
        match self {
            Self::Image(format) => Some(*format),
            Self::Disc { .. } => Some(ImageFormat::Iso),
            Self::Disk(_) | Self::Blank | Self::Unknown => Some(ImageFormat::Raw),
            Self::Empty | Self::Text | Self::Packed(_) => None,
        }
    }

    /// Whether it is a disc that cloud-init takes its data from
    /// (docs.cloud-init.io, `NoCloud`, "Config drive": the volume's label).
    #[must_use]
    pub fn is_seed(&self) -> bool {
        matches!(self, Self::Disc { label }
            if ["cidata", "config-2"].iter().any(|seed| label.eq_ignore_ascii_case(seed)))
    }
}

fn at(head: &[u8], offset: usize, magic: &[u8]) -> bool {
    head.get(offset..).is_some_and(|rest| rest.starts_with(magic))
}

fn be32(head: &[u8], offset: usize) -> Option<u32> {
    head.get(offset..offset + 4)?.try_into().ok().map(u32::from_be_bytes)
}

/// The same magic numbers as QEMU's own probing (block/*.c, `bdrv_probe`).
fn image(head: &[u8]) -> Option<Content> {
    let qcow = || match be32(head, 4) {
        Some(1) => ImageFormat::Qcow,
        Some(2 | 3) => ImageFormat::Qcow2,
        _ => ImageFormat::Other,
    };
    let format = match head {
        _ if at(head, 0, b"QFI\xfb") => qcow(),
        _ if at(head, 0, b"QED\0") => ImageFormat::Qed,
        _ if at(head, 0, b"KDMV") || at(head, 0, b"COWD") => ImageFormat::Vmdk,
        _ if at(head, 0, b"# Disk DescriptorFile") => ImageFormat::Vmdk,
        _ if at(head, 0, b"vhdxfile") => ImageFormat::Vhdx,
        _ if at(head, 0, b"conectix") => ImageFormat::Vhd,
        _ if at(head, 0x40, &[0x7f, 0x10, 0xda, 0xbe]) => ImageFormat::Vdi,
        _ if at(head, 0, b"WithoutFreeSpace") || at(head, 0, b"WithouFreSpacExt") => ImageFormat::Parallels,
        _ if at(head, 0, b"LUKS\xba\xbe") => ImageFormat::Luks,
        _ => return None,
    };
    Some(Content::Image(format))
}

fn fixed_vhd(tail: Option<&[u8]>) -> Option<Content> {
    at(tail?, 0, b"conectix").then_some(Content::Image(ImageFormat::Vhd))
}

/// ISO 9660 and UDF have their descriptors from sector 16 on; a hybrid disc has a boot sector as well.
fn disc(head: &[u8]) -> Option<Content> {
    if !at(head, 0x8001, b"CD001") && !at(head, 0x8001, b"BEA01") {
        return None;
    }
    let label = head.get(0x8028..0x8048).unwrap_or_default();
    Some(Content::Disc { label: String::from_utf8_lossy(label).trim_matches([' ', '\0']).to_owned() })
}

fn disk(head: &[u8]) -> Option<Layout> {
    if at(head, 512, b"EFI PART") || at(head, 4096, b"EFI PART") {
        return Some(Layout::Gpt);
    }
    if (0..4).any(|sector| at(head, sector * 512, b"LABELONE")) {
        return Some(Layout::Lvm);
    }
    let swap = at(head, 4086, b"SWAPSPACE2") || at(head, 4086, b"SWAP-SPACE");
    if swap {
        return Some(Layout::Swap);
    }
    let file_system = at(head, 0, b"XFSB")
        || at(head, 0x438, &[0x53, 0xef])
        || at(head, 0x1_0040, b"_BHRfS_M")
        || at(head, 0, b"hsqs")
        || at(head, 0x400, &[0x10, 0x20, 0xf5, 0xf2]);
    if file_system {
        return Some(Layout::FileSystem);
    }
    at(head, 510, &[0x55, 0xaa]).then_some(Layout::BootSector)
}

fn packed(head: &[u8]) -> Option<Packing> {
    let packing = match head {
        _ if at(head, 0, &[0x1f, 0x8b, 8]) => Packing::Gzip,
        _ if at(head, 0, b"\xfd7zXZ\0") => Packing::Xz,
        _ if at(head, 0, b"BZh") => Packing::Bzip2,
        _ if at(head, 0, &[0x28, 0xb5, 0x2f, 0xfd]) => Packing::Zstd,
        _ if at(head, 0, b"PK\x03\x04") => Packing::Zip,
        _ if at(head, 0, b"7z\xbc\xaf\x27\x1c") => Packing::SevenZip,
        _ if at(head, 257, b"ustar") => Packing::Tar,
        _ => return None,
    };
    Some(packing)
}

fn rest(head: &[u8]) -> Content {
    if head.iter().all(|byte| *byte == 0) {
        return Content::Blank;
    }
    // The last character may be cut.
    let text = match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&head[..error.valid_up_to()]).ok(),
        Err(_) => None,
    };
    let readable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    if text.is_some_and(|text| text.chars().all(readable)) { Content::Text } else { Content::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(offset: usize, magic: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; HEAD];
        bytes[offset..offset + magic.len()].copy_from_slice(magic);
        bytes
    }

    #[test]
    fn formats_are_known_by_their_bytes() {
        for (offset, magic, format) in [
            (0, &b"QFI\xfb\0\0\0\x03"[..], ImageFormat::Qcow2),
            (0, b"QFI\xfb\0\0\0\x01", ImageFormat::Qcow),
            (0, b"KDMV", ImageFormat::Vmdk),
            (0x40, &[0x7f, 0x10, 0xda, 0xbe], ImageFormat::Vdi),
            (0, b"vhdxfile", ImageFormat::Vhdx),
            (0, b"conectix", ImageFormat::Vhd),
            (0, b"LUKS\xba\xbe", ImageFormat::Luks),
            (0x8001, b"CD001", ImageFormat::Iso),
            (510, &[0x55, 0xaa], ImageFormat::Raw),
        ] {
            assert_eq!(Content::look(&with(offset, magic), None).format(), Some(format));
        }
        assert_eq!(Content::look(&[0; 600], Some(b"conectix")), Content::Image(ImageFormat::Vhd));
    }

    #[test]
    fn what_is_no_disk_is_said() {
        assert_eq!(Content::look(b"", None), Content::Empty);
        assert_eq!(Content::look("课程笔记\n".as_bytes(), None), Content::Text);
        assert_eq!(Content::look(&"课".as_bytes()[..2], None), Content::Text, "a cut character is still text");
        assert_eq!(Content::look(&[0x1f, 0x8b, 8, 0], None), Content::Packed(Packing::Gzip));
        assert_eq!(Content::look(&with(257, b"ustar"), None), Content::Packed(Packing::Tar));
        assert_eq!(Content::look(&[0; 4096], None), Content::Blank);
        assert_eq!(Content::look(&[7, 1, 0xff], None), Content::Unknown);
        assert_eq!(Content::Text.format(), None);
    }

    #[test]
    fn raw_disks_are_known_by_what_is_on_them() {
        for (offset, magic, layout) in [
            (512, &b"EFI PART"[..], Layout::Gpt),
            (0x438, &[0x53, 0xef], Layout::FileSystem),
            (0x1_0040, b"_BHRfS_M", Layout::FileSystem),
            (512, b"LABELONE", Layout::Lvm),
            (4086, b"SWAPSPACE2", Layout::Swap),
        ] {
            assert_eq!(Content::look(&with(offset, magic), None), Content::Disk(layout));
        }
    }

    #[test]
    fn a_seed_is_known_by_its_label() {
        let mut disc = with(0x8001, b"CD001");
        disc[0x8028..0x802e].copy_from_slice(b"CIDATA");
        assert!(Content::look(&disc, None).is_seed());
        disc[0x8028..0x802e].copy_from_slice(b"Debian");
        assert!(!Content::look(&disc, None).is_seed());
    }
}
