//! The pause between machines that are started one after the other: until the host is less busy.

use std::{
    thread::sleep,
    time::{Duration, Instant},
};

use lectern_model::stats::{HostCounters, host_cpu};

use crate::{
    libvirt::ffi::node,
    plan::{StepError, context::Context},
};

/// Between two looks at the host; a machine that was just started is busy at least as long.
const LOOK: Duration = Duration::from_millis(500);
/// The longest pause: a host that is busy with other things starts machines all the same.
const MOST: Duration = Duration::from_secs(5);
/// The share of its CPUs at which a host counts as busy.
const BUSY: f32 = 0.75;

/// Watches how busy the host is.
pub(super) struct Breath {
    last: Option<HostCounters>,
}

impl Breath {
    /// Begins to watch.
    pub(super) const fn new() -> Self {
        Self { last: None }
    }

    /// Waits until the host is less busy, or for the longest pause.
    ///
    /// # Errors
    /// If the user cancels meanwhile.
    pub(super) fn wait(&mut self, context: &Context<'_>) -> Result<(), StepError> {
        let end = Instant::now() + MOST;
        loop {
            context.go_on()?;
            sleep(LOOK);
            // A driver that does not tell is not waited for.
            let now = node::counters(context.connect()).ok();
            let busy = self.last.as_ref().zip(now.as_ref()).and_then(|(before, now)| host_cpu(before, now));
            let first = self.last.is_none() && now.as_ref().is_some_and(|now| now.cpu.is_some());
            self.last = now;
            if !first && busy.is_none_or(|busy| busy < BUSY) || Instant::now() > end {
                return Ok(());
            }
        }
    }
}
