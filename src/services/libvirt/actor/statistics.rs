//! Statistics and addresses, asked for while somebody looks.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use lectern_model::{
    id::DomainId,
    stats::{Counters, usage},
};

use super::{Actor, HostUpdate, Message};
use crate::libvirt::{
    addresses::{self, Answers},
    attempt::Generation,
    connection::Connection,
    domains,
    error::HostError,
    ffi::{node, stats},
    reading::Reading,
    types::{DomainChanges, Interest, Pace},
};

/// Between the first two, so that the list need not wait long for its first values.
const LIST_FIRST: Duration = Duration::from_secs(1);
/// Before a driver that told no CPU time is asked again; the test driver never does.
const CPU_ABSENT: Duration = Duration::from_mins(1);

/// Who looks at what, and when it is read next.
#[derive(Default)]
pub(super) struct Watches {
    interests: HashMap<u64, Interest>,
    pace: Pace,
    list: Option<Instant>,
    domains: Option<Instant>,
    host: Option<Instant>,
    /// The last reading of each active domain, for the list.
    before: HashMap<DomainId, Counters>,
    /// Until when the driver is not asked for CPU times.
    cpu_absent: Option<Instant>,
}

impl Watches {
    /// Whether anybody looks at anything.
    pub(super) fn any(&self) -> bool {
        !self.interests.is_empty()
    }

    /// When something is to be read.
    pub(super) fn due(&self) -> Option<Instant> {
        [self.list, self.domains, self.host].into_iter().flatten().min()
    }

    /// Begins anew, with what is looked at now.
    pub(super) fn restart(&mut self, now: Instant) {
        self.before.clear();
        self.cpu_absent = None;
        self.list = self.wants(Interest::List).then_some(now);
        self.domains = (!self.domains_wanted().is_empty()).then_some(now);
        self.host = self.wants(Interest::Host).then_some(now);
    }

    fn wants(&self, wanted: Interest) -> bool {
        self.interests.values().any(|interest| *interest == wanted)
    }

    fn domains_wanted(&self) -> HashSet<DomainId> {
        let domain = |interest: &Interest| match interest {
            Interest::Domain(id) => Some(*id),
            Interest::List | Interest::Networks | Interest::Storage | Interest::Host | Interest::Catalog => None,
        };
        self.interests.values().filter_map(domain).collect()
    }

    /// The time before the next reading: short after the very first.
    fn pause(&self, was_empty: bool) -> Duration {
        if was_empty && !self.before.is_empty() { LIST_FIRST.min(self.pace.list) } else { self.pace.list }
    }

    /// How busy a domain was since its last reading, in whole per cent: less would only redraw.
    fn share(&mut self, id: DomainId, now: Counters) -> Option<f32> {
        let before = self.before.insert(id, now)?;
        usage(&before, &now).map(|usage| (usage.cpu * 100.0).round() / 100.0)
    }
}

impl Actor {
    pub(super) fn watch(&mut self, id: u64, interest: Interest) {
        let now = Instant::now();
        self.watches.interests.insert(id, interest);
        match interest {
            Interest::List => self.watches.list = self.watches.list.or(Some(now)),
            Interest::Domain(_) => self.watches.domains = Some(now),
            Interest::Host => self.watches.host = self.watches.host.or(Some(now)),
            Interest::Networks => self.networks.look(),
            Interest::Catalog => self.catalogue.look(),
            Interest::Storage => self.pools.look(),
        }
    }

    pub(super) fn unwatch(&mut self, id: u64) {
        match self.watches.interests.remove(&id) {
            Some(Interest::Networks) => self.networks.look_away(),
            Some(Interest::Catalog) => self.catalogue.look_away(),
            Some(Interest::Storage) => self.pools.look_away(),
            _ => {}
        }
        if self.watches.domains_wanted().is_empty() {
            self.watches.domains = None;
        }
        if !self.watches.wants(Interest::Host) {
            self.watches.host = None;
        }
        if self.watches.list.is_some() && !self.watches.wants(Interest::List) {
            self.watches.list = None;
            self.watches.before.clear();
            let changes = self.store.forget_cpu();
            self.tell_changes(changes);
        }
    }

    /// Takes over another pace at once; what is no longer read is no longer shown.
    pub(super) fn set_pace(&mut self, pace: Pace) {
        let before = std::mem::replace(&mut self.watches.pace, pace);
        if before == pace {
            return;
        }
        let now = Instant::now();
        self.watches.list = self.watches.list.map(|_| now);
        self.watches.domains = self.watches.domains.map(|_| now);
        self.watches.host = self.watches.host.map(|_| now);
        if !pace.cpu {
            self.watches.before.clear();
            let changes = self.store.forget_cpu();
            self.tell_changes(changes);
        }
        if !pace.addresses {
            let changes = self.store.forget_addresses();
            self.tell_changes(changes);
        }
    }

