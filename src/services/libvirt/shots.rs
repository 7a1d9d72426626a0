//! Small pictures of many machines' screens, now and then: taken one by one on a connection of its own.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use virt::{connect::Connect, stream::Stream};

use lectern_model::{
    id::DomainId,
    uri::HostUri,
    wall::{Faces, Pacing, Thumbnail, Turn},
};

use super::{
    connection,
    error::HostError,
    ffi::{
        error::checked,
        event_impl::event_loop,
        event_loop::EventLoop,
        wire::{Reading, Wire},
    },
    handle::Host,
};

/// How large a picture is made; twice the size of a tile, for screens with many points.
const SIZE: (usize, usize) = (480, 300);
/// Pictures that wait to be taken; while they do, none is made.
const WAITING: usize = 4;
/// What is read at once.
const PIECE: usize = 256 * 1024;
/// More bytes of one picture are not read.
const MOST: usize = 256 << 20;
/// How long one picture may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How long the XML of all machines of a wall may take.
const READ: Duration = Duration::from_secs(30);

/// How a PNG begins; QEMU gives one where it was built with it, else a PPM.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// A machine's screen, if there was a picture to be had.
pub type Shot = (DomainId, Option<Thumbnail>);

/// Takes pictures for as long as it lives.
#[derive(Debug)]
pub struct Shots {
    wishes: mpsc::Sender<Vec<DomainId>>,
    news: async_channel::Receiver<Shot>,
    wire: Arc<Wire>,
}

impl Shots {
    /// Only these machines' pictures are taken from now on.
    pub fn look_at(&self, machines: Vec<DomainId>) {
        // A thread whose connection is gone has closed the news too.
        let _ = self.wishes.send(machines);
    }

    /// The pictures that differ from the one before; closes when the connection is lost.
    #[must_use]
    pub fn news(&self) -> async_channel::Receiver<Shot> {
        self.news.clone()
    }
}

impl Drop for Shots {
    fn drop(&mut self) {
        self.news.close();
        self.wire.cut();
    }
}

impl Host {
    /// Begins to take pictures of machines' screens.
    ///
    /// # Errors
    /// [`HostError::NotConnected`]; or if the system refuses a thread.
    pub fn shots(&self) -> Result<Shots, HostError> {
        let wire = self.own_wire()?;
        let timers = event_loop()?;
        let (wishes, asked) = mpsc::channel();
        let (sender, news) = async_channel::bounded(WAITING);
        let (uri, own) = (self.uri().clone(), Arc::clone(&wire));
        let thread = thread::Builder::new().name("screen-shots".into());
        let spawned = thread.spawn(move || {
            if let Err(error) = Studio::open(&uri, own, sender, timers).and_then(|studio| studio.run(&asked)) {
                tracing::debug!(%error, "no more pictures");
            }
        });
        spawned.map_err(|error| HostError::System(error.to_string()))?;
        Ok(Shots { wishes, news, wire })
    }

    /// What of each machine can be shown on a wall; who is gone is left out.
    ///
    /// # Errors
    /// As for [`Host::act`].
    pub async fn faces(&self, machines: Vec<DomainId>) -> Result<Vec<(DomainId, Faces)>, HostError> {
        let read = move |host: &connection::Connection| {
            let faces = |id: DomainId| Some(Faces::of(&checked(host.domain(id).ok()?.xml_desc(0)).ok()?));
            Ok(machines.into_iter().filter_map(|id| Some((id, faces(id)?))).collect())
        };
        self.call(READ, read).await
    }
}

/// The thread's side.
struct Studio {
    connect: Connect,
    wire: Arc<Wire>,
    news: async_channel::Sender<Shot>,
    timers: &'static EventLoop,
    pacing: Pacing,
    /// What each picture was, so that only another one is told.
    known: HashMap<DomainId, Option<u64>>,
    began: Instant,
}

impl Studio {
    fn open(
        uri: &HostUri,
        wire: Arc<Wire>,
        news: async_channel::Sender<Shot>,
        timers: &'static EventLoop,
    ) -> Result<Self, HostError> {
        let connect = connection::connect(uri, &wire, Reading::InCalls)?;
        let (pacing, known, began) = (Pacing::default(), HashMap::new(), Instant::now());
        Ok(Self { connect, wire, news, timers, pacing, known, began })
    }

