//! Unpacking: a reader of what is in a packed file, and pouring it into a sparse file.
//!
//! The decoders are Rust's own throughout, as the files come from anywhere.

use std::{
    cell::Cell,
    fs::File,
    io::{self, BufRead as _, BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
    rc::Rc,
};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lectern_model::storage::{content::Packing, wrapping::Inside};
use lzma_rust2::XzReader;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

use super::shelf::{Readable, Shelf};
use crate::host::StorageError;

/// What is unpacked at a time; zeros of this length become a hole.
const BLOCK: usize = 64 << 10;

type Source<'s> = BufReader<Counted<io::Take<Box<dyn Readable + 's>>>>;

/// What is in a packed file, and how much of the file was read for it.
pub(super) struct Unpacked<'s> {
    inner: Box<dyn Read + 's>,
    taken: Rc<Cell<u64>>,
    length: u64,
}

impl Unpacked<'_> {
    /// How many bytes of how many of the packed file were read.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.taken.get().min(self.length), self.length)
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

/// Opens what lies in a file.
pub(super) fn open<'s>(shelf: Shelf<'s>, inside: &Inside) -> io::Result<Unpacked<'s>> {
    let (mut file, all) = shelf.open(&inside.path)?;
    let (offset, length) = inside.wrapping.part.map_or((0, all), |part| (part.offset, part.length));
    file.seek(SeekFrom::Start(offset))?;
    let taken = Rc::new(Cell::new(0));
    let source = BufReader::with_capacity(BLOCK, Counted { inner: file.take(length), taken: Rc::clone(&taken) });
    let inner: Box<dyn Read + 's> = match inside.wrapping.packing {
        None => Box::new(source),
        Some(Packing::Gzip) => Box::new(MultiGzDecoder::new(source)),
        Some(Packing::Bzip2) => Box::new(MultiBzDecoder::new(source)),
        Some(Packing::Xz) => Box::new(XzReader::new(source, true)),
        Some(Packing::Zstd) => Box::new(Frames { source, decoder: FrameDecoder::new(), begun: false }),
        Some(Packing::Zip | Packing::SevenZip | Packing::Tar) => return Err(io::ErrorKind::Unsupported.into()),
    };
    Ok(Unpacked { inner, taken, length })
}

/// Fills `buffer` as far as there is anything.
pub(super) fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Unpacks into the new file `to`, and leaves holes where there are zeros. What was written stays after an error.
pub(in crate::disk) fn pour(
    inside: &Inside,
    to: &Path,
    stop: &dyn Fn() -> bool,
    progress: &dyn Fn(u64, u64),
) -> Result<(), StorageError> {
    let failed = |error: &io::Error| StorageError::file(to, error);
    let mut unpacked = open(Shelf::Here, inside).map_err(|error| StorageError::file(&inside.path, &error))?;
    let mut file = File::create_new(to).map_err(|error| failed(&error))?;
    let (mut block, mut length) = (vec![0; BLOCK], 0_u64);
    loop {
        if stop() {
            return Err(StorageError::Cancelled);
        }
        let count = fill(&mut unpacked, &mut block).map_err(|error| damaged(&inside.path, &error))?;
        let piece = &block[..count];
        length += count as u64;
        let hole = piece.iter().all(|byte| *byte == 0);
        let ahead = i64::try_from(count).unwrap_or_default();
        let done = if hole { file.seek(SeekFrom::Current(ahead)).map(drop) } else { file.write_all(piece) };
        done.map_err(|error| failed(&error))?;
        let (done, all) = unpacked.progress();
        progress(done, all);
        if count < BLOCK {
            return file.set_len(length).map_err(|error| failed(&error));
        }
    }
}

/// A packed file that ends too early, or is not what it says.
pub(super) fn damaged(path: &str, error: &io::Error) -> StorageError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::NotFound => StorageError::file(path, error),
        _ => StorageError::Packed { path: path.into(), said: error.to_string() },
    }
}

/// Counts what is read.
struct Counted<R> {
    inner: R,
    taken: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

/// All frames of a Zstandard file: `pzstd` writes many, and frames to be skipped between them.
struct Frames<'s> {
    source: Source<'s>,
    decoder: FrameDecoder,
    begun: bool,
}

