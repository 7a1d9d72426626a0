//! A console's output into a file: as it is, or as a recording with its times; a thread of its own writes it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant, SystemTime},
};

use lectern_model::cast::{Header, Writer};

/// Pieces that wait to be written: a disk that is slower than a console for that long loses the rest, and says so.
const WAITING: usize = 1024;
/// How often what is written reaches the file though more comes.
const FLUSH: Duration = Duration::from_secs(1);

/// A file that a console's output goes to. Dropping it ends the file.
#[derive(Debug)]
pub struct Tape {
    pieces: async_channel::Sender<(Instant, Vec<u8>)>,
    path: PathBuf,
}

impl Tape {
    /// Appends to a log of what comes, as it comes. Only its owner can read it.
    ///
    /// # Errors
    /// If the file or its folder cannot be made.
    pub fn log(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        Self::start(path, file, None)
    }

    /// Begins a recording of a terminal of that many columns and rows.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn cast(path: &Path, (columns, rows): (u16, u16), title: &str) -> io::Result<Self> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).ok().map(|since| since.as_secs());
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        file.write_all(Header::new(columns, rows, now, Some(title.to_owned())).line().as_bytes())?;
        Self::start(path, file, Some(Writer::default()))
    }

    fn start(path: &Path, file: File, events: Option<Writer>) -> io::Result<Self> {
        let (pieces, waiting) = async_channel::bounded(WAITING);
        let thread = thread::Builder::new().name("console-tape".into());
        let shown = path.to_owned();
        thread.spawn(move || {
            if let Err(error) = write(BufWriter::new(file), events, &waiting) {
                tracing::warn!(path = %shown.display(), %error, "a console is no longer written down");
            }
        })?;
        Ok(Self { pieces, path: path.to_owned() })
    }

    /// Adds what came just now; `false` if the file takes no more.
    pub fn add(&self, piece: &[u8]) -> bool {
        self.pieces.try_send((Instant::now(), piece.to_owned())).is_ok()
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn write(
    mut file: BufWriter<File>,
    mut events: Option<Writer>,
    pieces: &async_channel::Receiver<(Instant, Vec<u8>)>,
) -> io::Result<()> {
    let (began, mut flushed) = (Instant::now(), Instant::now());
    while let Ok((at, piece)) = pieces.recv_blocking() {
        match &mut events {
            Some(writer) => file.write_all(writer.line(at.saturating_duration_since(began), &piece).as_bytes())?,
            None => file.write_all(&piece)?,
        }
        if pieces.is_empty() || flushed.elapsed() > FLUSH {
            file.flush()?;
            flushed = Instant::now();
        }
    }
    file.flush()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use lectern_model::cast::Cast;

    use super::*;

    /// The file once it holds as much as is wanted.
    fn read(path: &Path, enough: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let text = fs::read_to_string(path).unwrap_or_default();
            if enough(&text) {
                return text;
            }
            assert!(Instant::now() < end, "{text}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    #[test]
    fn a_log_goes_on_and_is_its_owners() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("logs/node1.log");
        for piece in [b"one\r\n", b"two\r\n"] {
            let tape = Tape::log(&path).unwrap();
            assert!(tape.add(piece));
            drop(tape);
            read(&path, |text| text.ends_with(std::str::from_utf8(piece).unwrap()));
        }
        assert_eq!(read(&path, |_| true), "one\r\ntwo\r\n");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_recording_can_be_played() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cast");
        let tape = Tape::cast(&path, (80, 24), "node1").unwrap();
        assert!(tape.add(b"login: "));
        drop(tape);
        let text = read(&path, |text| text.lines().count() == 2);
        let cast = Cast::parse(&text).unwrap();
        assert_eq!((cast.header.width, cast.header.title.as_deref()), (80, Some("node1")));
        assert_eq!(cast.moments[0].text, "login: ");
    }

    #[test]
    fn a_folder_that_is_closed_is_told() {
        assert!(Tape::cast(Path::new("/proc/nowhere/a.cast"), (80, 24), "").is_err());
    }
}
