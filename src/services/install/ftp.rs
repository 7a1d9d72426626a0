//! FTP servers.

use std::{
    io::{self, Read},
    net::{Shutdown, SocketAddr, TcpStream, ToSocketAddrs},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lectern_model::tree::{Place, Secret};
use percent_encoding::percent_decode_str;
use suppaftp::{
    FtpError, FtpStream, Mode, TlsStream, TransferStream,
    types::{FileType, FtpResult, Response},
};

use super::{
    InstallError, Limits,
    source::{Access, Body},
};
use crate::host::Copying;

/// Who says nothing of themselves.
const ANONYMOUS: (&str, &str) = ("anonymous", "anonymous@");
const PORT: u16 = 21;

/// The connections of a session, to be closed from another thread.
type Sockets = Arc<Mutex<Vec<TcpStream>>>;

/// A place on an FTP server.
pub(super) struct Ftp {
    stream: FtpStream,
    place: Place,
    server: String,
    /// The folder of the login: an address's path begins there.
    home: String,
    sockets: Sockets,
}

impl Ftp {
    /// Connects and logs in.
    pub(super) fn connect(place: &Place, limits: &Limits, copying: &Copying) -> Result<Self, InstallError> {
        let url = place.url().ok_or_else(|| InstallError::NoServer(place.to_string()))?;
        let server = url.host_str().unwrap_or_default().to_owned();
        let sockets = Sockets::default();
        let stream = first(&server, url.port().unwrap_or(PORT), limits, &sockets, copying)?;
        let mut stream = FtpStream::connect_with_stream(stream).map_err(|error| meaning(&server, &error))?;
        let (limits, kept) = (*limits, Arc::clone(&sockets));
        stream = stream
            .passive_stream_builder(move |address| open(address, &limits, &kept).map_err(FtpError::ConnectionError));
        // What a server behind a router says of its own address is not to be believed.
        stream.set_passive_nat_workaround(true);
        stream.set_mode(Mode::ExtendedPassive);
        let user = percent_decode_str(url.username()).decode_utf8_lossy().into_owned();
        let (user, password) = match (user.as_str(), place.password().map(Secret::expose)) {
            ("", _) => ANONYMOUS,
            (user, password) => (user, password.unwrap_or_default()),
        };
        stream.login(user, password).map_err(|error| login(&server, &error))?;
        stream.transfer_type(FileType::Binary).map_err(|error| meaning(&server, &error))?;
        let home = stream.pwd().map_err(|error| meaning(&server, &error))?;
        Ok(Self { stream, place: place.clone(), server, home, sockets })
    }

    /// The path on the server; none for what no server may be asked: a name with the end of a line in it.
    fn path(&self, path: &str) -> Option<String> {
        let url = self.place.file(path)?;
        let own = url.path().strip_prefix('/').unwrap_or(url.path());
        let own = percent_decode_str(own).decode_utf8().ok()?;
        let own = own.trim_end_matches('/');
        let whole = match own.strip_prefix('/') {
            // `//etc`, or `%2Fetc` (RFC 1738): from the server's top.
            Some(rest) => format!("/{}", rest.trim_start_matches('/')),
            None => format!("{}/{own}", self.home.trim_end_matches('/')),
        };
        (!whole.contains(['\r', '\n', '\0'])).then_some(if whole.is_empty() { "/".to_owned() } else { whole })
    }

    /// The answer to a question; `None` where the server says that there is no such thing.
    fn asked<T>(&self, answer: FtpResult<T>) -> Result<Option<T>, InstallError> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(error) => match status(&error) {
                Some(450 | 501 | 504 | 550 | 551 | 553) => Ok(None),
                _ => Err(meaning(&self.server, &error)),
            },
        }
    }

    /// Begins a transfer. A server that does not know the newer way to open one is asked in the older one.
    fn transfer(&mut self, path: &str) -> FtpResult<Box<dyn Ending>> {
        match self.stream.retr_as_stream(path) {
            Err(error) if matches!(status(&error), Some(500 | 502 | 522)) => {
                self.stream.set_mode(Mode::Passive);
                Ok(Box::new(self.stream.retr_as_stream(path)?))
            }
            other => Ok(Box::new(other?)),
        }
    }

    fn list(&mut self) -> FtpResult<Vec<String>> {
        match self.stream.list(None) {
            Err(error) if matches!(status(&error), Some(500 | 502 | 522)) => {
                self.stream.set_mode(Mode::Passive);
                self.stream.list(None)
            }
            other => other,
        }
    }
}

impl Access for Ftp {
    fn open(&mut self, path: &str) -> Result<Option<Box<dyn Body + '_>>, InstallError> {
        let Some(path) = self.path(path) else { return Ok(None) };
        // A server that does not tell lengths is believed at the end of the transfer.
        let length = self.stream.size(&path).ok().map(|length| length as u64);
        let opened = self.transfer(&path);
        let Some(stream) = self.asked(opened)? else { return Ok(None) };
        Ok(Some(Box::new(Transfer { stream, length, server: self.server.clone() })))
    }

    fn has(&mut self, path: &str) -> Result<bool, InstallError> {
        let Some(path) = self.path(path) else { return Ok(false) };
        let told = self.stream.size(&path);
        if told.as_ref().is_err_and(|error| matches!(status(error), Some(500 | 502))) {
            let opened = self.transfer(&path);
            // Its end, in the middle of the file, is an error to the server.
            return Ok(self.asked(opened)?.is_some());
        }
        Ok(self.asked(told)?.is_some())
    }

    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, InstallError> {
        let Some(path) = self.path(path) else { return Ok(None) };
        let entered = self.stream.cwd(&path);
        if self.asked(entered)?.is_none() {
            return Ok(None);
        }
        let listed = self.list();
        Ok(self.asked(listed)?.map(|lines| lines.iter().filter_map(|line| name(line)).collect()))
    }

    fn ender(&self) -> Box<dyn Fn() + Send> {
        let sockets = Arc::clone(&self.sockets);
        Box::new(move || {
            for socket in &*sockets.lock().unwrap_or_else(PoisonError::into_inner) {
                // One that is closed already is as well.
                let _ = socket.shutdown(Shutdown::Both);
            }
        })
    }

    fn why(&self, _file: &str, error: &io::Error) -> InstallError {
        of_io(&self.server, error)
    }
}

