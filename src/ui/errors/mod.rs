//! From what went wrong to what a user reads: what failed, why, and what to do next.
//!
//! libvirt's own text is translated by its daemon, so it is shown on request and never read: codes decide.

mod install;
pub(crate) mod plan;
pub(crate) mod project;
pub(crate) mod template;
pub(crate) mod trap;

use lectern_model::uri::UriError;
use lectern_services::host::{ConnectFailure, HostError, LibvirtError, StorageError};

use crate::i18n::{gettext, gettext_f};

/// An error in a user's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserText {
    /// What failed, in a short sentence.
    pub(crate) title: String,
    /// Why, and what to do.
    pub(crate) body: String,
    /// What libvirt said, if it said anything.
    pub(crate) raw: Option<String>,
}

impl UserText {
    /// Without more to say on request.
    pub(crate) const fn new(title: String, body: String) -> Self {
        Self { title, body, raw: None }
    }
}

impl From<&HostError> for UserText {
    fn from(error: &HostError) -> Self {
        let text = match error {
            HostError::Libvirt(error) => refused(error),
            HostError::NotConnected => Self::new(
                gettext("The host is not connected."),
                gettext("Lectern connects again by itself; “Reconnect Now” does it at once."),
            ),
            HostError::TimedOut => Self::new(
                gettext("The host did not answer in time."),
                gettext(
                    "What you asked for may still happen. If nothing changes, look whether libvirt runs: systemctl status libvirtd",
                ),
            ),
            HostError::Gone => Self::new(
                gettext("The machine is no longer there."),
                gettext("It was removed by somebody else meanwhile. The list shows what is there."),
            ),
            HostError::Guarded(guarded) => template::guarded(guarded),
            HostError::Disabled(project) => Self::new(
                gettext_f("The project {project} is disabled.", &[("project", project)]),
                gettext("Its machines are not started. Enable the project, or move the machine to another one."),
            ),
            HostError::NoNetwork { stopped, missing, .. } => networks(stopped, missing),
            HostError::ConsoleInUse(_) => Self::new(
                gettext("Somebody else has this console open."),
                gettext("Close “virsh console” or the other program, or take the console over."),
            ),
            HostError::Connect { why, .. } => connect(why),
            HostError::System(_) => Self::new(
                gettext("This computer refused a thread or a process."),
                gettext("It may be short of memory. Close other programs and try again."),
            ),
            HostError::Tunnel { .. } => Self::new(
                gettext("SSH did not get to the screen on the other host."),
                gettext("The host may forbid forwarding (AllowTcpForwarding), or the screen listens on no port."),
            ),
            HostError::BadAnswer(_) => Self::new(
                gettext("The host answered something that cannot be read."),
                gettext("Its libvirt may be newer than this program. The details show the answer."),
            ),
        };
        Self { raw: raw(error), ..text }
    }
}

impl From<&StorageError> for UserText {
    fn from(error: &StorageError) -> Self {
        plan::storage(error)
    }
}

fn networks(stopped: &[String], missing: &[String]) -> UserText {
    let Some(name) = missing.first() else {
        return UserText::new(
            gettext_f("Its virtual network {name} is stopped.", &[("name", &stopped.join(", "))]),
            gettext("Start the network first: on the page of virtual networks, or where Lectern offers it."),
        );
    };
    UserText::new(
        gettext_f("Its virtual network {name} is not there.", &[("name", name)]),
        gettext("Make a network of this name, or plug the machine into another: “Change Network…”"),
    )
}

fn raw(error: &HostError) -> Option<String> {
    match error {
        HostError::System(text) | HostError::BadAnswer(text) => Some(text.clone()),
        HostError::Tunnel { said } => Some(said.clone()).filter(|said| !said.is_empty()),
        _ => error.libvirt().map(|e| format!("{}\n(libvirt {}.{})", e.message, e.domain, e.code)),
    }
}

