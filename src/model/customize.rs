//! What is written into a disk while its machine is off, as arguments of virt-customize(1).

use serde::{Deserialize, Serialize};

use crate::identity_files::GuestFile;

/// What a clone renews: its machine-id, which systemd fills again, and the SSH server's keys.
const RENEW: &str = "if [ -e /etc/machine-id ]; then : >/etc/machine-id; fi; \
    if [ ! -L /var/lib/dbus/machine-id ]; then rm -f /var/lib/dbus/machine-id; fi; \
    if command -v ssh-keygen >/dev/null && [ -d /etc/ssh ]; then rm -f /etc/ssh/ssh_host_*_key*; ssh-keygen -A; fi";

/// What is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customization {
    /// Files, written anew.
    pub files: Vec<GuestFile>,
    /// Links: what they lead to, and where they are.
    pub links: Vec<(String, String)>,
    /// Lines at the end of files: the file, and the line.
    pub lines: Vec<(String, String)>,
    /// Files that go.
    pub gone: Vec<String>,
    /// Public keys with which root logs in.
    pub keys: Vec<String>,
    /// Root's password.
    pub root: Option<Secret>,
    /// Whether machine-id and the SSH server's keys are made anew.
    pub renew: bool,
}

/// A password, which no journal and no command line has.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret(pub Option<String>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

impl Customization {
    /// The arguments, without the disk. Those that [`Self::secret`] gives are missing.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut add = |option: &str, value: String| all.extend([option.to_owned(), value]);
        for file in &self.files {
            add("--mkdir", folder(&file.path).to_owned());
            add("--write", format!("{}:{}", file.path, file.text));
            add("--chmod", format!("{:04o}:{}", file.mode, file.path));
        }
        for (to, link) in &self.links {
            add("--mkdir", folder(link).to_owned());
            add("--link", format!("{to}:{link}"));
        }
        for (file, line) in &self.lines {
            add("--append-line", format!("{file}:{line}"));
        }
        for path in &self.gone {
            add("--delete", path.clone());
        }
        for key in &self.keys {
            add("--ssh-inject", format!("root:string:{key}"));
        }
        if self.renew {
            add("--run-command", RENEW.to_owned());
        }
        all
    }

    /// What is told on standard input, as everybody can read a program's arguments.
    #[must_use]
    pub fn secret(&self) -> Option<String> {
        let Secret(root) = self.root.as_ref()?;
        // One that was taken out is to be had from a file.
        let selector = root.as_ref().map_or_else(|| "file:root-password".to_owned(), |text| format!("password:{text}"));
        Some(format!("root-password {selector}\n"))
    }

    /// The same without a password.
    #[must_use]
    pub fn without_secret(&self) -> Self {
        Self { root: self.root.as_ref().map(|_| Secret(None)), ..self.clone() }
    }
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("/", |(folder, _)| if folder.is_empty() { "/" } else { folder })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_argument_and_is_not_kept() {
        let file = GuestFile { path: "/etc/hostname".into(), mode: 0o644, text: "node1\n".into() };
        let all = Customization {
            files: vec![file],
            links: vec![("../a.service".into(), "/etc/w/a.service".into())],
            lines: vec![("/etc/hosts".into(), "10.0.0.1  n".into())],
            gone: vec!["/x".into()],
            keys: vec!["ssh-ed25519 A".into()],
            root: Some(Secret(Some("geheim".into()))),
            renew: false,
        };
        assert_eq!(
            all.arguments().join(" "),
            "--mkdir /etc --write /etc/hostname:node1\n --chmod 0644:/etc/hostname --mkdir /etc/w --link \
             ../a.service:/etc/w/a.service --append-line /etc/hosts:10.0.0.1  n --delete /x --ssh-inject \
             root:string:ssh-ed25519 A"
        );
        assert_eq!(all.secret().as_deref(), Some("root-password password:geheim\n"));
        let kept = all.without_secret();
        assert_eq!(kept.secret().as_deref(), Some("root-password file:root-password\n"));
        let text = format!("{kept:?} {all:?}");
        assert!(!text.contains("geheim"), "{text}");
    }
}
