//! Volumes into files of this computer.

use std::{
    fs::{self, File},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use virt::stream::Stream;

use lectern_model::{
    storage::{folder_of, name_of},
    units::Bytes,
    uri::HostUri,
};

use super::{
    super::{
        connection,
        error::HostError,
        ffi::{
            error::checked,
            wire::{Reading, Wire},
        },
        line::Line,
    },
    copy::Watched,
    error::StorageError,
    pools, transient,
};

/// What is passed on at once; libvirt cuts messages at 256 KiB (`VIR_NET_MESSAGE_LEGACY_PAYLOAD_MAX`).
const PIECE: usize = 256 * 1024;
/// How often a wish to end, and the life of the daemon, are looked at while a piece is waited for.
const LOOK: Duration = Duration::from_millis(200);

/// Fetches a volume, named by its pool and its own name, into `partial`. Long runs of zeros become holes.
///
/// On a connection of its own that is read only as fast as the file is written: else libvirt's client would take in all
/// that the daemon can send. Such a connection notices nothing by itself, so it is cut when the user or the daemon ends.
///
/// # Errors
/// [`StorageError::Cancelled`], [`StorageError::NoSpace`]; else as the system and libvirt say.
pub(crate) fn download(
    line: &Line,
    host: &HostUri,
    named: (&str, &str),
    partial: &Partial,
    length: Bytes,
    watched: &Watched<'_>,
) -> Result<(), StorageError> {
    let (wire, done) = (Arc::new(Wire::default()), AtomicU64::new(0));
    let (sender, ended) = channel();
    let got = thread::scope(|scope| {
        let (wire, done) = (&wire, &done);
        scope.spawn(move || sender.send(fetch(host, wire, named, partial, done)));
        loop {
            match ended.recv_timeout(LOOK) {
                Ok(got) => return got,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(HostError::System("a download panicked".into()).into());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if (watched.stop)() || !line.is_alive() {
                wire.cut();
            }
            let now = done.load(Ordering::Acquire);
            (watched.progress)(now, length.0.max(now));
        }
    });
    if got.is_err() {
        partial.remove()?;
        if (watched.stop)() {
            return Err(StorageError::Cancelled);
        }
    }
    got
}

fn fetch(
    host: &HostUri,
    wire: &Arc<Wire>,
    (pool, name): (&str, &str),
    partial: &Partial,
    done: &AtomicU64,
) -> Result<(), StorageError> {
    let mut file = partial.make()?;
    let connect = connection::connect(host, wire, Reading::InCalls)?;
    let pool = checked(connect.lookup_storage_pool_by_name(pools::plain(pool)?))?;
    let volume = transient::volume(&pool, name)?;
    let stream = checked(Stream::new(&connect, 0))?;
    checked(volume.download(&stream, 0, 0, 0))?;
    let outcome = receive(&stream, &mut file, &partial.path, done);
    match outcome {
        Ok(()) => Ok(checked(stream.finish())?),
        Err(error) => {
            // On a dead connection this fails after it has let go of the stream.
            let _ = checked(stream.abort());
            Err(error)
        }
    }
}

fn receive(stream: &Stream, file: &mut File, path: &Path, done: &AtomicU64) -> Result<(), StorageError> {
    let failed = |error: io::Error| StorageError::file(path, &error);
    let mut piece = vec![0; PIECE];
    let mut length = 0;
    loop {
        let count = usize::try_from(checked(stream.recv(&mut piece))?).unwrap_or(0);
        if count == 0 {
            // A hole at the end is only a length.
            return file.set_len(length).map_err(failed);
        }
        let got = &piece[..count];
        if got.iter().all(|byte| *byte == 0) {
            file.seek(SeekFrom::Current(i64::try_from(count).unwrap_or(0))).map_err(failed)?;
        } else {
            file.write_all(got).map_err(failed)?;
        }
        length += count as u64;
        done.store(length, Ordering::Release);
    }
}

/// A file that is not whole yet: hidden, beside its place.
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    to: PathBuf,
}

impl Partial {
    /// The one for a file at `to`.
    pub(crate) fn of(to: &str) -> Self {
        let path = Path::new(folder_of(to)).join(format!(".{}.part", name_of(to)));
        Self { path, to: to.into() }
    }

    /// What a killed run left is written over.
    fn make(&self) -> Result<File, StorageError> {
        File::create(&self.path).map_err(|error| StorageError::file(&self.path, &error))
    }

    /// Gives it its name, on the disk as well.
    ///
    /// # Errors
    /// [`StorageError::Exists`] if a file is there which is not to be replaced.
    pub(crate) fn keep(&self, replace: bool) -> Result<(), StorageError> {
        let failed = |error: io::Error| StorageError::file(&self.to, &error);
        File::open(&self.path).and_then(|file| file.sync_all()).map_err(failed)?;
        let flags = if replace { RenameFlags::empty() } else { RenameFlags::NOREPLACE };
        renameat_with(CWD, &self.path, CWD, &self.to, flags).map_err(|error| failed(error.into()))
    }

    /// Removes it, if it is there.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn remove(&self) -> Result<(), StorageError> {
        removed(&self.path)
    }

    /// Removes what [`Self::keep`] gave its name.
    ///
    /// # Errors
    /// As the system says.
    pub(crate) fn remove_kept(&self) -> Result<(), StorageError> {
        removed(&self.to)
    }
}

fn removed(path: &Path) -> Result<(), StorageError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(StorageError::file(path, &error)),
        _ => Ok(()),
    }
}
