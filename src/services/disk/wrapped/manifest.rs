//! The sums of an appliance's files, compared before anything is made of them.

use std::{
    fmt::Write as _,
    io::{self, Read as _, SeekFrom},
};

use lectern_model::{
    draft::import::DiskFault,
    ovf::manifest::{Digest, Sum},
    storage::wrapping::Part,
    units::Bytes,
};
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::shelf::{Looking, Readable};

const PIECE: usize = 256 << 10;

/// A file that has a sum: where it is, and the sum.
pub(super) struct Summed {
    /// The path of the file, or of the archive that it lies in.
    pub(super) path: String,
    /// Where it lies there.
    pub(super) part: Option<Part>,
    /// What it is to be.
    pub(super) sum: Sum,
}

/// Compares all of them. A cancel ends it at once.
///
/// # Errors
/// [`DiskFault::WrongSum`] for the first that differs; [`DiskFault::NoAppliance`] for one that cannot be read.
pub(super) fn compare(looking: &Looking<'_>, files: Vec<Summed>) -> Result<(), DiskFault> {
    let mut opened = Vec::new();
    for summed in files {
        let (file, length) = looking.shelf.open(&summed.path).map_err(|error| bad(&error))?;
        let part = summed.part.unwrap_or(Part { offset: 0, length });
        opened.push((file, part, summed.sum));
    }
    let all: u64 = opened.iter().map(|(_, part, _)| part.length).sum();
    let mut done = 0;
    for (mut file, part, sum) in opened {
        let count = |more: usize| {
            done += more as u64;
            looking.copying.set(Bytes(done), Bytes(all));
            if looking.copying.is_cancelled() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
        };
        let hex = hex(&mut *file, part, sum.digest, count).map_err(|error| bad(&error))?;
        if hex != sum.hex {
            return Err(DiskFault::WrongSum(sum.file));
        }
    }
    Ok(())
}

fn bad(error: &io::Error) -> DiskFault {
    DiskFault::NoAppliance(error.to_string())
}

fn hex(
    file: &mut dyn Readable,
    part: Part,
    digest: Digest,
    count: impl FnMut(usize) -> io::Result<()>,
) -> io::Result<String> {
    file.seek(SeekFrom::Start(part.offset))?;
    match digest {
        Digest::Sha1 => summed(file, part.length, Sha1::new(), count),
        Digest::Sha256 => summed(file, part.length, Sha256::new(), count),
        Digest::Sha512 => summed(file, part.length, Sha512::new(), count),
    }
}

fn summed<D: sha2::Digest>(
    file: &mut dyn Readable,
    length: u64,
    mut digest: D,
    mut count: impl FnMut(usize) -> io::Result<()>,
) -> io::Result<String> {
    let (mut file, mut piece, mut rest) = (file.take(length), vec![0; PIECE], length);
    while rest > 0 {
        let got = file.read(&mut piece)?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        digest.update(&piece[..got]);
        rest -= got as u64;
        count(got)?;
    }
    let mut hex = String::new();
    for byte in digest.finalize() {
        // A string takes all that is written to it.
        let _ = write!(hex, "{byte:02x}");
    }
    Ok(hex)
}
