//! Choosing a disk or a disc that is there: a volume of a pool or another file, and what was found in it. The wizards share
//! it: a wizard passes each [`PickMsg`] to [`Picker::act`] and does what comes of it.

mod found;
mod view;

use std::{
    cell::{Cell, RefCell},
    collections::BTreeSet,
    rc::Rc,
    sync::Arc,
    time::Duration,
};

use relm4::{gtk, gtk::glib};

use lectern_model::{
    draft::{
        import::Source,
        machine::{DiskFacts, DiskFault, DiskInfo},
    },
    storage::{Pool, PoolId, Volume},
};
use lectern_services::{
    disk::draft,
    host::{Copying, Host, StorageError},
    plan::{Plan, storage},
};

pub(crate) use self::view::PickerView;
use crate::errors::UserText;

/// How often the progress of a look is shown.
const TICK: Duration = Duration::from_millis(400);
/// How long nothing may be typed before a path is looked at.
const TYPED: Duration = Duration::from_millis(400);

/// What the picker is told.
#[derive(Debug)]
pub(crate) enum PickMsg {
    /// The pool whose volumes are listed, by its place in the list.
    PoolShown(u32),
    /// Look into the pools again.
    Refresh,
    /// Start the pool whose volumes are to be listed.
    StartPool,
    /// One was chosen.
    Source(Source),
    /// A path is being typed.
    Typed(String),
    /// Choose a file by the desktop's own dialog.
    Browse,
    /// The volumes of a pool.
    Volumes(PoolId, Result<Vec<Volume>, StorageError>),
    /// What is at a path.
    Found(DiskFacts),
    /// Time to show how far the look is.
    Tick,
    /// Look no longer.
    Stop,
}

/// What the wizard has to do.
#[derive(Debug)]
pub(crate) enum Picked {
    /// Take this for chosen, or that none is.
    Source(Option<Source>),
    /// Take this for what is known of it.
    Found(DiskFacts),
    /// This pool has volumes of these names now.
    Listed(String, BTreeSet<String>),
    /// Ask for the pools again.
    Refresh,
    /// Run this plan, which starts a pool: it may hold what is looked for.
    Prepare(Box<Plan>),
    /// Say why the volumes cannot be listed.
    Failed(StorageError),
}

/// Tells a wizard what happened, from any thread.
pub(crate) type Tell = Arc<dyn Fn(PickMsg) + Send + Sync>;

/// Which ones are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Disks with a system on them, or for one.
    Disks,
    /// Images of installation discs.
    Discs,
}

/// The picker.
pub(crate) struct Picker {
    /// What is shown.
    pub(crate) view: PickerView,
    host: Host,
    pools: Vec<Pool>,
    /// The pool whose volumes are listed.
    listed: usize,
    /// Counts what is typed, so that only the last is looked at.
    typed: Rc<Cell<u64>>,
    /// The look that is under way.
    looking: RefCell<Option<Copying>>,
    tell: Tell,
}

/// Nobody waits for it any more.
impl Drop for Picker {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Picker {
    /// An empty one for `host`.
    pub(crate) fn new(host: &Host, kind: Kind, tell: impl Fn(PickMsg) + Send + Sync + 'static) -> Self {
        let tell: Tell = Arc::new(tell);
        let view = PickerView::new(&tell, kind, host.uri().is_local());
        Self {
            view,
            host: host.clone(),
            pools: Vec::new(),
            listed: 0,
            typed: Rc::default(),
            looking: RefCell::default(),
            tell,
        }
    }

    /// Lists the pools, first the one that is called `first`.
    pub(crate) fn show_pools(&mut self, pools: &[Pool], first: Option<&str>) {
        self.pools = pools.to_vec();
        let place = self.pools.iter().position(|pool| Some(pool.name.as_str()) == first);
        self.listed = place.unwrap_or(0).min(self.pools.len().saturating_sub(1));
        self.view.show_pools(&self.pools, self.listed);
        self.ask_volumes();
    }

    /// Does what it can do by itself, and says what the wizard has to do. `chosen` is what the wizard has.
    pub(crate) fn act(&mut self, message: PickMsg, chosen: Option<&Source>, parent: &gtk::Widget) -> Option<Picked> {
        match message {
            PickMsg::PoolShown(nth) => self.list(nth),
            PickMsg::Refresh => return Some(Picked::Refresh),
            PickMsg::StartPool => {
                let plan = storage::start_pool(self.host.uri(), self.pools.get(self.listed)?);
                return Some(Picked::Prepare(Box::new(plan)));
            }
            PickMsg::Source(source) => return self.choose(source, chosen),
            PickMsg::Typed(path) => return self.type_path(path, chosen),
            PickMsg::Browse => self.view.browse(parent),
            PickMsg::Volumes(id, told) => return self.volumes(id, told, chosen),
            PickMsg::Found(facts) => {
                return chosen.is_some_and(|source| source.path() == facts.path).then_some(Picked::Found(facts));
            }
            PickMsg::Tick => self.tick(),
            PickMsg::Stop => {
                self.stop();
                self.view.show_source(None);
                return Some(Picked::Source(None));
            }
        }
        None
    }

