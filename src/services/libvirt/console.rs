//! A console: a stream on a connection of its own, read and written by a thread each, and shared by all who look at it.
//!
//! The connection's socket is read only inside `virStreamRecv` (see [`super::ffi::wire`]), which runs only while there is
//! room for its result: a flood that nobody reads stays in the guest.

use std::{
    sync::{Arc, OnceLock, Weak},
    thread,
    time::Duration,
};

use async_channel::TrySendError;
use virt::{connect::Connect, stream::Stream};

use lectern_model::{id::DomainId, uri::HostUri};

use super::{
    connection,
    error::{HostError, LibvirtError},
    ffi::{
        codes,
        error::checked,
        event_impl::event_loop,
        event_loop::EventLoop,
        wire::{Reading, Wire},
    },
    flow::Flow,
    listeners::Listeners,
    reply::Reply,
};

/// The most that one piece of output holds, in bytes.
const PIECE: usize = 16 * 1024;
/// The most that is handed to libvirt at once; small, so that an end comes soon.
const SEND: usize = 4 * 1024;
/// How long a guest may take no input while nobody takes its output.
const STUCK: Duration = Duration::from_secs(5);

type Input = async_channel::Sender<Vec<u8>>;

/// A share of an open console. The last one that is dropped closes it.
#[derive(Debug)]
pub struct Console {
    output: async_channel::Receiver<Vec<u8>>,
    past: Vec<u8>,
    shared: Arc<Shared>,
}

/// What all shares of one console have in common.
#[derive(Debug)]
pub(super) struct Shared {
    input: Input,
    end: Arc<OnceLock<ConsoleEnd>>,
    wire: Arc<Wire>,
    listeners: Arc<Listeners>,
}

/// Why a console closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsoleEnd {
    /// The other side closed it: the domain stopped, or somebody took the console over.
    Closed,
    /// It broke.
    Failed(HostError),
}

impl Console {
    /// One more share of an open console.
    pub(super) fn join(shared: &Arc<Shared>) -> Self {
        let (output, past) = shared.listeners.join();
        Self { output, past, shared: Arc::clone(shared) }
    }

    pub(super) fn shared(&self) -> Weak<Shared> {
        Arc::downgrade(&self.shared)
    }

    /// The last of what the guest wrote to others who had the console open before; to be drawn, and not to be answered.
    #[must_use]
    pub fn past(&self) -> &[u8] {
        &self.past
    }

    /// What the guest writes, at most 256 KiB of it waiting in pieces of up to 16 KiB: while nobody takes them, the
    /// guest is held back. Closes at the end of the console.
    #[must_use]
    pub fn output(&self) -> async_channel::Receiver<Vec<u8>> {
        self.output.clone()
    }

    /// What the guest is to read. Nothing is lost and nothing blocks: what the guest does not take yet waits here.
    #[must_use]
    pub fn input(&self) -> async_channel::Sender<Vec<u8>> {
        self.shared.input.clone()
    }

    /// Why it closed; `None` while it is open.
    #[must_use]
    pub fn end(&self) -> Option<ConsoleEnd> {
        self.shared.end.get().cloned()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.output.close();
    }
}

impl Shared {
    pub(super) fn is_open(&self) -> bool {
        self.end.get().is_none()
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.input.close();
        self.wire.cut();
    }
}

/// Which console to open, and how.
pub(crate) struct Which {
    pub(crate) id: DomainId,
    pub(crate) device: Option<String>,
    pub(crate) take_over: bool,
}

/// Opens a console on a thread of its own, which then reads it.
///
/// # Errors
/// If the system refuses the thread; all else comes as the reply.
pub(crate) fn begin(uri: HostUri, which: Which, wire: Arc<Wire>, reply: Reply<Console>) -> Result<(), HostError> {
    let timers = event_loop()?;
    let line = Arc::new(Line { flow: Flow::default(), end: Arc::default(), listeners: Arc::default(), wire });
    let thread = thread::Builder::new().name("console-read".into());
    let spawned = thread.spawn(move || run(&uri, &which, &line, &reply, timers));
    spawned.map(drop).map_err(|error| HostError::System(error.to_string()))
}

/// What the threads of one console share.
struct Line {
    flow: Flow,
    end: Arc<OnceLock<ConsoleEnd>>,
    listeners: Arc<Listeners>,
    wire: Arc<Wire>,
}