/// `virErrorNumber`s that say something of their own (virterror.h).
mod code {
    pub(super) const NO_MEMORY: i32 = 2;
    pub(super) const NO_SUPPORT: i32 = 3;
    pub(super) const OPERATION_FAILED: i32 = 9;
    pub(super) const OPERATION_DENIED: i32 = 29;
    pub(super) const SYSTEM_ERROR: i32 = 38;
    pub(super) const OPERATION_INVALID: i32 = 55;
    pub(super) const OPERATION_TIMEOUT: i32 = 68;
    pub(super) const AGENT_UNRESPONSIVE: i32 = 86;
    pub(super) const DOM_EXIST: i32 = 43;
    pub(super) const RESOURCE_BUSY: i32 = 87;
    pub(super) const ACCESS_DENIED: i32 = 88;
}

fn refused(error: &LibvirtError) -> UserText {
    match error.code {
        code::NO_MEMORY => UserText::new(
            gettext("The host has too little memory."),
            gettext("Shut down another machine, or give this one less memory."),
        ),
        code::NO_SUPPORT => UserText::new(
            gettext("This host cannot do that."),
            gettext("Its hypervisor has no such function. The details name it."),
        ),
        code::OPERATION_INVALID => UserText::new(
            gettext("The machine is not in a state for that."),
            gettext("It may just have changed: look at its state and try again."),
        ),
        code::OPERATION_DENIED | code::ACCESS_DENIED => UserText::new(
            gettext("You are not allowed to do that."),
            gettext("The connection may be read-only, or the host's rules forbid it. Ask who looks after the host."),
        ),
        code::OPERATION_TIMEOUT | code::RESOURCE_BUSY => UserText::new(
            gettext("The machine is busy with something else."),
            gettext("Another operation, such as saving, still runs. Wait for it and try again."),
        ),
        code::AGENT_UNRESPONSIVE => UserText::new(
            gettext("The guest agent does not answer."),
            gettext("Start qemu-guest-agent inside the guest, or do it without the agent."),
        ),
        code::DOM_EXIST => {
            UserText::new(gettext("There is a machine of that name already."), gettext("Choose another name."))
        }
        code::SYSTEM_ERROR => UserText::new(
            gettext("The host's system refused."),
            gettext("A file may be missing or not readable, or the disk full. The details name it."),
        ),
        code::OPERATION_FAILED => UserText::new(
            gettext("The operation failed on the host."),
            gettext("The details say what stood in the way."),
        ),
        _ => UserText::new(gettext("libvirt refused."), gettext("The details say what stood in the way.")),
    }
}

fn connect(why: &ConnectFailure) -> UserText {
    match why {
        ConnectFailure::UnknownUri => UserText::new(
            gettext("libvirt does not know this address."),
            gettext("Use qemu:///system for this computer, or qemu+ssh://user@host/system for another."),
        ),
        ConnectFailure::NoSocket(path) => UserText::new(
            gettext("libvirt does not run here."),
            gettext_f(
                "There is no socket at {path}. Install libvirt (apt install libvirt-daemon-system) and start it: systemctl start libvirtd",
                &[("path", &path.display().to_string())],
            ),
        ),
        ConnectFailure::SocketRefused(path) => UserText::new(
            gettext("libvirt does not answer."),
            gettext_f(
                "Nobody listens at {path}: the daemon has stopped. Start it: systemctl restart libvirtd",
                &[("path", &path.display().to_string())],
            ),
        ),
        ConnectFailure::SocketDenied(_) => UserText::new(
            gettext("You may not use libvirt yet."),
            gettext(
                "Only members of the group libvirt may. Join it with: sudo usermod -aG libvirt $USER — then log out and in again.",
            ),
        ),
        ConnectFailure::NoPolkitAgent => UserText::new(
            gettext("libvirt wants to ask for a password, but nothing can ask."),
            gettext(
                "Join the group libvirt, which needs no password: sudo usermod -aG libvirt $USER — then log out and in again. Or start a polkit agent.",
            ),
        ),
        ConnectFailure::NoSystemBus => UserText::new(
            gettext("libvirt cannot check who you are."),
            gettext(
                "The system message bus does not run, so polkit cannot be asked. Start dbus, then restart libvirt: systemctl restart dbus libvirtd",
            ),
        ),
        ConnectFailure::AuthRefused => UserText::new(
            gettext("The host refused you."),
            gettext("The user or password was not accepted. Check both, or ask who looks after the host."),
        ),
        ConnectFailure::Other => {
            UserText::new(gettext("The host cannot be connected."), gettext("The details show what libvirt said."))
        }
        ConnectFailure::HostUnreachable { host }
        | ConnectFailure::UnknownHostKey { host }
        | ConnectFailure::SshRefused { host }
        | ConnectFailure::NoRemoteDaemon { host } => remote(why, host),
    }
}

