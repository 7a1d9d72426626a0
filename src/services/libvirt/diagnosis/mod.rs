//! Why a connection failed: found out afterwards, from codes, sockets and SSH's own tools, never from a text.

pub(crate) mod socket;
mod ssh;

pub(super) use self::ssh::client as ssh_client;

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
        // The daemon's own words: without a bus the code is the general one.
        _ if error.domain == codes::FROM_DBUS => Some(ConnectFailure::NoSystemBus),
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

#[cfg(test)]
mod tests {
    use super::*;

    /// What libvirt 11.3 was seen to say; its texts play no part.
    #[test]
    fn refusals_are_told_apart_by_numbers() {
        let error = |code, domain| LibvirtError { code, domain, level: 2, message: String::new(), errno: None };
        for (code, domain, expected) in [
            (1, 47, Some(ConnectFailure::NoSystemBus)),
            (89, 47, Some(ConnectFailure::NoSystemBus)),
            (94, 60, Some(ConnectFailure::NoPolkitAgent)),
            (45, 7, Some(ConnectFailure::AuthRefused)),
            (5, 0, Some(ConnectFailure::UnknownUri)),
            (38, 7, None),
        ] {
            assert_eq!(by_code(&error(code, domain)), expected, "code {code} of {domain}");
        }
    }
}
