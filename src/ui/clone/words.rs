//! What the rules about clones say, in a user's words.

use lectern_model::{
    clone::{CloneError, Companion, CompanionKind, DiskReason, Reason, Treatment},
    draft::{Bound, clone::Problem},
    names::NameProblem,
    template::Why,
};
use lectern_services::plan::make::clone::Refused;
use relm4::Sender;

use super::CloneMsg;
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f},
    labs::some,
    wizards::{frame::Line, place},
};

/// What becomes of a disk.
pub(super) fn treatment(treatment: Treatment) -> String {
    match treatment {
        Treatment::Copy => gettext("Copy"),
        Treatment::Link => gettext("Link (overlay)"),
        Treatment::Share => gettext("Share"),
        Treatment::LeaveOut => gettext("Leave out"),
    }
}

/// Why a disk is treated so by default.
pub(super) fn disk_reason(reason: &DiskReason) -> String {
    match reason {
        DiskReason::Empty => gettext("an empty drive: nothing to copy"),
        DiskReason::ReadOnly => gettext("nobody writes to it, so it can be shared"),
        DiskReason::Shareable => gettext("marked as shared by several machines"),
        DiskReason::Transient => gettext("its changes are thrown away at shutdown"),
        DiskReason::Own => gettext("the machine's own data"),
        DiskReason::TemplateBase => gettext("a template's disk, ready as a base"),
        DiskReason::Network(_) => gettext("on the network, and cannot be copied from here"),
        DiskReason::PassedThrough(_) => gettext("a device of the host that only one machine can have"),
    }
}

/// Why a line of the XML differs.
pub(super) fn reason(reason: Reason) -> String {
    match reason {
        Reason::Name => gettext("its own name"),
        Reason::Uuid => gettext("its own UUID: libvirt tells machines apart by it"),
        Reason::Disk => gettext("a disk of its own"),
        Reason::Mac => gettext("its own MAC address: two alike on one network lose packets"),
        Reason::Title => gettext("a title names one machine"),
        Reason::Runtime => gettext("belongs to the running machine, not to its description"),
        Reason::OwnPath => gettext("libvirt makes this path for each machine"),
        Reason::SharedPath => gettext("two machines cannot use one file or socket"),
        Reason::SharedPort => gettext("two machines cannot listen at one port"),
        Reason::HostDevice => gettext("two machines cannot use one device of the host"),
        Reason::Nvram => gettext("firmware settings of its own"),
        Reason::Vsock => gettext("its own vsock address"),
        Reason::Tpm => gettext("its own TPM"),
        Reason::SharedMemory => gettext("two machines would share memory"),
        Reason::GenerationId => gettext("tells the guest that it was cloned"),
        Reason::Serial => gettext("an identifying number is given once"),
        Reason::SecurityLabel => gettext("a fixed security label would let one read the other's disks"),
        Reason::SwitchPort => gettext("names one port of a virtual switch"),
        Reason::GuestAddress => gettext("an address of the source's guest"),
        Reason::CommandLine => gettext("arguments of QEMU that name a file, socket or port"),
        Reason::Lease => gettext("two machines cannot hold one lease"),
        Reason::Filesystem => gettext("a folder that only one machine may have"),
        Reason::Size => gettext("its own memory and CPUs"),
        Reason::Network => gettext("its own network"),
        Reason::Metadata => gettext("what Lectern noted: a template's lock, a lab or a student is not inherited"),
    }
}

/// What of the source's own state the clone does not get: it is no disk, and libvirt copies none of it.
pub(super) fn lacks(companions: &[Companion]) -> String {
    let has = |kind: CompanionKind| companions.iter().any(|companion| companion.kind == kind);
    let nvram = has(CompanionKind::Nvram).then(|| {
        gettext("Its UEFI begins with fresh settings: the boot order set in the source's firmware is not taken along.")
    });
    let tpm = has(CompanionKind::Tpm).then(|| gettext("Its TPM is empty: a disk whose key the source's guest keeps in its TPM (BitLocker, for example) asks for its recovery key."));
    nvram.into_iter().chain(tpm).collect::<Vec<_>>().join(" ")
}

