//! Writing another base into a qcow2 header, as `qemu-img rebase -u` does it: nothing of the guest's data is touched.

use super::{ImageFormat, header::Qcow2};

/// The header extension that holds the base's format (QEMU's docs/interop/qcow2.rst).
const BACKING_FORMAT: u32 = 0xe279_2aca;
/// The base's name has at most so many bytes.
const LONGEST: usize = 1023;
/// Where version 2 ends; version 3 says how long it is.
const VERSION_2: usize = 72;
const HEADER_LENGTH: usize = 100;

/// Why no other base is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelinkError {
    /// It is no qcow2 header that could be read.
    #[error("no qcow2 header")]
    NoHeader,
    /// The image lies on nothing.
    #[error("no overlay")]
    NoOverlay,
    /// The name of the base is too long for it.
    #[error("the name is too long")]
    TooLong,
}

/// How many bytes from the beginning of a file are its header: its first cluster.
#[must_use]
pub fn header_length(head: &[u8]) -> Option<usize> {
    Qcow2::parse(head).ok().map(|header| 1 << header.cluster_bits)
}

/// The first cluster with another base: its name as it is to be written, and its format, which only images of older
/// programs lack.
///
/// # Errors
/// Why it cannot be.
pub fn relinked(cluster: &[u8], base: &str, format: Option<ImageFormat>) -> Result<Vec<u8>, RelinkError> {
    let header = Qcow2::parse(cluster).map_err(|_| RelinkError::NoHeader)?;
    header.backing_file.ok_or(RelinkError::NoOverlay)?;
    let length = if header.version >= 3 { number(cluster, HEADER_LENGTH)? } else { VERSION_2 };
    let mut new = cluster.get(..length).ok_or(RelinkError::NoHeader)?.to_vec();
    if let Some(format) = format {
        extend(&mut new, BACKING_FORMAT, format.driver().as_bytes());
    }
    for (kind, data) in extensions(cluster, length)? {
        if kind != BACKING_FORMAT {
            extend(&mut new, kind, data);
        }
    }
    new.extend([0; 8]);
    let (at, name) = (new.len() as u64, base.as_bytes());
    new.extend(name);
    if name.len() > LONGEST || new.len() > cluster.len() {
        return Err(RelinkError::TooLong);
    }
    put(&mut new, 8, &at.to_be_bytes())?;
    put(&mut new, 16, &u32::try_from(name.len()).map_err(|_| RelinkError::TooLong)?.to_be_bytes())?;
    new.resize(cluster.len(), 0);
    Ok(new)
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) -> Result<(), RelinkError> {
    bytes.get_mut(at..at + value.len()).ok_or(RelinkError::NoHeader)?.copy_from_slice(value);
    Ok(())
}

fn number(bytes: &[u8], at: usize) -> Result<usize, RelinkError> {
    let four = bytes.get(at..at.saturating_add(4)).and_then(|four| four.try_into().ok());
    four.map(|four| u32::from_be_bytes(four) as usize).ok_or(RelinkError::NoHeader)
}

/// The header's extensions, each with its kind and its data.
fn extensions(cluster: &[u8], mut at: usize) -> Result<Vec<(u32, &[u8])>, RelinkError> {
    let mut found = Vec::new();
    loop {
        let (kind, length) = (number(cluster, at)?, number(cluster, at.saturating_add(4))?);
        if kind == 0 {
            return Ok(found);
        }
        let start = at.saturating_add(8);
        let data = cluster.get(start..start.saturating_add(length)).ok_or(RelinkError::NoHeader)?;
        found.push((u32::try_from(kind).map_err(|_| RelinkError::NoHeader)?, data));
        at = start.saturating_add(length.next_multiple_of(8));
    }
}

fn extend(new: &mut Vec<u8>, kind: u32, data: &[u8]) {
    new.extend(kind.to_be_bytes());
    new.extend(u32::try_from(data.len()).unwrap_or_default().to_be_bytes());
    new.extend(data);
    new.resize(new.len().next_multiple_of(8), 0);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Version 3, with the base `b.img` of format qcow2, and an extension of a kind that nobody knows.
    fn overlay() -> Vec<u8> {
        let mut bytes = vec![0; 104];
        for (at, value) in [(0, u32::from_be_bytes(*b"QFI\xfb")), (4, 3), (16, 5), (20, 9), (100, 104)] {
            put(&mut bytes, at, &u32::to_be_bytes(value)).unwrap();
        }
        extend(&mut bytes, BACKING_FORMAT, b"qcow2");
        extend(&mut bytes, 7, b"others'");
        bytes.extend([0; 8]);
        let at = bytes.len() as u64;
        put(&mut bytes, 8, &at.to_be_bytes()).unwrap();
        bytes.extend(b"b.img");
        bytes.resize(512, 0);
        bytes
    }

    #[test]
    fn a_base_is_written_and_had_back_to_the_byte() {
        let old = overlay();
        let new = relinked(&old, "/elsewhere/base.img", Some(ImageFormat::Raw)).unwrap();
        let read = Qcow2::parse(&new).unwrap();
        assert_eq!(read.backing_file.as_deref(), Some("/elsewhere/base.img"));
        assert_eq!((read.backing_format, new.len()), (Some(ImageFormat::Raw), 512));
        assert!(new.windows(7).any(|part| part == b"others'"));
        assert_eq!(relinked(&new, "b.img", Some(ImageFormat::Qcow2)).unwrap(), old);
        let bare = relinked(&old, "b.img", None).unwrap();
        assert_eq!(Qcow2::parse(&bare).unwrap().backing_format, None);
        assert_eq!(relinked(&bare, "b.img", Some(ImageFormat::Qcow2)).unwrap(), old);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let old = overlay();
        assert_eq!(relinked(&old, &"x".repeat(400), None), Err(RelinkError::TooLong));
        assert_eq!(relinked(b"no image", "b", None), Err(RelinkError::NoHeader));
        assert_eq!(relinked(&old[..112], "b", None), Err(RelinkError::NoHeader));
    }

    proptest! {
        #[test]
        fn damaged_headers_are_refused_or_read(at in 0_usize..200, byte: u8) {
            let mut bytes = overlay();
            bytes[at] = byte;
            if let Ok(new) = relinked(&bytes, "/b", Some(ImageFormat::Qcow2)) {
                prop_assert_eq!(Qcow2::parse(&new).unwrap().backing_file, Some("/b".to_owned()));
            }
        }
    }
}
