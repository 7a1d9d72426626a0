//! A guest's operating system, as the osinfo database describes it.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::units::Bytes;

mod device;
mod label;

pub use device::GuestDevice;
pub use label::DiscLabel;

/// An operating system. The unknown one is first-class: [`GuestOs::unknown`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuestOs {
    /// osinfo's identifier, a URI that is no address: `http://debian.org/debian/13`. `None` is the unknown system.
    pub id: Option<String>,
    /// osinfo's short names, the first of which is the usual one: `debian13`, `debiantrixie`.
    pub short_ids: Vec<String>,
    /// Its name in English: `Debian 13`.
    pub name: String,
    /// Its version: `13`.
    pub version: Option<String>,
    /// Its code name: `trixie`.
    pub codename: Option<String>,
    /// Who makes it.
    pub vendor: Option<String>,
    /// What it is a kind of.
    pub family: Family,
    /// osinfo's word for its distribution: `debian`.
    pub distro: Option<String>,
    /// When it was released.
    pub release: Option<Date>,
    /// When its makers end or ended to mend it.
    pub end_of_life: Option<Date>,
    /// How far it is.
    pub status: ReleaseStatus,
    /// What firmware it starts from, where that is told; its own statements come before inherited ones.
    pub firmware: Vec<FirmwareSupport>,
    /// The devices that it has drivers for.
    pub devices: BTreeSet<GuestDevice>,
    /// What it needs, an architecture (or `all`) each.
    pub requirements: Vec<ArchRequirements>,
}

/// A family of systems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Family {
    /// Linux.
    Linux,
    /// Windows, from 1.0 on.
    Windows,
    /// A descendant of Berkeley's.
    Bsd,
    /// Solaris and illumos.
    Solaris,
    /// Another, or not told.
    #[default]
    Other,
}

impl Family {
    /// From osinfo's word.
    #[must_use]
    pub fn from_osinfo(word: &str) -> Self {
        match word {
            "linux" => Self::Linux,
            "win16" | "win9x" | "winnt" => Self::Windows,
            "freebsd" | "openbsd" | "netbsd" | "dragonflybsd" => Self::Bsd,
            "solaris" | "illumos" => Self::Solaris,
            _ => Self::Other,
        }
    }
}

/// How far a system is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ReleaseStatus {
    /// Released.
    #[default]
    Released,
    /// Not yet, or a snapshot of what may be.
    Prerelease,
    /// It has no releases.
    Rolling,
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Date {
    /// The year.
    pub year: u16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
}

impl Date {
    /// Reads `2026-11-23`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().splitn(3, '-');
        let year = parts.next()?.parse().ok()?;
        let month = parts.next()?.parse().ok().filter(|month| (1..=12).contains(month))?;
        let day = parts.next()?.parse().ok().filter(|day| (1..=31).contains(day))?;
        Some(Self { year, month, day })
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A firmware that a system starts from, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirmwareSupport {
    /// The architecture.
    pub arch: String,
    /// osinfo's word: `bios`, `efi`.
    pub kind: String,
    /// Whether it does.
    pub supported: bool,
}

/// What a system needs on one architecture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchRequirements {
    /// The architecture, or `all`.
    pub arch: String,
    /// To start at all.
    pub minimum: Requirements,
    /// To be of use.
    pub recommended: Requirements,
}

/// An amount of everything; `None` is not told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Virtual CPUs.
    pub cpus: Option<u32>,
    /// Memory.
    pub memory: Option<Bytes>,
    /// Disk.
    pub storage: Option<Bytes>,
}

impl GuestOs {
    /// The system that nothing is known of: what any system of the last fifteen years starts on is right for it.
    #[must_use]
    pub fn unknown() -> Self {
        Self::default()
    }

    /// Whether something is known.
    #[must_use]
    pub const fn is_known(&self) -> bool {
        self.id.is_some()
    }

    /// The usual short name.
    #[must_use]
    pub fn short_id(&self) -> Option<&str> {
        self.short_ids.first().map(String::as_str)
    }

    /// Whether the system is known to have a driver for the device.
    #[must_use]
    pub fn has(&self, device: GuestDevice) -> bool {
        self.devices.contains(&device)
    }

    /// Whether a machine for the system gets the device: it has a driver, or is unknown and is not disturbed by it.
    #[must_use]
    pub fn takes(&self, device: GuestDevice) -> bool {
        self.has(device) || (!self.is_known() && device.disturbs_nobody())
    }

    /// Whether the system starts from UEFI only, as virt-manager reads it: UEFI is told, and BIOS is told not to work.
    #[must_use]
    pub fn requires_uefi(&self, arch: &str) -> bool {
        self.starts_from("efi", arch).unwrap_or(false) && !self.starts_from("bios", arch).unwrap_or(true)
    }

