//! The catalogue of a libvirt host: one small volume a revision, and a compare-and-swap.

use std::{
    thread,
    time::{Duration, Instant},
};

use lectern_model::{
    capability::{Ability, Capability, Obstacle},
    catalog::{
        Catalog,
        revision::{self, Reading},
    },
    uri::HostUri,
};
use uuid::Uuid;
use virt::{connect::Connect, storage_pool::StoragePool};

use super::{
    Aside, CatalogError, Damage, Keeper, Kept,
    keeper::Change,
    place,
    volumes::{self, Number},
};

/// How many whole revisions are kept.
const KEEP: usize = 8;
/// How long a writer with a lower number is waited for, before it is passed over. Its upload takes a few milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);
/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(15);
/// After so many others that came first, somebody is told.
const TRIES: usize = 200;
/// The least room of a revision, so that a change needs not know its length before it has its number.
const ROOM: u64 = 32 << 10;

/// The catalogue on the other end of a connection.
pub(crate) struct OnHost<'c> {
    connect: &'c Connect,
    uri: &'c HostUri,
}

/// The newest whole revision, and what stands above it.
struct Head {
    number: Number,
    catalog: Catalog,
    /// The highest of a newer version, which must not be followed.
    newer: Option<u32>,
}

impl<'c> OnHost<'c> {
    /// The one of the host `uri`, through `connect`.
    pub(crate) const fn new(connect: &'c Connect, uri: &'c HostUri) -> Self {
        Self { connect, uri }
    }

    fn pool(&self) -> Result<Option<StoragePool>, CatalogError> {
        if self.uri.is_test() { Ok(None) } else { place::find(self.connect) }
    }

    /// Where nothing is kept: what could be.
    fn nothing(&self) -> Kept {
        // The test driver has pools and volumes, and none has a content.
        let ability = if self.uri.is_test() { Ability::ReadOnly(Obstacle::Driver) } else { Ability::Full };
        Kept::nothing(ability)
    }

    /// The newest whole revision below `below`. Those above it that are not whole are waited for until `until`.
    fn newest(&self, pool: &StoragePool, below: Number, until: Instant) -> Result<Head, CatalogError> {
        loop {
            let (head, unfinished) = self.look(pool, below)?;
            if !unfinished || Instant::now() >= until {
                return Ok(head);
            }
            thread::sleep(LOOK);
        }
    }

    /// The newest whole revision below `below`, and whether one above it may still become whole.
    fn look(&self, pool: &StoragePool, below: Number) -> Result<(Head, bool), CatalogError> {
        let (mut newer, mut unfinished) = (None, false);
        for number in volumes::list(pool)?.into_iter().filter(|number| *number < below) {
            match volumes::read(self.connect, pool, number)? {
                Reading::Whole(catalog) => return Ok((Head { number, catalog: *catalog, newer }, unfinished)),
                Reading::Newer(version) => newer = newer.or(Some(version)),
                Reading::Empty | Reading::Damaged => unfinished = true,
            }
        }
        Ok((Head { number: 0, catalog: Catalog::default(), newer }, unfinished))
    }

    /// One try: `None` if somebody else came first.
    fn once(
        &self,
        pool: &StoragePool,
        id: Uuid,
        change: &mut Change<'_>,
        room: &mut u64,
    ) -> Result<bool, CatalogError> {
        let number = volumes::list(pool)?.first().copied().unwrap_or(0) + 1;
        if !volumes::take(pool, number, *room)? {
            return Ok(false);
        }
        // From here on the number is ours: whoever comes later waits for it.
        let written = self.write(pool, number, id, change, room);
        match written {
            Ok(true) => self.stands(pool, number, id),
            other => {
                volumes::remove(pool, number);
                other
            }
        }
    }