fn remote(why: &ConnectFailure, host: &str) -> UserText {
    let host = [("host", host)];
    match why {
        ConnectFailure::UnknownHostKey { .. } => UserText::new(
            gettext_f("The key of {host} is not known.", &host),
            gettext_f(
                "Run once in a terminal: ssh {host} — compare the fingerprint with what the host's owner tells you, and answer yes. Then try again.",
                &host,
            ),
        ),
        ConnectFailure::SshRefused { .. } => UserText::new(
            gettext_f("SSH cannot log in to {host}.", &host),
            gettext_f("Load your key into the agent (ssh-add), and see that this works: ssh {host} true", &host),
        ),
        ConnectFailure::NoRemoteDaemon { .. } => UserText::new(
            gettext_f("No libvirt answers on {host}.", &host),
            gettext_f("See that it runs there: ssh {host} systemctl status libvirtd", &host),
        ),
        _ => UserText::new(
            gettext_f("{host} cannot be reached.", &host),
            gettext("Check its name, its network, and that its SSH server runs."),
        ),
    }
}

/// The URI on the command line is none.
pub(crate) fn bad_uri(error: &UriError) -> UserText {
    let body = wrong_part(error);
    let hint = gettext(
        "Start Lectern with --connect and an address such as qemu:///system, qemu:///session or qemu+ssh://teacher@lab/system",
    );
    UserText::new(gettext("This is no host address."), format!("{body}\n{hint}"))
}

/// What of an address is wrong.
pub(crate) fn wrong_part(error: &UriError) -> String {
    match error {
        UriError::Empty => gettext("No address was given."),
        UriError::Shape(text) => gettext_f("“{text}” does not have the shape of an address.", &[("text", text)]),
        UriError::Driver(driver) => {
            gettext_f("Lectern works with qemu and test, not with “{driver}”.", &[("driver", driver)])
        }
        UriError::Transport(transport) => {
            gettext_f("libvirt has no transport “{transport}”; ssh is the usual one.", &[("transport", transport)])
        }
        UriError::Password => {
            gettext("A password does not belong into an address: it would be seen by everybody. Use an SSH key.")
        }
        UriError::Path(path) => gettext_f("The path must be /system or /session, not “{path}”.", &[("path", path)]),
    }
}

/// The command line named a machine that is not there.
pub(crate) fn no_such_machine(name: &str) -> UserText {
    UserText::new(
        gettext_f("There is no machine “{name}” on this host.", &[("name", name)]),
        gettext("Choose it from the list, or check the name's spelling and the host."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn libvirt(code: i32) -> HostError {
        HostError::Libvirt(LibvirtError { code, domain: 10, level: 2, message: "raw text".into(), errno: None })
    }

    #[test]
    fn every_error_says_what_failed_and_what_to_do() {
        for code in 0..110 {
            let text = UserText::from(&libvirt(code));
            assert!(!text.title.is_empty() && !text.body.is_empty(), "{code}");
            assert!(text.raw.unwrap().contains("raw text"));
        }
    }

    #[test]
    fn three_local_refusals_have_three_texts() {
        let path = std::path::PathBuf::from("/run/libvirt/libvirt-sock");
        let all = [
            ConnectFailure::NoSocket(path.clone()),
            ConnectFailure::SocketDenied(path),
            ConnectFailure::NoPolkitAgent,
            ConnectFailure::NoSystemBus,
        ];
        let titles: std::collections::HashSet<_> = all.iter().map(|why| connect(why).title).collect();
        assert_eq!(titles.len(), all.len());
    }

    #[test]
    fn a_bad_uri_names_the_part_and_gives_examples() {
        let text = bad_uri(&UriError::Driver("vmware".into()));
        assert!(text.body.contains("vmware") && text.body.contains("qemu:///system"));
    }
}
