//! A machine's screen: VNC (RFB, RFC 6143) on a socket that libvirt hands out.
//!
//! A client of our own, as what there is does not fit: libgvnc decodes in C on the interface's thread, and vnc-rs sends no
//! scan codes, without which other keyboards than the US one type the wrong letters. On this computer's own socket points
//! need no compression, and libvirt has asked for the password: what is left is small, and hostile input only closes it.

mod clipboard;
mod error;
mod greeting;
mod message;
mod picture;
mod request;
mod talk;
#[cfg(test)]
mod tests;
mod wire;

use std::{
    net::Shutdown,
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{Arc, PoisonError, atomic::Ordering},
    thread,
};

use self::talk::{Shared, Talk};
pub use self::{error::ScreenError, picture::Area};

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
    /// The guest may be wished another size ([`Screen::wish`]).
    TakesWishes,
    /// The clipboard can be shared: [`Screen::offer_text`] and [`Screen::ask_text`].
    SharesClipboard,
    /// The guest's clipboard has a text now, which is not told unasked.
    TextOffered,
    /// The guest's text, asked for.
    Text(String),
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

impl Screen {
    /// Begins to talk on `socket`, with the password that the server may ask for. A server that refuses or is none is told
    /// by [`Self::end`].
    ///
    /// # Errors
    /// If the system refuses a thread.
    pub fn start(socket: OwnedFd, password: Option<String>) -> Result<Self, ScreenError> {
        let socket = UnixStream::from(socket);
        let system = |error: std::io::Error| ScreenError::System(error.to_string());
        socket.set_nonblocking(false).map_err(system)?;
        let (sender, events) = async_channel::bounded(WAITING);
        let (words, spoken) = async_channel::bounded(UNSENT);
        let shared = Arc::<Shared>::default();
        let (reading, writing) = (socket.try_clone().map_err(system)?, socket.try_clone().map_err(system)?);
        let talk = Talk { words: words.clone(), events: sender, shared: Arc::clone(&shared), password };
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

    /// Wishes the guest a screen of this size; it may not follow.
    pub fn wish(&self, width: u16, height: u16) {
        if self.shared.wishes.load(Ordering::Relaxed) {
            self.say(request::size(width, height));
        }
    }

    /// Tells the guest that there is a text on this side's clipboard, or none any more; it gets it when it asks.
    pub fn offer_text(&self, text: Option<String>) {
        self.say(clipboard::offer(text.is_some()));
        *self.shared.text.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    /// Asks for the text that the guest has offered.
    pub fn ask_text(&self) {
        self.say(clipboard::want());
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
