//! What a packed file, or a part of one, holds: the format and the size of the disk in it.

use std::{io, time::Duration};

use lectern_model::{
    draft::import::{DiskFault, DiskInfo},
    storage::{Content, ImageFormat, content::HEAD, header::Qcow2, wrapping::Inside},
    units::Bytes,
};

use super::{
    super::{Cancel, qemu_img, work},
    unpack::{fill, open},
};

/// A large packed disk has to be unpacked once to know its size.
const LIMIT: Duration = Duration::from_mins(30);
const SECTOR: u64 = 512;

/// Looks into `inside`.
///
/// # Errors
/// Why it can be no disk.
pub(in crate::disk) async fn look(inside: &Inside, cancel: &Cancel) -> Result<DiskInfo, DiskFault> {
    let own = inside.clone();
    let head = work::run(LIMIT, move || head(&own)).await.map_err(unreachable)?.map_err(|e| bad(&e))?;
    let content = Content::look(&head, None);
    let format = content.format().ok_or_else(|| match &content {
        Content::Empty => DiskFault::Empty,
        other => DiskFault::NotADisk(other.clone()),
    })?;
    let size = match size(&head, format)? {
        Some(size) => size,
        None if format.is_foreign() => by_qemu(inside, format, cancel).await?,
        None => {
            let (own, stop) = (inside.clone(), cancel.clone());
            let counted = work::run(LIMIT, move || count(&own, &stop)).await;
            Bytes(counted.map_err(unreachable)?.map_err(|e| bad(&e))?)
        }
    };
    let info = DiskInfo::new(format, size, room(inside).await);
    Ok(DiskInfo { inside: Some(inside.clone()), optical: matches!(content, Content::Disc { .. }), ..info })
}

/// What it takes as it lies there.
async fn room(inside: &Inside) -> Bytes {
    let (part, path) = (inside.wrapping.part, inside.path.clone());
    let length = work::run(LIMIT, move || std::fs::metadata(path).map_or(0, |data| data.len())).await;
    Bytes(part.map_or(length.unwrap_or_default(), |part| part.length))
}

fn unreachable(error: impl std::fmt::Display) -> DiskFault {
    DiskFault::Unreachable(error.to_string())
}

fn bad(error: &io::Error) -> DiskFault {
    match error.kind() {
        io::ErrorKind::PermissionDenied => unreachable(error),
        _ => DiskFault::BadPacking(error.to_string()),
    }
}

fn head(inside: &Inside) -> io::Result<Vec<u8>> {
    let mut head = vec![0; HEAD];
    let length = fill(&mut open(inside)?, &mut head)?;
    head.truncate(length);
    Ok(head)
}

fn count(inside: &Inside, cancel: &Cancel) -> io::Result<u64> {
    let (mut unpacked, mut block, mut length) = (open(inside)?, vec![0; 256 << 10], 0);
    loop {
        let count = fill(&mut unpacked, &mut block)?;
        length += count as u64;
        if count < block.len() || cancel.is_cancelled() {
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

/// What only QEMU reads, it reads in its place, where it is not packed as well.
async fn by_qemu(inside: &Inside, format: ImageFormat, cancel: &Cancel) -> Result<Bytes, DiskFault> {
    if inside.wrapping.packing.is_some() {
        return Err(DiskFault::NotADisk(Content::Image(format)));
    }
    let told = qemu_img::info(&qemu_img::name(inside, format), cancel).await;
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
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let look = |inside: &Inside| runtime.block_on(look(inside, &Cancel::default()));
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
}
