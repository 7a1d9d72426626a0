//! A machine's screen: VNC (RFB, RFC 6143) on a socket that libvirt hands out.
//!
//! A client of our own, as what there is does not fit: libgvnc decodes in C on the interface's thread, and vnc-rs sends no
//! scan codes, without which other keyboards than the US one type the wrong letters. On this computer's own socket points
//! need no compression, and libvirt has asked for the password: what is left is small, and hostile input only closes it.

mod error;
mod greeting;
mod message;
mod picture;
mod request;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    io::{BufReader, Read, Write},
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

pub use self::{error::ScreenError, picture::Area};
use self::{message::News, picture::Picture};

/// How long the other side may take for the rest of what it began to say, and to take what it is told.
const PATIENCE: Duration = Duration::from_secs(10);
/// News that wait to be taken; while they do, nothing more is read.
const WAITING: usize = 4;
/// Words to the server that wait to be taken; a server that reads nothing loses the rest.
const UNSENT: usize = 4096;
/// In relative mode a movement of zero.
const STILL: u16 = 0x7fff;

/// Something new on a screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScreenEvent {
    /// The picture changed. The next change comes only after [`Screen::next`].
    Frame(Frame),
    /// The pointer has another shape.
    Cursor(Cursor),
    /// Whether the guest is told where the pointer is; if not, it is told how far it moved.
    Absolute(bool),
    /// The guest rang its bell.
    Bell,
}

/// The whole picture, and what of it changed.
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    /// Its width in points.
    pub width: u16,
    /// Its height in points.
    pub height: u16,
    /// Four bytes a point: blue, green, red and one without meaning.
    pub points: Vec<u8>,
    /// What differs from the frame before.
    pub changed: Vec<Area>,
}

impl std::fmt::Debug for Frame {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Frame({}x{}, {:?})", self.width, self.height, self.changed)
    }
}

/// The shape of the pointer over the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Its width; 0 hides the pointer.
    pub width: u16,
    /// Its height.
    pub height: u16,
    /// The point that points.
    pub tip: (u16, u16),
    /// Four bytes a point: blue, green, red and how opaque it is.
    pub points: Vec<u8>,
}

/// Why a screen closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScreenEnd {
    /// The other side closed it: the machine stopped.
    Closed,
    /// It broke.
    Failed(ScreenError),
}

/// An open screen. Dropping it closes it.
#[derive(Debug)]
pub struct Screen {
    events: async_channel::Receiver<ScreenEvent>,
    words: async_channel::Sender<Vec<u8>>,
    shared: Arc<Shared>,
    socket: UnixStream,
}

/// What the threads of one screen share with its handle.
#[derive(Debug, Default)]
struct Shared {
    end: OnceLock<ScreenEnd>,
    scan_codes: AtomicBool,
}

impl Screen {
    /// Begins to talk on `socket`. A server that refuses or is none is told by [`Self::end`].
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub fn start(socket: OwnedFd) -> Result<Self, ScreenError> {
        let socket = UnixStream::from(socket);
        let system = |error: std::io::Error| ScreenError::System(error.to_string());
        socket.set_nonblocking(false).map_err(system)?;
        let (sender, events) = async_channel::bounded(WAITING);
        let (words, spoken) = async_channel::bounded(UNSENT);
        let shared = Arc::<Shared>::default();
        let (reading, writing) = (socket.try_clone().map_err(system)?, socket.try_clone().map_err(system)?);
        let talk = Talk { words: words.clone(), events: sender, shared: Arc::clone(&shared) };
        let reader = thread::Builder::new().name("screen-read".into());
        reader.spawn(move || talk.run(reading, writing, spoken)).map_err(system)?;
        Ok(Self { events, words, shared, socket })
    }

    /// What is new; closes at the end of the screen.
    #[must_use]
    pub fn events(&self) -> async_channel::Receiver<ScreenEvent> {
        self.events.clone()
    }

    /// Why it closed; `None` while it is open.
    #[must_use]
    pub fn end(&self) -> Option<ScreenEnd> {
        self.shared.end.get().cloned()
    }

    /// Asks for the next change of a picture of this size, which the last frame had.
    pub fn next(&self, width: u16, height: u16) {
        self.say(request::update(Area { x: 0, y: 0, width, height }, true));
    }

    /// Tells a key by its X11 symbol and its scan code.
    pub fn key(&self, down: bool, symbol: u32, code: Option<u16>) {
        let code = code.filter(|_| self.shared.scan_codes.load(Ordering::Relaxed));
        self.say(request::key(down, symbol, code));
    }

    /// Tells where the pointer is, and its buttons: a bit each.
    pub fn pointer(&self, buttons: u8, x: u16, y: u16) {
        self.say(request::pointer(buttons, x, y));
    }

