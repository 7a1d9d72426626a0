//! What a step works with: the connection, the cancel, the progress, and what it noted of what it has made.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use lectern_model::uri::HostUri;
use virt::connect::Connect;

use super::{StepError, StepFailure, mark::Mark};
use crate::libvirt::line::Line;

/// Says that the user wants a plan ended.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// The user wants it ended.
    pub(crate) fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Whether the user wants it ended.
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What a step works with.
pub(crate) struct Context<'a> {
    /// The plan's own connection.
    pub(crate) line: &'a Line,
    /// The host.
    pub(crate) host: &'a HostUri,
    /// Whether the step was begun before, by a run that was cut off: what it finds may be its own.
    pub(crate) resumed: bool,
    /// What the step has made, as far as it had noted it before; without it, what is there may be anybody's.
    pub(crate) mark: Option<&'a Mark>,
    /// Notes what the step has made, in the journal as well.
    pub(crate) made: &'a dyn Fn(Mark) -> Result<(), StepError>,
    /// The user's wish to end it; a step that takes long looks at it.
    pub(crate) cancel: &'a Cancel,
    /// Told how many bytes of how many are done.
    pub(crate) progress: &'a dyn Fn(u64, u64),
}

impl Context<'_> {
    /// libvirt's connection.
    pub(crate) const fn connect(&self) -> &Connect {
        self.line.connect()
    }

    /// Ends a long step that the user cancelled.
    ///
    /// # Errors
    /// [`StepFailure::Cancelled`] if so.
    pub(crate) fn go_on(&self) -> Result<(), StepError> {
        if self.cancel.is_set() { Err(StepError::touched(StepFailure::Cancelled)) } else { Ok(()) }
    }
}
