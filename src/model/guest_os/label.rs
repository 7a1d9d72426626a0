//! What an installation disc says of itself: the first descriptor of ISO 9660 (ECMA-119, 8.4).

/// The label of a disc.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscLabel {
    /// The system that it is for.
    pub system: String,
    /// Its own name.
    pub volume: String,
    /// Who published it.
    pub publisher: String,
    /// With what it was made.
    pub application: String,
    /// Its size in bytes, as it says.
    pub size: u64,
}

impl DiscLabel {
    /// Where in the image it is.
    pub const AT: u64 = 16 * 2048;
    /// How long it is.
    pub const LENGTH: usize = 2048;

    /// Reads it; `None` where there is none.
    #[must_use]
    pub fn parse(sector: &[u8]) -> Option<Self> {
        if sector.get(..7)? != b"\x01CD001\x01" {
            return None;
        }
        let text = |from: usize, to: usize| {
            let bytes = sector.get(from..to).unwrap_or_default();
            let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
            String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).trim().to_owned()
        };
        let blocks = u32::from_le_bytes(sector.get(80..84)?.try_into().ok()?);
        let block = u16::from_le_bytes(sector.get(128..130)?.try_into().ok()?);
        Some(Self {
            system: text(8, 40),
            volume: text(40, 72),
            publisher: text(318, 446),
            application: text(574, 702),
            size: u64::from(blocks) * u64::from(block),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_read_and_anything_else_is_none() {
        let mut sector = vec![b' '; DiscLabel::LENGTH];
        sector[..7].copy_from_slice(b"\x01CD001\x01");
        sector[8..13].copy_from_slice(b"LINUX");
        sector[40..55].copy_from_slice(b"CentOS 7 x86_64");
        sector[80..84].copy_from_slice(&1000_u32.to_le_bytes());
        sector[128..130].copy_from_slice(&2048_u16.to_le_bytes());
        let label = DiscLabel::parse(&sector).unwrap();
        assert_eq!((label.system.as_str(), label.volume.as_str()), ("LINUX", "CentOS 7 x86_64"));
        assert_eq!((label.publisher.as_str(), label.size), ("", 2_048_000));
        assert_eq!(DiscLabel::parse(&sector[1..]), None);
        assert_eq!(DiscLabel::parse(&[]), None);
    }
}
