//! The RAM disk of the boot disc: the installer's own, and behind it an archive with the answers, which the kernel
//! unpacks over it (the kernel's Documentation/driver-api/early-userspace/buffer-format.rst).

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
};

use lectern_model::tree::Answer;

/// Archives begin at multiples of four bytes; a sector is one too, and reads better in a dump.
const ALIGN: u64 = 512;

/// A RAM disk to be written.
pub(super) struct RamDisk {
    file: File,
    length: u64,
    more: Vec<u8>,
}

impl RamDisk {
    /// The installer's, with `answer` at its top.
    pub(super) fn new(initrd: &Path, answer: Option<&Answer>) -> io::Result<Self> {
        let file = File::open(initrd)?;
        let length = file.metadata()?.len();
        let more = answer.map_or(Ok(Vec::new()), archive)?;
        Ok(Self { file, length, more })
    }

    /// How long it will be.
    pub(super) fn length(&self) -> u64 {
        if self.more.is_empty() { self.length } else { self.length.next_multiple_of(ALIGN) + self.more.len() as u64 }
    }

    /// Writes it.
    pub(super) fn write(mut self, to: &mut impl Write) -> io::Result<()> {
        let copied = io::copy(&mut self.file, to)?;
        if copied != self.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if !self.more.is_empty() {
            let fill = self.length.next_multiple_of(ALIGN) - self.length;
            to.write_all(&vec![0; usize::try_from(fill).unwrap_or_default()])?;
            to.write_all(&self.more)?;
        }
        Ok(())
    }
}

/// The answers as an archive of one file, which only the superuser reads.
fn archive(answer: &Answer) -> io::Result<Vec<u8>> {
    let length = u32::try_from(answer.text.len()).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
    let file = cpio::newc::Builder::new(answer.kind.file()).mode(0o100_600).nlink(1);
    let mut writer = file.write(Vec::new(), length);
    writer.write_all(answer.text.as_bytes())?;
    cpio::newc::trailer(writer.finish()?)
}