    /// Writes our revision; `false` if it has too little room, which is larger the next time.
    fn write(
        &self,
        pool: &StoragePool,
        number: Number,
        id: Uuid,
        change: &mut Change<'_>,
        room: &mut u64,
    ) -> Result<bool, CatalogError> {
        let head = self.newest(pool, number, Instant::now() + PATIENCE)?;
        if head.newer.is_some() {
            return Err(CatalogError::Unable(Obstacle::NewerVersion));
        }
        let mut next = head.catalog;
        // Passed over once, and taken over after all: then it only has to be repeated above those who may still write.
        if !next.history.contains(&id) {
            next = change(&next)?;
            next.note(id);
        }
        let bytes = revision::write(&next);
        if bytes.len() > revision::MAX_BYTES {
            return Err(CatalogError::TooLarge);
        }
        let needed = bytes.len() as u64;
        if needed > *room {
            *room = needed.next_multiple_of(ROOM) + ROOM;
            return Ok(false);
        }
        volumes::upload(self.connect, pool, number, &bytes)?;
        Ok(true)
    }

    /// Whether our revision counts: it is the newest, or those above it have taken our change over. One above it that does
    /// not become whole may have passed ours over, or may yet: then it is not enough.
    fn stands(&self, pool: &StoragePool, number: Number, id: Uuid) -> Result<bool, CatalogError> {
        let until = Instant::now() + PATIENCE;
        loop {
            let (head, unfinished) = self.look(pool, Number::MAX)?;
            let counts = head.number >= number && head.catalog.history.contains(&id);
            if !unfinished || (head.number > number && counts) {
                return Ok(counts);
            }
            if Instant::now() >= until {
                return Ok(false);
            }
            thread::sleep(LOOK);
        }
    }

    /// Removes what is older than the last few whole ones. Damaged ones, and those of newer versions, stay.
    fn prune(&self, pool: &StoragePool) -> Result<(), CatalogError> {
        let mut whole = 0;
        for number in volumes::list(pool)? {
            match volumes::read(self.connect, pool, number)? {
                Reading::Whole(_) | Reading::Empty if whole >= KEEP => volumes::remove(pool, number),
                Reading::Whole(_) => whole += 1,
                Reading::Empty | Reading::Newer(_) | Reading::Damaged => {}
            }
        }
        Ok(())
    }
}

impl Keeper for OnHost<'_> {
    fn read(&self) -> Result<Kept, CatalogError> {
        let Some(pool) = self.pool()? else { return Ok(self.nothing()) };
        let mut kept = self.nothing();
        let numbers = volumes::list(&pool)?;
        let mut newest_newer = false;
        for number in numbers {
            let damage = match volumes::read(self.connect, &pool, number)? {
                Reading::Whole(catalog) if kept.revision == 0 => {
                    (kept.revision, kept.catalog) = (number, *catalog);
                    continue;
                }
                Reading::Whole(_) | Reading::Empty => continue,
                Reading::Newer(version) => {
                    newest_newer |= kept.revision == 0;
                    Damage::Newer(version)
                }
                Reading::Damaged => Damage::Damaged,
            };
            kept.aside.push(Aside { name: volumes::name(number), damage });
        }
        if newest_newer {
            kept.capability = Capability::all(Ability::ReadOnly(Obstacle::NewerVersion));
        }
        Ok(kept)
    }

    fn head(&self) -> Result<Catalog, CatalogError> {
        let Some(pool) = self.pool()? else { return Ok(Catalog::default()) };
        Ok(self.look(&pool, Number::MAX)?.0.catalog)
    }

    fn change(&self, change: &mut Change<'_>) -> Result<Kept, CatalogError> {
        if self.uri.is_test() {
            return Err(CatalogError::Unable(Obstacle::Driver));
        }
        // What is refused anyhow needs no number, and no pool.
        drop(change(&self.head()?)?);
        let pool = place::make(self.connect, self.uri)?;
        let (id, mut room) = (Uuid::new_v4(), ROOM);
        for _ in 0..TRIES {
            if self.once(&pool, id, change, &mut room)? {
                if let Err(error) = self.prune(&pool) {
                    tracing::debug!("old revisions stay: {error}");
                }
                return self.read();
            }
        }
        Err(CatalogError::Busy)
    }
}