/// What is wrong with project or flavor, with what would mend it.
pub(super) fn line(problem: &Problem, input: &Sender<CloneMsg>) -> Line {
    let offer = if let Problem::Project(refusal) = problem {
        let (input, asked) = (input.clone(), refusal.clone());
        place::raise(refusal, move || drop(input.send(CloneMsg::Raise(asked.clone()))))
    } else {
        None
    };
    Line { offer, ..Line::new(problem.severity(), self::problem(problem)) }
}

/// What is wrong with the draft, and what to do.
pub(super) fn problem(problem: &Problem) -> String {
    match problem {
        Problem::Running => gettext("It is on, or its memory is saved: its disks change. Shut it down first."),
        Problem::Refused(all) => whys(all),
        Problem::Doubtful(all) => gettext_f("Read this first: {reasons}", &[("reasons", &whys(all))]),
        Problem::Name(fault) => name(fault),
        Problem::TitleLines => gettext("A title has one line."),
        Problem::Impossible(_) => gettext("This cannot be done with this disk."),
        Problem::RiskyShare(_) => gettext("Two machines that write to one disk destroy it. Never run both at once."),
        Problem::Missing(_) => gettext("Its image is gone."),
        Problem::FileExists { file, .. } | Problem::FlavorFileExists(file) => {
            gettext_f("There is a file {name} already.", &[("name", file)])
        }
        Problem::Diskless => gettext("No disk is left to start from."),
        Problem::Smaller(base) => gettext_f(
            "The overlay must be at least as large as the template's disk: {size}.",
            &[("size", &base.to_string())],
        ),
        Problem::NoPool => gettext("Choose a storage pool for the new disks."),
        Problem::PoolClosed => gettext("The storage pool is not started, or nothing can be made in it."),
        Problem::DiskFull(needed) => gettext_f(
            "The copies need {size}, more than is free in the storage pool.",
            &[("size", &needed.to_string())],
        ),
        Problem::DiskMayFill(most) => gettext_f(
            "The new disks can grow to {size}, more than is free in the storage pool.",
            &[("size", &most.to_string())],
        ),
        Problem::Project(refusal) => crate::errors::project::refusal(refusal),
        Problem::FlavorNotForProject(name) => {
            gettext_f("The flavor {name} is not for this project.", &[("name", name)])
        }
        Problem::KeptInBoth(_) => gettext("Something that only one machine can have is kept in both."),
    }
}

fn name(fault: &NameProblem) -> String {
    match fault {
        NameProblem::Empty => gettext("Give it a name."),
        NameProblem::Slash => gettext("A name cannot hold “/”."),
        NameProblem::Dots => gettext("A name cannot be “.” or “..”."),
        NameProblem::EdgeSpace => gettext("A name cannot begin or end with a space."),
        NameProblem::Control(_) => gettext("A name cannot hold characters that nobody sees."),
        NameProblem::TooLong { .. } => gettext("The name is too long."),
        NameProblem::InUse => gettext("Another machine has this name."),
    }
}

/// What speaks against it.
pub(crate) fn whys(all: &[Why]) -> String {
    all.iter().map(why).collect::<Vec<_>>().join(" ")
}

fn why(why: &Why) -> String {
    match why {
        Why::Sealed => gettext("It is locked as a template."),
        Why::Dependents(names) => gettext_f("Its disks are needed by {names}.", &[("names", &some(names))]),
        Why::LooseImages(paths) => gettext_f("Its disks are needed by {names}.", &[("names", &some(paths))]),
        Why::NotAllSeen => gettext("Not everything that may need it could be looked at."),
        Why::BaseChanged(change) => {
            gettext_f("{path} was changed since it was locked: its overlays may be damaged.", &[("path", &change.path)])
        }
        Why::BaseMissing(path) => gettext_f("{path} is gone.", &[("path", path)]),
    }
}

/// Why there is no plan although the fields are in order.
pub(crate) fn plan_refused(refused: &Refused) -> String {
    match refused {
        Refused::Problems(all) => all.iter().map(problem).collect::<Vec<_>>().join("\n"),
        Refused::Clone(error) => self::refused(error).title,
        Refused::OutsidePools(path) => gettext_f(
            "{path} is in no storage pool that is started. Make its folder a storage pool, or choose a linked clone.",
            &[("path", path)],
        ),
    }
}

/// The XML cannot be cloned.
pub(crate) fn refused(error: &CloneError) -> UserText {
    let said = error.to_string();
    UserText { title: gettext("This machine's XML cannot be cloned."), body: said.clone(), raw: Some(said) }
}
