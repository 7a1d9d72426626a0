//! What this computer's files say of users, groups, devices and processors; readers of texts, so that they are tested.

use std::{fs, os::unix::fs::MetadataExt, path::Path};

/// A user with all groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct User {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// A line of /etc/group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) gid: u32,
    pub(super) members: Vec<String>,
}

/// The users of /etc/passwd.
pub(super) fn users() -> Vec<User> {
    read_users(&fs::read_to_string("/etc/passwd").unwrap_or_default())
}

/// The groups of /etc/group.
pub(super) fn groups() -> Vec<Group> {
    read_groups(&fs::read_to_string("/etc/group").unwrap_or_default())
}

fn read_users(text: &str) -> Vec<User> {
    let user = |line: &str| {
        let mut fields = line.split(':');
        let (name, uid, gid) = (fields.next()?, fields.nth(1)?, fields.next()?);
        Some(User { name: name.to_owned(), uid: uid.parse().ok()?, gid: gid.parse().ok()? })
    };
    text.lines().filter_map(user).collect()
}

fn read_groups(text: &str) -> Vec<Group> {
    let group = |line: &str| {
        let mut fields = line.split(':');
        let (name, gid) = (fields.next()?, fields.nth(1)?);
        let members = fields.next().unwrap_or_default().split(',').filter(|name| !name.is_empty());
        Some(Group { name: name.to_owned(), gid: gid.parse().ok()?, members: members.map(str::to_owned).collect() })
    };
    text.lines().filter_map(group).collect()
}

/// The numbers of the groups that this process has (proc(5), /proc/self/status).
pub(super) fn own_groups() -> Vec<u32> {
    read_own_groups(&fs::read_to_string("/proc/self/status").unwrap_or_default())
}

fn read_own_groups(status: &str) -> Vec<u32> {
    let line = |key: &str| status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
    let effective = line("Gid:").split_whitespace().nth(1);
    line("Groups:").split_whitespace().chain(effective).filter_map(|number| number.parse().ok()).collect()
}

/// This process's user.
pub(super) fn own_uid() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|own| own.uid())
}

/// The rights to a file, as far as its mode says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rights {
    pub(super) mode: u32,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// Those of the file at `path`; `None` where it is not there.
pub(super) fn rights(path: &Path) -> Option<Rights> {
    let found = fs::metadata(path).ok()?;
    Some(Rights { mode: found.mode(), uid: found.uid(), gid: found.gid() })
}

impl Rights {
    /// Whether `user` may read and write it.
    pub(super) fn allow(self, user: &User, groups: &[Group]) -> bool {
        let is_member = groups.iter().any(|group| group.gid == self.gid && group.members.contains(&user.name));
        let shift = if user.uid == 0 {
            return true;
        } else if user.uid == self.uid {
            6
        } else if user.gid == self.gid || is_member {
            3
        } else {
            0
        };
        self.mode >> shift & 0o6 == 0o6
    }
}

/// What /proc/cpuinfo says of virtualization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Processor {
    /// The flag: `vmx` is Intel's, `svm` AMD's.
    pub(super) flag: Option<&'static str>,
    /// Whether this computer is itself a guest.
    pub(super) is_guest: bool,
}

/// This computer's; `None` on an architecture that says it elsewhere.
pub(super) fn processor() -> Option<Processor> {
    read_processor(&fs::read_to_string("/proc/cpuinfo").ok()?)
}

fn read_processor(text: &str) -> Option<Processor> {
    let line = text.lines().find(|line| line.starts_with("flags"))?;
    let has = |flag: &str| line.split_whitespace().any(|word| word == flag);
    Some(Processor { flag: ["vmx", "svm"].into_iter().find(|flag| has(flag)), is_guest: has("hypervisor") })
}

/// The value of a key in one of libvirt's own configuration files; `None` where it is commented out.
pub(super) fn setting(text: &str, key: &str) -> Option<String> {
    let value = |line: &str| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == key).then(|| value.trim().trim_matches('"').to_owned())
    };
    text.lines().filter_map(value).next_back()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_gives_its_rights_to_its_members() {
        let users = read_users("root:x:0:0::/root:/bin/sh\nlibvirt-qemu:x:64055:994::/:/bin/false\nbad line\n");
        let groups = read_groups("kvm:x:993:libvirt-qemu,alice\nlibvirt:x:12:\n");
        let qemu = &users[1];
        let at = |mode, gid| Rights { mode, uid: 0, gid };
        assert!(at(0o660, 993).allow(qemu, &groups) && at(0o666, 5).allow(qemu, &groups));
        assert!(!at(0o660, 5).allow(qemu, &groups) && !at(0o600, 993).allow(qemu, &groups));
        assert!(at(0o660, 994).allow(qemu, &groups), "its own group");
        assert!(at(0o600, 5).allow(&users[0], &groups));
        assert_eq!(groups[1].members, Vec::<String>::new());
    }

    #[test]
    fn a_processor_tells_by_its_flags() {
        let of = |flags: &str| read_processor(&format!("processor: 0\nflags\t\t: fpu {flags} sse\n")).unwrap();
        assert_eq!(of("vmx"), Processor { flag: Some("vmx"), is_guest: false });
        assert_eq!(of("svm hypervisor"), Processor { flag: Some("svm"), is_guest: true });
        assert_eq!(of("svme").flag, None);
        assert_eq!(read_processor("Features: fp asimd\n"), None);
    }

    #[test]
    fn settings_that_are_comments_are_none() {
        let text = "#stdio_handler = \"file\"\n  firewall_backend = \"iptables\"\n";
        assert_eq!(setting(text, "stdio_handler"), None);
        assert_eq!(setting(text, "firewall_backend").as_deref(), Some("iptables"));
    }

    #[test]
    fn own_groups_are_those_of_the_log_in() {
        assert_eq!(read_own_groups("Name:\tx\nGid:\t1\t2\t3\t4\nGroups:\t27 993 \n"), [27, 993, 2]);
    }
}
