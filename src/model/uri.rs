//! Which host a connection means: libvirt's URIs, checked before anything is tried.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

/// A connection URI that has the shape libvirt takes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HostUri {
    text: String,
    driver: String,
    transport: Option<String>,
    host: Option<String>,
    user: Option<String>,
    port: Option<u16>,
    path: String,
}

/// Why a text is no connection URI.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// Nothing was given.
    #[error("no URI given")]
    Empty,
    /// It does not have the shape `driver[+transport]://[user@][host][:port]/[path]`.
    #[error("not a connection URI: {0}")]
    Shape(String),
    /// The driver is none that Lectern works with.
    #[error("unknown driver {0}")]
    Driver(String),
    /// The transport is none that libvirt has.
    #[error("unknown transport {0}")]
    Transport(String),
    /// QEMU's path must be `/system` or `/session`.
    #[error("unknown path {0}")]
    Path(String),
    /// It has a password, which would be seen wherever the URI is.
    #[error("a password does not belong into a URI")]
    Password,
}

/// The transports of libvirt's remote driver (libvirt.org/uri.html).
const TRANSPORTS: [&str; 7] = ["unix", "ssh", "libssh", "libssh2", "tcp", "tls", "ext"];

impl HostUri {
    /// The host's own system daemon.
    #[must_use]
    pub fn system() -> Self {
        Self::known("qemu:///system", "/system")
    }

    /// The user's own session daemon.
    #[must_use]
    pub fn session() -> Self {
        Self::known("qemu:///session", "/session")
    }

    fn known(text: &str, path: &str) -> Self {
        Self {
            text: text.into(),
            driver: "qemu".into(),
            transport: None,
            host: None,
            user: None,
            port: None,
            path: path.into(),
        }
    }

    /// Checks and takes apart a URI.
    ///
    /// # Errors
    /// The first rule that `text` breaks.
    pub fn parse(text: &str) -> Result<Self, UriError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UriError::Empty);
        }
        let url = Url::parse(text).map_err(|_| UriError::Shape(text.into()))?;
        if !text.contains("://") {
            return Err(UriError::Shape(text.into()));
        }
        let (driver, transport) = match url.scheme().split_once('+') {
            Some((driver, transport)) => (driver, Some(transport)),
            None => (url.scheme(), None),
        };
        if !["qemu", "test"].contains(&driver) {
            return Err(UriError::Driver(driver.into()));
        }
        if let Some(transport) = transport.filter(|t| !TRANSPORTS.contains(t)) {
            return Err(UriError::Transport(transport.into()));
        }
        if url.password().is_some() {
            return Err(UriError::Password);
        }
        if driver == "qemu" && !["/system", "/session"].contains(&url.path()) {
            return Err(UriError::Path(url.path().into()));
        }
        Ok(Self {
            text: text.into(),
            driver: driver.into(),
            transport: transport.map(Into::into),
            host: url.host_str().filter(|h| !h.is_empty()).map(Into::into),
            user: Some(url.username()).filter(|u| !u.is_empty()).map(Into::into),
            port: url.port(),
            path: url.path().into(),
        })
    }

    /// What a user typed to name a host: a URI, or a computer as SSH takes it (`lab`, `teacher@lab:2222`), whose system
    /// daemon is meant.
    ///
    /// # Errors
    /// As for [`Self::parse`].
    pub fn typed(text: &str) -> Result<Self, UriError> {
        let text = text.trim();
        if text.is_empty() || text.contains(['/', ' ']) || text.starts_with('-') {
            return Self::parse(text);
        }
        let uri = Self::parse(&format!("qemu+ssh://{text}/system"))?;
        if uri.host.is_some() { Ok(uri) } else { Err(UriError::Shape(text.into())) }
    }

    /// The URI as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The other computer's name or address; `None` for this one.
    #[must_use]
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The user on the other computer, if named.
    #[must_use]
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// The port, if named.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the connection goes through an SSH client.
    #[must_use]
    pub fn is_ssh(&self) -> bool {
        self.host.is_some() && matches!(self.transport.as_deref(), Some("ssh" | "libssh" | "libssh2"))
    }

    /// Whether the host is this computer.
    #[must_use]
    pub const fn is_local(&self) -> bool {
        self.host.is_none()
    }

    /// Whether it is a session daemon, which has no virtual networks of its own.
    #[must_use]
    pub fn is_session(&self) -> bool {
        self.driver == "qemu" && self.path == "/session"
    }

    /// Whether it is libvirt's test driver, which keeps everything in this process.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.driver == "test"
    }
}

impl TryFrom<String> for HostUri {
    type Error = UriError;

    fn try_from(text: String) -> Result<Self, UriError> {
        Self::parse(&text)
    }
}

impl From<HostUri> for String {
    fn from(uri: HostUri) -> Self {
        uri.text
    }
}

impl fmt::Display for HostUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_uris_are_taken_apart() {
        let uri = HostUri::parse("qemu+ssh://teacher@lab.example:2222/system?keyfile=/k").unwrap();
        assert_eq!((uri.host(), uri.user(), uri.port()), (Some("lab.example"), Some("teacher"), Some(2222)));
        assert!(uri.is_ssh() && !uri.is_local() && !uri.is_session());
        assert!(HostUri::parse("test:///default").unwrap().is_test());
        assert!(HostUri::parse(" qemu:///session ").unwrap().is_session());
        assert_eq!(HostUri::parse("qemu:///system").unwrap(), HostUri::system());
        assert!(HostUri::parse("qemu+unix:///system?socket=/run/x").unwrap().is_local());
    }

    #[test]
    fn a_computer_is_typed_as_for_ssh() {
        let typed = |text| HostUri::typed(text).map(String::from);
        assert_eq!(typed(" lab "), Ok("qemu+ssh://lab/system".into()));
        assert_eq!(typed("teacher@lab:2222"), Ok("qemu+ssh://teacher@lab:2222/system".into()));
        assert_eq!(typed("[fd00::1]"), Ok("qemu+ssh://[fd00::1]/system".into()));
        assert_eq!(typed("qemu:///session"), Ok("qemu:///session".into()));
        assert_eq!(typed("teacher:secret@lab"), Err(UriError::Password));
        assert_eq!(typed("qemu+ssh://a:b@lab/system"), Err(UriError::Password));
        assert_eq!(typed(""), Err(UriError::Empty));
        for text in ["a b", "-oProxyCommand=x", "lab/system", "teacher@", "lab:99999"] {
            assert!(matches!(typed(text), Err(UriError::Shape(_))), "{text}: {:?}", typed(text));
        }
    }

    #[test]
    fn bad_uris_say_which_part_is_wrong() {
        assert_eq!(HostUri::parse("  "), Err(UriError::Empty));
        assert!(matches!(HostUri::parse("qemu:/system"), Err(UriError::Shape(_))));
        assert!(matches!(HostUri::parse("nonsense"), Err(UriError::Shape(_))));
        assert_eq!(HostUri::parse("vmware:///x"), Err(UriError::Driver("vmware".into())));
        assert_eq!(HostUri::parse("qemu+pigeon://h/system"), Err(UriError::Transport("pigeon".into())));
        assert_eq!(HostUri::parse("qemu:///sistem"), Err(UriError::Path("/sistem".into())));
        assert!(matches!(HostUri::parse("qemu+ssh://h:99999/system"), Err(UriError::Shape(_))));
    }
}
