//! The words of the readiness checks: what each is about, what was found, and what that means.

use lectern_services::{
    probe::{Attempt, Candidate, Fate, Obstacle, Report, Verdict},
    readiness::{Check, CheckId, Finding, Outcome, Unknown},
};

use crate::i18n::{gettext, gettext_f};

/// What a check is about.
pub(super) fn title(id: CheckId) -> String {
    match id {
        CheckId::Daemon => gettext("libvirt answers"),
        CheckId::Groups => gettext("Your groups"),
        CheckId::Polkit => gettext("Permission by password"),
        CheckId::Driver => gettext("QEMU driver"),
        CheckId::Processor => gettext("Virtualization in the processor"),
        CheckId::KvmDevice => gettext("KVM device"),
        CheckId::QemuUser => gettext("KVM for QEMU's own user"),
        CheckId::Speed => gettext("Quick answers"),
        CheckId::KvmBoots => gettext("KVM really boots a guest"),
        CheckId::Network => gettext("Virtual network"),
        CheckId::Firewall => gettext("Firewall rules for networks"),
        CheckId::Dnsmasq => gettext("Addresses for networks"),
        CheckId::Pool => gettext("Storage pool"),
        CheckId::Space => gettext("Room for disks"),
        CheckId::Uefi => gettext("UEFI firmware"),
        CheckId::Tpm => gettext("Emulated TPM"),
        CheckId::Logs => gettext("Logs of consoles"),
    }
}

/// How it ended, in a word.
pub(super) fn outcome(outcome: Outcome) -> String {
    match outcome {
        Outcome::Good => gettext("Good"),
        Outcome::Warning => gettext("Could be better"),
        Outcome::Bad => gettext("Problem"),
        Outcome::Unknown(_) => gettext("Not known"),
    }
}