fn run(uri: &HostUri, which: &Which, line: &Arc<Line>, reply: &Reply<Console>, timers: &EventLoop) {
    let opened = open(uri, which, &line.wire).and_then(|open| Ok((start_writer(&open.stream, line)?, open)));
    let (input, open) = match opened {
        Ok(opened) => opened,
        Err(error) => return drop(reply.put(Err(error))),
    };
    let (end, wire, listeners) = (Arc::clone(&line.end), Arc::clone(&line.wire), Arc::clone(&line.listeners));
    let shared = Arc::new(Shared { input: input.clone(), end, wire, listeners });
    // Too late, or nobody waits: the console is dropped here, which ends what follows.
    drop(reply.put(Ok(Console::join(&shared))));
    drop(shared);
    let reason = read(&open, line, timers);
    line.end.get_or_init(|| reason);
    line.listeners.end();
    input.close();
    line.flow.end();
    // A domain that stopped leaves the connection open, and the writer may wait on it.
    line.wire.cut();
    // On a dead connection this fails after it has let go of the stream.
    let _ = checked(open.stream.as_ref().clone().abort());
}

/// An open stream and its connection.
struct Open {
    stream: Arc<Stream>,
    connect: Connect,
}

fn open(uri: &HostUri, which: &Which, wire: &Arc<Wire>) -> Result<Open, HostError> {
    let connect = connection::connect(uri, wire, Reading::InCalls)?;
    let domain = connection::domain(&connect, which.id)?;
    let stream = checked(Stream::new(&connect, 0))?;
    let flags = if which.take_over { virt_sys::VIR_DOMAIN_CONSOLE_FORCE } else { 0 };
    // An alias holds no NUL, at which virt would panic.
    let device = which.device.as_ref().map(|device| device.replace('\0', ""));
    match checked(domain.open_console(device.as_deref(), &stream, flags)) {
        Ok(()) => Ok(Open { stream: Arc::new(stream), connect }),
        // libvirt has no code of its own for it: any such refusal may mean that somebody else has it open.
        Err(error) if error.code == codes::OPERATION_FAILED && !which.take_over => Err(HostError::ConsoleInUse(error)),
        Err(error) => Err(error.into()),
    }
}

fn read(open: &Open, line: &Arc<Line>, timers: &EventLoop) -> ConsoleEnd {
    let mut buffer = vec![0; PIECE];
    loop {
        let count = match checked(open.stream.recv(&mut buffer)) {
            Ok(count) => usize::try_from(count).unwrap_or(0),
            Err(error) => return broken(open, line, error),
        };
        if count == 0 {
            return ConsoleEnd::Closed;
        }
        push(&buffer[..count], line, timers);
    }
}

fn broken(open: &Open, line: &Line, error: LibvirtError) -> ConsoleEnd {
    let lost = line.wire.is_cut() || !checked(open.connect.is_alive()).unwrap_or(false);
    ConsoleEnd::Failed(if lost { HostError::NotConnected } else { error.into() })
}

/// Passes a piece on to all who listen, as soon as each has room: the slowest holds the guest back.
fn push(piece: &[u8], line: &Arc<Line>, timers: &EventLoop) {
    let full = line.listeners.note(piece).into_iter().filter_map(|queue| match queue.try_send(piece.to_vec()) {
        Ok(()) | Err(TrySendError::Closed(_)) => None,
        Err(TrySendError::Full(piece)) => Some((queue, piece)),
    });
    let full: Vec<_> = full.collect();
    if full.is_empty() {
        return;
    }
    line.flow.stall();
    let guard = {
        let line = Arc::clone(line);
        timers.after(STUCK, move || line.end_if_stuck())
    };
    for (queue, piece) in full {
        // Who went meanwhile needs nothing.
        let _ = queue.send_blocking(piece);
    }
    timers.cancel(guard);
    line.flow.resume();
}

impl Line {
    /// Ends a console whose guest takes no input while nobody takes its output: what libvirt reads would pile up.
    fn end_if_stuck(&self) {
        if self.flow.is_sending() {
            self.end.get_or_init(|| ConsoleEnd::Failed(HostError::TimedOut));
            self.wire.cut();
        }
    }
}

fn start_writer(stream: &Arc<Stream>, line: &Arc<Line>) -> Result<Input, HostError> {
    let (sender, receiver) = async_channel::unbounded();
    let (stream, line) = (Arc::clone(stream), Arc::clone(line));
    let thread = thread::Builder::new().name("console-write".into());
    let spawned = thread.spawn(move || write(&stream, &receiver, &line.flow));
    spawned.map(|_| sender).map_err(|error| HostError::System(error.to_string()))
}

fn write(stream: &Stream, input: &async_channel::Receiver<Vec<u8>>, flow: &Flow) {
    while let Ok(bytes) = input.recv_blocking() {
        for piece in bytes.chunks(SEND) {
            let sent = flow.begin_send() && send(stream, piece);
            flow.end_send();
            if !sent {
                // The reader meets the same end and tells it.
                return;
            }
        }
    }
}

fn send(stream: &Stream, mut piece: &[u8]) -> bool {
    while !piece.is_empty() {
        match checked(stream.send(piece)).map(usize::try_from) {
            Ok(Ok(count)) if count > 0 => piece = &piece[count.min(piece.len())..],
            _ => return false,
        }
    }
    true
}
