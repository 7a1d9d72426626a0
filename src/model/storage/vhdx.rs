//! How large a guest sees a VHDX image ([MS-VHDX] 2.2.3 and 2.6): neither libvirt nor the image's first sector tells.

use uuid::{Uuid, uuid};

/// Where the table of regions begins.
pub const REGIONS: u64 = 192 << 10;
/// How much of each table is read: more entries than anybody writes.
pub const TABLE: usize = 64 << 10;

/// The region with the metadata.
const METADATA: Uuid = uuid!("8b7ca206-4790-4b9a-b8fe-575f050f886e");
/// The virtual disk's size among the metadata.
const SIZE: Uuid = uuid!("2fa54224-cd1b-4876-b211-5dbed83bf4b8");

/// The entry of that identifier, in a table whose entries begin at `first`.
fn entry(table: &[u8], first: usize, id: Uuid) -> Option<&[u8]> {
    table.get(first..)?.chunks_exact(32).find(|entry| entry.starts_with(&id.to_bytes_le()))
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// Where in the file the metadata are, by the table of regions.
#[must_use]
pub fn metadata_at(regions: &[u8]) -> Option<u64> {
    let entry = entry(regions.strip_prefix(b"regi").map(|_| regions)?, 16, METADATA)?;
    Some(u64::from_le_bytes(number(entry, 16)?))
}

/// Where in the file the eight bytes of the size are, by the table of metadata that begins at `at`.
#[must_use]
pub fn size_at(metadata: &[u8], at: u64) -> Option<u64> {
    let entry = entry(metadata.strip_prefix(b"metadata").map(|_| metadata)?, 32, SIZE)?;
    at.checked_add(u32::from_le_bytes(number(entry, 16)?).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table with one entry behind its head.
    fn table(sign: &[u8], first: usize, id: Uuid, at: &[u8]) -> Vec<u8> {
        let mut table = vec![0; TABLE];
        table[..sign.len()].copy_from_slice(sign);
        table[first..first + 16].copy_from_slice(&id.to_bytes_le());
        table[first + 16..first + 16 + at.len()].copy_from_slice(at);
        table
    }

    #[test]
    fn the_size_is_found_by_both_tables() {
        let regions = table(b"regi", 16 + 32, METADATA, &(2_u64 << 20).to_le_bytes());
        assert_eq!(metadata_at(&regions), Some(2 << 20));
        let metadata = table(b"metadata", 32 + 64, SIZE, &65_544_u32.to_le_bytes());
        assert_eq!(size_at(&metadata, 2 << 20), Some((2 << 20) + 65_544));
    }

    #[test]
    fn what_is_no_table_has_none() {
        for bytes in [&[][..], b"regi", b"metadata", &[0xff; 100], &[b'r'; 1 << 12]] {
            assert_eq!((metadata_at(bytes), size_at(bytes, u64::MAX)), (None, None));
        }
        let metadata = table(b"metadata", 32, SIZE, &[0xff; 4]);
        assert_eq!(size_at(&metadata, u64::MAX), None);
        let regions = table(b"regi", 16, SIZE, &[1; 8]);
        assert_eq!(metadata_at(&regions), None);
        // An entry that is cut off.
        assert_eq!(metadata_at(&table(b"regi", 16, METADATA, &[1; 8])[..40]), None);
    }
}