/// The icon and its style.
pub(super) const fn icon(outcome: Outcome) -> (&'static str, &'static [&'static str]) {
    match outcome {
        Outcome::Good => ("object-select-symbolic", &["state-icon", "running"]),
        Outcome::Warning => ("dialog-warning-symbolic", &["state-icon", "paused"]),
        Outcome::Bad => ("dialog-error-symbolic", &["state-icon", "failed"]),
        Outcome::Unknown(_) => ("dialog-question-symbolic", &["state-icon", "dimmed"]),
    }
}

/// What was found, and what it means where it is not well.
pub(super) fn sentence(check: &Check) -> String {
    match (&check.outcome, &check.finding) {
        (Outcome::Unknown(why), Finding::Nothing) => unknown(*why),
        (_, finding) => found(check.id, finding),
    }
}

fn unknown(why: Unknown) -> String {
    match why {
        Unknown::OtherComputer => gettext("The host is another computer, and libvirt does not tell this of it."),
        Unknown::TestDriver => gettext("This is libvirt's test driver: nothing really runs here."),
        Unknown::NotConnected => gettext("To be known when the host is connected."),
        Unknown::Refused => gettext("It could not be found out."),
    }
}

fn found(id: CheckId, finding: &Finding) -> String {
    match finding {
        Finding::Nothing => String::new(),
        Finding::NotNeeded => gettext("Not needed here."),
        Finding::Connected
        | Finding::NoSocket(_)
        | Finding::NobodyListens(_)
        | Finding::SocketDenied(_)
        | Finding::NoAnswer => daemon(finding),
        Finding::Root | Finding::InGroups(_) | Finding::NotInGroups(_) | Finding::LogInAgain(_) => groups(finding),
        Finding::NoPolkitAgent => gettext(
            "The daemon wants your password, but no program here asks for it. Join the group libvirt, or start a polkit agent.",
        ),
        Finding::NoSystemBus => gettext("The daemon cannot ask polkit: the system bus or polkit is not there."),
        Finding::NoDriver => gettext("libvirt has no driver for QEMU, or QEMU is not installed."),
        Finding::Virtualizes(..) | Finding::HiddenVirtualization | Finding::NoVirtualization(_) => processor(finding),
        Finding::DeviceUsable | Finding::DeviceMissing | Finding::DeviceDenied => device(finding),
        Finding::QemuMay(user) => gettext_f("{user} may use /dev/kvm.", &[("user", user)]),
        Finding::QemuMayNot(user) => gettext_f(
            "{user} may not use /dev/kvm: machines are slow, and libvirt takes minutes for each answer, as it probes QEMU again each time.",
            &[("user", user)],
        ),
        Finding::AnswersIn(time) => speed(time.as_secs_f64()),
        Finding::Probed(report) => probed(report),
        Finding::Active(name) => gettext_f("{name} is active.", &[("name", name)]),
        Finding::NotAutostarted(name) => {
            gettext_f("{name} is active now, but does not start with the host.", &[("name", name)])
        }
        Finding::Inactive(name) => gettext_f("{name} is there, but not active.", &[("name", name)]),
        Finding::Missing(name) => gettext_f("There is no {name}.", &[("name", name)]),
        Finding::Present(name) if name.is_empty() => gettext("It is there."),
        Finding::Driver(name) | Finding::Present(name) => gettext_f("{name} is there.", &[("name", name)]),
        Finding::Absent => absent(id),
        Finding::Room(pool, room) => gettext_f("{room} free in {pool}", &[("room", &room.to_string()), ("pool", pool)]),
    }
}

fn daemon(finding: &Finding) -> String {
    match finding {
        Finding::Connected => gettext("The host is connected."),
        Finding::NoSocket(path) => gettext_f(
            "There is no {path}: libvirt is not installed, or it is not running.",
            &[("path", &path.to_string_lossy())],
        ),
        Finding::NobodyListens(path) => {
            gettext_f("{path} is there, but nobody listens: libvirt has stopped.", &[("path", &path.to_string_lossy())])
        }
        Finding::SocketDenied(path) => {
            gettext_f("You may not use {path}: see your groups below.", &[("path", &path.to_string_lossy())])
        }
        _ => gettext("The daemon does not answer."),
    }
}

fn groups(finding: &Finding) -> String {
    match finding {
        Finding::InGroups(names) if names.is_empty() => gettext("Not needed here."),
        Finding::InGroups(names) => gettext_f("You are in: {groups}", &[("groups", &names.join(", "))]),
        Finding::NotInGroups(names) => gettext_f(
            "You are not in: {groups}. Run the command, then log out and in again.",
            &[("groups", &names.join(", "))],
        ),
        Finding::LogInAgain(names) => gettext_f(
            "You are in {groups} from your next log-in on: log out and in again.",
            &[("groups", &names.join(", "))],
        ),
        _ => gettext("You are root, who may do everything."),
    }
}

fn processor(finding: &Finding) -> String {
    match finding {
        Finding::Virtualizes(flag, true) => {
            gettext_f("It has {flag}, though this computer is itself a virtual machine.", &[("flag", flag)])
        }
        Finding::Virtualizes(flag, false) => gettext_f("It has {flag}.", &[("flag", flag)]),
        Finding::HiddenVirtualization => gettext(
            "The processor names neither vmx nor svm, and there is /dev/kvm all the same: whether it works is tried below.",
        ),
        Finding::NoVirtualization(true) => gettext(
            "This computer is itself a virtual machine, and its own host gives it no virtualization: switch nested virtualization on there.",
        ),
        _ => gettext("Switched off: look in the firmware's settings (BIOS) for Intel VT-x or AMD-V, and switch it on."),
    }
}

fn device(finding: &Finding) -> String {
    match finding {
        Finding::DeviceUsable => gettext("/dev/kvm can be used."),
        Finding::DeviceMissing => {
            gettext("There is no /dev/kvm: the kernel's module is not loaded, or the processor does not virtualize.")
        }
        _ => gettext("/dev/kvm is there, but not for you; the system's daemon uses it as another user."),
    }
}

fn speed(seconds: f64) -> String {
    let time = format!("{seconds:.1}");
    if seconds < 1.0 {
        gettext("libvirt answers at once.")
    } else {
        gettext_f(
            "libvirt took {time} s for one question: it probes QEMU again each time, as it does when QEMU's user may not use /dev/kvm.",
            &[("time", &time)],
        )
    }
}

fn absent(id: CheckId) -> String {
    match id {
        CheckId::Firewall => gettext("Neither nftables nor iptables is there: a network with NAT cannot start."),
        CheckId::Dnsmasq => gettext("dnsmasq is not there: networks give no addresses."),
        CheckId::Uefi => gettext("Not there: only machines with BIOS can be made."),
        CheckId::Tpm => gettext("Not there: only needed for systems that want a TPM, such as Windows 11."),
        _ => gettext("Not there: machines do not start unless QEMU writes its logs itself."),
    }
}

fn probed(report: &Report) -> String {
    match &report.verdict {
        Verdict::Boots(candidate) => gettext_f("A guest boots, with the CPU “{cpu}”.", &[("cpu", &cpu(*candidate))]),
        Verdict::Broken => {
            let tried = report.attempts.iter().filter_map(tried).collect::<Vec<_>>().join("; ");
            gettext_f(
                "KVM opens, but no guest boots under it; emulated, the same guest boots. Tried: {tried}.",
                &[("tried", &tried)],
            )
        }
        Verdict::NoKvm => gettext("libvirt offers no KVM: machines are emulated, slowly."),
        Verdict::Unknown(obstacle) => not_tried(obstacle),
    }
}

fn not_tried(obstacle: &Obstacle) -> String {
    match obstacle {
        Obstacle::TestDriver => unknown(Unknown::TestDriver),
        Obstacle::Architecture(name) => {
            gettext_f("The test guest is for x86-64, and this host is {name}.", &[("name", name)])
        }
        Obstacle::NoPlace => gettext("There is no storage pool that takes the test guest's disk."),
        Obstacle::NotEvenEmulated => {
            gettext("The test guest does not even start emulated: something else than KVM is wrong.")
        }
    }
}

fn tried(attempt: &Attempt) -> Option<String> {
    let fate = match attempt.fate {
        Fate::Good => gettext("boots"),
        Fate::NotStarted(_) => gettext("QEMU did not start"),
        Fate::Stopped => gettext("KVM gave up"),
        Fate::Crashed => gettext("crashed"),
        Fate::Silent => gettext("no sign of life"),
    };
    Some(format!("{}: {fate}", cpu(attempt.candidate?)))
}

fn cpu(candidate: Candidate) -> String {
    match candidate {
        Candidate::HostPassthrough => "host-passthrough".to_owned(),
        Candidate::HostModel => "host-model".to_owned(),
        Candidate::Default => gettext("QEMU's default"),
    }
}
