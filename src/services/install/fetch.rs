//! Getting an installer's two files: whole and as they should be, or not at all.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use lectern_model::{
    tree::{Algorithm, Checksum, Kernel, Place, Tree, is_initrd},
    units::Bytes,
};
use sha2::{Digest, Sha256, Sha512};

use super::{Copying, InstallError, Limits, Scratch, source::Source};
use crate::{disk::work, host::StorageError};

/// Nobody waits longer for two files: at the least speed that is taken, a day's worth.
const LIMIT: Duration = Duration::from_hours(6);
/// Larger than any kernel, and any RAM disk.
const LONGEST: u64 = 4 << 30;
const PIECE: usize = 64 * 1024;

/// An installer's files on this computer, as long as this lives.
#[derive(Debug)]
pub struct Fetched {
    /// The kernel.
    pub kernel: PathBuf,
    /// The RAM disk.
    pub initrd: PathBuf,
    /// The folder of both.
    pub scratch: Scratch,
}

/// Fetches kernel and RAM disk of `tree`, at `place`. The sums that the tree tells are compared, and whether the files
/// are what they should be. A failed or cancelled fetch leaves nothing.
///
/// # Errors
/// Why they could not be had.
pub async fn fetch(place: Place, tree: Tree, limits: Limits, copying: Copying) -> Result<Fetched, InstallError> {
    work::run(LIMIT, move || fetch_here(&place, &tree, &limits, &copying)).await?
}

fn fetch_here(place: &Place, tree: &Tree, limits: &Limits, copying: &Copying) -> Result<Fetched, InstallError> {
    let scratch = Scratch::new()?;
    let (kernel, initrd) = (scratch.path().join("vmlinuz"), scratch.path().join("initrd.img"));
    let mut source = Source::open(place, limits, copying)?;
    let mut download = Download { source: &mut source, limits, copying, before: 0 };
    download.one(&tree.kernel, &kernel, tree.checksum(&tree.kernel))?;
    must_be_kernel(&tree.kernel, &kernel)?;
    download.one(&tree.initrd, &initrd, tree.checksum(&tree.initrd))?;
    must_be_initrd(&tree.initrd, &initrd)?;
    Ok(Fetched { kernel, initrd, scratch })
}

fn head(path: &Path, count: usize) -> Result<(Vec<u8>, u64), InstallError> {
    let failed = |error: std::io::Error| InstallError::from(StorageError::file(path, &error));
    let file = File::open(path).map_err(failed)?;
    let length = file.metadata().map_err(failed)?.len();
    let mut bytes = Vec::new();
    file.take(count as u64).read_to_end(&mut bytes).map_err(failed)?;
    Ok((bytes, length))
}

fn must_be_kernel(file: &str, path: &Path) -> Result<(), InstallError> {
    let (bytes, got) = head(path, Kernel::HEAD)?;
    let why = |why| InstallError::NoKernel { file: file.to_owned(), why };
    let kernel = Kernel::parse(&bytes).map_err(why)?;
    if got < kernel.length {
        return Err(InstallError::Truncated { file: file.to_owned(), got, expected: kernel.length });
    }
    Ok(())
}

fn must_be_initrd(file: &str, path: &Path) -> Result<(), InstallError> {
    let (bytes, _) = head(path, 16)?;
    if is_initrd(&bytes) { Ok(()) } else { Err(InstallError::NoInitrd(file.to_owned())) }
}

/// Files one after the other from one place.
struct Download<'d> {
    source: &'d mut Source,
    limits: &'d Limits,
    copying: &'d Copying,
    /// Bytes of the files before.
    before: u64,
}