    /// Whether the system starts from a firmware (`bios`, `efi`); `None` where it is not told.
    #[must_use]
    pub fn starts_from(&self, kind: &str, arch: &str) -> Option<bool> {
        self.firmware.iter().find(|f| f.arch == arch && f.kind == kind).map(|f| f.supported)
    }

    /// What it needs to start at all.
    #[must_use]
    pub fn minimum(&self, arch: &str) -> Requirements {
        let get = |of: fn(&Requirements) -> Option<u64>| self.told(arch, |r| of(&r.minimum));
        Requirements::gathered(get)
    }

    /// What it should have; where only the minimum is told, twice that, as virt-manager does.
    #[must_use]
    pub fn recommended(&self, arch: &str) -> Requirements {
        Requirements::gathered(|of| {
            let twice = || Some(self.told(arch, |r| of(&r.minimum))?.saturating_mul(2));
            self.told(arch, |r| of(&r.recommended)).or_else(twice)
        })
    }

    /// The first figure above nought: of the architecture, else of all.
    fn told(&self, arch: &str, of: impl Fn(&ArchRequirements) -> Option<u64>) -> Option<u64> {
        let on = |arch: &str| self.requirements.iter().filter(|r| r.arch == arch).find_map(&of).filter(|n| *n > 0);
        on(arch).or_else(|| on("all"))
    }

    /// Whether its makers mend it no more on that day. Without an end, a release of more than ten years ago is taken
    /// for ended, as virt-manager does; what has no releases never ends.
    #[must_use]
    pub fn is_ended(&self, today: Date) -> bool {
        match (self.end_of_life, self.status, self.release) {
            (Some(end), _, _) => today > end,
            (None, ReleaseStatus::Rolling, _) | (None, _, None) => false,
            (None, _, Some(release)) => today > Date { year: release.year.saturating_add(10), ..release },
        }
    }
}

impl Requirements {
    /// All three figures by one way to look one up.
    fn gathered(get: impl Fn(fn(&Self) -> Option<u64>) -> Option<u64>) -> Self {
        Self {
            cpus: get(|r| r.cpus.map(u64::from)).and_then(|n| n.try_into().ok()),
            memory: get(|r| r.memory.map(|m| m.0)).map(Bytes),
            storage: get(|r| r.storage.map(|s| s.0)).map(Bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn known(firmware: &[(&str, &str, bool)]) -> GuestOs {
        let firmware = firmware
            .iter()
            .map(|(arch, kind, supported)| FirmwareSupport {
                arch: (*arch).into(),
                kind: (*kind).into(),
                supported: *supported,
            })
            .collect();
        GuestOs { id: Some("http://x".into()), firmware, ..GuestOs::default() }
    }

    #[test]
    fn dates_are_days() {
        assert_eq!(date("2024-06-30").to_string(), "2024-06-30");
        assert!(date("2024-06-30") < date("2024-07-01"));
        for text in ["", "2024", "2024-13-01", "2024-06-32", "x-y-z", "2024-06-30-1"] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn uefi_is_needed_only_where_bios_is_told_not_to_work() {
        assert!(known(&[("x86_64", "efi", true), ("x86_64", "bios", false)]).requires_uefi("x86_64"));
        assert!(!known(&[("x86_64", "efi", true)]).requires_uefi("x86_64"));
        assert!(!known(&[("aarch64", "efi", true), ("x86_64", "bios", false)]).requires_uefi("x86_64"));
        assert!(!GuestOs::unknown().requires_uefi("x86_64"));
    }

    #[test]
    fn the_architectures_own_needs_come_first() {
        let need = |cpus, gib: u64| Requirements { cpus, memory: Some(Bytes::from_gib(gib)), storage: None };
        let of = |arch: &str, minimum, recommended| ArchRequirements { arch: arch.into(), minimum, recommended };
        let os = GuestOs {
            requirements: vec![
                of("all", need(Some(1), 1), Requirements::default()),
                of("x86_64", Requirements::default(), need(Some(4), 3)),
            ],
            ..GuestOs::default()
        };
        assert_eq!(os.minimum("x86_64"), need(Some(1), 1));
        assert_eq!(os.recommended("x86_64"), need(Some(4), 3));
        assert_eq!(os.recommended("aarch64"), need(Some(2), 2));
        assert_eq!(GuestOs::unknown().recommended("x86_64"), Requirements::default());
    }

    #[test]
    fn an_end_is_told_or_guessed() {
        let os = |release, end| GuestOs { release, end_of_life: end, ..GuestOs::default() };
        let today = date("2026-11-23");
        assert!(os(None, Some(date("2024-06-30"))).is_ended(today));
        assert!(!os(None, Some(today)).is_ended(today));
        assert!(os(Some(date("2014-07-07")), None).is_ended(today));
        assert!(!os(Some(date("2016-11-23")), None).is_ended(today));
        assert!(!os(None, None).is_ended(today));
        let rolling = GuestOs { status: ReleaseStatus::Rolling, ..os(Some(date("2002-03-11")), None) };
        assert!(!rolling.is_ended(today));
    }
}
