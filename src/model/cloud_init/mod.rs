//! What a guest's cloud-init is told at its first boot: the three files of a `NoCloud` disc
//! (docs.cloud-init.io, "`NoCloud`", "Network Config Version 2", module "Users and Groups").
//!
//! The files are YAML, written from values: nothing that was typed can add a key or a command.

use serde::Serialize;

use crate::{
    id::DomainId,
    identity_files::{HostEntry, Nic, hosts, network_config},
};

/// The label by which cloud-init finds the disc.
pub const LABEL: &str = "CIDATA";

/// What it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seed {
    /// Which machine it is: cloud-init does its work once for each.
    pub instance: DomainId,
    /// Its host name.
    pub host_name: String,
    /// The user that is made.
    pub user: String,
    /// Its password as crypt(5) keeps it; none where nobody may log in with one.
    pub password: Option<String>,
    /// Public keys, with which one may log in as well.
    pub keys: Vec<String>,
    /// Its network card, where that gets no address by itself.
    pub nic: Option<Nic>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct MetaData<'s> {
    instance_id: String,
    local_hostname: &'s str,
}

#[derive(Serialize)]
struct UserData<'s> {
    hostname: &'s str,
    users: [User<'s>; 1],
    ssh_pwauth: bool,
}

#[derive(Serialize)]
struct User<'s> {
    name: &'s str,
    lock_passwd: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    passwd: Option<&'s str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ssh_authorized_keys: &'s [String],
    sudo: &'static str,
    shell: &'static str,
}

impl Seed {
    /// Its files, by their names on the disc.
    #[must_use]
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let meta = MetaData { instance_id: self.instance.to_string(), local_hostname: &self.host_name };
        let user = User {
            name: &self.user,
            lock_passwd: self.password.is_none(),
            passwd: self.password.as_deref(),
            ssh_authorized_keys: &self.keys,
            sudo: if self.password.is_some() { "ALL=(ALL) ALL" } else { "ALL=(ALL) NOPASSWD:ALL" },
            shell: "/bin/bash",
        };
        let data = UserData { hostname: &self.host_name, users: [user], ssh_pwauth: self.password.is_some() };
        // All keys are texts, so nothing fails.
        let yaml = |text: Result<String, serde_saphyr::ser::Error>| text.unwrap_or_default();
        let mut files = vec![
            ("meta-data", yaml(serde_saphyr::to_string(&meta))),
            ("user-data", format!("#cloud-config\n{}", yaml(serde_saphyr::to_string(&data)))),
        ];
        files.extend(self.nic.as_ref().map(|nic| ("network-config", network_config(std::slice::from_ref(nic)))));
        files
    }
}

/// How root logs in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Root {
    /// Its password as crypt(5) keeps it.
    pub password: Option<String>,
    /// Public keys.
    pub keys: Vec<String>,
}

#[derive(Serialize)]
struct MemberData<'s> {
    hostname: &'s str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    users: Vec<Known<'s>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ssh_pwauth: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    disable_root: Option<bool>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    write_files: Vec<Written>,
}

/// The image's own user, and one that is there already. `hashed_passwd` sets the password of such a one in old and new
/// cloud-init alike; `chpasswd` has changed its keys in between.
#[derive(Serialize)]
#[serde(untagged)]
enum Known<'s> {
    Own(&'static str),
    Root {
        name: &'static str,
        lock_passwd: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        hashed_passwd: Option<&'s str>,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        ssh_authorized_keys: &'s [String],
    },
}

#[derive(Serialize)]
struct Written {
    path: &'static str,
    append: bool,
    content: String,
}

