//! Which host is meant when none is named.

use lectern_model::uri::HostUri;

use super::{
    diagnosis::socket::{self, Answer},
    domains::is_root,
};

/// The system's daemon where its socket lets this user in, else the user's own session. For root the session is the
/// system's daemon too. Looks at files and may wait up to two seconds: not for the main thread.
#[must_use]
pub fn default_host() -> HostUri {
    let system = || socket::system().iter().any(|path| matches!(socket::knock(path), Answer::Yes | Answer::Silent));
    if is_root() || system() { HostUri::system() } else { HostUri::session() }
}
