//! The checks that this computer's own files answer.

use std::{
    fs::{self, OpenOptions},
    io::ErrorKind,
    path::Path,
};

use async_channel::Sender;
use lectern_model::command::CommandLine;

use super::{
    Check, CheckId, Cure, Finding, Subject, Unknown,
    distribution::{Distribution, Package, program},
    system::{self, Group, User},
    tell,
};
use crate::{
    host::ConnectFailure,
    libvirt::{diagnosis::socket, domains::is_root},
};

const KVM: &str = "/dev/kvm";

/// The checks of this file, each with what answers it.
type Question = (CheckId, fn(&Subject) -> Check);

const QUESTIONS: [Question; 10] = [
    (CheckId::Daemon, daemon),
    (CheckId::Groups, groups),
    (CheckId::Polkit, polkit),
    (CheckId::Processor, |_| processor()),
    (CheckId::KvmDevice, |_| kvm_device()),
    (CheckId::QemuUser, qemu_user),
    (CheckId::Firewall, firewall),
    (CheckId::Dnsmasq, dnsmasq),
    (CheckId::Logs, logs),
    (CheckId::Driver, driver),
];

/// Answers all of them.
pub(super) fn all(subject: &Subject, sender: &Sender<Check>) {
    for (id, question) in QUESTIONS {
        let hosted = matches!(id, CheckId::Daemon | CheckId::Driver | CheckId::Polkit) && subject.host.is_some();
        let check = match subject.distance() {
            Some(why) if !hosted => Check::unknown(id, why),
            _ => question(subject),
        };
        // Where there is a connection, it says which driver it has.
        if id != CheckId::Driver || subject.host.is_none() {
            tell(sender, check);
        }
    }
}

/// What installs a package here, where the distribution is known.
pub(super) fn install(package: Package) -> Option<Cure> {
    Some(Cure::Command(Distribution::here()?.install(package)))
}

fn sudo(words: &[&str]) -> Cure {
    Cure::Command(CommandLine::new("sudo").args(words.iter().copied()))
}

fn daemon(subject: &Subject) -> Check {
    let bad = |finding, cure| Check::bad(CheckId::Daemon, finding, cure);
    if subject.host.is_some() {
        return Check::good(CheckId::Daemon, Finding::Connected);
    }
    match subject.failure.clone().or_else(|| socket::explain(&subject.uri)) {
        Some(ConnectFailure::NoSocket(path)) => {
            bad(Finding::NoSocket(path), Some(sudo(&["systemctl", "enable", "--now", "libvirtd.socket"])))
        }
        Some(ConnectFailure::SocketRefused(path)) => {
            bad(Finding::NobodyListens(path), Some(sudo(&["systemctl", "restart", "libvirtd"])))
        }
        Some(ConnectFailure::SocketDenied(path)) => bad(Finding::SocketDenied(path), None),
        _ => bad(Finding::NoAnswer, Some(sudo(&["systemctl", "status", "libvirtd"]))),
    }
}

/// The groups that give a user what a host of this kind needs: the session's QEMU is the user's own.
fn wanted_groups(subject: &Subject) -> Vec<&'static str> {
    let wanted: &[&str] = if subject.uri.is_session() { &["kvm"] } else { &["libvirt"] };
    let all = system::groups();
    wanted.iter().copied().filter(|name| all.iter().any(|group| group.name == *name)).collect()
}

fn groups(subject: &Subject) -> Check {
    if is_root() {
        return Check::good(CheckId::Groups, Finding::Root);
    }
    let (all, own) = (system::groups(), system::own_groups());
    let wanted = wanted_groups(subject);
    let is_in = |name: &&str| all.iter().any(|group| group.name == **name && own.contains(&group.gid));
    let missing: Vec<&str> = wanted.iter().filter(|name| !is_in(name)).copied().collect();
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    if missing.is_empty() {
        return Check::good(CheckId::Groups, Finding::InGroups(names(&wanted)));
    }
    let user = system::users().into_iter().find(|user| Some(user.uid) == system::own_uid());
    let Some(user) = user else { return Check::unknown(CheckId::Groups, Unknown::Refused) };
    let is_member = |name: &&str| all.iter().any(|group| group.name == **name && group.members.contains(&user.name));
    if missing.iter().all(is_member) {
        return Check::warning(CheckId::Groups, Finding::LogInAgain(names(&missing)), None);
    }
    let cure = Some(sudo(&["usermod", "-aG", &missing.join(","), &user.name]));
    // polkit may let the user in all the same.
    let finding = Finding::NotInGroups(names(&missing));
    if subject.host.is_some() {
        Check::warning(CheckId::Groups, finding, cure)
    } else {
        Check::bad(CheckId::Groups, finding, cure)
    }
}

fn polkit(subject: &Subject) -> Check {
    match subject.failure {
        Some(ConnectFailure::NoPolkitAgent) => Check::bad(CheckId::Polkit, Finding::NoPolkitAgent, None),
        Some(ConnectFailure::NoSystemBus) => {
            Check::bad(CheckId::Polkit, Finding::NoSystemBus, Some(sudo(&["systemctl", "status", "polkit"])))
        }
        _ => Check::good(CheckId::Polkit, Finding::NotNeeded),
    }
}

