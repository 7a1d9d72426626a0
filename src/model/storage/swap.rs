//! The first page of a disk that Linux swaps to, as mkswap(8) writes it (`union swap_header` of the kernel's
//! include/linux/swap.h).

use uuid::Uuid;

use crate::units::Bytes;

/// A page of the architectures that machines here have; one with larger pages does not take the disk.
pub const PAGE: usize = 4096;
/// What stands at the page's end.
const SIGNATURE: &[u8; 10] = b"SWAPSPACE2";
/// The kernel needs ten pages at least (mkswap.c, `MIN_GOODPAGES`).
const LEAST: u64 = 10;

/// The page for a disk of this size, whose name is `uuid`; `None` where it is too small or too large for swapping.
#[must_use]
pub fn header(size: Bytes, uuid: Uuid) -> Option<Vec<u8>> {
    let pages = size.0 / PAGE as u64;
    let last = u32::try_from(pages.checked_sub(1)?).ok().filter(|_| pages >= LEAST)?;
    let mut page = vec![0; PAGE];
    // A boot loader's first kilobyte stays free; then version, last page, number of bad pages, and the name.
    let fields = [1_u32.to_le_bytes(), last.to_le_bytes(), 0_u32.to_le_bytes()].concat();
    page.get_mut(1024..1036)?.copy_from_slice(&fields);
    page.get_mut(1036..1052)?.copy_from_slice(uuid.as_bytes());
    page.get_mut(PAGE - SIGNATURE.len()..)?.copy_from_slice(SIGNATURE);
    Some(page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_as_linux_reads_it() {
        let page = header(Bytes::from_mib(512), Uuid::from_bytes([7; 16])).unwrap();
        assert_eq!(page.len(), PAGE);
        assert_eq!(&page[4086..], SIGNATURE);
        assert_eq!(page[1024..1036], [1, 0, 0, 0, 0xff, 0xff, 1, 0, 0, 0, 0, 0]);
        assert_eq!(page[1036..1052], [7; 16]);
        assert!(page[..1024].iter().all(|byte| *byte == 0));
        assert_eq!(header(Bytes(36 << 10), Uuid::nil()), None);
        assert_eq!(header(Bytes(u64::MAX), Uuid::nil()), None);
    }
}
