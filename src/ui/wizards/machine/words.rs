//! The words for what is wrong with a new machine, whatever its disk.

use lectern_model::{draft::machine::Problem, mac::MacProblem, names::NameProblem, project::Refusal};

use crate::{
    i18n::{gettext, gettext_f},
    wizards::{frame::Offer, place},
};

/// Whether a problem is said only once the user wanted to go on: a field that is still empty is no mistake.
pub(crate) const fn waits(problem: &Problem) -> bool {
    matches!(problem, Problem::Name(NameProblem::Empty))
}

/// The button that mends it, where one does: a quota is raised.
pub(crate) fn offer(problem: &Problem, raise: impl Fn(Refusal) + 'static) -> Option<Offer> {
    let Problem::Project(refusal) = problem else { return None };
    let asked = refusal.clone();
    place::raise(refusal, move || raise(asked.clone()))
}

/// What is wrong, and what to do about it.
pub(crate) fn text(problem: &Problem) -> String {
    match problem {
        Problem::Name(problem) => name(*problem),
        Problem::NoMemory => gettext("A machine needs memory."),
        Problem::MemoryAboveHost(has) => {
            gettext_f("The host has {size} in all. Give the machine less.", &[("size", &has.to_string())])
        }
        Problem::MemoryAboveFree(has) => gettext_f(
            "The host has {size} free now. It may swap, and all its machines become slow.",
            &[("size", &has.to_string())],
        ),
        Problem::MemoryBelowLeast(least) => {
            gettext_f("The guest system needs {size} at least.", &[("size", &least.to_string())])
        }
        Problem::NoCpu => gettext("A machine needs one virtual CPU at least."),
        Problem::CpusAboveMost(most) => {
            gettext_f("The hypervisor gives a machine {n} virtual CPUs at most.", &[("n", &most.to_string())])
        }
        Problem::CpusAboveHost(has) => {
            gettext_f("The host has {n} CPUs. More virtual ones make the machine slower.", &[("n", &has.to_string())])
        }
        Problem::SlowHost(seconds) => gettext_f(
            "libvirt took {n} s for one question: it probes QEMU again each time, as it does when QEMU's user may not use /dev/kvm. Making and starting this machine takes minutes; the host's page says what helps.",
            &[("n", &seconds.to_string())],
        ),
        Problem::NoSuchWay => gettext("This host cannot run machines that way."),
        Problem::NetworkGone(name) => gettext_f("There is no virtual network {name} on this host.", &[("name", name)]),
        Problem::Project(refusal) => crate::errors::project::refusal(refusal),
        Problem::FlavorNotForProject(name) => {
            gettext_f("The flavor {name} is not for this project.", &[("name", name)])
        }
        Problem::NetworkStopped { name, starts: true } => {
            gettext_f("The virtual network {name} is stopped. It is started with the machine.", &[("name", name)])
        }
        Problem::NetworkStopped { name, starts: false } => {
            gettext_f("The virtual network {name} is stopped: start it before the machine.", &[("name", name)])
        }
        Problem::Mac(problem) => mac(*problem),
    }
}

/// What is wrong with a network card's address.
fn mac(problem: MacProblem) -> String {
    match problem {
        MacProblem::Malformed => gettext("A card's address has six groups of two digits: 52:54:00:12:34:56."),
        MacProblem::Multicast => gettext("This is an address of a group. The second digit of a card's is even."),
        MacProblem::Zero => gettext("This is no address: all its digits are zero."),
    }
}

/// What is wrong with a machine's name.
pub(crate) fn name(problem: NameProblem) -> String {
    match problem {
        NameProblem::Empty => gettext("The machine needs a name."),
        NameProblem::Slash => gettext("A name cannot hold “/”."),
        NameProblem::Dots => gettext("A name cannot be “.” or “..”."),
        NameProblem::EdgeSpace => gettext("A name cannot begin or end with a space."),
        NameProblem::Control(_) => gettext("A name cannot hold a character that cannot be seen."),
        NameProblem::TooLong { bytes, max } => gettext_f(
            "The name is too long: it takes {n} bytes, and {most} are possible. A Chinese character takes three.",
            &[("n", &bytes.to_string()), ("most", &max.to_string())],
        ),
        NameProblem::InUse => gettext("Another machine of this host has this name."),
    }
}