    pub(super) fn read_statistics_if_due(&mut self, now: Instant) {
        let Some(connection) = self.connection() else { return };
        if self.watches.list.is_some_and(|at| at <= now) {
            self.read_list(&connection);
        }
        if self.watches.domains.is_some_and(|at| at <= now) {
            self.read_watched(&connection);
        }
        if self.watches.host.is_some_and(|at| at <= now) {
            self.read_load(&connection);
        }
    }

    fn read_load(&mut self, connection: &Connection) {
        match node::counters(connection.connect()) {
            Ok(counters) => self.tell(&HostUpdate::Load(counters)),
            Err(error) => self.failed(&error.into()),
        }
        self.watches.host = Some(Instant::now() + self.watches.pace.domain);
    }

    fn read_list(&mut self, connection: &Connection) {
        let first = self.watches.before.is_empty();
        if self.watches.pace.cpu && self.watches.cpu_absent.is_none_or(|until| until <= Instant::now()) {
            self.read_cpu(connection);
        }
        // Counted from the answer: a slow host is asked less often.
        self.watches.list = Some(Instant::now() + self.watches.pause(first));
        if self.watches.pace.addresses {
            self.ask_addresses();
        }
    }

    fn read_cpu(&mut self, connection: &Connection) {
        let result = stats::all(connection.connect(), stats::CPU, true);
        let at = self.started.elapsed();
        match result.map(|readings| domains::listed(connection.connect(), readings)) {
            Ok(readings) => self.take_cpu(&readings, at),
            Err(error) => self.failed(&error.into()),
        }
    }

    fn take_cpu(&mut self, readings: &[Reading], at: Duration) {
        let mut changes = self.store.put_some(readings);
        for reading in readings {
            let vcpus = self.store.get(reading.id).map_or(1, |domain| domain.vcpus);
            let counters = reading.counters(at).map(|counters| Counters { vcpus, ..counters });
            let share = counters.and_then(|counters| self.watches.share(reading.id, counters));
            changes.changed.extend(self.store.set_cpu(reading.id, share));
        }
        self.watches.before.retain(|_, counters| counters.at == at);
        let absent = !readings.is_empty() && self.watches.before.is_empty();
        self.watches.cpu_absent = absent.then(|| Instant::now() + CPU_ABSENT);
        self.mark_silent(readings);
        self.tell_changes(latest(changes));
    }

    /// A domain that is active in the picture but was not among the active ones has changed unheard.
    fn mark_silent(&mut self, readings: &[Reading]) {
        let heard: HashSet<DomainId> = readings.iter().map(|reading| reading.id).collect();
        let silent: Vec<_> = self.store.active().map(|domain| domain.id).filter(|id| !heard.contains(id)).collect();
        for id in silent {
            self.batch.mark(id);
        }
    }

    fn read_watched(&mut self, connection: &Connection) {
        for id in self.watches.domains_wanted() {
            if !self.store.get(id).is_some_and(|domain| domain.state.is_active()) {
                continue;
            }
            match domains::counters(connection.connect(), id) {
                Ok(reading) => self.tell_counters(reading.as_ref()),
                Err(HostError::Gone) => self.batch.mark(id),
                Err(error) => return self.failed(&error),
            }
        }
        self.watches.domains = Some(Instant::now() + self.watches.pace.domain);
    }

    fn tell_counters(&mut self, reading: Option<&Reading>) {
        let at = self.started.elapsed();
        if let Some((reading, counters)) = reading.and_then(|reading| Some((reading, reading.counters(at)?))) {
            self.tell(&HostUpdate::Counters(reading.id, counters, reading.used()));
        }
    }

    /// Has the pool ask for some addresses, unless it still does.
    fn ask_addresses(&mut self) {
        let Some(connection) = self.connection() else { return };
        let ids = self.addresses.next(Instant::now(), self.store.active().map(|domain| domain.id));
        if ids.is_empty() {
            return;
        }
        let (generation, own) = (self.generation, self.own.clone());
        self.shared.calls.run(move || {
            let answers = addresses::ask_all(connection.connect(), ids);
            connection.bury_if_dead();
            // An actor that has ended needs no addresses.
            let _ = own.send(Message::Addresses(generation, answers));
        });
    }

    pub(super) fn take_addresses(&mut self, generation: Generation, answers: Answers) {
        if generation != self.generation {
            return;
        }
        let known = |(id, answer): &(DomainId, Result<_, _>)| (*id, matches!(answer, Ok(Some(_))));
        self.addresses.told(Instant::now(), answers.iter().map(known));
        // An answer that failed says nothing about the address that is known.
        let told = answers.into_iter().filter_map(|(id, answer)| Some((id, answer.ok()?)));
        let changed = told.filter_map(|(id, address)| self.store.set_address(id, address)).collect();
        self.tell_changes(DomainChanges { changed, ..DomainChanges::default() });
    }
}

/// Keeps the last word on each domain only.
fn latest(mut changes: DomainChanges) -> DomainChanges {
    let mut seen = HashSet::new();
    changes.changed.reverse();
    changes.changed.retain(|domain| seen.insert(domain.id));
    changes
}
