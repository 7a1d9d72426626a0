//! The draft of a storage pool, and what is wrong with it.

use uuid::Uuid;

use super::{Bound, Severity};
use crate::{
    names::{self, NameKind, NameProblem},
    storage::{Pool, PoolId, new_pool::NewPool, normal, pool::PoolKind},
};

/// What the form holds, as it was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolDraft {
    /// Its name.
    pub name: String,
    /// What it is made of.
    pub kind: PoolKind,
    /// The folder.
    pub target: String,
    /// The computer that it is on; several of Ceph's with commas between.
    pub host: String,
    /// The device, exported folder, target, volume group or pool that it is made of.
    pub source: String,
    /// Ceph's user.
    pub user: String,
    /// The UUID of libvirt's secret with Ceph's key.
    pub secret: String,
    /// Whether it starts with the host.
    pub autostart: bool,
    /// Whether it is started at once.
    pub start: bool,
}

impl PoolDraft {
    /// A folder of a free name.
    #[must_use]
    pub fn suggested(pools: &[Pool]) -> Self {
        let name = names::free_name("storage", NameKind::Pool, |name| pools.iter().any(|pool| pool.name == name));
        Self {
            target: format!("/var/lib/libvirt/{name}"),
            name,
            kind: PoolKind::Dir,
            host: String::new(),
            source: String::new(),
            user: String::new(),
            secret: String::new(),
            autostart: true,
            start: true,
        }
    }

    /// Whether its kind has this field.
    #[must_use]
    pub const fn has(&self, field: Field) -> bool {
        match field {
            Field::Name => true,
            Field::Target => self.kind.has_files(),
            Field::Host => matches!(self.kind, PoolKind::Netfs | PoolKind::Iscsi | PoolKind::Rbd),
            Field::Source => !matches!(self.kind, PoolKind::Dir),
            Field::User | Field::Secret => matches!(self.kind, PoolKind::Rbd),
        }
    }

    /// The pool that it means, once nothing stops it.
    #[must_use]
    pub fn pool(&self, id: PoolId) -> NewPool {
        let text = |field: Field, text: &str| {
            let text = text.trim();
            (self.has(field) && !text.is_empty()).then(|| text.to_owned())
        };
        let login = text(Field::User, &self.user).zip(text(Field::Secret, &self.secret));
        let hosts = if self.has(Field::Host) { hosts(&self.host).into_iter().flatten().collect() } else { Vec::new() };
        NewPool {
            id,
            name: self.name.clone(),
            kind: self.kind,
            target: text(Field::Target, &self.target).map(|path| normal(&path)),
            hosts,
            source: text(Field::Source, &self.source),
            login,
        }
    }
}

/// The computers of a list; `None` for what is none.
fn hosts(text: &str) -> Vec<Option<(String, Option<u16>)>> {
    let parts = text.split([',', '，', ' ']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(host).collect()
}

/// A name or address, and a port behind a colon; an IPv6 address with a port stands in brackets.
fn host(text: &str) -> Option<(String, Option<u16>)> {
    let good = |name: &str| {
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))
    };
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (name, port) = match bracketed {
        Some((name, "")) => (name, None),
        Some((name, rest)) => (name, Some(rest.strip_prefix(':')?)),
        None if text.matches(':').count() == 1 => text.split_once(':').map(|(name, port)| (name, Some(port)))?,
        None => (text, None),
    };
    let port = port.map(str::parse).transpose().ok()?;
    good(name).then(|| (name.to_owned(), port))
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The name.
    Name,
    /// The folder.
    Target,
    /// The computer.
    Host,
    /// What it is made of.
    Source,
    /// Ceph's user.
    User,
    /// The secret.
    Secret,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The name cannot be given.
    Name(NameProblem),
    /// The folder is no whole path.
    NoFolder,
    /// A folder of the system, in which libvirt would take every file for an image.
    SystemFolder,
    /// This pool has the folder already.
    FolderOf(String),
    /// The folder lies in that of another pool, which shows it as a volume.
    FolderWithin(String),
    /// No computer was named, or something that is none.
    NoHost,
    /// Nothing was named that it is made of.
    NoSource(PoolKind),
    /// A target's name does not begin as all do (RFC 3720, 3.2.6.3).
    NotATarget,
    /// A user without a secret.
    NoSecret,
    /// The secret is no UUID.
    NotASecret,
    /// A secret without a user.
    NoUser,
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::Name(_) => Field::Name,
            Self::NoFolder | Self::SystemFolder | Self::FolderOf(_) | Self::FolderWithin(_) => Field::Target,
            Self::NoHost => Field::Host,
            Self::NoSource(_) | Self::NotATarget => Field::Source,
            Self::NoSecret | Self::NotASecret => Field::Secret,
            Self::NoUser => Field::User,
        }
    }

    fn severity(&self) -> Severity {
        if matches!(self, Self::FolderWithin(_)) { Severity::Warning } else { Severity::Error }
    }
}

