//! The words for the draft's problems: what is wrong, and what to do about it.

use std::rc::Rc;

use relm4::Sender;

use lectern_model::{
    draft::{
        Bound,
        import::{DiskFault, DiskUser, Problem, UserRole},
    },
    storage::Content,
};

use super::{ImportMsg, cloud};
use crate::{
    i18n::{gettext, gettext_f},
    wizards::{
        frame::{Line, Offer},
        machine,
    },
};

/// A problem as it is said beside its field, with what would mend it.
pub(super) fn line(problem: &Problem, input: &Sender<ImportMsg>) -> Line {
    let offer = match problem {
        Problem::Closed { mendable: true, .. } => {
            let input = input.clone();
            let act = Rc::new(move || drop(input.send(ImportMsg::Mend)));
            Some(Offer { label: gettext("Let It Pass"), act })
        }
        Problem::NoPool => {
            let input = input.clone();
            let act = Rc::new(move || drop(input.send(ImportMsg::MakePool)));
            Some(Offer { label: gettext("Make the Usual One"), act })
        }
        Problem::Machine(problem) => {
            let input = input.clone();
            machine::words::offer(problem, move |refusal| input.emit(ImportMsg::Raise(refusal)))
        }
        _ => None,
    };
    Line { offer, ..Line::new(problem.severity(), text(problem)) }
}

/// Whether a problem is said only once the user wanted to go on: a field that is still empty is no mistake.
pub(crate) const fn waits(problem: &Problem) -> bool {
    matches!(problem, Problem::NoSource | Problem::Looking)
        || matches!(problem, Problem::Cloud(problem) if cloud::waits(problem))
        || matches!(problem, Problem::Machine(problem) if machine::words::waits(problem))
}

/// What is wrong, and what to do about it.
pub(crate) fn text(problem: &Problem) -> String {
    match problem {
        Problem::NoSource => gettext("Choose a volume above, or type the path of a file."),
        Problem::RelativePath => gettext("A path begins with /."),
        Problem::Looking => gettext("The disk is still being looked at."),
        Problem::Disk(fault) => disk(fault),
        Problem::Optical => gettext(
            "This looks like an installation disc, not like a disk with a system on it. The machine gets it as a disk.",
        ),
        Problem::NamedOtherwise { name, content } => gettext_f(
            "The name says {name}, the content is {content}. The content counts.",
            &[("name", name.driver()), ("content", content.driver())],
        ),
        Problem::Closed { paths, mendable } => closed(paths, *mendable),
        Problem::ReadOnlyFile => gettext("This file cannot be written to. Work on a copy, or keep it as a base."),
        Problem::Foreign(format) => gettext_f(
            "{format} is for reading and converting: QEMU writes to it slowly or not at all, without snapshots. Work on a copy: it becomes qcow2.",
            &[("format", format.driver())],
        ),
        Problem::OnlyCopied => gettext("It lies inside another file, from which it can only be copied out."),
        Problem::InUse(user) => in_use(user),
        Problem::CopiedWhileOn(name) => gettext_f(
            "{name} is on and writes to it meanwhile: the copy is like a disk after a power cut. Shut {name} down first.",
            &[("name", name)],
        ),
        _ => text_of_place(problem),
    }
}

fn text_of_place(problem: &Problem) -> String {
    match problem {
        Problem::OverlayTooSmall(least) => {
            gettext_f("An overlay is at least as large as its base, which has {size}.", &[("size", &least.to_string())])
        }
        Problem::NoPool => gettext("This host has no storage pool yet, in which the new file could be made."),
        Problem::PoolGone(name) => {
            gettext_f("There is no storage pool {name} any more. Choose another.", &[("name", name)])
        }
        Problem::PoolStopped(name) => {
            gettext_f("The storage pool {name} is stopped. It is started before the file is made.", &[("name", name)])
        }
        Problem::PoolReadOnly(name) => {
            gettext_f("Nothing can be written in the storage pool {name}. Choose another.", &[("name", name)])
        }
        Problem::NoRoom { needs, has } => gettext_f(
            "The copy takes {needs}, and {has} are free. Delete what is not needed, or keep the file as a base.",
            &[("needs", &needs.to_string()), ("has", &has.to_string())],
        ),
        Problem::MayRunFull { may_take, has } => gettext_f(
            "It fits now. When the guest has filled its disk it takes {size}, and {has} are free.",
            &[("size", &may_take.to_string()), ("has", &has.to_string())],
        ),
        Problem::FileTaken(file) => {
            gettext_f("The storage pool has a file {file} already. Choose another name.", &[("file", file)])
        }
        Problem::Cloud(problem) => cloud::text(problem),
        Problem::Machine(problem) => machine::words::text(problem),
        _ => String::new(),
    }
}