    fn list(&mut self, nth: u32) {
        let Ok(nth) = usize::try_from(nth) else { return };
        if nth < self.pools.len() && nth != self.listed {
            self.listed = nth;
            self.ask_volumes();
        }
    }

    fn ask_volumes(&mut self) {
        let Some(pool) = self.pools.get(self.listed) else { return };
        if !pool.state.is_active() {
            return self.view.show_stopped();
        }
        let (host, id, tell) = (self.host.clone(), pool.id, Arc::clone(&self.tell));
        relm4::spawn(async move { tell(PickMsg::Volumes(id, host.volumes(id, true).await)) });
    }

    fn volumes(
        &mut self,
        id: PoolId,
        told: Result<Vec<Volume>, StorageError>,
        chosen: Option<&Source>,
    ) -> Option<Picked> {
        let pool = self.pools.get(self.listed).filter(|pool| pool.id == id)?;
        match told {
            Ok(volumes) => {
                self.view.show_volumes(&pool.name, &volumes, chosen);
                let names = volumes.into_iter().map(|volume| volume.name).collect();
                Some(Picked::Listed(pool.name.clone(), names))
            }
            Err(error) => Some(Picked::Failed(error)),
        }
    }

    fn choose(&self, source: Source, chosen: Option<&Source>) -> Option<Picked> {
        if chosen == Some(&source) {
            return None;
        }
        self.typed.set(self.typed.get() + 1);
        self.view.show_source(Some(&source));
        self.probe(&source);
        Some(Picked::Source(Some(source)))
    }

    /// Looks at a path once it has been typed.
    fn type_path(&self, path: String, chosen: Option<&Source>) -> Option<Picked> {
        let now = self.typed.get() + 1;
        self.typed.set(now);
        if path.is_empty() {
            // A volume was chosen, or the path was taken back.
            return matches!(chosen, Some(Source::File(_))).then_some(Picked::Source(None));
        }
        if chosen.is_some_and(|source| source.path() == path) {
            return None;
        }
        let (typed, tell) = (Rc::clone(&self.typed), Arc::clone(&self.tell));
        glib::timeout_add_local_once(TYPED, move || {
            if typed.get() == now {
                tell(PickMsg::Source(Source::File(path)));
            }
        });
        None
    }

    /// Has what is at `source` looked at.
    pub(crate) fn probe(&self, source: &Source) {
        let path = source.path().to_owned();
        if !path.starts_with('/') {
            return;
        }
        self.stop();
        let copying = Copying::new();
        *self.looking.borrow_mut() = Some(copying.clone());
        self.tick_soon();
        let (host, tell) = (self.host.clone(), Arc::clone(&self.tell));
        relm4::spawn(async move {
            let disk = draft::disk(&host, &path, &copying).await;
            if copying.is_cancelled() {
                return;
            }
            // Nothing is to be shown of it any more.
            copying.cancel();
            tell(PickMsg::Found(disk.unwrap_or_else(|error| DiskFacts {
                found: Err(DiskFault::Unreachable(UserText::from(&error).title)),
                path,
            })));
        });
    }

    /// Ends the look that is under way.
    fn stop(&self) {
        if let Some(copying) = self.looking.take() {
            copying.cancel();
        }
    }

    /// Shows how far a look is that takes long: it unpacks, or compares sums.
    fn tick(&self) {
        let Some(fraction) = self.looking.borrow().as_ref().filter(|c| !c.is_cancelled()).map(Copying::fraction) else {
            return;
        };
        self.view.show_progress(fraction);
        self.tick_soon();
    }

    fn tick_soon(&self) {
        let tell = Arc::clone(&self.tell);
        glib::timeout_add_local_once(TICK, move || tell(PickMsg::Tick));
    }

    /// Shows what is known of the one that is chosen.
    pub(crate) fn show(&mut self, chosen: Option<&Source>, known: Option<&DiskFacts>) {
        let can_look = chosen.is_some_and(|source| source.path().starts_with('/'));
        self.view.show_found(known, can_look && known.is_none());
    }
}

/// What is known of it, where it can be used.
pub(crate) fn usable(facts: Option<&DiskFacts>) -> Option<&DiskInfo> {
    facts?.found.as_ref().ok()
}
