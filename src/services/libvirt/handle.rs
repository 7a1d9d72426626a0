//! The handle to one host that the interface holds.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Sender},
    },
    thread,
    time::Duration,
};

use virt::connect::Connect;

use lectern_model::{domain::DomainAction, id::DomainId, uri::HostUri};

use super::{
    actor::{Actor, Message, Shared},
    connection::{self, Connection, Link},
    console::{self, Console},
    domains::{self, Text},
    error::HostError,
    ffi::{
        event_impl::event_loop,
        wire::{Reading, Wire},
    },
    lines::Lines,
    pool::Pool,
    reply::{self, Reply},
    types::{DomainDetails, HostUpdate, Interest, Pace},
    watch::Watch,
};

/// Threads for calls: with the actor's own call, one less than a daemon serves at once.
const CALLS: usize = 3;
/// Threads for what takes long, each on a connection of its own: saves of memory, copies of volumes.
const SAVES: usize = 4;
/// How long a call may take.
const LIMIT: Duration = Duration::from_secs(30);
/// How long a start may take: it may have to read the guest's memory back from the disk.
const START_LIMIT: Duration = Duration::from_mins(5);
/// How long a save of memory may take.
const SAVE_LIMIT: Duration = Duration::from_mins(30);

/// One host. Cheap to clone; dropping the last one closes the connection and ends its threads.
#[derive(Clone)]
pub struct Host {
    inner: Arc<Inner>,
}

struct Inner {
    uri: HostUri,
    actor: Sender<Message>,
    link: Arc<Link>,
    calls: Arc<Pool>,
    saves: Pool,
    lines: Lines,
    watches: AtomicU64,
}

impl Drop for Inner {
    fn drop(&mut self) {
        // An actor that has ended already needs no telling.
        let _ = self.actor.send(Message::Stop);
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Host({})", self.inner.uri)
    }
}

impl Host {
    /// Begins to connect to `uri` and returns at once; how it goes is told by [`Self::updates`].
    #[must_use]
    pub fn connect(uri: HostUri) -> Self {
        let (actor, inbox) = mpsc::channel();
        let (link, calls) = (Arc::<Link>::default(), Arc::new(Pool::new("host-call", CALLS)));
        let shared = Shared { link: Arc::clone(&link), calls: Arc::clone(&calls) };
        let own = actor.clone();
        let given = uri.clone();
        let thread = thread::Builder::new().name("host-actor".into());
        if let Err(error) = thread.spawn(move || Actor::new(given, inbox, own, shared).run()) {
            tracing::error!("no thread for {uri}: {error}");
        }
        let saves = Pool::new("host-save", SAVES);
        Self {
            inner: Arc::new(Inner {
                uri,
                actor,
                link,
                calls,
                saves,
                lines: Lines::default(),
                watches: AtomicU64::new(0),
            }),
        }
    }

    /// Which host it is.
    #[must_use]
    pub fn uri(&self) -> &HostUri {
        &self.inner.uri
    }

    /// All news from now on, beginning with how things stand. The channel closes when the host is dropped.
    #[must_use]
    pub fn updates(&self) -> async_channel::Receiver<HostUpdate> {
        let (sender, receiver) = async_channel::unbounded();
        self.tell(Message::Subscribe(sender));
        receiver
    }

    /// Connects now, if there is no connection and no attempt under way.
    pub fn retry(&self) {
        self.tell(Message::Retry);
    }

    /// Has statistics read for as long as the answer lives.
    pub fn watch(&self, interest: Interest) -> Watch {
        let id = self.inner.watches.fetch_add(1, Ordering::Relaxed);
        self.tell(Message::Watch(id, interest));
        Watch::new(id, self.inner.actor.clone())
    }

    /// Has statistics read at this pace from now on.
    pub fn set_pace(&self, pace: Pace) {
        self.tell(Message::Pace(pace));
    }

    pub(super) fn tell(&self, message: Message) {
        // The actor ends only after the last handle, or where it could not be started.
        let _ = self.inner.actor.send(message);
    }

    /// Does `action` to a domain. Its new state comes as an update, often earlier than the answer.
    ///
    /// # Errors
    /// [`HostError::Gone`] if there is no such domain, [`HostError::TimedOut`] after 30 seconds (5 minutes for a start,
    /// 30 for a save), else as libvirt gives it.
    pub async fn act(&self, id: DomainId, action: DomainAction) -> Result<(), HostError> {
        let uri = self.inner.uri.clone();
        match action {
            DomainAction::Save if !self.inner.uri.is_test() => self.save(id).await,
            DomainAction::Start => {
                self.call(START_LIMIT, move |host| domains::act(host.connect(), &uri, id, action)).await
            }
            _ => self.call(LIMIT, move |host| domains::act(host.connect(), &uri, id, action)).await,
        }
    }

