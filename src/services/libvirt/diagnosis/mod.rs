//! Why a connection failed: found out afterwards, from codes, sockets and SSH's own tools, never from a text.

pub(crate) mod socket;
mod ssh;

use lectern_model::uri::HostUri;

use super::{
    error::{ConnectFailure, HostError, LibvirtError},
    ffi::{codes, wire::Wire},
};

/// What `error` of an attempt to connect to `uri` means.
pub(crate) fn explain(uri: &HostUri, wire: &Wire, error: LibvirtError) -> HostError {
    if wire.is_cut() {
        return HostError::TimedOut;
    }
    let why = by_code(&error).or_else(|| by_place(uri)).unwrap_or(ConnectFailure::Other);
    HostError::Connect { why, error: Some(error) }
}

fn by_code(error: &LibvirtError) -> Option<ConnectFailure> {
    match error.code {
        codes::NO_CONNECT => Some(ConnectFailure::UnknownUri),
        codes::AUTH_UNAVAILABLE => Some(ConnectFailure::NoPolkitAgent),
        codes::AUTH_FAILED | codes::AUTH_CANCELLED => Some(ConnectFailure::AuthRefused),
        codes::DBUS_SERVICE => Some(ConnectFailure::NoSystemBus),
        _ => None,
    }
}

fn by_place(uri: &HostUri) -> Option<ConnectFailure> {
    match uri.host() {
        None => socket::explain(uri),
        Some(host) if uri.is_ssh() => Some(ssh::explain(uri, host)),
        Some(host) => Some(ConnectFailure::HostUnreachable { host: host.to_owned() }),
    }
}