impl Download<'_> {
    fn one(&mut self, file: &str, to: &Path, sum: Option<&Checksum>) -> Result<(), InstallError> {
        let got = match self.copy(file, to, sum) {
            Ok(got) => got,
            Err(error) => {
                // The folder goes as well; until then nobody is to take a part for the whole.
                let _ = fs::remove_file(to);
                return Err(error);
            }
        };
        self.before += got;
        Ok(())
    }

    fn copy(&mut self, file: &str, to: &Path, sum: Option<&Checksum>) -> Result<u64, InstallError> {
        let failed = |error: std::io::Error| InstallError::from(StorageError::file(to, &error));
        let mut sink = File::create(to).map_err(failed)?;
        let mut sums = Sums::new(sum);
        let mut body = self.source.file(file)?;
        let told = body.length();
        let mut pace = Pace::new(self.limits);
        let (mut got, mut buffer) = (0_u64, vec![0; PIECE]);
        let read = loop {
            let piece = match body.read(&mut buffer) {
                Ok(0) => break Ok(()),
                Ok(count) => &buffer[..count],
                Err(error) => break Err(error),
            };
            sums.take(piece);
            sink.write_all(piece).map_err(failed)?;
            got += piece.len() as u64;
            self.copying.set(Bytes(self.before + got), Bytes(self.before + told.unwrap_or(got).max(got)));
            if self.copying.is_cancelled() {
                return Err(InstallError::Cancelled);
            }
            if got > LONGEST {
                return Err(InstallError::TooLong(file.to_owned()));
            }
            if pace.is_slow(got) {
                return Err(InstallError::TooSlow(file.to_owned()));
            }
        };
        let is_whole = read.is_ok() && told.is_none_or(|told| told == got);
        let closed = if is_whole {
            body.finish()
        } else {
            drop(body);
            Ok(())
        };
        self.ended(file, got, told, read)?;
        closed?;
        sink.sync_all().map_err(failed)?;
        if sums.agree() { Ok(got) } else { Err(InstallError::Checksum(file.to_owned())) }
    }

    /// What it means that a transfer ended as it did.
    fn ended(&self, file: &str, got: u64, told: Option<u64>, read: io::Result<()>) -> Result<(), InstallError> {
        // A connection that was closed from here may look like one that has ended well.
        if self.copying.is_cancelled() {
            return Err(InstallError::Cancelled);
        }
        let why = read.err().map(|error| self.source.why(file, &error));
        match (why, told) {
            (Some(why @ (InstallError::TimedOut(_) | InstallError::Cancelled)), _) => Err(why),
            (_, Some(expected)) if got < expected => {
                Err(InstallError::Truncated { file: file.to_owned(), got, expected })
            }
            (Some(why), _) => Err(why),
            // More than was told: which of the two is right, nobody knows.
            (None, Some(expected)) if got > expected => Err(InstallError::TooLong(file.to_owned())),
            (None, _) => Ok(()),
        }
    }
}

/// Whether enough comes.
struct Pace {
    limits: Limits,
    since: Instant,
    before: u64,
}

impl Pace {
    fn new(limits: &Limits) -> Self {
        Self { limits: *limits, since: Instant::now(), before: 0 }
    }

    /// Told how much came in all.
    fn is_slow(&mut self, got: u64) -> bool {
        if self.since.elapsed() < self.limits.window {
            return false;
        }
        let came = got - self.before;
        (self.since, self.before) = (Instant::now(), got);
        came < self.limits.least
    }
}

/// The sum of what came, beside the one that it should have.
enum Sums {
    None,
    Sha256(Sha256, String),
    Sha512(Sha512, String),
}

impl Sums {
    fn new(sum: Option<&Checksum>) -> Self {
        match sum {
            None => Self::None,
            Some(Checksum { algorithm: Algorithm::Sha256, hex, .. }) => Self::Sha256(Sha256::new(), hex.clone()),
            Some(Checksum { algorithm: Algorithm::Sha512, hex, .. }) => Self::Sha512(Sha512::new(), hex.clone()),
        }
    }

    fn take(&mut self, piece: &[u8]) {
        match self {
            Self::None => {}
            Self::Sha256(sum, _) => sum.update(piece),
            Self::Sha512(sum, _) => sum.update(piece),
        }
    }

    fn agree(self) -> bool {
        match self {
            Self::None => true,
            Self::Sha256(sum, hex) => hexadecimal(&sum.finalize()) == hex,
            Self::Sha512(sum, hex) => hexadecimal(&sum.finalize()) == hex,
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).flatten().collect()
}