    fn run(mut self, asked: &mpsc::Receiver<Vec<DomainId>>) -> Result<(), HostError> {
        loop {
            let wish = match self.pacing.turn(self.began.elapsed()) {
                Turn::Take(id) => {
                    self.take(id)?;
                    asked.try_recv().ok()
                }
                Turn::Wait(pause) => match asked.recv_timeout(pause) {
                    Ok(wish) => Some(wish),
                    Err(RecvTimeoutError::Timeout) => None,
                    Err(RecvTimeoutError::Disconnected) => return Ok(()),
                },
                Turn::Idle => match asked.recv() {
                    Ok(wish) => Some(wish),
                    Err(mpsc::RecvError) => return Ok(()),
                },
            };
            if let Some(wish) = asked.try_iter().last().or(wish) {
                self.known.retain(|id, _| wish.contains(id));
                self.pacing.look_at(&wish, self.began.elapsed());
            }
        }
    }

    fn take(&mut self, id: DomainId) -> Result<(), HostError> {
        let start = Instant::now();
        let picture = match self.picture(id) {
            Ok(picture) => picture,
            Err(_) if self.wire.is_cut() || !checked(self.connect.is_alive()).unwrap_or(false) => {
                return Err(HostError::NotConnected);
            }
            Err(error) => {
                tracing::debug!(%id, %error, "no picture");
                None
            }
        };
        let hash = picture.as_ref().map(|picture| {
            let mut hasher = DefaultHasher::new();
            picture.points.hash(&mut hasher);
            hasher.finish()
        });
        let changed = self.known.insert(id, hash) != Some(hash);
        let found = hash.map(|_| changed);
        self.pacing.taken(id, self.began.elapsed(), start.elapsed(), found);
        if changed && self.news.send_blocking((id, picture)).is_err() {
            return Err(HostError::NotConnected);
        }
        Ok(())
    }

    /// A picture that does not come ends the connection: nobody waits for it.
    fn picture(&self, id: DomainId) -> Result<Option<Thumbnail>, HostError> {
        let late = Arc::clone(&self.wire);
        let deadline = self.timers.after(LIMIT, move || late.cut());
        let taken = self.screenshot(id);
        self.timers.cancel(deadline);
        let taken = taken?;
        Ok(if taken.starts_with(&PNG) { of_png(&taken) } else { Thumbnail::of_ppm(&taken, SIZE.0, SIZE.1) })
    }

    fn screenshot(&self, id: DomainId) -> Result<Vec<u8>, HostError> {
        let domain = connection::domain(&self.connect, id)?;
        let stream = checked(Stream::new(&self.connect, 0))?;
        checked(domain.screenshot(&stream, 0, 0))?;
        let (mut all, mut piece) = (Vec::new(), vec![0; PIECE]);
        loop {
            let count = checked(stream.recv(&mut piece)).map(|count| usize::try_from(count).unwrap_or(0));
            match count {
                Ok(0) => break,
                Ok(count) if all.len() + count <= MOST => all.extend_from_slice(&piece[..count]),
                Ok(_) | Err(_) => {
                    // On a dead connection this fails after it has let go of the stream.
                    let _ = checked(stream.abort());
                    return Err(count.err().map_or(HostError::TimedOut, HostError::from));
                }
            }
        }
        checked(stream.finish())?;
        Ok(all)
    }
}

/// Makes a PNG small; `None` where it is none, or of a kind that no screen has.
fn of_png(bytes: &[u8]) -> Option<Thumbnail> {
    let mut decoder = png::Decoder::new_with_limits(std::io::Cursor::new(bytes), png::Limits { bytes: MOST });
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().ok()?;
    let size = reader.output_buffer_size().filter(|size| *size <= MOST)?;
    let mut points = vec![0; size];
    let frame = reader.next_frame(&mut points).ok()?;
    let size = (usize::try_from(frame.width).ok()?, usize::try_from(frame.height).ok()?);
    let points = match frame.color_type {
        png::ColorType::Rgb => points,
        png::ColorType::Rgba => points.chunks_exact(4).flat_map(|point| [point[0], point[1], point[2]]).collect(),
        _ => return None,
    };
    Thumbnail::of_points(size, &points, SIZE.0, SIZE.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_png_becomes_small_and_what_is_cut_off_is_none() {
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, 720, 400);
        encoder.set_color(png::ColorType::Rgb);
        let points: Vec<u8> = (0..720 * 400).flat_map(|at| [u8::try_from(at % 2 * 100).unwrap(); 3]).collect();
        encoder.write_header().unwrap().write_image_data(&points).unwrap();
        assert!(file.starts_with(&PNG));
        let small = of_png(&file).unwrap();
        assert_eq!((small.width, small.height), (480, 267));
        for end in (0..file.len()).step_by(7) {
            drop(of_png(&file[..end]));
        }
        assert!(of_png(&file[..20]).is_none());
    }
}
