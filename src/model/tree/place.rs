//! Where an install tree may be: an address as somebody types it.

use std::fmt;

use percent_encoding::percent_decode_str;
use url::Url;

/// Where a tree may be.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    kind: PlaceKind,
    /// The address without a password, with a `/` at its end; none for what is on this computer.
    url: Option<Url>,
    /// The path on this computer.
    path: String,
    password: Option<Secret>,
}

/// What kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// A web server, with or without encryption.
    Http,
    /// An FTP server.
    Ftp,
    /// A folder of this computer.
    Folder,
    /// The image of a disc, or a drive, of this computer.
    Disc,
}

/// A password: never shown, logged or written.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A password.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The password itself, for the server that it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Why a text is no place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// Nothing was typed.
    #[error("no address")]
    Empty,
    /// NFS: it would have to be mounted here first, which takes the administrator's rights.
    #[error("NFS is not read directly")]
    Nfs,
    /// A kind of address that nothing here reads.
    #[error("{0}: addresses are not read")]
    Scheme(String),
    /// Neither an address with its kind nor a whole path.
    #[error("neither an address nor a whole path")]
    Relative,
    /// It cannot be understood.
    #[error("{0}")]
    Bad(String),
    /// The image of a disc on a server: only a tree can be read there.
    #[error("a disc's image on a server")]
    RemoteDisc,
    /// A web server that wants a password.
    #[error("a password for a web server")]
    HttpPassword,
}

impl Place {
    /// Reads what somebody typed.
    ///
    /// # Errors
    /// Why it is no place.
    pub fn parse(text: &str) -> Result<Self, PlaceError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(PlaceError::Empty);
        }
        if let Some(path) = text.strip_prefix("file://") {
            let path = percent_decode_str(path).decode_utf8_lossy().into_owned();
            return if path.starts_with('/') { Ok(Self::local(&path)) } else { Err(PlaceError::Relative) };
        }
        if text.starts_with('/') {
            return Ok(Self::local(text));
        }
        let Some((scheme, _)) = text.split_once("://") else {
            // `server:/export/centos`
            return Err(if text.contains(":/") { PlaceError::Nfs } else { PlaceError::Relative });
        };
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => Self::remote(text, PlaceKind::Http),
            "ftp" => Self::remote(text, PlaceKind::Ftp),
            "nfs" | "nfs4" => Err(PlaceError::Nfs),
            other => Err(PlaceError::Scheme(other.to_owned())),
        }
    }

    fn local(path: &str) -> Self {
        let is_disc = path.to_ascii_lowercase().ends_with(".iso") || path.starts_with("/dev/");
        let kind = if is_disc { PlaceKind::Disc } else { PlaceKind::Folder };
        let trimmed = path.trim_end_matches('/');
        let path = if trimmed.is_empty() { "/" } else { trimmed };
        Self { kind, url: None, path: path.to_owned(), password: None }
    }

    fn remote(text: &str, kind: PlaceKind) -> Result<Self, PlaceError> {
        let mut url = Url::parse(text).map_err(|error| PlaceError::Bad(error.to_string()))?;
        if url.host_str().is_none_or(str::is_empty) {
            return Err(PlaceError::Bad("no server".to_owned()));
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let password = url.password().map(|password| Secret(decoded(password)));
        let has_user = password.is_some() || !url.username().is_empty();
        if kind == PlaceKind::Http && has_user {
            return Err(PlaceError::HttpPassword);
        }
        // Neither can fail where there is a server.
        let _ = url.set_password(None);
        url.set_query(None);
        url.set_fragment(None);
        let mut path = url.path().to_owned();
        for file in [".treeinfo", "treeinfo", "index.html"] {
            if let Some(folder) = path.strip_suffix(file).filter(|folder| folder.ends_with('/')) {
                path = folder.to_owned();
            }
        }
        if path.to_ascii_lowercase().ends_with(".iso") {
            return Err(PlaceError::RemoteDisc);
        }
        url.set_path(&format!("{}/", path.trim_end_matches('/')));
        Ok(Self { kind, url: Some(url), path: String::new(), password })
    }

    /// What kind it is.
    #[must_use]
    pub const fn kind(&self) -> PlaceKind {
        self.kind
    }

    /// The path on this computer; empty for a server's.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The server's address without a password; none for what is on this computer.
    #[must_use]
    pub const fn url(&self) -> Option<&Url> {
        self.url.as_ref()
    }

    /// The password for the server.
    #[must_use]
    pub const fn password(&self) -> Option<&Secret> {
        self.password.as_ref()
    }

    /// The address of a file in it, `..` being its parent; none for what is on this computer.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<Url> {
        let mut url = self.url.clone()?;
        {
            let mut parts = url.path_segments_mut().ok()?;
            parts.pop_if_empty();
            for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
                if part == ".." {
                    parts.pop()
                } else {
                    parts.push(part)
                };
            }
            if path.is_empty() || path.ends_with('/') || path.ends_with("..") {
                parts.push("");
            }
        }
        Some(url)
    }

    /// The last part of its path, by which a likely neighbour is found.
    #[must_use]
    pub fn last(&self) -> String {
        let path = self.url.as_ref().map_or(self.path.as_str(), Url::path);
        let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        percent_decode_str(last).decode_utf8_lossy().into_owned()
    }

    /// The place beside it or in it with this name: what [`super::Nothing`] offers.
    #[must_use]
    pub fn beside(&self, name: &str, inside: bool) -> Self {
        let mut place = self.clone();
        if let Some(url) = &self.url {
            let path = if inside { format!("{name}/") } else { format!("../{name}/") };
            place.url = Some(self.file(&path).unwrap_or_else(|| url.clone()));
            return place;
        }
        let folder =
            if inside { self.path.as_str() } else { self.path.rsplit_once('/').map_or("", |(folder, _)| folder) };
        Self::local(&format!("{}/{name}", folder.trim_end_matches('/')))
    }

    /// The address for the guest, as installers take it: without a password, and without the `/` at its end.
    #[must_use]
    pub fn for_guest(&self) -> Option<String> {
        self.url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned())
    }

    /// The address for the installer, with the password where one is needed: never to be shown or kept.
    #[must_use]
    pub fn for_installer(&self) -> Option<Secret> {
        let mut url = self.url.clone()?;
        if let Some(password) = &self.password {
            // It cannot fail where there is a server.
            let _ = url.set_password(Some(password.expose()));
        }
        Some(Secret(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// Whether only the computer that asks can reach it: the guest would look for it on itself.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        match self.url.as_ref().and_then(Url::host) {
            Some(url::Host::Ipv4(address)) => address.is_loopback() || address.is_unspecified(),
            Some(url::Host::Ipv6(address)) => address.is_loopback() || address.is_unspecified(),
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            None => false,
        }
    }
}

/// Without its password: to be shown and remembered.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.for_guest() {
            Some(url) => f.write_str(&url),
            None => f.write_str(&self.path),
        }
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Place({self})")
    }
}
