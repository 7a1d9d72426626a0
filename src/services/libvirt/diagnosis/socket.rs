//! The daemon's sockets on this computer: where they are and whether they answer.

use std::{
    io,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::Duration,
};

use percent_encoding::percent_decode_str;

use lectern_model::uri::HostUri;

use crate::libvirt::{domains::is_root, error::ConnectFailure};

/// What a socket said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Somebody listens and lets this user in.
    Yes,
    /// Somebody listens but does not come to the door: a daemon that is stuck.
    Silent,
    /// There is no such socket.
    Missing,
    /// Nobody listens.
    Refused,
    /// This user is not let in.
    Denied,
}

/// How long a daemon may take to come to the door.
const PATIENCE: Duration = Duration::from_secs(2);

/// The system daemon's sockets: QEMU's own daemon, then the one for all drivers (libvirt.org/daemons.html).
pub(crate) fn system() -> Vec<PathBuf> {
    in_folder(Path::new("/run/libvirt"))
}

fn in_folder(folder: &Path) -> Vec<PathBuf> {
    ["virtqemud-sock", "libvirt-sock"].map(|name| folder.join(name)).to_vec()
}

/// The session daemon's sockets.
fn session() -> Vec<PathBuf> {
    let cache = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache"));
    let folder = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from).or_else(cache);
    folder.map(|folder| in_folder(&folder.join("libvirt"))).unwrap_or_default()
}

/// Knocks at a socket. A connection to a daemon that does not accept waits without end, hence the thread.
pub(crate) fn knock(path: &Path) -> Answer {
    let (sender, receiver) = mpsc::channel();
    let path = path.to_owned();
    let spawned = thread::Builder::new().name("socket-knock".into()).spawn(move || {
        // Nobody listens any more after the wait below.
        let _ = sender.send(UnixStream::connect(path).map(drop));
    });
    match spawned.map(|_| receiver.recv_timeout(PATIENCE)) {
        Ok(Ok(result)) => answer(&result),
        Ok(Err(_)) | Err(_) => Answer::Silent,
    }
}

fn answer(result: &io::Result<()>) -> Answer {
    match result.as_ref().map_err(io::Error::kind) {
        Ok(()) => Answer::Yes,
        Err(io::ErrorKind::PermissionDenied) => Answer::Denied,
        Err(io::ErrorKind::ConnectionRefused) => Answer::Refused,
        Err(_) => Answer::Missing,
    }
}

/// What the sockets that `uri` stands for say; `None` if one of them answers, so that the reason lies behind it.
pub(crate) fn explain(uri: &HostUri) -> Option<ConnectFailure> {
    if uri.is_test() {
        return None;
    }
    let paths = candidates(uri);
    let answers: Vec<_> = paths.iter().map(|path| (path, knock(path))).collect();
    let first = |wanted: Answer| answers.iter().find(|(_, answer)| *answer == wanted).map(|(path, _)| (*path).clone());
    if first(Answer::Yes).or_else(|| first(Answer::Silent)).is_some() {
        return None;
    }
    let denied = first(Answer::Denied).map(ConnectFailure::SocketDenied);
    let refused = || first(Answer::Refused).map(ConnectFailure::SocketRefused);
    // The last one is the name that every installation of libvirt has.
    denied.or_else(refused).or_else(|| paths.last().cloned().map(ConnectFailure::NoSocket))
}

fn candidates(uri: &HostUri) -> Vec<PathBuf> {
    match parameter(uri, "socket") {
        Some(path) => vec![PathBuf::from(path)],
        None if uri.is_session() && !is_root() => session(),
        None => system(),
    }
}

/// The value of one of the URI's parameters.
pub(super) fn parameter(uri: &HostUri, name: &str) -> Option<String> {
    let (_, query) = uri.as_str().split_once('?')?;
    let pairs = query.split('#').next()?.split(['&', ';']);
    let value = pairs.filter_map(|pair| pair.split_once('=')).find(|(key, _)| *key == name)?.1;
    Some(percent_decode_str(value).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixListener;

    fn at(path: &Path) -> HostUri {
        HostUri::parse(&format!("qemu+unix:///system?socket={}", path.display())).unwrap()
    }

    #[test]
    fn each_kind_of_silence_is_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sock");
        assert_eq!(explain(&at(&path)), Some(ConnectFailure::NoSocket(path.clone())));
        let listener = UnixListener::bind(&path).unwrap();
        assert_eq!(explain(&at(&path)), None);
        drop(listener);
        assert_eq!(explain(&at(&path)), Some(ConnectFailure::SocketRefused(path.clone())));
    }

    #[test]
    fn parameters_are_decoded() {
        let uri = HostUri::parse("qemu+ssh://h/system?a=1&keyfile=%2Fk%20x#end").unwrap();
        assert_eq!(parameter(&uri, "keyfile").as_deref(), Some("/k x"));
        assert_eq!(parameter(&uri, "socket"), None);
    }
}
