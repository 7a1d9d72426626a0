//! The distribution's packages: what they are called, and the command that installs them.

use std::{fs, path::PathBuf};

use lectern_model::command::CommandLine;

/// A family of distributions with the same package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distribution {
    Debian,
    Fedora,
    Suse,
    Arch,
}

/// Something that a distribution packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Package {
    /// QEMU and libvirt's driver for it.
    Driver,
    /// UEFI firmware for guests.
    Uefi,
    /// The emulated TPM.
    Tpm,
    /// DHCP and DNS for virtual networks.
    Dnsmasq,
    /// The firewall's tool.
    Nftables,
}

impl Distribution {
    /// This computer's (os-release(5)).
    pub(super) fn here() -> Option<Self> {
        let text =
            ["/etc/os-release", "/usr/lib/os-release"].into_iter().find_map(|path| fs::read_to_string(path).ok());
        Self::read(&text?)
    }

    fn read(text: &str) -> Option<Self> {
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        let words = [value("ID"), value("ID_LIKE")].into_iter().flatten();
        words.flat_map(|value| value.trim_matches('"').split_whitespace()).find_map(|word| match word {
            "debian" | "ubuntu" => Some(Self::Debian),
            "fedora" | "rhel" | "centos" => Some(Self::Fedora),
            "suse" | "opensuse" => Some(Self::Suse),
            "arch" => Some(Self::Arch),
            _ => None,
        })
    }

    /// The command that installs `package`.
    pub(super) fn install(self, package: Package) -> CommandLine {
        let sudo = CommandLine::new("sudo");
        let manager = match self {
            Self::Debian => sudo.args(["apt", "install"]),
            Self::Fedora => sudo.args(["dnf", "install"]),
            Self::Suse => sudo.args(["zypper", "install"]),
            Self::Arch => sudo.args(["pacman", "-S", "--needed"]),
        };
        manager.args(self.names(package).iter().copied())
    }

    const fn names(self, package: Package) -> &'static [&'static str] {
        match (package, self) {
            (Package::Driver, Self::Debian) => &["qemu-system-x86", "libvirt-daemon-system"],
            (Package::Driver, Self::Fedora) => &["qemu-kvm", "libvirt-daemon-kvm"],
            (Package::Driver, Self::Suse) => &["qemu-kvm", "libvirt-daemon-qemu"],
            (Package::Driver, Self::Arch) => &["qemu-base", "libvirt"],
            (Package::Uefi, Self::Debian) => &["ovmf"],
            (Package::Uefi, Self::Suse) => &["qemu-ovmf-x86_64"],
            (Package::Uefi, Self::Fedora | Self::Arch) => &["edk2-ovmf"],
            (Package::Tpm, Self::Debian | Self::Fedora) => &["swtpm", "swtpm-tools"],
            (Package::Tpm, Self::Suse | Self::Arch) => &["swtpm"],
            (Package::Dnsmasq, Self::Debian) => &["dnsmasq-base"],
            (Package::Dnsmasq, _) => &["dnsmasq"],
            (Package::Nftables, _) => &["nftables"],
        }
    }
}

/// The program of this name, also where only root's path leads.
pub(super) fn program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let folders = own.into_iter().chain(["/usr/sbin", "/sbin", "/usr/local/sbin"].map(PathBuf::from));
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relatives_share_a_package_manager() {
        for (text, family) in [
            ("ID=debian\n", Some(Distribution::Debian)),
            ("NAME=x\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", Some(Distribution::Debian)),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", Some(Distribution::Fedora)),
            ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", Some(Distribution::Suse)),
            ("ID=arch\n", Some(Distribution::Arch)),
            ("ID=gentoo\n", None),
        ] {
            assert_eq!(Distribution::read(text), family, "{text}");
        }
        let line = Distribution::Arch.install(Package::Uefi).to_string();
        assert_eq!(line, "sudo pacman -S --needed edk2-ovmf");
    }
}
