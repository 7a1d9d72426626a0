//! A copy of a volume, made by the daemon, with its progress.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use virt::{connect::Connect, storage_pool::StoragePool, storage_vol::StorageVol};

use lectern_model::{storage::new_volume::NewVolume, units::Bytes};

use super::{
    super::{error::HostError, ffi::error::checked},
    change,
    error::StorageError,
    pools, transient,
};
use crate::disk::Cancel;

/// A copy under way: cancel it, or see how far it is. Clones are the same copy.
#[derive(Clone, Debug, Default)]
pub struct Copying {
    cancelled: Arc<AtomicBool>,
    done: Arc<Mutex<(Bytes, Bytes)>>,
}

impl Copying {
    /// A copy that has not begun.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for its end. What is there of it is removed before the copy's own call answers
    /// [`StorageError::Cancelled`]: at once where this program copies, after the daemon has ended where that does, as
    /// libvirt has no way to interrupt it.
    pub fn cancel(&self) {
        self.cancelled.store(true, Ordering::Release);
    }

    /// Whether its end was asked for.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    /// Its end, for those who need no more of it.
    pub(crate) fn canceller(&self) -> Cancel {
        Cancel::sharing(Arc::clone(&self.cancelled))
    }

    /// How much is done, and of how much; both are 0 before it is known.
    #[must_use]
    pub fn progress(&self) -> (Bytes, Bytes) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same as a part of the whole, 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a bar has no 53 bits")]
    pub fn fraction(&self) -> f64 {
        let (done, all) = self.progress();
        if all.0 == 0 { 0.0 } else { (done.0 as f64 / all.0 as f64).min(1.0) }
    }

    pub(crate) fn set(&self, done: Bytes, all: Bytes) {
        *self.done.lock().unwrap_or_else(PoisonError::into_inner) = (done, all);
    }
}

/// How often the progress is looked at.
const LOOK: Duration = Duration::from_millis(100);

/// A wish to end, and someone to tell how many bytes of how many are done: a job's, or a [`Copying`].
pub(crate) struct Watched<'w> {
    /// Whether the end is wished for.
    pub(crate) stop: &'w dyn Fn() -> bool,
    /// Told how many of how many.
    pub(crate) progress: &'w dyn Fn(u64, u64),
    /// Shown the new volume as soon as it is there, for as long as it gives false.
    pub(crate) seen: &'w dyn Fn(&StorageVol) -> bool,
}

/// Copies the volume at `from` to a new one in `pool`; the daemon does all of it, in one call that may take long, and
/// which nothing ends. This thread meanwhile asks how far it is, on the same connection.
///
/// # Errors
/// [`StorageError::Cancelled`] after the end of the copy, which is removed; [`StorageError::Exists`], and as libvirt says.
pub(crate) fn copy(
    connect: &Connect,
    pool: &StoragePool,
    new: &NewVolume,
    from: &str,
    watched: &Watched<'_>,
) -> Result<StorageVol, StorageError> {
    let source = pools::at(connect, from)?.ok_or(StorageError::NoImage)?;
    let xml = change::xml(new)?;
    // libvirt has no code of its own for a name that is taken here, as it has where a volume is made.
    match transient::volume(pool, &new.name) {
        Err(StorageError::NoImage) => {}
        other => return other.and(Err(StorageError::Exists)),
    }
    if (watched.stop)() {
        return Err(StorageError::Cancelled);
    }
    let (sender, copied) = channel();
    let from = &source;
    let made = thread::scope(|scope| {
        // libvirt itself removes what it has made if it fails.
        scope.spawn(move || sender.send(checked(StorageVol::create_xml_from(pool, &xml, from, 0))));
        let mut seen = false;
        loop {
            match copied.recv_timeout(LOOK) {
                Ok(copied) => return Ok(copied?),
                Err(RecvTimeoutError::Disconnected) => return Err(HostError::System("a copy panicked".into())),
                Err(RecvTimeoutError::Timeout) => seen = watch(pool, &new.name, &source, watched, seen),
            }
        }
    })?;
    if (watched.stop)() {
        checked(made.delete(0))?;
        return Err(StorageError::Cancelled);
    }
    Ok(made)
}

/// Tells how far it is, and of the volume that is `seen`. A look that fails is no worse: the next one comes.
fn watch(pool: &StoragePool, name: &str, source: &StorageVol, watched: &Watched<'_>, seen: bool) -> bool {
    let volume = transient::volume(pool, name).ok();
    let seen = seen || volume.as_ref().is_some_and(|volume| (watched.seen)(volume));
    if let Ok((done, all)) = measure(volume.as_ref(), source) {
        (watched.progress)(done, all);
    }
    seen
}

/// What the new volume takes, and what its source does.
fn measure(volume: Option<&StorageVol>, source: &StorageVol) -> Result<(u64, u64), StorageError> {
    let all = checked(source.info())?.allocation;
    match volume {
        Some(volume) => Ok((checked(volume.info())?.allocation.min(all), all)),
        None => Ok((0, all)),
    }
}
