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
            let tenths = (u128::from(self.0) * 10 + u128::from(GIB / 2)) / u128::from(GIB);
            match tenths % 10 {
                0 => write!(f, "{} GiB", tenths / 10),
                rest => write!(f, "{}.{rest} GiB", tenths / 10),
            }
        }
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
}
