//! The formats of disk images, and what libvirt and qemu-img call them.

use serde::{Deserialize, Serialize};

/// A disk image's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ImageFormat {
    /// Bytes as the guest sees them, without a header.
    Raw,
    /// QEMU's own format, version 2 or 3.
    Qcow2,
    /// QEMU's older format.
    Qcow,
    /// QEMU's enhanced format, no longer in use.
    Qed,
    /// What ESX and Workstation write.
    Vmdk,
    /// What Oracle's hypervisor writes.
    Vdi,
    /// Virtual PC's, and Hyper-V's first.
    Vhd,
    /// Hyper-V's.
    Vhdx,
    /// Parallels'.
    Parallels,
    /// An encrypted raw image.
    Luks,
    /// A disc's file system; QEMU takes it as raw.
    Iso,
    /// One that Lectern knows no more of.
    Other,
}

impl ImageFormat {
    /// From the name that libvirt and qemu-img use: `qcow2`, `vpc`, …
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "raw" | "host_device" | "file" => Self::Raw,
            "qcow2" => Self::Qcow2,
            "qcow" => Self::Qcow,
            "qed" => Self::Qed,
            "vmdk" => Self::Vmdk,
            "vdi" => Self::Vdi,
            "vpc" | "vhd" => Self::Vhd,
            "vhdx" => Self::Vhdx,
            "parallels" => Self::Parallels,
            "luks" => Self::Luks,
            "iso" => Self::Iso,
            _ => Self::Other,
        }
    }

    /// The name that qemu-img and a disk's `<driver type='…'/>` take. For [`Self::Other`] it is `raw`, which no command
    /// should be given: look first.
    #[must_use]
    pub const fn driver(self) -> &'static str {
        match self {
            Self::Raw | Self::Iso | Self::Other => "raw",
            Self::Qcow2 => "qcow2",
            Self::Qcow => "qcow",
            Self::Qed => "qed",
            Self::Vmdk => "vmdk",
            Self::Vdi => "vdi",
            Self::Vhd => "vpc",
            Self::Vhdx => "vhdx",
            Self::Parallels => "parallels",
            Self::Luks => "luks",
        }
    }

    /// The format that a file's name promises; only to say where name and content differ.
    #[must_use]
    pub fn promised_by(path: &str) -> Option<Self> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let (_, extension) = name.rsplit_once('.')?;
        match extension.to_ascii_lowercase().as_str() {
            "qcow2" | "qcow" => Some(Self::Qcow2),
            "vmdk" => Some(Self::Vmdk),
            "vdi" => Some(Self::Vdi),
            "vhd" | "vpc" => Some(Self::Vhd),
            "vhdx" => Some(Self::Vhdx),
            "iso" => Some(Self::Iso),
            "raw" => Some(Self::Raw),
            _ => None,
        }
    }

    /// Whether it is another hypervisor's, or of QEMU's old ones: to be read and converted.
    #[must_use]
    pub const fn is_foreign(self) -> bool {
        !self.can_run() && !matches!(self, Self::Iso | Self::Other)
    }

    /// Whether QEMU can run a machine on it, writing to it. The others are for reading and converting
    /// (qemu(1), "Disk image file formats").
    #[must_use]
    pub const fn can_run(self) -> bool {
        matches!(self, Self::Raw | Self::Qcow2 | Self::Luks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        use ImageFormat as F;
        for format in [F::Raw, F::Qcow2, F::Qcow, F::Qed, F::Vmdk, F::Vdi, F::Vhd, F::Vhdx, F::Parallels, F::Luks] {
            assert_eq!(F::from_name(format.driver()), format);
        }
        assert_eq!(F::from_name("nonsense"), F::Other);
        assert_eq!(F::promised_by("/a.b/.cent7.IMG"), None);
        assert_eq!(F::promised_by("/a/x.QCOW2"), Some(F::Qcow2));
    }
}