fn disk(fault: &DiskFault) -> String {
    match fault {
        DiskFault::Missing => gettext("There is no such file on the host. Check the path."),
        DiskFault::Folder => gettext("This is a folder. Choose a file in it."),
        DiskFault::Special => gettext("This is neither a file nor a block device."),
        DiskFault::Empty => gettext("The file is empty."),
        DiskFault::NotADisk(Content::Packed(_)) => gettext(
            "This is a packed archive, not a disk. Unpack it first; what is packed with gzip, xz, bzip2 or zstd is unpacked by itself where it can be read from here, or lies in a storage pool.",
        ),
        DiskFault::NotADisk(_) => {
            gettext("This is no disk image, whatever its name says: it is a text or something else.")
        }
        DiskFault::Truncated { has, needs } => gettext_f(
            "The file is cut off: {has} of at least {needs} are there. Fetch or copy it again.",
            &[("has", &has.to_string()), ("needs", &needs.to_string())],
        ),
        DiskFault::BaseMissing(path) => gettext_f(
            "Its base {path} is not there. Put it back, or tell the image of the new place with “qemu-img rebase”.",
            &[("path", path)],
        ),
        DiskFault::ChainLoops(path) => gettext_f(
            "Its bases go round in a circle: {path} comes again. No machine can start with it.",
            &[("path", path)],
        ),
        DiskFault::ChainTooLong => gettext("It stands on more bases than libvirt follows. Flatten it first."),
        DiskFault::Damaged => gettext("The image is damaged. “qemu-img check” tells more."),
        DiskFault::BadPacking(why) => gettext_f(
            "It is packed, and cannot be unpacked: damaged, or not whole. Fetch or copy it again. ({reason})",
            &[("reason", why)],
        ),
        DiskFault::NoAppliance(why) => gettext_f("This is no appliance that can be read: {reason}", &[("reason", why)]),
        DiskFault::WrongSum(file) => gettext_f(
            "{file} is not what the appliance's manifest says: it was damaged or changed. Fetch or copy the appliance again.",
            &[("file", file)],
        ),
        DiskFault::Member { file, why } => {
            gettext_f("The appliance's disk {file}: {reason}", &[("file", file), ("reason", &disk(why))])
        }
        DiskFault::Unreachable(why) => gettext_f("Nobody could look at it: {reason}", &[("reason", why)]),
    }
}

fn closed(paths: &[String], mendable: bool) -> String {
    let args = [("path", paths.join(", "))];
    let args = args.each_ref().map(|(name, value)| (*name, value.as_str()));
    if mendable {
        gettext_f("QEMU's user cannot pass through {path}. Lectern can let that one user pass, and no more.", &args)
    } else {
        gettext_f("QEMU's user cannot pass through {path}. Move the file into a storage pool, or let it pass.", &args)
    }
}

fn in_use(user: &DiskUser) -> String {
    let name = [("name", user.machine.as_str())];
    match &user.role {
        UserRole::Writes => {
            gettext_f("{name} writes to this file. Two machines on one disk destroy it: work on a copy.", &name)
        }
        UserRole::Base => gettext_f(
            "It is a base of {name}, and must not change any more: keep it as a base, or work on a copy.",
            &name,
        ),
        UserRole::WritesBase(path) => gettext_f(
            "It stands on {path}, to which {name} writes. What stands on it may be broken already.",
            &[("name", &user.machine), ("path", path)],
        ),
    }
}
