//! What a packed file, or a part of one, holds: the format and the size of the disk in it.

use std::io;

use lectern_model::{
    draft::import::{DiskFault, DiskInfo},
    storage::{Content, ImageFormat, content::HEAD, header::Qcow2, wrapping::Inside},
    units::Bytes,
};

use super::{
    super::qemu_img,
    shelf::{Looking, Shelf},
    unpack::{fill, open},
};

const SECTOR: u64 = 512;

/// Looks into `inside`.
///
/// # Errors
/// Why it can be no disk.
pub(in crate::disk) fn look(looking: &Looking<'_>, inside: &Inside) -> Result<DiskInfo, DiskFault> {
    let head = head(looking.shelf, inside).map_err(|error| bad(&error))?;
    let content = Content::look(&head, None);
    let format = content.format().ok_or_else(|| match &content {
        Content::Empty => DiskFault::Empty,
        other => DiskFault::NotADisk(other.clone()),
    })?;
    let size = match size(&head, format)? {
        Some(size) => size,
        None if format.is_foreign() => by_qemu(looking, inside, format)?,
        None => Bytes(count(looking, inside).map_err(|error| bad(&error))?),
    };
    let info = DiskInfo::new(format, size, room(looking.shelf, inside));
    Ok(DiskInfo { inside: Some(inside.clone()), optical: matches!(content, Content::Disc { .. }), ..info })
}

/// What it takes as it lies there.
fn room(shelf: Shelf<'_>, inside: &Inside) -> Bytes {
    let whole = || shelf.open(&inside.path).map_or(0, |(_, length)| length);
    Bytes(inside.wrapping.part.map_or_else(whole, |part| part.length))
}

fn bad(error: &io::Error) -> DiskFault {
    match error.kind() {
        io::ErrorKind::PermissionDenied => DiskFault::Unreachable(error.to_string()),
        _ => DiskFault::BadPacking(error.to_string()),
    }
}

fn head(shelf: Shelf<'_>, inside: &Inside) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD];
    let length = fill(&mut open(shelf, inside)?, &mut head)?;
    head.truncate(length);
    Ok(head)
}

/// Nothing tells how long a raw disk is but its end.
fn count(looking: &Looking<'_>, inside: &Inside) -> io::Result<u64> {
    let (mut unpacked, mut block, mut length) = (open(looking.shelf, inside)?, vec![0; 256 << 10], 0);
    loop {
        let count = fill(&mut unpacked, &mut block)?;
        length += count as u64;
        let (done, all) = unpacked.progress();
        looking.copying.set(Bytes(done), Bytes(all));
        if count < block.len() || looking.copying.is_cancelled() {
            return Ok(length);
        }
    }
}

/// The size as the first bytes tell it; `None` where they do not.
fn size(head: &[u8], format: ImageFormat) -> Result<Option<Bytes>, DiskFault> {
    let long = |at: usize| head.get(at..at + 8)?.try_into().ok();
    match format {
        ImageFormat::Qcow2 => {
            let header = Qcow2::parse(head).map_err(|_| DiskFault::Damaged)?;
            // It names a file of whoever packed it, which must not become one of this host's.
            match header.backing_file {
                Some(base) => Err(DiskFault::BaseMissing(base)),
                None if header.has_data_file() => Err(DiskFault::Damaged),
                None => Ok(Some(Bytes(header.virtual_size))),
            }
        }
        // Its own kind alone lies in one file; the others, and those with a parent, name files of their own.
        ImageFormat::Vmdk if !head.starts_with(b"KDMV") || names_parent(head) => {
            Err(DiskFault::NotADisk(Content::Image(format)))
        }
        ImageFormat::Vmdk => match long(12).map(u64::from_le_bytes) {
            Some(sectors) if sectors > 0 => Ok(Some(Bytes(sectors.saturating_mul(SECTOR)))),
            _ => Err(DiskFault::Damaged),
        },
        ImageFormat::Vdi => Ok(long(0x170).map(|size| Bytes(u64::from_le_bytes(size)))),
        ImageFormat::Vhd => Ok(long(48).map(|size| Bytes(u64::from_be_bytes(size)))),
        ImageFormat::Raw if head.get(512..520) == Some(b"EFI PART") => Ok(long(512 + 32).map(|last| {
            // The last sector has the second table (UEFI 2.10, 5.3.2, "AlternateLBA").
            Bytes(u64::from_le_bytes(last).saturating_add(1).saturating_mul(SECTOR))
        })),
        _ => Ok(None),
    }
}

/// Whether a VMDK's description, which follows its header, names another image under it.
fn names_parent(head: &[u8]) -> bool {
    const KEY: &[u8] = b"parentFileNameHint";
    head.windows(KEY.len()).any(|piece| piece == KEY)
}

