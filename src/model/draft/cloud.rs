//! What a cloud image is told at its first boot, as it was typed, and what is wrong with it.

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;

use super::{Bound, Severity};
use crate::{identity_files::Addressing, pattern::is_host_name, subnet};

/// The longest name of a user (useradd(8)).
const LONGEST: usize = 32;

/// What was typed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct CloudDraft {
    /// The host name; the machine's own where it is empty.
    pub host_name: String,
    /// The user.
    pub user: String,
    /// The password; empty where there is none.
    pub password: String,
    /// A public key.
    pub key: String,
    /// The address with its prefix; empty for DHCP.
    pub address: String,
    /// The gateway.
    pub gateway: String,
    /// The name servers, with commas or spaces.
    pub dns: String,
}

/// Nobody reads the password in a log.
impl std::fmt::Debug for CloudDraft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CloudDraft").field("user", &self.user).finish_non_exhaustive()
    }
}

/// The fields that problems are said beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// The host name.
    HostName,
    /// The user.
    User,
    /// The password.
    Password,
    /// The key.
    Key,
    /// The address.
    Address,
    /// The gateway.
    Gateway,
    /// The name servers.
    Dns,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// Not a host name.
    HostName,
    /// No user is named yet.
    NoUser,
    /// Not a name that Linux gives a user.
    User,
    /// The user is root, whom cloud-init does not make.
    Root,
    /// Neither password nor key: nobody gets in.
    NoWayIn,
    /// Not a public key.
    Key,
    /// Not an address of a host with a prefix.
    Address,
    /// Not in the address's network.
    Gateway,
    /// Not addresses.
    Dns,
}

impl Bound for Problem {
    type Field = Field;

    fn field(&self) -> Field {
        match self {
            Self::HostName => Field::HostName,
            Self::NoUser | Self::User | Self::Root => Field::User,
            Self::NoWayIn => Field::Password,
            Self::Key => Field::Key,
            Self::Address => Field::Address,
            Self::Gateway => Field::Gateway,
            Self::Dns => Field::Dns,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::NoWayIn => Severity::Warning,
            _ => Severity::Error,
        }
    }
}

impl CloudDraft {
    /// Everything that is wrong, in the order of the fields.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let key = self.key.trim();
        let found = [
            (!self.host_name.is_empty() && !is_host_name(&self.host_name)).then_some(Problem::HostName),
            user(&self.user),
            (self.password.is_empty() && key.is_empty()).then_some(Problem::NoWayIn),
            (!key.is_empty() && !is_key(key)).then_some(Problem::Key),
            self.addressing().err(),
        ];
        found.into_iter().flatten().collect()
    }

    /// How its network card gets its address.
    ///
    /// # Errors
    /// What is wrong with what was typed.
    pub fn addressing(&self) -> Result<Addressing, Problem> {
        let (address, gateway) = (self.address.trim(), self.gateway.trim());
        if address.is_empty() {
            return Ok(Addressing::Dhcp);
        }
        let address: Ipv4Net = address.parse().map_err(|_| Problem::Address)?;
        if !subnet::is_host(&address, address.addr()) {
            return Err(Problem::Address);
        }
        let gateway: Option<Ipv4Addr> =
            if gateway.is_empty() { None } else { Some(gateway.parse().map_err(|_| Problem::Gateway)?) };
        if gateway.is_some_and(|gateway| !subnet::is_host(&address, gateway) || gateway == address.addr()) {
            return Err(Problem::Gateway);
        }
        let words = self.dns.split([',', ' ', ';']).map(str::trim).filter(|word| !word.is_empty());
        let dns = words.map(str::parse).collect::<Result<_, _>>().map_err(|_| Problem::Dns)?;
        Ok(Addressing::Static { address, gateway, dns })
    }
}

/// useradd(8): a small letter or `_`, then these and digits and `-`.
fn user(name: &str) -> Option<Problem> {
    let first = |c: char| c.is_ascii_lowercase() || c == '_';
    let later = |c: char| first(c) || c.is_ascii_digit() || c == '-';
    let good = name.starts_with(first) && name.chars().all(later) && name.len() <= LONGEST;
    match name {
        "" => Some(Problem::NoUser),
        "root" => Some(Problem::Root),
        _ => (!good).then_some(Problem::User),
    }
}

/// One line: a kind, and the key in Base64 (sshd(8), on the file of authorized keys).
pub(super) fn is_key(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let (kind, key) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let known = ["ssh-", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"].iter().any(|begin| kind.starts_with(begin));
    let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    known && key.len() >= 32 && key.chars().all(base64) && !text.contains(['\n', '\r'])
}

/// Whether a file is an image for a cloud, by its name: they have no password of their own.
#[must_use]
pub fn is_cloud_image(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    ["cloudimg", "genericcloud", "cloud-base", "nocloud", "openstack", "-cloud.", "cloudinit"]
        .iter()
        .any(|w| name.contains(w))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVhY2ggdG8gaGlzIG93biBrZXkgaGVyZSE= li@host";

    fn draft() -> CloudDraft {
        CloudDraft { user: "student".into(), key: KEY.into(), ..CloudDraft::default() }
    }

    #[test]
    fn each_field_says_what_is_wrong() {
        assert_eq!(draft().problems(), []);
        let with = |change: fn(&mut CloudDraft)| {
            let mut draft = draft();
            change(&mut draft);
            draft.problems()
        };
        assert_eq!(with(|d| d.host_name = "a_b".into()), [Problem::HostName]);
        assert_eq!(with(|d| d.user = "Li Hua".into()), [Problem::User]);
        assert_eq!(with(|d| d.user.clear()), [Problem::NoUser]);
        assert_eq!(with(|d| d.user = "root".into()), [Problem::Root]);
        assert_eq!(with(|d| d.key.clear()), [Problem::NoWayIn]);
        assert_eq!(with(|d| d.key = format!("{KEY}\nssh-rsa x")), [Problem::Key]);
        assert_eq!(with(|d| d.key = "-----BEGIN OPENSSH PRIVATE KEY-----".into()), [Problem::Key]);
        assert_eq!(with(|d| d.address = "10.0.0.0/24".into()), [Problem::Address]);
        assert_eq!(with(|d| (d.address, d.gateway) = ("10.0.0.5/24".into(), "10.0.1.1".into())), [Problem::Gateway]);
        assert_eq!(with(|d| (d.address, d.dns) = ("10.0.0.5/24".into(), "8.8.8.8, x".into())), [Problem::Dns]);
    }

    #[test]
    fn an_address_is_written_down_or_asked_for() {
        assert_eq!(draft().addressing(), Ok(Addressing::Dhcp));
        let (address, dns) = ("10.0.0.5/24".to_owned(), "1.1.1.1 8.8.8.8".to_owned());
        let fixed = CloudDraft { address, dns, ..draft() }.addressing().unwrap();
        assert!(matches!(fixed, Addressing::Static { dns, gateway: None, .. } if dns.len() == 2));
    }

    #[test]
    fn cloud_images_are_known_by_their_names() {
        assert!(is_cloud_image("/i/debian-13-genericcloud-amd64.qcow2"));
        assert!(is_cloud_image("noble-server-cloudimg-amd64.img"));
        assert!(!is_cloud_image("/cloud/cent7.img"));
    }
}
