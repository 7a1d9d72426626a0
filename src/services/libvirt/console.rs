//! A console: a stream on a connection of its own, read and written by a thread each.
//!
//! The connection's socket is read only inside `virStreamRecv` (see [`super::ffi::wire`]), which runs only while there is
//! room for its result: a flood that nobody reads stays in the guest.

use std::{
    sync::{Arc, OnceLock},
    thread,
};

use virt::stream::Stream;

use lectern_model::{id::DomainId, uri::HostUri};

use super::{
    connection,
    error::HostError,
    ffi::{
        codes,
        error::checked,
        wire::{Reading, Wire},
    },
    reply::Reply,
};

/// The most that one piece of output holds, in bytes.
const PIECE: usize = 16 * 1024;
/// How many pieces wait to be taken.
const PIECES: usize = 16;
/// The most that is handed to libvirt at once; small, so that an end comes soon.
const SEND: usize = 4 * 1024;

/// An open console. Dropping it closes it.
#[derive(Debug)]
pub struct Console {
    output: async_channel::Receiver<Vec<u8>>,
    input: async_channel::Sender<Vec<u8>>,
    end: Arc<OnceLock<ConsoleEnd>>,
    wire: Arc<Wire>,
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
    /// What the guest writes, at most 256 KiB of it waiting in pieces of up to 16 KiB: while nobody takes them, the
    /// guest is held back. Closes at the end of the console.
    #[must_use]
    pub fn output(&self) -> async_channel::Receiver<Vec<u8>> {
        self.output.clone()
    }

    /// What the guest is to read. Nothing is lost and nothing blocks: what the guest does not take yet waits here.
    #[must_use]
    pub fn input(&self) -> async_channel::Sender<Vec<u8>> {
        self.input.clone()
    }

    /// Why it closed; `None` while it is open.
    #[must_use]
    pub fn end(&self) -> Option<ConsoleEnd> {
        self.end.get().cloned()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        self.output.close();
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
    let thread = thread::Builder::new().name("console-read".into());
    thread
        .spawn(move || run(&uri, &which, &wire, &reply))
        .map(drop)
        .map_err(|error| HostError::System(error.to_string()))
}

fn run(uri: &HostUri, which: &Which, wire: &Arc<Wire>, reply: &Reply<Console>) {
    let opened = open(uri, which, wire).and_then(|stream| Ok((start_writer(&stream)?, stream)));
    let (input, stream) = match opened {
        Ok(opened) => opened,
        Err(error) => return drop(reply.put(Err(error))),
    };
    let (sender, output) = async_channel::bounded(PIECES);
    let end = Arc::new(OnceLock::new());
    let console = Console { output, input: input.clone(), end: Arc::clone(&end), wire: Arc::clone(wire) };
    // Too late, or nobody waits: the console is dropped here, which ends what follows.
    drop(reply.put(Ok(console)));
    let reason = read(&stream, &sender);
    end.get_or_init(|| if wire.is_cut() { ConsoleEnd::Closed } else { reason });
    sender.close();
    input.close();
    // A domain that stopped leaves the connection open, and the writer may wait on it.
    wire.cut();
    // On a dead connection this fails after it has let go of the stream.
    let _ = checked(stream.as_ref().clone().abort());
}

/// Opens the stream; it keeps its connection alive.
fn open(uri: &HostUri, which: &Which, wire: &Arc<Wire>) -> Result<Arc<Stream>, HostError> {
    let connect = connection::connect(uri, wire, Reading::InCalls)?;
    let domain = connection::domain(&connect, which.id)?;
    let stream = checked(Stream::new(&connect, 0))?;
    let flags = if which.take_over { virt_sys::VIR_DOMAIN_CONSOLE_FORCE } else { 0 };
    // An alias holds no NUL, at which virt would panic.
    let device = which.device.as_ref().map(|device| device.replace('\0', ""));
    match checked(domain.open_console(device.as_deref(), &stream, flags)) {
        Ok(()) => Ok(Arc::new(stream)),
        // libvirt has no code of its own for it: any such refusal may mean that somebody else has it open.
        Err(error) if error.code == codes::OPERATION_FAILED && !which.take_over => Err(HostError::ConsoleInUse(error)),
        Err(error) => Err(error.into()),
    }
}

fn read(stream: &Stream, output: &async_channel::Sender<Vec<u8>>) -> ConsoleEnd {
    let mut buffer = vec![0; PIECE];
    loop {
        let count = match checked(stream.recv(&mut buffer)) {
            Ok(count) => usize::try_from(count).unwrap_or(0),
            Err(error) => return ConsoleEnd::Failed(error.into()),
        };
        if count == 0 || output.send_blocking(buffer[..count].to_vec()).is_err() {
            return ConsoleEnd::Closed;
        }
    }
}

fn start_writer(stream: &Arc<Stream>) -> Result<async_channel::Sender<Vec<u8>>, HostError> {
    let (sender, receiver) = async_channel::unbounded();
    let stream = Arc::clone(stream);
    let thread = thread::Builder::new().name("console-write".into());
    let spawned = thread.spawn(move || write(&stream, &receiver));
    spawned.map(|_| sender).map_err(|error| HostError::System(error.to_string()))
}

fn write(stream: &Stream, input: &async_channel::Receiver<Vec<u8>>) {
    while let Ok(bytes) = input.recv_blocking() {
        for piece in bytes.chunks(SEND) {
            if !send(stream, piece) {
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