/// What only QEMU reads, it reads in its place, where that is here, and not packed as well.
fn by_qemu(looking: &Looking<'_>, inside: &Inside, format: ImageFormat) -> Result<Bytes, DiskFault> {
    if inside.wrapping.packing.is_some() || matches!(looking.shelf, Shelf::There(_)) {
        return Err(DiskFault::NotADisk(Content::Image(format)));
    }
    let told = qemu_img::ask(&qemu_img::name(inside, format), &looking.copying.canceller());
    told.map(|info| info.virtual_size).map_err(|why| DiskFault::Unreachable(format!("{why:?}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lectern_model::storage::{content::Packing, wrapping::Wrapping};
    use std::process::Command;

    fn packed(folder: &std::path::Path, name: &str) -> Inside {
        let path = folder.join(name);
        assert!(Command::new("gzip").arg("-k").arg(&path).status().unwrap().success());
        Inside { path: format!("{}.gz", path.to_string_lossy()), wrapping: Wrapping::packed(Packing::Gzip) }
    }

    #[test]
    fn format_and_size_are_found_without_the_name() {
        let folder = tempfile::tempdir().unwrap();
        let copying = crate::host::Copying::new();
        let looking = Looking { shelf: Shelf::Here, copying: &copying };
        let look = |inside: &Inside| look(&looking, inside);
        std::fs::write(folder.path().join("raw"), vec![3; 700_000]).unwrap();
        let found = look(&packed(folder.path(), "raw")).unwrap();
        assert_eq!((found.format, found.virtual_size), (ImageFormat::Raw, Bytes(700_000)));
        let mut gpt = vec![0; 1 << 20];
        gpt[512..520].copy_from_slice(b"EFI PART");
        gpt[544..552].copy_from_slice(&4_194_303_u64.to_le_bytes());
        std::fs::write(folder.path().join("gpt"), gpt).unwrap();
        assert_eq!(look(&packed(folder.path(), "gpt")).unwrap().virtual_size, Bytes(2 << 30));
        std::fs::write(folder.path().join("text"), "no disk\n").unwrap();
        assert_eq!(look(&packed(folder.path(), "text")), Err(DiskFault::NotADisk(Content::Text)));
        std::fs::write(folder.path().join("cut.gz"), [0x1f, 0x8b, 8, 0]).unwrap();
        let cut = folder.path().join("cut.gz").to_string_lossy().into_owned();
        let cut = Inside { path: cut, wrapping: Wrapping::packed(Packing::Gzip) };
        assert!(matches!(look(&cut), Err(DiskFault::BadPacking(_))));
    }

    #[test]
    fn heads_that_name_files_or_lie_are_refused() {
        let with = |at: usize, bytes: &[u8], rest: &[u8]| {
            let mut head = vec![0; HEAD];
            head[..4].copy_from_slice(b"KDMV");
            head[at..at + bytes.len()].copy_from_slice(bytes);
            head[1024..1024 + rest.len()].copy_from_slice(rest);
            head
        };
        let vmdk = |head: &[u8]| size(head, ImageFormat::Vmdk);
        let sectors = 4096_u64.to_le_bytes();
        assert_eq!(vmdk(&with(12, &sectors, b"")), Ok(Some(Bytes(2 << 20))));
        assert_eq!(vmdk(&with(12, &[0; 8], b"")), Err(DiskFault::Damaged));
        assert_eq!(vmdk(&with(12, &[0xff; 8], b"")), Ok(Some(Bytes(u64::MAX))));
        let parent = vmdk(&with(12, &sectors, b"parentFileNameHint=\"/etc/passwd\""));
        assert!(matches!(parent, Err(DiskFault::NotADisk(_))));
        for other in [&b"COWD"[..], b"# Disk DescriptorFile\nRW 1 FLAT \"/etc/passwd\" 0", b"KD"] {
            assert!(vmdk(other).is_err(), "{other:?}");
        }
        let short = [0; 20];
        for format in [ImageFormat::Vdi, ImageFormat::Vhd] {
            assert_eq!(size(&short, format), Ok(None), "{format:?}");
        }
        assert_eq!(size(&short, ImageFormat::Qcow2), Err(DiskFault::Damaged));
        let mut qcow2 = vec![0; HEAD];
        qcow2[..8].copy_from_slice(&[b'Q', b'F', b'I', 0xfb, 0, 0, 0, 3]);
        qcow2[100..104].copy_from_slice(&104_u32.to_be_bytes());
        qcow2[20..24].copy_from_slice(&16_u32.to_be_bytes());
        qcow2[79] = 4;
        assert!(size(&qcow2, ImageFormat::Qcow2).is_err(), "a data file of its own");
    }
}
