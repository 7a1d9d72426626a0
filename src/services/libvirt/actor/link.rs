//! The actor's connection: made, lost, made again.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Actor, HostUpdate};
use crate::libvirt::{
    attempt::{self, Generation, Opened},
    connection::Connection,
    error::HostError,
    types::{ConnectionState, HostInfo},
};

/// How the connection stands.
#[derive(Default)]
pub(super) enum Phase {
    /// An attempt is under way.
    #[default]
    Connecting,
    /// Connected.
    Up {
        /// The connection that the actor uses.
        connection: Arc<Connection>,
        /// What the host said of itself.
        info: HostInfo,
    },
    /// Not connected.
    Waiting {
        /// Why.
        error: HostError,
        /// When the next attempt begins; `None` if the user must ask for it.
        retry_at: Option<Instant>,
    },
}

/// The longest time between two attempts.
const LONGEST: Duration = Duration::from_secs(30);

/// The time before the next attempt after so many failures: 1, 2, 4 … 30 seconds.
fn back_off(failures: u32) -> Duration {
    Duration::from_secs(1 << failures.min(5)).min(LONGEST)
}

impl Actor {
    /// Begins an attempt.
    pub(super) fn connect(&mut self) {
        self.generation += 1;
        self.set_phase(Phase::Connecting);
        if let Err(error) = attempt::begin(&self.uri, self.generation, &self.own, attempt::LIMIT) {
            self.opened(self.generation, Err(error));
        }
    }

    pub(super) fn reconnect_if_due(&mut self, retry_at: Option<Instant>, now: Instant) {
        if retry_at.is_some_and(|at| at <= now) {
            self.connect();
        }
    }

    pub(super) fn retry(&mut self) {
        if matches!(self.phase, Phase::Waiting { .. }) {
            self.connect();
        }
    }

    /// An attempt ended. One that was given up is closed where it is dropped.
    pub(super) fn opened(&mut self, generation: Generation, result: Result<Box<Opened>, HostError>) {
        if generation != self.generation || !matches!(self.phase, Phase::Connecting) {
            return;
        }
        match result {
            Ok(opened) => self.go_up(*opened),
            Err(error) => self.wait_for_retry(error),
        }
    }

    fn go_up(&mut self, opened: Opened) {
        let connection = Arc::new(opened.connection);
        self.failures = 0;
        self.met = true;
        self.reconciled = Instant::now();
        self.shared.link.set(Arc::clone(&connection));
        self.set_phase(Phase::Up { connection, info: opened.info });
        self.store.put_all(&opened.readings);
        let everything = self.store.everything();
        self.notes.restart();
        self.notes.follow(&everything);
        self.tell(&HostUpdate::Domains(everything));
        self.watches.restart(Instant::now());
        self.networks.restart();
        self.catalogue.restart();
        self.pools.restart();
    }

    fn wait_for_retry(&mut self, error: HostError) {
        tracing::info!("{}: {error}", self.uri);
        // A host that was there comes back; one that never was may need the user.
        let again = self.met || error.worth_retrying();
        let retry_at = again.then(|| Instant::now() + back_off(self.failures));
        self.failures += 1;
        self.set_phase(Phase::Waiting { error, retry_at });
    }

    /// The connection is gone: the picture stays as it was.
    pub(super) fn closed(&mut self) {
        if matches!(self.phase, Phase::Up { .. }) {
            self.shared.link.lose();
            self.batch.clear();
            self.addresses.clear();
            // Late news of this connection must not be taken for news of the next.
            self.generation += 1;
            self.wait_for_retry(HostError::NotConnected);
        }
    }

    /// A call of the actor's own failed: either the connection is dead, or it is that call's own affair.
    pub(super) fn failed(&mut self, error: &HostError) {
        let dead = matches!(&self.phase, Phase::Up { connection, .. } if !connection.is_alive());
        if dead { self.closed() } else { tracing::warn!("{}: {error}", self.uri) }
    }

    /// The connection, while there is one.
    pub(super) fn connection(&self) -> Option<Arc<Connection>> {
        match &self.phase {
            Phase::Up { connection, .. } => Some(Arc::clone(connection)),
            Phase::Connecting | Phase::Waiting { .. } => None,
        }
    }

    fn set_phase(&mut self, phase: Phase) {
        self.phase = phase;
        let state = HostUpdate::State(self.state(Instant::now()));
        self.tell(&state);
    }

    /// How the connection stands, as the interface is told.
    pub(super) fn state(&self, now: Instant) -> ConnectionState {
        match &self.phase {
            Phase::Connecting => ConnectionState::Connecting,
            Phase::Up { info, .. } => ConnectionState::Connected(info.clone()),
            Phase::Waiting { error, retry_at } => {
                let retry_in = retry_at.map(|at| at.saturating_duration_since(now));
                let error = error.clone();
                match retry_in {
                    Some(retry_in) if self.met => ConnectionState::Lost { error, retry_in },
                    _ => ConnectionState::Failed { error, retry_in },
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_become_rare_but_never_stop() {
        let seconds: Vec<u64> = (0..8).map(|failures| back_off(failures).as_secs()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(back_off(u32::MAX), LONGEST);
    }
}