/// Connects to the first address of a server that answers.
fn first(
    server: &str,
    port: u16,
    limits: &Limits,
    sockets: &Sockets,
    copying: &Copying,
) -> Result<TcpStream, InstallError> {
    let bare = server.trim_start_matches('[').trim_end_matches(']');
    let addresses = (bare, port).to_socket_addrs().map_err(|_| InstallError::NoServer(server.to_owned()))?;
    let mut why = InstallError::NoServer(server.to_owned());
    for address in addresses {
        if copying.is_cancelled() {
            return Err(InstallError::Cancelled);
        }
        match open(address, limits, sockets) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = of_io(server, &error),
        }
    }
    Err(why)
}

fn open(address: SocketAddr, limits: &Limits, sockets: &Sockets) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&address, limits.connect)?;
    let idle: Option<Duration> = Some(limits.idle);
    stream.set_read_timeout(idle)?;
    stream.set_write_timeout(idle)?;
    let mut known = sockets.lock().unwrap_or_else(PoisonError::into_inner);
    // The first is the session's own; of the others only the last is in use.
    known.truncate(1);
    known.push(stream.try_clone()?);
    Ok(stream)
}

/// The server's number for why.
fn status(error: &FtpError) -> Option<u32> {
    match error {
        FtpError::UnexpectedResponse(Response { status, .. }) => Some(status.code()),
        _ => None,
    }
}

fn login(server: &str, error: &FtpError) -> InstallError {
    match status(error) {
        Some(430 | 530 | 532) => InstallError::LoginRefused(server.to_owned()),
        _ => meaning(server, error),
    }
}

fn meaning(server: &str, error: &FtpError) -> InstallError {
    let server = server.to_owned();
    match (error, status(error)) {
        (FtpError::ConnectionError(error), _) => of_io(&server, error),
        // 4xx: not now; 5xx: never (RFC 959, 4.2.1).
        (_, Some(status @ 400..=499)) => InstallError::ServerFailed { server, status },
        (_, Some(status)) => InstallError::Refused { server, status },
        // The library's own words hold no more than that.
        (error, None) => InstallError::Protocol { server, said: error.to_string() },
    }
}

fn of_io(server: &str, error: &io::Error) -> InstallError {
    let server = server.to_owned();
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => InstallError::TimedOut(server),
        _ => InstallError::Unreachable { server, said: error.to_string() },
    }
}

/// The name in a line of a list as servers for Linux write them (`ls -l`), or those for Windows (`dir`), with a `/` for a
/// folder.
fn name(line: &str) -> Option<String> {
    let (end, columns) = match line.chars().next()? {
        'd' | 'l' => ("/", 8),
        '-' => ("", 8),
        '0'..='9' if line.contains("<DIR>") => ("/", 3),
        '0'..='9' => ("", 3),
        _ => return None,
    };
    let mut rest = line;
    for _ in 0..columns {
        rest = rest.trim_start();
        rest = rest.get(rest.find(' ')?..)?;
    }
    let name = rest.trim_start().trim_end_matches(['\r', '\n']);
    let name = name.split(" -> ").next().unwrap_or(name);
    (!matches!(name, "" | "." | "..")).then(|| format!("{name}{end}"))
}

/// A transfer, whose type has a part that the library keeps to itself.
trait Ending: Read {
    /// Hears how it ended.
    fn end(self: Box<Self>) -> FtpResult<()>;
}

impl<T: TlsStream> Ending for TransferStream<T> {
    fn end(self: Box<Self>) -> FtpResult<()> {
        self.finish()
    }
}

/// A file on its way.
struct Transfer {
    stream: Box<dyn Ending>,
    length: Option<u64>,
    server: String,
}

impl Read for Transfer {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl Body for Transfer {
    fn length(&self) -> Option<u64> {
        self.length
    }

    fn finish(self: Box<Self>) -> Result<(), InstallError> {
        let Self { stream, server, .. } = *self;
        stream.end().map_err(|error| meaning(&server, &error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_from_a_list() {
        for (line, expected) in [
            ("drwxr-xr-x    2 ftp      ftp          4096 Nov 01 12:00 centos7", Some("centos7/")),
            ("-rw-r--r--    1 0        0             134 Nov 01  2020 read me.txt", Some("read me.txt")),
            ("lrwxrwxrwx    1 0        0               7 Nov 01  2020 7 -> centos7", Some("7/")),
            ("11-01-20  12:00PM       <DIR>          centos7", Some("centos7/")),
            ("11-01-20  12:00PM             18009 GPL", Some("GPL")),
            ("total 4", None),
            ("drwxr-xr-x    2 ftp      ftp          4096 Nov 01 12:00 .", None),
            ("", None),
        ] {
            assert_eq!(name(line).as_deref(), expected, "{line}");
        }
    }
}
