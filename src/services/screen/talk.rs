//! The threads of an open screen: one reads what the server says, one writes what it is told.

use std::{
    io::{BufReader, Read, Write},
    net::Shutdown,
    os::unix::net::UnixStream,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    Frame, ScreenEnd, ScreenError, ScreenEvent,
    clipboard::{self, Clip},
    greeting,
    message::{self, News},
    picture::{Area, Picture},
    request,
};

/// How long the other side may take for the rest of what it began to say, and to take what it is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the threads of one screen share with its handle.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) end: OnceLock<ScreenEnd>,
    pub(super) scan_codes: AtomicBool,
    pub(super) wishes: AtomicBool,
    /// What the guest may have when it asks.
    pub(super) text: Mutex<Option<String>>,
}

/// The reading thread's side.
pub(super) struct Talk {
    pub(super) words: async_channel::Sender<Vec<u8>>,
    pub(super) events: async_channel::Sender<ScreenEvent>,
    pub(super) shared: Arc<Shared>,
    pub(super) password: Option<String>,
}

impl Talk {
    pub(super) fn run(self, reading: UnixStream, writing: UnixStream, spoken: async_channel::Receiver<Vec<u8>>) {
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
        let (width, height) = greeting::exchange(&mut reading, self.password.as_deref())?;
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
            News::TakesWishes => {
                (!self.shared.wishes.swap(true, Ordering::Relaxed)).then_some(ScreenEvent::TakesWishes)
            }
            News::Clip(clip) => self.clip(clip),
            News::Resized => None,
        }
    }

    fn clip(&self, clip: Clip) -> Option<ScreenEvent> {
        match clip {
            Clip::Able => {
                drop(self.words.try_send(clipboard::able()));
                Some(ScreenEvent::SharesClipboard)
            }
            Clip::Offered(true) => Some(ScreenEvent::TextOffered),
            Clip::Text(text) => Some(ScreenEvent::Text(text)),
            Clip::Wanted => {
                let text = self.shared.text.lock().unwrap_or_else(PoisonError::into_inner);
                drop(text.as_deref().and_then(clipboard::give).map(|word| self.words.try_send(word)));
                None
            }
            Clip::Offered(false) | Clip::Other => None,
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