/// The files for a machine of a lab: its name, how root logs in, the class's hosts, and its card where that gets no address
/// by itself. Everything else stays as the image has it.
#[must_use]
pub fn member(
    instance: DomainId,
    host_name: &str,
    root: &Root,
    class: &[HostEntry],
    nic: Option<&Nic>,
) -> Vec<(&'static str, String)> {
    let meta = MetaData { instance_id: instance.to_string(), local_hostname: host_name };
    let password = root.password.as_deref();
    let is_root = password.is_some() || !root.keys.is_empty();
    let user = Known::Root {
        name: "root",
        lock_passwd: password.is_none(),
        hashed_passwd: password,
        ssh_authorized_keys: &root.keys,
    };
    let content = hosts(class, None).unwrap_or_default();
    let file = (!class.is_empty()).then_some(Written { path: "/etc/hosts", append: true, content });
    let data = MemberData {
        hostname: host_name,
        users: if is_root { vec![Known::Own("default"), user] } else { Vec::new() },
        ssh_pwauth: password.map(|_| true),
        disable_root: is_root.then_some(false),
        write_files: file.into_iter().collect(),
    };
    let yaml = |text: Result<String, serde_saphyr::ser::Error>| text.unwrap_or_default();
    let mut files = vec![
        ("meta-data", yaml(serde_saphyr::to_string(&meta))),
        ("user-data", format!("#cloud-config\n{}", yaml(serde_saphyr::to_string(&data)))),
    ];
    files.extend(nic.map(|nic| ("network-config", network_config(std::slice::from_ref(nic)))));
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{identity_files::Addressing, mac::MacAddress};

    #[test]
    fn what_was_typed_stays_a_value() {
        let seed = Seed {
            instance: DomainId::from_bytes([7; 16]),
            host_name: "node1".into(),
            user: "li".into(),
            password: Some("$6$a: b\nroot: x".into()),
            keys: vec!["ssh-ed25519 AAAA li@host # \"quoted\"".into()],
            nic: Some(Nic {
                device: String::new(),
                mac: Some(MacAddress::parse("52:54:00:00:00:01").unwrap()),
                addressing: Addressing::Static {
                    address: "10.0.0.5/24".parse().unwrap(),
                    gateway: Some("10.0.0.1".parse().unwrap()),
                    dns: vec![],
                },
            }),
        };
        let files = seed.files();
        let names: Vec<_> = files.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["meta-data", "user-data", "network-config"]);
        assert!(files[1].1.starts_with("#cloud-config\n"));
        let read = |nth: usize| serde_saphyr::from_str::<serde_json::Value>(&files[nth].1).unwrap();
        let user = &read(1)["users"][0];
        assert_eq!(user["passwd"], "$6$a: b\nroot: x");
        assert_eq!(user["ssh_authorized_keys"][0], "ssh-ed25519 AAAA li@host # \"quoted\"");
        assert_eq!(read(0)["instance-id"], "07070707-0707-0707-0707-070707070707");
        let network = read(2);
        assert_eq!(network["version"], 2);
        assert_eq!(network["ethernets"]["eth0"]["addresses"][0], "10.0.0.5/24");
        assert_eq!(network["ethernets"]["eth0"]["set-name"], "eth0");
        assert_eq!(network["ethernets"]["eth0"]["match"]["macaddress"], "52:54:00:00:00:01");
        let bare = Seed { password: None, nic: None, ..seed };
        assert_eq!(bare.files().len(), 2);
    }

    #[test]
    fn a_machine_of_a_lab_is_told_of_root_and_of_its_class() {
        let root = Root { password: Some("$6$a: b".into()), keys: vec!["ssh-ed25519 A # x".into()] };
        let class = [HostEntry { address: [10, 0, 0, 5].into(), host_name: "node1".into() }];
        let read = |text: &str| serde_saphyr::from_str::<serde_json::Value>(text).unwrap();
        let files = member(DomainId::from_bytes([7; 16]), "node1", &root, &class, None);
        let data = read(&files[1].1);
        assert_eq!((&data["disable_root"], &data["users"][0]), (&false.into(), &"default".into()));
        let user = &data["users"][1];
        assert_eq!((&user["name"], &user["hashed_passwd"]), (&"root".into(), &"$6$a: b".into()));
        assert_eq!(
            (&user["lock_passwd"], &user["ssh_authorized_keys"][0]),
            (&false.into(), &"ssh-ed25519 A # x".into())
        );
        assert!(data["write_files"][0]["content"].as_str().unwrap().contains("10.0.0.5  node1"));
        let bare = member(DomainId::from_bytes([7; 16]), "node1", &Root::default(), &[], None);
        assert_eq!(bare[1].1, "#cloud-config\nhostname: node1\n");
    }
}
