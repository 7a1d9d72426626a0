//! What can go wrong with a host, as types; the interface finds the words.

use std::path::PathBuf;

use super::{ffi::codes, guard::Guarded};

/// An error as libvirt gave it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct LibvirtError {
    /// `virErrorNumber`.
    pub code: i32,
    /// `virErrorDomain`: the part of libvirt that failed.
    pub domain: i32,
    /// `virErrorLevel`: 1 is a warning, 2 an error.
    pub level: i32,
    /// libvirt's own text, in the daemon's language: to be shown, never to be compared.
    pub message: String,
    /// The system's error number, where the code is `VIR_ERR_SYSTEM_ERROR`.
    pub errno: Option<i32>,
}

/// Why a call to a host did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HostError {
    /// libvirt refused, or failed.
    #[error("libvirt: {0}")]
    Libvirt(#[source] LibvirtError),
    /// There is no connection now.
    #[error("not connected to the host")]
    NotConnected,
    /// No answer came in time; what was asked for may still happen.
    #[error("the host did not answer in time")]
    TimedOut,
    /// The domain is no longer there.
    #[error("the machine is no longer there")]
    Gone,
    /// Something must not be done to a template, or to a machine whose disks others lie on.
    #[error(transparent)]
    Guarded(Box<Guarded>),
    /// The machine's project is disabled: it is not to be started.
    #[error("the project {0} is disabled")]
    Disabled(String),
    /// A network that the machine is plugged into is stopped, or not there.
    #[error("a network is not there: {error}")]
    NoNetwork {
        /// Those that are stopped.
        stopped: Vec<String>,
        /// Those that are not there.
        missing: Vec<String>,
        /// What libvirt said.
        #[source]
        error: LibvirtError,
    },
    /// The console could not be opened, most likely as somebody else has it open.
    #[error("the console is in use: {0}")]
    ConsoleInUse(#[source] LibvirtError),
    /// The connection could not be made.
    #[error("cannot connect: {why}")]
    Connect {
        /// What was found out about it.
        why: ConnectFailure,
        /// What libvirt said.
        #[source]
        error: Option<LibvirtError>,
    },
    /// This computer refused a thread, a pipe or a process.
    #[error("the system refused: {0}")]
    System(String),
    /// There is no way to a port of the host: what SSH said, or nothing where SSH is not the way.
    #[error("no tunnel: {said}")]
    Tunnel {
        /// SSH's own words.
        said: String,
    },
    /// The host answered something that cannot be read.
    #[error("unreadable answer: {0}")]
    BadAnswer(String),
}

/// Why a connection could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectFailure {
    /// libvirt does not know the URI's driver or path.
    #[error("libvirt does not know this URI")]
    UnknownUri,
    /// The daemon's socket is not there: libvirt is not installed or not running.
    #[error("no socket at {0}")]
    NoSocket(PathBuf),
    /// The socket is there but nobody listens.
    #[error("nobody listens at {0}")]
    SocketRefused(PathBuf),
    /// The user may not use the socket: not a member of the group `libvirt`.
    #[error("not allowed to use {0}")]
    SocketDenied(PathBuf),
    /// The daemon asks polkit, and no agent could ask the user.
    #[error("no polkit agent to ask for permission")]
    NoPolkitAgent,
    /// The daemon cannot ask polkit: there is no system bus, or no polkit on it.
    #[error("the daemon cannot ask polkit")]
    NoSystemBus,
    /// The daemon refused the user.
    #[error("authentication refused")]
    AuthRefused,
    /// The other computer's name is not known, or its port does not answer.
    #[error("{host} cannot be reached")]
    HostUnreachable {
        /// The computer's name.
        host: String,
    },
    /// SSH does not know the other computer's key.
    #[error("the key of {host} is not known")]
    UnknownHostKey {
        /// The name under which SSH looks for the key.
        host: String,
    },
    /// SSH could not log in: a changed key, or no accepted key of the user's.
    #[error("SSH cannot log in to {host}")]
    SshRefused {
        /// The computer's name.
        host: String,
    },
    /// SSH logs in, but libvirt does not answer there.
    #[error("no libvirt answers on {host}")]
    NoRemoteDaemon {
        /// The computer's name.
        host: String,
    },
    /// Something else: libvirt's own text is all that is known.
    #[error("libvirt gave another reason")]
    Other,
}

impl ConnectFailure {
    /// Whether another try without the user's doing may succeed, and asks nobody for a password.
    #[must_use]
    pub const fn worth_retrying(&self) -> bool {
        matches!(
            self,
            Self::NoSocket(_)
                | Self::SocketRefused(_)
                | Self::HostUnreachable { .. }
                | Self::NoRemoteDaemon { .. }
                | Self::Other
        )
    }
}

impl HostError {
    /// What libvirt said, where it said something.
    #[must_use]
    pub const fn libvirt(&self) -> Option<&LibvirtError> {
        match self {
            Self::Libvirt(error) | Self::ConsoleInUse(error) | Self::NoNetwork { error, .. } => Some(error),
            Self::Connect { error, .. } => error.as_ref(),
            _ => None,
        }
    }

    /// Whether another try to connect may succeed by itself.
    pub(crate) const fn worth_retrying(&self) -> bool {
        match self {
            Self::Connect { why, .. } => why.worth_retrying(),
            _ => true,
        }
    }
}

impl From<LibvirtError> for HostError {
    fn from(error: LibvirtError) -> Self {
        if matches!(error.code, codes::NO_DOMAIN | codes::NO_NETWORK) { Self::Gone } else { Self::Libvirt(error) }
    }
}
