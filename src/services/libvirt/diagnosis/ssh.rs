//! Why a connection through SSH failed, by SSH's own tools: no shell, no questions, each with an end.

use std::{
    io::Read,
    net::{TcpStream, ToSocketAddrs},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use lectern_model::uri::HostUri;

use super::socket::parameter;
use crate::libvirt::error::ConnectFailure;

/// How long the other computer's port may take to answer.
const PORT: Duration = Duration::from_secs(4);
/// How long a tool that works on this computer may take.
const TOOL: Duration = Duration::from_secs(3);
/// How long a log-in may take.
const LOGIN: Duration = Duration::from_secs(10);

/// What SSH's configuration makes of a host's name.
#[derive(Debug, Default, PartialEq, Eq)]
struct Target {
    name: String,
    port: u16,
    key_alias: Option<String>,
    known_hosts: Vec<String>,
    proxied: bool,
}

/// Finds out how far SSH gets.
pub(super) fn explain(uri: &HostUri, host: &str) -> ConnectFailure {
    // A URI writes an IPv6 address in brackets; SSH wants it without.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let shown = host.to_owned();
    let Some(target) = run(ssh(uri, host, &["-G"]), TOOL).map(|(_, text)| Target::read(&text)) else {
        return ConnectFailure::SshRefused { host: shown };
    };
    if !target.proxied && !answers(&target) {
        return ConnectFailure::HostUnreachable { host: shown };
    }
    if !is_trusted(uri) && !is_known(&target) {
        return ConnectFailure::UnknownHostKey { host: target.key_name() };
    }
    match run(ssh(uri, host, &["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5"]), LOGIN) {
        Some((true, _)) => ConnectFailure::NoRemoteDaemon { host: shown },
        _ => ConnectFailure::SshRefused { host: shown },
    }
}

/// `ssh` on the way that the URI says; with `-G` it prints its configuration, else it logs in and runs `true`.
fn ssh(uri: &HostUri, host: &str, options: &[&str]) -> Command {
    let mut command = client(uri, host, options);
    if !options.contains(&"-G") {
        command.arg("true");
    }
    command
}

/// `ssh` with what the URI says of the way, up to the host.
pub(in crate::libvirt) fn client(uri: &HostUri, host: &str, options: &[&str]) -> Command {
    let mut command = Command::new("ssh");
    command.args(options);
    if let Some(user) = uri.user() {
        command.args(["-l", user]);
    }
    if let Some(port) = uri.port() {
        command.args(["-p", &port.to_string()]);
    }
    if let Some(key) = parameter(uri, "keyfile") {
        command.args(["-i", &key]);
    }
    if is_trusted(uri) {
        // As libvirt's own connection is made then.
        command.args(["-o", "StrictHostKeyChecking=no"]);
    }
    command.args(["--", host]);
    command
}

/// Whether the URI says that the host's key is not to be checked.
fn is_trusted(uri: &HostUri) -> bool {
    parameter(uri, "no_verify").is_some_and(|value| value != "0")
}

/// Runs a tool to its end, or to the end of its time; whether it succeeded, and what it printed.
fn run(mut command: Command, limit: Duration) -> Option<(bool, String)> {
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let mut pipe = child.stdout.take()?;
    let reader = thread::spawn(move || {
        let mut text = String::new();
        // A text that is not UTF-8 is none that these tools print.
        let _ = pipe.read_to_string(&mut text);
        text
    });
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some((status.success(), reader.join().ok()?));
        }
        if started.elapsed() > limit {
            // It may have ended just now, which is as good.
            let _ = child.kill();
            let _ = child.wait();
            return None;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn answers(target: &Target) -> bool {
    let addresses = (target.name.as_str(), target.port).to_socket_addrs();
    addresses.is_ok_and(|mut all| all.any(|address| TcpStream::connect_timeout(&address, PORT).is_ok()))
}

fn is_known(target: &Target) -> bool {
    let name = target.key_name();
    target.known_hosts.iter().any(|file| {
        let mut command = Command::new("ssh-keygen");
        command.args(["-F", &name, "-f", file]);
        run(command, TOOL).is_some_and(|(found, _)| found)
    })
}

impl Target {
    /// Reads the output of `ssh -G`.
    fn read(text: &str) -> Self {
        let mut target = Self { port: 22, ..Self::default() };
        for (key, value) in text.lines().filter_map(|line| line.split_once(' ')) {
            match key {
                "hostname" => value.clone_into(&mut target.name),
                "port" => target.port = value.parse().unwrap_or(22),
                "hostkeyalias" => target.key_alias = Some(value.to_owned()),
                "userknownhostsfile" | "globalknownhostsfile" => target.known_hosts.extend(files(value)),
                "proxyjump" | "proxycommand" => target.proxied |= value != "none",
                _ => {}
            }
        }
        target
    }

    /// The name under which the key is kept (sshd(8), "`SSH_KNOWN_HOSTS` FILE FORMAT").
    fn key_name(&self) -> String {
        match (&self.key_alias, self.port) {
            (Some(alias), _) => alias.clone(),
            (None, 22) => self.name.clone(),
            (None, port) => format!("[{}]:{port}", self.name),
        }
    }
}

/// The files of a list, with the home folder in place of its sign.
fn files(list: &str) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let path = |file: &str| file.strip_prefix("~/").map_or_else(|| file.to_owned(), |rest| format!("{home}/{rest}"));
    list.split_whitespace().map(path).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_configuration_says_where_the_key_is_kept() {
        let text = "user teacher\nhostname lab.example\nport 2222\nuserknownhostsfile /a /b\nglobalknownhostsfile /c\n";
        let target = Target::read(text);
        assert_eq!(target.known_hosts, ["/a", "/b", "/c"]);
        assert_eq!(target.key_name(), "[lab.example]:2222");
        assert!(!target.proxied);
        let target = Target::read("hostname h\nport 22\nhostkeyalias k\nproxyjump gate\n");
        assert_eq!((target.key_name().as_str(), target.proxied), ("k", true));
    }

    #[test]
    fn a_tool_that_does_not_end_is_ended() {
        let mut command = Command::new("sleep");
        command.arg("60");
        let started = Instant::now();
        assert_eq!(run(command, Duration::from_millis(100)), None);
        assert!(started.elapsed() < Duration::from_secs(5));
    }
}