    /// Tells how far the pointer moved, where the guest does not want to know where it is.
    pub fn moved(&self, buttons: u8, dx: i16, dy: i16) {
        self.say(request::pointer(buttons, STILL.saturating_add_signed(dx), STILL.saturating_add_signed(dy)));
    }

    fn say(&self, word: Vec<u8>) {
        // A server that takes nothing is found out by the thread that writes to it.
        drop(self.words.try_send(word));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.events.close();
        self.words.close();
        // What is down already needs no more.
        drop(self.socket.shutdown(Shutdown::Both));
    }
}

/// The reading thread's side.
struct Talk {
    words: async_channel::Sender<Vec<u8>>,
    events: async_channel::Sender<ScreenEvent>,
    shared: Arc<Shared>,
}

impl Talk {
    fn run(self, reading: UnixStream, writing: UnixStream, spoken: async_channel::Receiver<Vec<u8>>) {
        let socket = reading.try_clone();
        let end = match self.listen(reading, writing, spoken) {
            Ok(()) => ScreenEnd::Closed,
            Err(error) => ScreenEnd::Failed(error),
        };
        self.shared.end.get_or_init(|| end);
        self.events.close();
        self.words.close();
        if let Ok(socket) = socket {
            drop(socket.shutdown(Shutdown::Both));
        }
    }

    fn listen(
        &self,
        mut reading: UnixStream,
        mut writing: UnixStream,
        spoken: async_channel::Receiver<Vec<u8>>,
    ) -> Result<(), ScreenError> {
        reading.set_read_timeout(Some(PATIENCE))?;
        writing.set_write_timeout(Some(PATIENCE))?;
        let (width, height) = greeting::exchange(&mut reading)?;
        let mut picture = Picture::new(width, height)?;
        // Nothing to show until the first update has come.
        picture.take_change();
        writing.write_all(&request::format())?;
        writing.write_all(&request::forms())?;
        let writer = thread::Builder::new().name("screen-write".into());
        let shared = Arc::clone(&self.shared);
        writer.spawn(move || write(&writing, &spoken, &shared))?;
        self.ask(width, height, false);
        let mut from = BufReader::with_capacity(64 * 1024, reading);
        while let Some(kind) = begin(&mut from)? {
            let news = message::read(kind, &mut from, &mut picture)?;
            if !self.tell(kind, news, &mut picture) {
                break;
            }
        }
        Ok(())
    }

    /// Tells the news of one message; `false` if nobody listens any more.
    fn tell(&self, kind: u8, news: Vec<News>, picture: &mut Picture) -> bool {
        let (width, height) = picture.size();
        let resized = news.contains(&News::Resized);
        let told = news.into_iter().filter_map(|news| self.event(news)).all(|event| self.pass(event));
        if resized {
            self.ask(width, height, false);
        }
        match picture.take_change() {
            Some((points, changed)) => told && self.pass(ScreenEvent::Frame(Frame { width, height, points, changed })),
            None if kind == 0 => {
                // It may have been the answer to our question: nobody else asks again.
                self.ask(width, height, true);
                told
            }
            None => told,
        }
    }

    fn event(&self, news: News) -> Option<ScreenEvent> {
        match news {
            News::Cursor(cursor) => Some(ScreenEvent::Cursor(cursor)),
            News::Absolute(absolute) => Some(ScreenEvent::Absolute(absolute)),
            News::Bell => Some(ScreenEvent::Bell),
            News::ScanCodes => {
                self.shared.scan_codes.store(true, Ordering::Relaxed);
                None
            }
            News::Resized => None,
        }
    }

    fn pass(&self, event: ScreenEvent) -> bool {
        self.events.send_blocking(event).is_ok()
    }

    fn ask(&self, width: u16, height: u16, changes: bool) {
        drop(self.words.try_send(request::update(Area { x: 0, y: 0, width, height }, changes)));
    }
}

/// The first byte of the next message, however long it takes; `None` at the end. The rest must come soon after it.
fn begin(from: &mut BufReader<UnixStream>) -> Result<Option<u8>, ScreenError> {
    let mut byte = [0];
    if from.buffer().is_empty() {
        from.get_ref().set_read_timeout(None)?;
        let came = from.read(&mut byte)?;
        from.get_ref().set_read_timeout(Some(PATIENCE))?;
        return Ok((came > 0).then_some(byte[0]));
    }
    from.read_exact(&mut byte)?;
    Ok(Some(byte[0]))
}

fn write(mut socket: &UnixStream, words: &async_channel::Receiver<Vec<u8>>, shared: &Shared) {
    while let Ok(word) = words.recv_blocking() {
        if let Err(error) = socket.write_all(&word) {
            let error = ScreenError::from(error);
            // A closed socket is the reader's to tell: it may have been a plain end.
            if error == ScreenError::TimedOut {
                shared.end.get_or_init(|| ScreenEnd::Failed(error));
            }
            drop(socket.shutdown(Shutdown::Both));
            return;
        }
    }
}
