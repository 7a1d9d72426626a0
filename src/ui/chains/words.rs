//! What is wrong with what a disk lies on, and why it is not mended, in a user's words.

use lectern_model::{
    storage::{Fault, name_of},
    template::Trouble,
};
use lectern_services::plan::make::chains::ChainError;

use crate::{
    errors::{self, UserText},
    i18n::{gettext, gettext_f},
    labs::some,
};

/// What is wrong, in a sentence.
pub(crate) fn trouble(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Chain { disk, fault } => fault_of(disk, fault),
        Trouble::Changed { template, change } => gettext_f(
            "{path} was changed since {template} was locked as a template: what lies on it may be damaged.",
            &[("path", name_of(&change.path)), ("template", template)],
        ),
    }
}

/// What is wrong, in a few words.
pub(crate) fn short(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Chain { fault: Fault::Missing { wanted_by: Some(_), .. }, .. } => gettext("Base is gone"),
        Trouble::Chain { fault: Fault::Missing { wanted_by: None, .. }, .. } => gettext("Disk is gone"),
        Trouble::Chain { fault: Fault::FormatNotGiven { .. }, .. } => gettext("No format of its base"),
        Trouble::Chain { .. } => gettext("Disk is broken"),
        Trouble::Changed { .. } => gettext("Base was changed"),
    }
}

/// What is wrong with a chain of images.
pub(crate) fn fault_of(disk: &str, fault: &Fault) -> String {
    let disk = name_of(disk);
    match fault {
        Fault::Missing { path, wanted_by: Some(image) } => {
            gettext_f("{base}, the base of {image}, is gone.", &[("base", path), ("image", name_of(image))])
        }
        Fault::Missing { path, wanted_by: None } => gettext_f("{path} is gone.", &[("path", path)]),
        Fault::FormatNotGiven { image, base } => gettext_f(
            "{image} does not say which format its base {base} has, so that QEMU refuses it or guesses.",
            &[("image", name_of(image)), ("base", name_of(base))],
        ),
        Fault::OtherFormat { image, base, given, found } => gettext_f(
            "{image} says that its base {base} is {given}, but it is {found}.",
            &[("image", name_of(image)), ("base", name_of(base)), ("given", given.driver()), ("found", found.driver())],
        ),
        Fault::Loop { .. } | Fault::TooDeep => {
            gettext_f("The images under {disk} lie on each other without an end.", &[("disk", disk)])
        }
        Fault::CutOff { path, .. } => gettext_f("{path} is cut off: its end is missing.", &[("path", path)]),
        Fault::Unreadable { path, .. } => gettext_f("{path} cannot be read.", &[("path", path)]),
        Fault::Elsewhere { written } => gettext_f("{path} is not on this host.", &[("path", written)]),
    }
}

/// Whether another base, or its format, mends it.
pub(crate) const fn is_mended_by_a_base(trouble: &Trouble) -> bool {
    matches!(
        trouble,
        Trouble::Chain {
            fault: Fault::Missing { wanted_by: Some(_), .. } | Fault::FormatNotGiven { .. } | Fault::OtherFormat { .. },
            ..
        }
    )
}

/// What to do where no button helps.
pub(crate) fn advice(trouble: &Trouble) -> String {
    match trouble {
        Trouble::Changed { .. } => gettext(
            "Put the disk back from a backup. Or reset the machines to the template as it is now: fresh overlays fit it.",
        ),
        Trouble::Chain { .. } => gettext("Put the file back from a backup, or delete the machine."),
    }
}

/// Why no plan is made.
pub(crate) fn failure(error: &ChainError) -> UserText {
    let (title, body) = match error {
        ChainError::Storage(error) => return errors::plan::storage(error),
        ChainError::Running(names) => (
            gettext_f("These machines are on, or their memory is saved: {names}", &[("names", &some(names))]),
            gettext("Their disks change. Shut them down first."),
        ),
        ChainError::Snapshots(names) => (
            gettext_f("These machines have snapshots: {names}", &[("names", &some(names))]),
            gettext("They would be of disks that are gone. Delete the snapshots first."),
        ),
        ChainError::NoOverlay(name) => (
            gettext_f("No disk of {name} lies on another image.", &[("name", name)]),
            gettext("It stands alone already. Or its storage pool is not started: start it first."),
        ),
        ChainError::NoBase(path) => (
            gettext_f("There is no image at {path}.", &[("path", path)]),
            gettext("Choose one from the list, or type its whole path on the host."),
        ),
        ChainError::Loop(path) => (
            gettext_f("{path} is the disk itself, or lies on it.", &[("path", path)]),
            gettext("Choose another image."),
        ),
        ChainError::Same => {
            (gettext("The disk lies on that image already."), gettext("Choose another image, or leave it as it is."))
        }
        ChainError::NotHere(path) => (
            gettext_f("Only libvirt may write {path}.", &[("path", path)]),
            gettext(
                "qemu-img must read and write it to keep its content: run Lectern as a user who may. Or only write where the base is, if it is the same image.",
            ),
        ),
        ChainError::NoDisk(target) => (
            gettext_f("The template has no disk {target}.", &[("target", target)]),
            gettext("Choose another version, or leave this machine out."),
        ),
        ChainError::Xml(_) | ChainError::Notes(_) => {
            let title = gettext("A machine's XML cannot be changed.");
            let body = gettext("The details say what is wrong with it.");
            return UserText { title, body, raw: Some(error.to_string()) };
        }
    };
    UserText::new(title, body)
}