    /// Reads what a domain's page shows.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn details(&self, id: DomainId) -> Result<DomainDetails, HostError> {
        let uri = self.inner.uri.clone();
        self.call(LIMIT, move |host| domains::details(host, &uri, id)).await
    }

    /// Has a domain start with its host, or no longer.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn set_autostart(&self, id: DomainId, on: bool) -> Result<(), HostError> {
        self.call(LIMIT, move |host| domains::set_autostart(host, id, on)).await
    }

    /// Gives a domain another title; an empty one removes it.
    ///
    /// # Errors
    /// As for [`Self::act`]; libvirt refuses a line break.
    pub async fn set_title(&self, id: DomainId, title: String) -> Result<(), HostError> {
        self.call(LIMIT, move |host| domains::set_text(host, id, Text::Title, &title)).await
    }

    /// Gives a domain another description; an empty one removes it.
    ///
    /// # Errors
    /// As for [`Self::act`].
    pub async fn set_description(&self, id: DomainId, description: String) -> Result<(), HostError> {
        self.call(LIMIT, move |host| domains::set_text(host, id, Text::Description, &description)).await
    }

    /// Gives a domain another name.
    ///
    /// # Errors
    /// As for [`Self::act`]; QEMU renames only what is off.
    pub async fn rename(&self, id: DomainId, new: String) -> Result<(), HostError> {
        self.call(LIMIT, move |host| domains::rename(host, id, &new)).await
    }

    /// Opens a domain's console: `device` by its alias, or the first one. `take_over` ends whoever else has it open; who
    /// opened it through this handle shares it.
    ///
    /// # Errors
    /// [`HostError::ConsoleInUse`] if libvirt refuses without `take_over`; else as for [`Self::act`].
    pub async fn open_console(
        &self,
        id: DomainId,
        device: Option<String>,
        take_over: bool,
    ) -> Result<Console, HostError> {
        self.inner.link.get()?;
        let slot = self.inner.lines.slot(id, device.as_deref());
        let mut slot = slot.lock().await;
        if let Some(console) = slot.join() {
            return Ok(console);
        }
        let wire = self.own_wire()?;
        let (reply, receiver) = reply::within(event_loop()?, LIMIT);
        let which = console::Which { id, device, take_over };
        console::begin(self.inner.uri.clone(), which, Arc::clone(&wire), reply)?;
        let console = ended(reply::answer(receiver).await, &wire)?;
        slot.set(&console);
        Ok(console)
    }

    /// The wire of a connection of its own, which ends with this one.
    ///
    /// # Errors
    /// [`HostError::NotConnected`] if there is none.
    pub(super) fn own_wire(&self) -> Result<Arc<Wire>, HostError> {
        self.inner.link.get()?;
        let wire = Arc::new(Wire::default());
        self.inner.link.attach(&wire);
        Ok(wire)
    }

    /// A save writes all of the guest's memory: on a connection of its own.
    async fn save(&self, id: DomainId) -> Result<(), HostError> {
        let uri = self.inner.uri.clone();
        self.apart(SAVE_LIMIT, move |connect| domains::act(connect, &uri, id, DomainAction::Save)).await
    }

    /// Runs `work`, which takes long, on a connection of its own, so that it takes no call from the others.
    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Connect) -> Result<T, HostError> + Send + 'static,
    ) -> Result<T, HostError> {
        self.inner.link.get()?;
        let (reply, receiver) = reply::within(event_loop()?, limit);
        let uri = self.inner.uri.clone();
        let wire = Arc::new(Wire::default());
        self.inner.link.attach(&wire);
        let own = Arc::clone(&wire);
        self.inner.saves.run(move || {
            let connect = connection::connect(&uri, &own, Reading::InCalls).map_err(HostError::from);
            drop(reply.put(connect.and_then(|connect| work(&connect))));
        });
        ended(reply::answer(receiver).await, &wire)
    }

    /// Runs `work` in the pool with the present connection.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        limit: Duration,
        work: impl FnOnce(&Connection) -> Result<T, HostError> + Send + 'static,
    ) -> Result<T, HostError> {
        let connection = self.inner.link.get()?;
        let (reply, receiver) = reply::within(event_loop()?, limit);
        self.inner.calls.run(move || run(&connection, &reply, work));
        reply::answer(receiver).await
    }
}

/// Ends the call behind an answer that did not come in time: nobody will take it.
fn ended<T>(outcome: Result<T, HostError>, wire: &Wire) -> Result<T, HostError> {
    if outcome.as_ref().is_err_and(|error| *error == HostError::TimedOut) {
        wire.cut();
    }
    outcome
}

/// Does what was asked for, unless it has waited so long for a thread that the user was told it failed.
fn run<T>(connection: &Connection, reply: &Reply<T>, work: impl FnOnce(&Connection) -> Result<T, HostError>) {
    if !reply.is_awaited() {
        return;
    }
    let outcome = work(connection).map_err(|error| match error {
        HostError::Libvirt(_) if connection.bury_if_dead() => HostError::NotConnected,
        other => other,
    });
    drop(reply.put(outcome));
}
