//! The words for what plans do to pools and volumes.

use lectern_services::{jobs::StepText, plan::Purpose};

use crate::i18n::{gettext, gettext_f};

/// What a step does, as a sentence; one that is not about storage says nothing here.
pub(crate) fn step(step: &StepText) -> String {
    match step {
        StepText::DefinePool { name } => gettext_f("Define the storage pool {name}", &[("name", name)]),
        StepText::UndefinePool { name } => {
            gettext_f("Undefine the storage pool {name}; its files stay", &[("name", name)])
        }
        StepText::StopPool { name } => stop(name),
        StepText::SetPoolAutostart { name, on } => autostart(name, *on),
        StepText::RefreshPool { name } => refresh(name),
        StepText::GrowVolume { name, size } => {
            gettext_f("Make {name} {size} large", &[("name", name), ("size", &size.to_string())])
        }
        StepText::Wipe { path } => gettext_f("Overwrite {path} with zeros", &[("path", path)]),
        StepText::Upload { from, to } => gettext_f("Send {from} to the volume {to}", &[("from", from), ("to", to)]),
        StepText::Download { from, to } => {
            gettext_f("Fetch the volume {from} into {to}", &[("from", from), ("to", to)])
        }
        StepText::MakeImageSnapshot { image, name } => make_snapshot(image, name),
        StepText::ApplyImageSnapshot { image, name } => apply_snapshot(image, name),
        StepText::RemoveImageSnapshot { image, name } => remove_snapshot(image, name),
        _ => String::new(),
    }
}

/// What a plan is for; one that is not about storage says nothing here.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::MakePool(name) => gettext_f("Make the storage pool {name}", &[("name", name)]),
        Purpose::StartPool(name) => gettext_f("Start the storage pool {name}", &[("name", name)]),
        Purpose::StopPool(name) => stop(name),
        Purpose::AutostartPool(name, on) => autostart(name, *on),
        Purpose::RefreshPool(name) => refresh(name),
        Purpose::DeletePool(name) => gettext_f("Delete the storage pool {name}", &[("name", name)]),
        Purpose::MakeVolume(name) => gettext_f("Make the volume {name}", &[("name", name)]),
        Purpose::GrowVolume(name) => gettext_f("Make the volume {name} larger", &[("name", name)]),
        Purpose::CopyVolume { from, to } => gettext_f("Copy {from} to {to}", &[("from", from), ("to", to)]),
        Purpose::Upload(name) => gettext_f("Upload {name}", &[("name", name)]),
        Purpose::Download(name) => gettext_f("Download {name}", &[("name", name)]),
        Purpose::WipeVolume(name) => gettext_f("Wipe the volume {name}", &[("name", name)]),
        Purpose::DeleteVolume(name) => gettext_f("Delete the volume {name}", &[("name", name)]),
        Purpose::MakeImageSnapshot { image, name } => make_snapshot(image, name),
        Purpose::ApplyImageSnapshot { image, name } => apply_snapshot(image, name),
        Purpose::RemoveImageSnapshot { image, name } => remove_snapshot(image, name),
        _ => String::new(),
    }
}

fn stop(name: &str) -> String {
    gettext_f("Stop the storage pool {name}", &[("name", name)])
}

fn refresh(name: &str) -> String {
    gettext_f("Look into the storage pool {name} again", &[("name", name)])
}

fn autostart(name: &str, on: bool) -> String {
    if on {
        gettext_f("Switch autostart of the storage pool {name} on", &[("name", name)])
    } else {
        gettext_f("Switch autostart of the storage pool {name} off", &[("name", name)])
    }
}

fn make_snapshot(image: &str, name: &str) -> String {
    gettext_f("Make the snapshot {name} in {image}", &[("name", name), ("image", image)])
}

fn apply_snapshot(image: &str, name: &str) -> String {
    gettext_f("Take {image} back to the snapshot {name}", &[("image", image), ("name", name)])
}

fn remove_snapshot(image: &str, name: &str) -> String {
    gettext_f("Delete the snapshot {name} in {image}", &[("name", name), ("image", image)])
}

/// Under a question whether to undo a plan that made a volume.
pub(crate) fn undoing_a_volume() -> String {
    gettext("What was made is deleted again, with all that was written to it since.")
}
