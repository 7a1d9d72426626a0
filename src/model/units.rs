//! Sizes with their unit in the type, and how they are shown.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A number of kibibytes, libvirt's unit for memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KiB(pub u64);

impl KiB {
    /// The same amount in whole mebibytes, rounded down.
    #[must_use]
    pub const fn mib(self) -> u64 {
        self.0 / 1024
    }

    /// This many mebibytes.
    #[must_use]
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib.saturating_mul(1024))
    }
}

impl fmt::Display for KiB {
    /// Exact where a person would expect it: `768 MiB`, `2 GiB`, `1.5 GiB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GIB: u64 = 1024 * 1024;
        if self.0 < 1024 {
            write!(f, "{} KiB", self.0)
        } else if self.0 < GIB {
            write!(f, "{} MiB", self.mib())
        } else {
            tenths(f, self.0, GIB, "GiB")
        }
    }
}

/// A number of bytes: a file's or a disk's size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Bytes(pub u64);

impl Bytes {
    /// This many gibibytes.
    #[must_use]
    pub const fn from_gib(gib: u64) -> Self {
        Self(gib.saturating_mul(1 << 30))
    }

    /// This many mebibytes.
    #[must_use]
    pub const fn from_mib(mib: u64) -> Self {
        Self(mib.saturating_mul(1 << 20))
    }

    /// What a person writes: `20 GiB`, `1.5G`, `512 MiB`, `512m`, `4096 B`; a number alone is gibibytes, as disks are spoken
    /// of. `None` for anything else, and for what is more than a file can be.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (number, unit) = text.split_at(end);
        let factor: u128 = match unit.trim().to_ascii_lowercase().as_str() {
            "b" => 1,
            "k" | "kib" | "kb" => 1 << 10,
            "m" | "mib" | "mb" => 1 << 20,
            "" | "g" | "gib" | "gb" => 1 << 30,
            "t" | "tib" | "tb" => 1 << 40,
            _ => return None,
        };
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        if part.len() > 6 || (whole.is_empty() && part.is_empty()) {
            return None;
        }
        let scale = 10_u128.pow(u32::try_from(part.len()).ok()?);
        let digits: u128 = format!("{whole}{part}").parse().ok()?;
        let bytes = digits.checked_mul(factor)? / scale;
        u64::try_from(bytes).ok().filter(|bytes| i64::try_from(*bytes).is_ok()).map(Self)
    }

    /// The same amount in whole kibibytes, rounded up.
    #[must_use]
    pub const fn kib(self) -> KiB {
        KiB(self.0.div_ceil(1024))
    }
}

impl From<KiB> for Bytes {
    fn from(kib: KiB) -> Self {
        Self(kib.0.saturating_mul(1024))
    }
}

impl fmt::Display for Bytes {
    /// With at most one digit after the point: `512 B`, `24 MiB`, `9.3 GiB`, `1 TiB`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u64, &str); 4] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
        // A unit is used from where the rounded figure reaches it, so that nothing reads 1024 of the one below.
        let reached = |size: u64| u128::from(self.0) * 10 + u128::from(size / 1024 / 2) >= u128::from(size) * 10;
        match UNITS.into_iter().find(|(size, _)| reached(*size)) {
            Some((size, unit)) => tenths(f, self.0, size, unit),
            None => write!(f, "{} B", self.0),
        }
    }
}

/// `amount` in units of `size`, rounded to a tenth, which is left out where it is nought.
fn tenths(f: &mut fmt::Formatter<'_>, amount: u64, size: u64, unit: &str) -> fmt::Result {
    let tenths = (u128::from(amount) * 10 + u128::from(size / 2)) / u128::from(size);
    match tenths % 10 {
        0 => write!(f, "{} {unit}", tenths / 10),
        rest => write!(f, "{}.{rest} {unit}", tenths / 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_as_a_person_writes_them() {
        for (kib, text) in [
            (512, "512 KiB"),
            (64 * 1024, "64 MiB"),
            (768 * 1024, "768 MiB"),
            (1024 * 1024, "1 GiB"),
            (1536 * 1024, "1.5 GiB"),
            (9216 * 1024, "9 GiB"),
            (u64::MAX, "17592186044416 GiB"),
        ] {
            assert_eq!(KiB(kib).to_string(), text);
        }
    }

    #[test]
    fn sizes_of_files_read_as_a_person_writes_them() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1 KiB"),
            (24 << 20, "24 MiB"),
            ((1 << 30) - 1, "1 GiB"),
            (10_000_000_000, "9.3 GiB"),
            (100 << 30, "100 GiB"),
            (1 << 40, "1 TiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(Bytes(bytes).to_string(), text);
        }
    }

    #[test]
    fn sizes_are_read_as_a_person_writes_them() {
        for (text, bytes) in [
            ("20", 20 << 30),
            ("20 GiB", 20 << 30),
            (" 1.5g ", 3 << 29),
            ("512 MiB", 512 << 20),
            ("0.5T", 1 << 39),
            ("4096 B", 4096),
        ] {
            assert_eq!(Bytes::parse(text), Some(Bytes(bytes)), "{text}");
        }
        for text in ["", ".", "GiB", "-1", "1,5 GiB", "1 GiB x", "1.2.3", "99999999999 TiB", "1 P", "十"] {
            assert_eq!(Bytes::parse(text), None, "{text}");
        }
    }

    #[test]
    fn kibibytes_round_up_and_back() {
        assert_eq!(Bytes(1025).kib(), KiB(2));
        assert_eq!(Bytes::from(KiB::from_mib(1)), Bytes::from_mib(1));
        assert_eq!(Bytes::from_gib(1).kib().mib(), 1024);
    }
}