/// What is wrong with `draft` on a host with these pools.
#[must_use]
pub fn problems(draft: &PoolDraft, pools: &[Pool]) -> Vec<Problem> {
    let taken = |name: &str| pools.iter().any(|pool| pool.name == name);
    let mut found = Vec::new();
    found.extend(names::check_free(&draft.name, NameKind::Pool, taken).err().map(Problem::Name));
    if draft.has(Field::Target) {
        found.extend(folder(&draft.target, pools));
    }
    if draft.has(Field::Host) {
        let named = hosts(&draft.host);
        let many = draft.kind == PoolKind::Rbd;
        if named.is_empty() || named.iter().any(Option::is_none) || (!many && named.len() > 1) {
            found.push(Problem::NoHost);
        }
    }
    if draft.has(Field::Source) {
        found.extend(source(draft));
    }
    if draft.has(Field::Secret) {
        found.extend(login(draft.user.trim(), draft.secret.trim()));
    }
    found
}

fn folder(target: &str, pools: &[Pool]) -> Option<Problem> {
    let path = normal(target.trim());
    if !path.starts_with('/') {
        return Some(Problem::NoFolder);
    }
    let below = |top: &str| path == top || path.starts_with(&format!("{}/", top.trim_end_matches('/')));
    let whole = ["/", "/etc", "/usr", "/bin", "/lib", "/boot", "/root", "/home", "/var", "/run", "/tmp"];
    if whole.contains(&path.as_str()) || ["/dev", "/proc", "/sys"].into_iter().any(below) {
        return Some(Problem::SystemFolder);
    }
    let place = |pool: &Pool| pool.target.as_deref().map(normal).filter(|_| pool.kind.has_files());
    let same = pools.iter().find(|pool| place(pool).as_deref() == Some(path.as_str()));
    let within = || pools.iter().find(|pool| place(pool).is_some_and(|place| below(&place)));
    match same {
        Some(pool) => Some(Problem::FolderOf(pool.name.clone())),
        None => within().map(|pool| Problem::FolderWithin(pool.name.clone())),
    }
}

fn source(draft: &PoolDraft) -> Option<Problem> {
    let source = draft.source.trim();
    let whole = |text: &str| text.starts_with('/') && text.len() > 1;
    let good = match draft.kind {
        PoolKind::Fs | PoolKind::Disk => whole(source),
        PoolKind::Netfs => source.starts_with('/'),
        // A dataset below a pool of ZFS has a slash.
        PoolKind::Zfs => !source.is_empty() && !source.contains(char::is_whitespace) && !source.starts_with('/'),
        _ => !source.is_empty() && !source.contains(char::is_whitespace) && !source.contains('/'),
    };
    if !good {
        return Some(Problem::NoSource(draft.kind));
    }
    let named = ["iqn.", "eui.", "naa."].into_iter().any(|start| source.starts_with(start));
    (draft.kind == PoolKind::Iscsi && !named).then_some(Problem::NotATarget)
}

