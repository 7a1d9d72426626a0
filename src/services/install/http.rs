//! Web servers.

use std::{
    io::{self, Read},
    net::ToSocketAddrs as _,
    sync::Arc,
};

use lectern_model::tree::Place;
use ureq::{
    Agent, BodyReader, Error,
    http::{Response, header::CONTENT_LENGTH},
    tls::{RootCerts, TlsConfig},
};
use url::Url;

use super::{
    InstallError, Limits,
    source::{Access, Body},
};

/// How often one address may lead to another.
const REDIRECTS: u32 = 5;
/// The longest list of a folder that is read.
const LIST: u64 = 4 << 20;

/// A place on a web server.
pub(super) struct Http {
    place: Place,
    agent: Agent,
    server: String,
}

impl Http {
    pub(super) fn new(place: &Place, limits: &Limits) -> Self {
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::PlatformVerifier)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .build();
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(REDIRECTS)
            .timeout_resolve(Some(limits.connect))
            .timeout_connect(Some(limits.connect))
            .timeout_recv_response(Some(limits.idle))
            .timeout_per_read(Some(limits.idle))
            .timeout_per_write(Some(limits.idle))
            .user_agent(concat!("Lectern/", env!("CARGO_PKG_VERSION")))
            .tls_config(tls)
            .build()
            .new_agent();
        let server = place.url().and_then(Url::host_str).unwrap_or_default().to_owned();
        Self { place: place.clone(), agent, server }
    }

    /// The answer, if there is such a file. Many servers say "forbidden" of what is not there.
    fn answer(&self, path: &str, head: bool) -> Result<Option<Response<ureq::Body>>, InstallError> {
        let Some(url) = self.place.file(path) else { return Ok(None) };
        let asked = if head { self.agent.head(url.as_str()).call() } else { self.agent.get(url.as_str()).call() };
        let answer = asked.map_err(|error| self.meaning(path, &error))?;
        let server = self.server.clone();
        match answer.status().as_u16() {
            200 => Ok(Some(answer)),
            429 => Err(InstallError::Refused { server, status: 429 }),
            status @ 500..=599 if status != 501 => Err(InstallError::ServerFailed { server, status: status.into() }),
            _ => Ok(None),
        }
    }

    fn meaning(&self, file: &str, error: &Error) -> InstallError {
        let server = || self.server.clone();
        match error {
            Error::HostNotFound => InstallError::NoServer(server()),
            Error::Timeout(_) => InstallError::TimedOut(server()),
            Error::TooManyRedirects | Error::RedirectFailed => InstallError::Redirects(server()),
            Error::Rustls(error) => InstallError::Untrusted { server: server(), said: error.to_string() },
            Error::Io(error) => self.why(file, error),
            error => InstallError::Protocol { server: server(), said: error.to_string() },
        }
    }
}

impl Access for Http {
    fn open(&mut self, path: &str) -> Result<Option<Box<dyn Body + '_>>, InstallError> {
        let Some(answer) = self.answer(path, false)? else { return Ok(None) };
        let told = answer.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let reader = answer.into_body().into_with_config().limit(u64::MAX).reader();
        Ok(Some(Box::new(Page { reader, length: told })))
    }

    fn has(&mut self, path: &str) -> Result<bool, InstallError> {
        Ok(self.answer(path, true)?.is_some())
    }

    fn names(&mut self, path: &str) -> Result<Option<Vec<String>>, InstallError> {
        let folder = if path.is_empty() { String::new() } else { format!("{}/", path.trim_end_matches('/')) };
        let Some(body) = self.open(&folder)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = body.take(LIST).read_to_end(&mut bytes);
        read.map_err(|error| self.why(path, &error))?;
        let own = self.place.file(&folder).map(|url| url.path().to_owned()).unwrap_or_default();
        let names = links(&String::from_utf8_lossy(&bytes), &own);
        Ok((!names.is_empty()).then_some(names))
    }

    fn ender(&self) -> Box<dyn Fn() + Send> {
        let agent = self.agent.clone();
        Box::new(move || agent.clone().shutdown())
    }

    fn why(&self, file: &str, error: &io::Error) -> InstallError {
        let server = self.server.clone();
        if let Some(inner) = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>())
            && !matches!(inner, Error::Io(_))
        {
            return self.meaning(file, inner);
        }
        match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => InstallError::TimedOut(server),
            // The system's error for a name that nobody has is of no kind; its text is for people.
            _ if error.raw_os_error().is_none() && is_unknown(&server) => InstallError::NoServer(server),
            _ => InstallError::Unreachable { server, said: error.to_string() },
        }
    }
}

/// Whether no computer has this name.
fn is_unknown(server: &str) -> bool {
    (server.trim_start_matches('[').trim_end_matches(']'), 0).to_socket_addrs().is_err()
}

/// What a server sends.
struct Page {
    reader: BodyReader<'static>,
    length: Option<u64>,
}

impl Read for Page {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

impl Body for Page {
    fn length(&self) -> Option<u64> {
        self.length
    }

    fn finish(self: Box<Self>) -> Result<(), InstallError> {
        Ok(())
    }
}

/// The names that a server's list of a folder links to: those right in it, without the arguments of its sorting. `own` is
/// the folder's path: some servers link to whole paths.
fn links(page: &str, own: &str) -> Vec<String> {
    let (mut names, lower): (Vec<String>, String) = (Vec::new(), page.to_ascii_lowercase());
    for (at, word) in lower.match_indices("href=") {
        let rest = &page[at + word.len()..];
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let Some(link) = quote.and_then(|quote| rest[1..].split(quote).next()) else { continue };
        let link = link.strip_prefix("./").or_else(|| link.strip_prefix(own)).unwrap_or(link);
        let name = percent_encoding::percent_decode_str(link).decode_utf8_lossy().into_owned();
        let plain = name.trim_end_matches('/');
        let is_name = !plain.is_empty() && plain != ".." && !plain.contains(['/', '?', '#', ':']);
        if is_name && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_known_servers_are_read() {
        let python = "<li><a href=\".treeinfo\">.treeinfo</a></li><li><a href=\"centos7/\">centos7/</a></li>";
        assert_eq!(links(python, "/x/"), [".treeinfo", "centos7/"]);
        let apache = "<a href=\"?C=N;O=D\">Name</a> <a href=\"/pub/\">Parent Directory</a> <a href=\"a%20b/\">a b/</a>\
            <a href='http://x/'>x</a><a href=\"../\">..</a><a href=\"./GPL\">GPL</a><a href=GPL>";
        assert_eq!(links(apache, "/x/"), ["a b/", "GPL"]);
        let iis = "<A HREF=\"/pub/\">[To Parent Directory]</A> <A HREF=\"/pub/x/centos7/\">centos7</A>\
            <A HREF=\"/pub/x/GPL\">GPL</A>";
        assert_eq!(links(iis, "/pub/x/"), ["centos7/", "GPL"]);
        assert_eq!(links("no list at all", "/"), Vec::<String>::new());
    }
}
