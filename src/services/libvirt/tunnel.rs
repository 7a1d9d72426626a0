//! A way to a port of another host through SSH, as one socket: nothing listens on this computer.

use std::{
    io::Read,
    os::{fd::OwnedFd, unix::net::UnixStream},
    process::{Child, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

use lectern_model::uri::HostUri;
use rustix::net::{RecvFlags, recv};

use super::{diagnosis::ssh_client, error::HostError};

/// How long the other side may take for its first byte, the log-in included.
const LIMIT: Duration = Duration::from_secs(30);
/// How long SSH may take to say why it ended.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The most that is kept of what SSH says.
const MOST: u64 = 4096;

/// Connects to `port` of `address` as the host sees it. Returns once the server there has said something, as VNC's does
/// first. SSH asks nothing, takes only hosts whose key is known, and ends with the socket.
pub(super) fn open(uri: &HostUri, address: &str, port: u16) -> Result<OwnedFd, HostError> {
    let Some(host) = uri.host().filter(|_| uri.is_ssh()) else { return Err(HostError::Tunnel { said: String::new() }) };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let (ours, theirs) = UnixStream::pair().map_err(system)?;
    let to = if address.contains(':') { format!("[{address}]:{port}") } else { format!("{address}:{port}") };
    let options = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=15", "-W", &to];
    let mut command = ssh_client(uri, host, &options);
    command.stdin(OwnedFd::from(theirs.try_clone().map_err(system)?)).stdout(OwnedFd::from(theirs));
    let child = command.stderr(Stdio::piped()).spawn().map_err(system)?;
    // It holds the other end too, without which nobody would learn that SSH has ended.
    drop(command);
    let words = reap(child)?;
    ours.set_read_timeout(Some(LIMIT)).map_err(system)?;
    match recv(&ours, &mut [0; 1][..], RecvFlags::PEEK) {
        Ok((count, _)) if count > 0 => Ok(ours.into()),
        _ => Err(HostError::Tunnel { said: words.recv_timeout(LAST_WORDS).unwrap_or_default() }),
    }
}

/// Waits for SSH's end on a thread; what it said comes then.
fn reap(mut child: Child) -> Result<mpsc::Receiver<String>, HostError> {
    let (sender, words) = mpsc::channel();
    let wait = move || {
        let mut said = Vec::new();
        if let Some(pipe) = child.stderr.take() {
            // What is cut off is as good as whole: it is only shown.
            drop(pipe.take(MOST).read_to_end(&mut said));
        }
        drop(child.wait());
        drop(sender.send(String::from_utf8_lossy(&said).trim().to_owned()));
    };
    thread::Builder::new().name("tunnel".into()).spawn(wait).map_err(system)?;
    Ok(words)
}

fn system(error: impl std::fmt::Display) -> HostError {
    HostError::System(error.to_string())
}
