//! Whether all that a qcow2 image speaks of is in its file: a copy that broke off has a good header and no end.

use std::{
    fs::File,
    io::Read,
    os::unix::fs::FileExt,
    time::{Duration, Instant},
};

use lectern_model::storage::{chain::Unread, content::HEAD, header::Qcow2};

use super::file;

/// The bits of a table's entry that are an offset in the file (QEMU's docs/interop/qcow2.rst).
const OFFSET: u64 = 0x00ff_ffff_ffff_fe00;
const COMPRESSED: u64 = 1 << 62;
const ZERO: u64 = 1;
/// A terabyte has 2,000 tables of 64 KiB; what is not looked at in time is taken for whole.
const LIMIT: Duration = Duration::from_secs(3);

/// How long the file at `path` must be at least for what its tables point to; `None` if it is that long.
pub(super) fn cut_off(path: &str) -> Result<Option<u64>, Unread> {
    let (mut file, metadata) = file::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(HEAD as u64).read_to_end(&mut head).map_err(|error| file::unread(&error))?;
    let Ok(header) = Qcow2::parse(&head) else { return Err(Unread::Damaged) };
    let length = metadata.len();
    if length < header.least_length() {
        return Ok(Some(header.least_length()));
    }
    let end = farthest(&file, &header, length);
    Ok((end > length).then_some(end))
}

/// The farthest byte that a table points to, or the first beyond `length`.
fn farthest(file: &File, header: &Qcow2, length: u64) -> u64 {
    let started = Instant::now();
    let cluster = 1_usize << header.cluster_bits;
    let Some(first) = table(file, header.l1_offset, header.l1_entries as usize) else { return 0 };
    let mut end = 0;
    for offset in first.into_iter().map(|entry| entry & OFFSET).filter(|offset| *offset != 0) {
        end = end.max(offset + 8);
        if end > length || started.elapsed() > LIMIT {
            return end;
        }
        let second = table(file, offset, cluster / 8).unwrap_or_default();
        end = end.max(data_end(&second, header));
        if end > length {
            return end;
        }
    }
    end
}

fn table(file: &File, offset: u64, entries: usize) -> Option<Vec<u64>> {
    // An L1 table of 32 MiB is QEMU's own limit.
    let mut bytes = vec![0; entries.min(4 << 20) * 8];
    file.read_exact_at(&mut bytes, offset).ok()?;
    Some(bytes.chunks_exact(8).map(|entry| entry.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))).collect())
}

/// The last byte that a second table needs to be there.
fn data_end(entries: &[u64], header: &Qcow2) -> u64 {
    if header.has_data_file() {
        return 0;
    }
    let step = if header.has_subclusters() { 2 } else { 1 };
    let compressed = (1 << (62 - (header.cluster_bits - 8))) - 1;
    let start = |entry: u64| match entry {
        _ if entry & COMPRESSED != 0 => entry & compressed,
        // A cluster of zeros may have a place that was never written.
        _ if step == 1 && entry & ZERO != 0 => 0,
        _ => entry & OFFSET,
    };
    let last = entries.iter().step_by(step).map(|entry| start(*entry)).max().unwrap_or(0);
    // With subclusters the bits of zeros are in the other half of the entry; only tables are held to be there then.
    if last == 0 || step == 2 { 0 } else { last + 1 }
}
