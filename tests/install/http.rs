//! A web server of files, and of every way to go wrong.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// As it should be.
    Whole,
    /// The connection ends in the middle.
    Half,
    /// A byte now and then, for ever.
    Trickle,
    /// It says more than it has.
    SaysMore,
    /// Nothing comes at all.
    Silent,
    /// It leads to itself.
    Circle,
    /// It leads to where the file really is.
    Elsewhere(&'static str),
    /// It answers with this status.
    Status(u16),
}

/// The files by their path, without a slash in front.
pub(crate) type Files = BTreeMap<String, (Vec<u8>, Manner)>;

/// A server on the loopback, as long as the test runs.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// What was asked for.
    pub(crate) asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(files: Files, lists: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (files, noted) = (Arc::new(files), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (files, noted) = (Arc::clone(&files), Arc::clone(&noted));
                // A client that goes away ends it.
                thread::spawn(move || drop(serve(&stream, &files, lists, &noted)));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}/{path}", self.address)
    }
}

fn serve(stream: &TcpStream, files: &Files, lists: bool, asked: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let mut words = line.split(' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (method, path) = (word(), word());
        while reader.read_line(&mut String::new())? > 2 {}
        let path = path.trim_start_matches('/');
        asked.lock().expect("no panic").push(format!("{method} {path}"));
        match files.get(path) {
            Some((content, manner)) => send(stream, content, *manner, method == "HEAD", path)?,
            None => match list(files, path).filter(|_| lists) {
                Some(page) => send(stream, page.as_bytes(), Manner::Whole, method == "HEAD", path)?,
                None => answer(stream, 404, 0, "")?,
            },
        }
    }
}

fn list(files: &Files, path: &str) -> Option<String> {
    if !(path.is_empty() || path.ends_with('/')) {
        return None;
    }
    let names = files.keys().filter_map(|file| file.strip_prefix(path));
    let links: Vec<String> = names
        .map(|rest| rest.split_once('/').map_or(rest.to_owned(), |(folder, _)| format!("{folder}/")))
        .map(|name| format!("<a href=\"{name}\">{name}</a>"))
        .collect();
    (!links.is_empty()).then(|| links.join("\n"))
}

fn answer(mut stream: &TcpStream, status: u16, length: usize, more: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{more}\r\n")
}

fn send(mut stream: &TcpStream, content: &[u8], manner: Manner, head: bool, path: &str) -> std::io::Result<()> {
    let all = content.len();
    let told = if manner == Manner::SaysMore { all + 1000 } else { all };
    match manner {
        Manner::Status(status) => return answer(stream, status, 0, ""),
        Manner::Circle => return answer(stream, 302, 0, &format!("Location: /{path}\r\n")),
        Manner::Elsewhere(to) => return answer(stream, 302, 0, &format!("Location: {to}\r\n")),
        Manner::Silent if !head => thread::sleep(Duration::from_mins(1)),
        _ => {}
    }
    answer(stream, 200, told, "")?;
    if head {
        return Ok(());
    }
    match manner {
        Manner::Half => stream.write_all(&content[..all / 2])?,
        Manner::Trickle => {
            for byte in content.iter().cycle() {
                stream.write_all(&[*byte])?;
                thread::sleep(Duration::from_millis(20));
            }
        }
        _ => stream.write_all(content)?,
    }
    if matches!(manner, Manner::Half | Manner::SaysMore) {
        stream.shutdown(std::net::Shutdown::Both)?;
    }
    Ok(())
}