fn login(user: &str, secret: &str) -> Option<Problem> {
    match (user.is_empty(), secret.is_empty()) {
        (true, true) => None,
        (false, true) => Some(Problem::NoSecret),
        (true, false) => Some(Problem::NoUser),
        (false, false) => Uuid::parse_str(secret).is_err().then_some(Problem::NotASecret),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{storage::pool::PoolState, units::Bytes};

    fn known() -> Vec<Pool> {
        vec![Pool {
            id: PoolId::from_random([1; 16]),
            name: "default".into(),
            kind: PoolKind::Dir,
            target: Some("/var/lib/libvirt/images".into()),
            state: PoolState::Running,
            capacity: Bytes(0),
            allocation: Bytes(0),
            available: Bytes(0),
            persistent: true,
            autostart: true,
        }]
    }

    fn draft(change: impl FnOnce(&mut PoolDraft)) -> Vec<Problem> {
        let mut draft = PoolDraft::suggested(&known());
        change(&mut draft);
        problems(&draft, &known())
    }

    #[test]
    fn what_is_suggested_can_be_made() {
        assert_eq!(draft(|_| ()), []);
        let new = PoolDraft::suggested(&known()).pool(PoolId::from_random([2; 16]));
        assert_eq!((new.name.as_str(), new.target.as_deref()), ("storage", Some("/var/lib/libvirt/storage")));
    }

    #[test]
    fn a_folder_is_one_pools_alone() {
        assert_eq!(draft(|d| d.target = "/var/lib/libvirt/images/".into()), [Problem::FolderOf("default".into())]);
        assert_eq!(draft(|d| d.target = "/var/lib/libvirt/images/a".into()), [Problem::FolderWithin("default".into())]);
        assert_eq!(draft(|d| d.target = "images".into()), [Problem::NoFolder]);
        for folder in ["/", "/etc", "/home/", "/dev/x", "/proc"] {
            assert_eq!(draft(|d| d.target = folder.into()), [Problem::SystemFolder], "{folder}");
        }
        assert_eq!(draft(|d| d.name = "default".into()), [Problem::Name(NameProblem::InUse)]);
    }

    #[test]
    fn each_kind_asks_for_what_it_needs() {
        let of = |kind: PoolKind, host: &str, source: &str| {
            draft(|d| (d.kind, d.host, d.source) = (kind, host.to_owned(), source.to_owned()))
        };
        assert_eq!(of(PoolKind::Netfs, "", ""), [Problem::NoHost, Problem::NoSource(PoolKind::Netfs)]);
        assert_eq!(of(PoolKind::Netfs, "nas.lab", "/srv/images"), []);
        assert_eq!(of(PoolKind::Iscsi, "10.0.0.1:3260", "disk1"), [Problem::NotATarget]);
        assert_eq!(of(PoolKind::Iscsi, "a b", "iqn.2026-01.lab:x"), [Problem::NoHost]);
        assert_eq!(of(PoolKind::Logical, "", "/dev/vg"), [Problem::NoSource(PoolKind::Logical)]);
        assert_eq!(of(PoolKind::Disk, "", "/dev/sdb"), []);
        assert_eq!(of(PoolKind::Zfs, "", "tank/vms"), []);
        assert_eq!(of(PoolKind::Rbd, "mon1, [fd00::1]:6789", "rbd"), []);
    }

    #[test]
    fn ceph_needs_a_user_and_a_secret_or_neither() {
        let of = |user: &str, secret: &str| {
            draft(|d| {
                (d.kind, d.host, d.source) = (PoolKind::Rbd, "mon".into(), "rbd".into());
                (d.user, d.secret) = (user.into(), secret.into());
            })
        };
        assert_eq!(of("", ""), []);
        assert_eq!(of("libvirt", ""), [Problem::NoSecret]);
        assert_eq!(of("", "x"), [Problem::NoUser]);
        assert_eq!(of("libvirt", "x"), [Problem::NotASecret]);
        assert_eq!(of("libvirt", "2ec115d7-3a88-3ceb-bc12-0ac909a6fd87"), []);
    }
}