impl Frames<'_> {
    /// Begins the next frame; `false` at the end.
    fn next(&mut self) -> io::Result<bool> {
        while !self.source.fill_buf()?.is_empty() {
            match self.decoder.init(&mut self.source) {
                Ok(()) => {
                    self.begun = true;
                    return Ok(true);
                }
                Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                    io::copy(&mut (&mut self.source).take(length.into()), &mut io::sink())?;
                }
                Err(error) => return Err(invalid(error.to_string())),
            }
        }
        Ok(false)
    }

    /// A frame is over: its sum must be right, where it has one.
    fn end(&mut self) -> io::Result<()> {
        self.begun = false;
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(told), Some(found)) if told != found => Err(invalid("the checksum differs".into())),
            _ => Ok(()),
        }
    }
}

fn invalid(said: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, said)
}

impl Read for Frames<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            while self.begun && self.decoder.can_collect() < buffer.len() && !self.decoder.is_finished() {
                let some = BlockDecodingStrategy::UptoBytes(buffer.len());
                let decoded = self.decoder.decode_blocks(&mut self.source, some);
                decoded.map_err(|error| invalid(error.to_string()))?;
            }
            if self.begun && self.decoder.can_collect() > 0 {
                return self.decoder.read(buffer);
            }
            if self.begun {
                self.end()?;
            }
            if !self.next()? {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    use lectern_model::storage::wrapping::{Part, Wrapping};

    const PACKINGS: [Packing; 4] = [Packing::Gzip, Packing::Xz, Packing::Bzip2, Packing::Zstd];

    /// Packs `from` twice into one file, as two streams: with the real program, or where that is not there with another
    /// one's work. Every computer has the first two.
    fn packed(from: &Path, packing: Packing) -> Vec<u8> {
        let program = packing.program().unwrap();
        let made = Command::new(program).arg("-c").arg(from).output();
        let once = match (made, packing) {
            (Ok(made), _) => {
                assert!(made.status.success(), "{program}");
                made.stdout
            }
            (Err(_), Packing::Bzip2) => {
                let mut once = Vec::new();
                let bytes = std::fs::read(from).unwrap();
                bzip2::read::BzEncoder::new(&bytes[..], bzip2::Compression::fast()).read_to_end(&mut once).unwrap();
                once
            }
            (Err(_), Packing::Zstd) => {
                let level = ruzstd::encoding::CompressionLevel::Fastest;
                ruzstd::encoding::compress_to_vec(File::open(from).unwrap(), level)
            }
            (Err(error), _) => panic!("{program}: {error}"),
        };
        [once.clone(), once].concat()
    }

    fn inside(path: &Path, wrapping: Wrapping) -> Inside {
        Inside { path: path.to_string_lossy().into_owned(), wrapping }
    }

    fn poured(inside: &Inside, to: &Path) -> Result<Vec<u8>, StorageError> {
        drop(std::fs::remove_file(to));
        pour(inside, to, &|| false, &|_, _| {}).map(|()| std::fs::read(to).unwrap())
    }

    #[test]
    fn what_real_programs_packed_comes_back_with_holes() {
        let folder = tempfile::tempdir().unwrap();
        let (plain, file, to) = (folder.path().join("a"), folder.path().join("b"), folder.path().join("c"));
        let mut bytes: Vec<u8> = (0_u32..60_000).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        bytes.extend(vec![0; 300_000]);
        std::fs::write(&plain, &bytes).unwrap();
        for packing in PACKINGS {
            let whole = packed(&plain, packing);
            std::fs::write(&file, [&b"front"[..], &whole, b"behind"].concat()).unwrap();
            let part = Some(Part { offset: 5, length: whole.len() as u64 });
            let here = inside(&file, Wrapping { part, packing: Some(packing) });
            let twice = [bytes.clone(), bytes.clone()].concat();
            assert!(poured(&here, &to).unwrap() == twice, "{packing:?}");
            let short = Part { offset: 5, length: whole.len() as u64 - 9 };
            let cut = Inside { wrapping: Wrapping { part: Some(short), ..here.wrapping }, ..here };
            let said = poured(&cut, &to);
            assert!(matches!(said, Err(StorageError::Packed { .. })), "{packing:?} cut off: {said:?}");
        }
    }

    #[test]
    fn a_cancel_and_a_file_that_is_there_end_it() {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&from, [7; 100]).unwrap();
        let here = inside(&from, Wrapping::default());
        assert_eq!(pour(&here, &to, &|| true, &|_, _| {}), Err(StorageError::Cancelled));
        assert_eq!(pour(&here, &to, &|| false, &|_, _| {}), Err(StorageError::Exists));
    }
}
