//! The thread that owns one host's picture: it takes messages, and does what is due.

mod catalog;
mod link;
mod looked_at;
mod networks;
mod notes;
mod pools;
mod statistics;
mod sync;

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError, Sender},
    },
    time::Instant,
};

use lectern_model::uri::HostUri;

use self::{catalog::Catalogue, link::Phase, networks::Networks, notes::NotesPlan, pools::Pools, statistics::Watches};
use super::{
    addresses::{Answers, Plan},
    attempt::{Generation, Opened},
    batch::Batch,
    connection::Link,
    error::HostError,
    ffi::events::Notice,
    pool::Pool,
    store::Store,
    types::{HostUpdate, Interest, Pace},
};

/// What the actor is told.
pub(crate) enum Message {
    /// Something happened on the connection of that attempt.
    Notice(Generation, Notice),
    /// An attempt ended.
    Opened(Generation, Result<Box<Opened>, HostError>),
    /// Addresses that were asked for.
    Addresses(Generation, Answers),
    /// Notes that were asked for.
    Notes(Generation, notes::Found),
    /// Somebody wants the news.
    Subscribe(async_channel::Sender<HostUpdate>),
    /// Somebody looks.
    Watch(u64, Interest),
    /// And no longer does.
    Unwatch(u64),
    /// Statistics are wanted at this pace.
    Pace(Pace),
    /// Networks may have changed without an event.
    Networks,
    /// Storage pools may have changed without an event.
    Pools,
    /// Connect now.
    Retry,
    /// The last handle is gone.
    Stop,
}

/// What the actor shares with the handles.
pub(crate) struct Shared {
    /// Where calls find the connection.
    pub(crate) link: Arc<Link>,
    /// The threads for calls.
    pub(crate) calls: Arc<Pool>,
}

/// One host's picture, and how it is kept.
pub(crate) struct Actor {
    uri: HostUri,
    inbox: Receiver<Message>,
    /// For those who report to this actor.
    own: Sender<Message>,
    shared: Shared,
    subscribers: Vec<async_channel::Sender<HostUpdate>>,
    started: Instant,
    phase: Phase,
    generation: Generation,
    /// Attempts that failed since the last success.
    failures: u32,
    /// Whether there is a picture.
    met: bool,
    store: Store,
    batch: Batch,
    /// When all domains were last read.
    reconciled: Instant,
    watches: Watches,
    addresses: Plan,
    notes: NotesPlan,
    networks: Networks,
    catalogue: Catalogue,
    pools: Pools,
}

/// How many messages are taken before what is due is done.
const MOST_AT_ONCE: usize = 4096;

impl Actor {
    /// An actor that has not begun.
    pub(crate) fn new(uri: HostUri, inbox: Receiver<Message>, own: Sender<Message>, shared: Shared) -> Self {
        let now = Instant::now();
        Self {
            uri,
            inbox,
            own,
            shared,
            subscribers: Vec::new(),
            started: now,
            phase: Phase::default(),
            generation: 0,
            failures: 0,
            met: false,
            store: Store::default(),
            batch: Batch::default(),
            reconciled: now,
            watches: Watches::default(),
            addresses: Plan::default(),
            notes: NotesPlan::default(),
            networks: Networks::default(),
            catalogue: Catalogue::default(),
            pools: Pools::default(),
        }
    }

    /// Runs until the last handle is gone.
    pub(crate) fn run(mut self) {
        self.connect();
        while let Some(messages) = self.wait() {
            for message in messages {
                self.take(message);
            }
            self.do_due(Instant::now());
        }
        self.shared.link.lose();
    }

    /// The messages that have come, none if something is due first, `None` at the end.
    fn wait(&self) -> Option<Vec<Message>> {
        let first = match self.next_due(Instant::now()) {
            None => self.inbox.recv().ok(),
            Some(at) => match self.inbox.recv_timeout(at.saturating_duration_since(Instant::now())) {
                Ok(message) => Some(message),
                Err(RecvTimeoutError::Timeout) => return Some(Vec::new()),
                Err(RecvTimeoutError::Disconnected) => None,
            },
        }?;
        let all: Vec<_> = std::iter::once(first).chain(self.inbox.try_iter()).take(MOST_AT_ONCE).collect();
        (!all.iter().any(|message| matches!(message, Message::Stop))).then_some(all)
    }

    fn take(&mut self, message: Message) {
        match message {
            Message::Notice(generation, notice) => self.notice(generation, notice),
            Message::Opened(generation, result) => self.opened(generation, result),
            Message::Addresses(generation, answers) => self.take_addresses(generation, answers),
            Message::Notes(generation, found) => self.take_notes(generation, found),
            Message::Subscribe(subscriber) => self.subscribe(subscriber),
            Message::Watch(id, interest) => self.watch(id, interest),
            Message::Unwatch(id) => self.unwatch(id),
            Message::Networks => self.networks.mark(),
            Message::Pools => self.pools.mark(),
            Message::Pace(pace) => self.set_pace(pace),
            Message::Retry => self.retry(),
            Message::Stop => {}
        }
    }

    fn notice(&mut self, generation: Generation, notice: Notice) {
        if generation != self.generation {
            return;
        }
        match notice {
            Notice::Changed { id, details } => self.mark(id, details),
            Notice::Touched(id) => self.touch(id),
            Notice::Networks => self.networks.mark(),
            Notice::Pools => self.pools_changed(),
            Notice::Closed => self.closed(),
        }
    }

    /// What is on the host in pools may be another: volumes, and the catalogue that one of them holds.
    fn pools_changed(&mut self) {
        self.pools.mark();
        self.catalogue.mark();
    }

    fn subscribe(&mut self, subscriber: async_channel::Sender<HostUpdate>) {
        let state = HostUpdate::State(self.state(Instant::now()));
        // Whoever has gone already is noticed at the next news.
        let _ = subscriber.try_send(state);
        if self.met {
            let _ = subscriber.try_send(HostUpdate::Domains(self.store.everything()));
        }
        self.subscribers.push(subscriber);
    }

    /// Sends news to all who want them, and forgets those who have gone.
    fn tell(&mut self, update: &HostUpdate) {
        self.subscribers.retain(|subscriber| subscriber.try_send(update.clone()).is_ok());
    }

    fn next_due(&self, now: Instant) -> Option<Instant> {
        match &self.phase {
            Phase::Connecting => None,
            Phase::Waiting { retry_at, .. } => *retry_at,
            Phase::Up { .. } => [
                self.batch.due(now),
                self.reconcile_due(),
                self.watches.due(),
                self.networks.due(now),
                self.catalogue.due(now),
                self.pools.due(now),
            ]
            .into_iter()
            .flatten()
            .min(),
        }
    }

    fn do_due(&mut self, now: Instant) {
        match &self.phase {
            Phase::Connecting => {}
            Phase::Waiting { retry_at, .. } => self.reconnect_if_due(*retry_at, now),
            Phase::Up { .. } => self.refresh(now),
        }
    }

    fn refresh(&mut self, now: Instant) {
        self.reconcile_if_due(now);
        self.flush_if_due(now);
        self.read_notes();
        self.read_statistics_if_due(now);
        self.read_networks_if_due(now);
        self.read_catalog_if_due(now);
        self.read_pools_if_due(now);
    }
}