fn driver(subject: &Subject) -> Check {
    if subject.failure == Some(ConnectFailure::UnknownUri) {
        return Check::bad(CheckId::Driver, Finding::NoDriver, install(Package::Driver));
    }
    let emulators = ["qemu-system-x86_64", "qemu-kvm", "qemu-system-aarch64"];
    let found = emulators.into_iter().find_map(program).or_else(|| {
        let hidden = Path::new("/usr/libexec/qemu-kvm");
        hidden.is_file().then(|| hidden.to_owned())
    });
    match found {
        Some(_) => Check::unknown(CheckId::Driver, Unknown::NotConnected),
        None => Check::bad(CheckId::Driver, Finding::NoDriver, install(Package::Driver)),
    }
}

fn processor() -> Check {
    let has_kvm = Path::new(KVM).exists();
    match system::processor() {
        None if has_kvm => Check::good(CheckId::Processor, Finding::DeviceUsable),
        None => Check::unknown(CheckId::Processor, Unknown::Refused),
        Some(found) => match found.flag {
            Some(flag) => Check::good(CheckId::Processor, Finding::Virtualizes(flag.to_owned(), found.is_guest)),
            None if has_kvm => Check::warning(CheckId::Processor, Finding::HiddenVirtualization, None),
            None => Check::bad(CheckId::Processor, Finding::NoVirtualization(found.is_guest), None),
        },
    }
}

fn kvm_device() -> Check {
    match OpenOptions::new().read(true).write(true).open(KVM) {
        Ok(_) => Check::good(CheckId::KvmDevice, Finding::DeviceUsable),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let module = match system::processor().and_then(|processor| processor.flag) {
                Some("svm") => "kvm_amd",
                _ => "kvm_intel",
            };
            Check::bad(CheckId::KvmDevice, Finding::DeviceMissing, Some(sudo(&["modprobe", module])))
        }
        // The system's QEMU runs as a user of its own, who is looked at by the next check.
        Err(_) => Check::warning(CheckId::KvmDevice, Finding::DeviceDenied, None),
    }
}

/// The user as whom the system's daemon runs QEMU: the distributions' two names.
fn qemu() -> Option<User> {
    let users = system::users();
    ["libvirt-qemu", "qemu"].into_iter().find_map(|name| users.iter().find(|user| user.name == name)).cloned()
}

fn qemu_user(subject: &Subject) -> Check {
    if subject.uri.is_session() && !is_root() {
        return Check::good(CheckId::QemuUser, Finding::NotNeeded);
    }
    let (Some(user), Some(rights)) = (qemu(), system::rights(Path::new(KVM))) else {
        return Check::unknown(CheckId::QemuUser, Unknown::Refused);
    };
    let groups: Vec<Group> = system::groups();
    if rights.allow(&user, &groups) {
        return Check::good(CheckId::QemuUser, Finding::QemuMay(user.name));
    }
    let group = groups.iter().find(|group| group.gid == rights.gid && group.gid != 0);
    let cure = match group {
        Some(group) if rights.mode & 0o060 == 0o060 => Some(sudo(&["usermod", "-aG", &group.name, &user.name])),
        // The rule of systemd's that gives the device its group and mode was not applied.
        _ => Some(sudo(&["udevadm", "trigger", "--sysname-match=kvm"])),
    };
    Check::warning(CheckId::QemuUser, Finding::QemuMayNot(user.name), cure)
}

/// libvirt takes the first backend that is there, or the one that network.conf names (libvirt.org/firewall.html).
fn firewall(subject: &Subject) -> Check {
    if subject.uri.is_session() && !is_root() {
        return Check::good(CheckId::Firewall, Finding::NotNeeded);
    }
    let text = fs::read_to_string("/etc/libvirt/network.conf").unwrap_or_default();
    let chosen = system::setting(&text, "firewall_backend");
    let tool = |backend: &str| program(if backend == "nftables" { "nft" } else { "iptables" });
    let backends = match &chosen {
        Some(one) => vec![one.as_str()],
        None => vec!["nftables", "iptables"],
    };
    match backends.iter().find(|backend| tool(backend).is_some()) {
        Some(backend) => Check::good(CheckId::Firewall, Finding::Present((*backend).to_owned())),
        None => Check::bad(CheckId::Firewall, Finding::Absent, install(Package::Nftables)),
    }
}

fn dnsmasq(subject: &Subject) -> Check {
    if subject.uri.is_session() && !is_root() {
        return Check::good(CheckId::Dnsmasq, Finding::NotNeeded);
    }
    match program("dnsmasq") {
        Some(path) => Check::good(CheckId::Dnsmasq, Finding::Present(path.to_string_lossy().into_owned())),
        None => Check::bad(CheckId::Dnsmasq, Finding::Absent, install(Package::Dnsmasq)),
    }
}

/// A session starts its own; the system's needs the socket, unless qemu.conf has QEMU write the files itself.
fn logs(subject: &Subject) -> Check {
    if subject.uri.is_session() && !is_root() {
        return Check::good(CheckId::Logs, Finding::NotNeeded);
    }
    let socket = Path::new("/run/libvirt/virtlogd-sock");
    if socket.exists() {
        return Check::good(CheckId::Logs, Finding::Present(socket.to_string_lossy().into_owned()));
    }
    match fs::read_to_string("/etc/libvirt/qemu.conf") {
        Ok(text) if system::setting(&text, "stdio_handler").as_deref() == Some("file") => {
            Check::good(CheckId::Logs, Finding::NotNeeded)
        }
        Err(error) if error.kind() == ErrorKind::PermissionDenied => Check::unknown(CheckId::Logs, Unknown::Refused),
        _ => Check::warning(
            CheckId::Logs,
            Finding::Absent,
            Some(sudo(&["systemctl", "enable", "--now", "virtlogd.socket"])),
        ),
    }
}
