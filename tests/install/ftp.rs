//! An FTP server of the same files, as far as Lectern talks to one, and as badly.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::Duration,
};

use super::http::{Files, Manner};

/// What the server insists on.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Rules {
    /// Only this user with this password is let in.
    pub(crate) user: Option<(&'static str, &'static str)>,
    /// The newer ways to ask are refused, as old servers do.
    pub(crate) is_old: bool,
    /// Everybody is sent away.
    pub(crate) is_full: bool,
}

/// A server on the loopback, as long as the test runs.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
}

impl Server {
    pub(crate) fn start(files: Files, rules: Rules) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let files = Arc::new(files);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let files = Arc::clone(&files);
                thread::spawn(move || drop(Session { stream: &stream, files: &files, rules, data: None }.run()));
            }
        });
        Self { address }
    }

    pub(crate) fn url(&self, user: &str, path: &str) -> String {
        format!("ftp://{user}{}/{path}", self.address)
    }
}

struct Session<'s> {
    stream: &'s TcpStream,
    files: &'s Files,
    rules: Rules,
    data: Option<TcpListener>,
}

impl Session<'_> {
    fn say(&mut self, text: &str) -> std::io::Result<()> {
        write!(self.stream, "{text}\r\n")
    }

    fn run(mut self) -> std::io::Result<()> {
        if self.rules.is_full {
            return self.say("421 Too many users");
        }
        self.say("220 ready")?;
        let mut reader = BufReader::new(self.stream.try_clone()?);
        let (mut user, mut folder) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            let line = line.trim_end();
            let (verb, value) = line.split_once(' ').unwrap_or((line, ""));
            let path = value.trim_matches('/').to_owned();
            match verb {
                "USER" => {
                    value.clone_into(&mut user);
                    self.say("331 password")?;
                }
                "PASS" => {
                    let is_in = self.rules.user.is_none_or(|known| known == (user.as_str(), value));
                    self.say(if is_in { "230 in" } else { "530 Login incorrect" })?;
                }
                "TYPE" => self.say("200 ok")?,
                "PWD" => self.say("257 \"/\" is current")?,
                "SIZE" | "EPSV" if self.rules.is_old => self.say("500 unknown")?,
                "SIZE" => self.size(&path)?,
                "EPSV" | "PASV" => self.passive(verb == "EPSV")?,
                "RETR" => self.retrieve(&path)?,
                "CWD" => {
                    let is_there =
                        path.is_empty() || self.files.keys().any(|file| file.starts_with(&format!("{path}/")));
                    folder = if path.is_empty() { path } else { format!("{path}/") };
                    self.say(if is_there { "250 ok" } else { "550 no such folder" })?;
                }
                "LIST" => self.list(&folder)?,
                "QUIT" => return self.say("221 bye"),
                _ => self.say("502 not done")?,
            }
        }
    }

    fn size(&mut self, path: &str) -> std::io::Result<()> {
        match self.files.get(path) {
            Some((content, Manner::SaysMore)) => self.say(&format!("213 {}", content.len() + 1000)),
            Some((content, _)) => self.say(&format!("213 {}", content.len())),
            None => self.say("550 no such file"),
        }
    }

    fn passive(&mut self, new: bool) -> std::io::Result<()> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        self.data = Some(listener);
        if new {
            return self.say(&format!("229 Entering ({}{port}|)", "|||"));
        }
        // An address that no client can reach, as servers behind a router say.
        self.say(&format!("227 Entering (10,255,255,1,{},{})", port >> 8, port & 255))
    }

    fn open(&mut self) -> std::io::Result<TcpStream> {
        let listener = self.data.take().ok_or(std::io::ErrorKind::NotConnected)?;
        Ok(listener.accept()?.0)
    }

    fn retrieve(&mut self, path: &str) -> std::io::Result<()> {
        let Some((content, manner)) = self.files.get(path) else {
            self.data = None;
            return self.say("550 no such file");
        };
        let mut data = self.open()?;
        self.say("150 here it comes")?;
        match manner {
            Manner::Half => {
                data.write_all(&content[..content.len() / 2])?;
                drop(data);
                return self.say("426 broken off");
            }
            Manner::Trickle => loop {
                data.write_all(b"x")?;
                thread::sleep(Duration::from_millis(20));
            },
            Manner::Silent => thread::sleep(Duration::from_mins(1)),
            _ => data.write_all(content)?,
        }
        drop(data);
        self.say("226 done")
    }

    fn list(&mut self, folder: &str) -> std::io::Result<()> {
        let names: std::collections::BTreeSet<String> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(folder))
            .map(|rest| match rest.split_once('/') {
                Some((name, _)) => format!("drwxr-xr-x    2 0   0    4096 Nov 01 12:00 {name}"),
                None => format!("-rw-r--r--    1 0   0     100 Nov 01 12:00 {rest}"),
            })
            .collect();
        let mut data = self.open()?;
        self.say("150 here it comes")?;
        for name in names {
            write!(data, "{name}\r\n")?;
        }
        drop(data);
        self.say("226 done")
    }
}
