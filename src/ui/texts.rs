//! The words for the model's values: states, reasons, actions, steps.

use lectern_model::domain::{DomainAction, DomainState, StateReason};
use lectern_services::{jobs::StepText, plan::Purpose};

use crate::{
    chains::texts as chains,
    i18n::{gettext, gettext_f, ngettext_f, pgettext},
    networks::texts as networks,
    storage::texts as storage,
};

/// The state in a word.
pub(crate) fn state(state: DomainState) -> String {
    match state {
        DomainState::Running => gettext("Running"),
        DomainState::Paused => gettext("Paused"),
        DomainState::ShuttingDown => gettext("Shutting down"),
        DomainState::ShutOff => gettext("Shut off"),
        DomainState::Crashed => gettext("Crashed"),
        DomainState::Suspended => gettext("Asleep"),
        DomainState::Unknown => gettext("Unknown"),
    }
}

/// The reason, where it tells something that the state does not.
pub(crate) fn reason(reason: StateReason) -> Option<String> {
    Some(match reason {
        StateReason::None
        | StateReason::Booted
        | StateReason::Unpaused
        | StateReason::Shutdown
        | StateReason::Unexplained
        | StateReason::PausedByUser => return None,
        StateReason::Restored => gettext("restored from saved memory"),
        StateReason::FromSnapshot => gettext("from a snapshot"),
        StateReason::Migrated => gettext("moved between hosts"),
        StateReason::Wakeup => gettext("woken up"),
        StateReason::Busy => gettext("while libvirt works on it"),
        StateReason::IoError => gettext("disk error: is the disk full?"),
        StateReason::Watchdog => gettext("stopped by the watchdog"),
        StateReason::GuestCrashed => gettext("the guest crashed"),
        StateReason::StartingUp => gettext("starting"),
        StateReason::InternalError => gettext("internal error in QEMU"),
        StateReason::Destroyed => gettext("forced off"),
        StateReason::Saved => gettext("memory saved"),
        StateReason::Failed => gettext("failed"),
        StateReason::Daemon => gettext("given up by libvirt"),
    })
}

/// State and reason together.
pub(crate) fn state_with_reason(now: DomainState, why: StateReason) -> String {
    match reason(why) {
        Some(why) => gettext_f("{state} ({reason})", &[("state", &state(now)), ("reason", &why)]),
        None => state(now),
    }
}

/// The icon of a state.
pub(crate) const fn state_icon(state: DomainState) -> &'static str {
    match state {
        DomainState::Running => "media-playback-start-symbolic",
        DomainState::Paused | DomainState::Suspended => "media-playback-pause-symbolic",
        DomainState::ShuttingDown => "system-shutdown-symbolic",
        DomainState::ShutOff => "media-playback-stop-symbolic",
        DomainState::Crashed => "dialog-error-symbolic",
        DomainState::Unknown => "dialog-question-symbolic",
    }
}

/// The style classes of a state's icon (data/style.css).
pub(crate) const fn state_classes(state: DomainState) -> &'static [&'static str] {
    match state {
        DomainState::Running => &["state-icon", "running"],
        DomainState::Paused | DomainState::Suspended | DomainState::ShuttingDown => &["state-icon", "paused"],
        DomainState::Crashed => &["state-icon", "failed"],
        DomainState::ShutOff | DomainState::Unknown => &["state-icon", "dimmed"],
    }
}

/// An action as a button or a menu item names it.
pub(crate) fn action(action: DomainAction) -> String {
    match action {
        DomainAction::Start => pgettext("action", "Start"),
        DomainAction::ShutDown => pgettext("action", "Shut Down"),
        DomainAction::Reboot => pgettext("action", "Reboot"),
        DomainAction::Reset => pgettext("action", "Reset"),
        DomainAction::ForceOff => pgettext("action", "Force Off"),
        DomainAction::Pause => pgettext("action", "Pause"),
        DomainAction::Resume => pgettext("action", "Resume"),
        DomainAction::Save => pgettext("action", "Save"),
    }
}

/// What a step does, as a sentence.
pub(crate) fn step(step: &StepText) -> String {
    match step {
        StepText::Act { action, name } => act(*action, name),
        StepText::SetAutostart { name, on: true } => gettext_f("Switch autostart of {name} on", &[("name", name)]),
        StepText::SetAutostart { name, on: false } => gettext_f("Switch autostart of {name} off", &[("name", name)]),
        StepText::SetTitle { name, .. } => gettext_f("Change the title of {name}", &[("name", name)]),
        StepText::SetDescription { name, .. } => gettext_f("Change the description of {name}", &[("name", name)]),
        StepText::Rename { from, to } => gettext_f("Rename {from} to {to}", &[("from", from), ("to", to)]),
        StepText::Define { name } => gettext_f("Define the machine {name}", &[("name", name)]),
        StepText::Redefine { name } => gettext_f("Change the configuration of {name}", &[("name", name)]),
        StepText::MustBeOff { name } => gettext_f("Look that {name} is off", &[("name", name)]),
        StepText::Undefine { name } => gettext_f("Undefine {name} and keep its disks", &[("name", name)]),
        StepText::Discard { name } => gettext_f("Undefine {name} and remove its state", &[("name", name)]),
        StepText::StartNetwork { .. }
        | StepText::DefineNetwork { .. }
        | StepText::RedefineNetwork { .. }
        | StepText::UndefineNetwork { .. }
        | StepText::StopNetwork { .. }
        | StepText::SetNetworkAutostart { .. }
        | StepText::UpdateNetwork { .. }
        | StepText::RenewNetwork { .. } => networks::step(step),
        StepText::MoveNics { names } => move_nics(names),
        StepText::ReplugNic { name } => {
            gettext_f("Unplug the cable of the running {name} for two seconds", &[("name", name)])
        }
        StepText::AttachNic { name } => gettext_f("Put a NIC into the running {name}", &[("name", name)]),
        StepText::DetachNic { name } => gettext_f("Take a NIC out of the running {name}", &[("name", name)]),
        StepText::StartPool { name } => gettext_f("Start the storage pool {name}", &[("name", name)]),
        StepText::DefinePool { .. }
        | StepText::UndefinePool { .. }
        | StepText::StopPool { .. }
        | StepText::SetPoolAutostart { .. }
        | StepText::RefreshPool { .. }
        | StepText::GrowVolume { .. }
        | StepText::Wipe { .. }
        | StepText::Upload { .. }
        | StepText::Download { .. }
        | StepText::MakeImageSnapshot { .. }
        | StepText::ApplyImageSnapshot { .. }
        | StepText::RemoveImageSnapshot { .. } => storage::step(step),
        StepText::ReadyNetwork { name } => gettext_f("Make the virtual network {name} ready", &[("name", name)]),
        StepText::ReadyPool { name } => gettext_f("Make the storage pool {name} ready", &[("name", name)]),
        StepText::CreateVolume { pool, name, base } => create_volume(pool, name, base.as_deref()),
        StepText::WriteIdentity { name } => write_identity(name),
        StepText::WriteService { name } => write_service(name),
        StepText::Carry { from, to } => carry(from, to),
        StepText::FillVolume { name, file } => gettext_f("Fill {name} with {file}", &[("name", name), ("file", file)]),
        StepText::PassOver { path } => {
            gettext_f("Have the firmware pass over the boot sector of {path}", &[("path", path)])
        }
        StepText::Copy { from, to } => gettext_f("Copy {from} to {to}", &[("from", from), ("to", to)]),
        StepText::MendFolders { folders } => mend_folders(folders),
        StepText::CreateOverlays { pool, count } => {
            ngettext_f("Make {n} overlay in {pool}", "Make {n} overlays in {pool}", *count, &[("pool", pool)])
        }
        StepText::DefineMachines { first, last, count } => define_many(first, last, *count),
        StepText::StartMachines { count } => {
            ngettext_f("Start {n} machine", "Start {n} machines one after the other", *count, &[])
        }
        StepText::DeleteImages { count } => ngettext_f("Delete {n} disk", "Delete {n} disks", *count, &[]),
        StepText::DiscardMachines { count } => {
            ngettext_f("Undefine {n} machine and its state", "Undefine {n} machines and their state", *count, &[])
        }
        StepText::LookAtQuota { .. } | StepText::ClaimQuota { .. } | StepText::SettleQuota { .. } => quota(step),
        StepText::Mark { name } => gettext_f("Note it on the running machine {name}", &[("name", name)]),
        StepText::CreateSwap { pool, name } => {
            gettext_f("Make the swap disk {name} in the pool {pool}", &[("name", name), ("pool", pool)])
        }
        StepText::Grow { path, size } => {
            gettext_f("Make {path} larger: {size}", &[("path", path), ("size", &size.to_string())])
        }
        StepText::Rebase { .. } | StepText::Relink { .. } => chains::step(step),
        StepText::Delete { path } => gettext_f("Delete {path}", &[("path", path)]),
    }
}

fn carry(from: &str, to: &str) -> String {
    gettext_f("Bring {from} to {to} by way of this computer", &[("from", from), ("to", to)])
}

fn mend_folders(folders: &[String]) -> String {
    gettext_f("Let QEMU pass through {folders}", &[("folders", &folders.join(", "))])
}

fn quota(step: &StepText) -> String {
    match step {
        StepText::LookAtQuota { project } => {
            gettext_f("Look whether the quota of the project {project} is enough", &[("project", project)])
        }
        StepText::ClaimQuota { project } => {
            gettext_f("Claim a place in the project {project}", &[("project", project)])
        }
        StepText::SettleQuota { project } => gettext_f("Count it in the project {project}", &[("project", project)]),
        // All others are said above.
        _ => String::new(),
    }
}

fn write_identity(name: &str) -> String {
    gettext_f("Write name and addresses into the disk of {name}", &[("name", name)])
}

fn write_service(name: &str) -> String {
    gettext_f("Write the first-boot service into the disk of {name}", &[("name", name)])
}

fn define_many(first: &str, last: &str, count: usize) -> String {
    let names = [("first", first), ("last", last)];
    ngettext_f("Define {n} machine: {first}", "Define {n} machines: {first} to {last}", count, &names)
}

/// What a plan is for.
pub(crate) fn purpose(purpose: &Purpose) -> String {
    match purpose {
        Purpose::Import(name) => gettext_f("Make the machine {name}", &[("name", name)]),
        Purpose::Install(name) => gettext_f("Install {name}", &[("name", name)]),
        Purpose::Clone { from, to } => gettext_f("Clone {from} to {to}", &[("from", from), ("to", to)]),
        Purpose::MakeLab { lab, count } => make_lab(lab, *count),
        Purpose::GrowLab { lab, count } => {
            ngettext_f("Add {n} machine to the lab {lab}", "Add {n} machines to the lab {lab}", *count, &[("lab", lab)])
        }
        Purpose::StartLab(lab) => gettext_f("Start the lab {lab}", &[("lab", lab)]),
        Purpose::ResetLab(lab) => gettext_f("Reset the lab {lab} to its template", &[("lab", lab)]),
        Purpose::DeleteLab(lab) => gettext_f("Delete the lab {lab}", &[("lab", lab)]),
        Purpose::ShrinkLab { lab, count } => shrink_lab(lab, *count),
        Purpose::Lock(name) => gettext_f("Lock {name} as a template", &[("name", name)]),
        Purpose::Unlock(name) => gettext_f("Unlock the template {name}", &[("name", name)]),
        Purpose::FromXml(name) => gettext_f("Define {name} from a file", &[("name", name)]),
        Purpose::Edit(name) => gettext_f("Change {name}", &[("name", name)]),
        Purpose::Delete(names) => delete(names),
        Purpose::Undefine(names) => undefine(names),
        Purpose::MakeNetwork(_)
        | Purpose::MakeNetworks(_)
        | Purpose::EditNetwork(_)
        | Purpose::StartNetwork(_)
        | Purpose::StopNetwork(_)
        | Purpose::AutostartNetwork(..)
        | Purpose::MendNetwork(_)
        | Purpose::DeleteNetwork(_) => networks::purpose(purpose),
        Purpose::StartMachines(names) => start(names),
        Purpose::MakePool(_)
        | Purpose::StartPool(_)
        | Purpose::StopPool(_)
        | Purpose::AutostartPool(..)
        | Purpose::RefreshPool(_)
        | Purpose::DeletePool(_)
        | Purpose::MakeVolume(_)
        | Purpose::GrowVolume(_)
        | Purpose::CopyVolume { .. }
        | Purpose::Upload(_)
        | Purpose::Download(_)
        | Purpose::WipeVolume(_)
        | Purpose::DeleteVolume(_)
        | Purpose::MakeImageSnapshot { .. }
        | Purpose::ApplyImageSnapshot { .. }
        | Purpose::RemoveImageSnapshot { .. } => storage::purpose(purpose),
        Purpose::Move { machines, project } => {
            gettext_f("Move {names} to the project {project}", &[("names", &machines.join(", ")), ("project", project)])
        }
        Purpose::Resize { machine, flavor } => {
            gettext_f("Resize {name} to the flavor {flavor}", &[("name", machine), ("flavor", flavor)])
        }
        Purpose::ChangeNics(names) => change_nics(names),
        Purpose::AddNic(names) => add_nic(names),
        Purpose::RenewAddress(name) => gettext_f("Renew the address of {name}", &[("name", name)]),
        Purpose::RemoveNic(names) => gettext_f("Remove a NIC of {name}", &[("name", &names.join(", "))]),
        Purpose::Detach(_) | Purpose::ChangeBase(_) | Purpose::NewVersion { .. } | Purpose::MoveToTemplate { .. } => {
            chains::purpose(purpose)
        }
        Purpose::Mend(what) => gettext_f("Mend {what}", &[("what", what)]),
    }
}

fn shrink_lab(lab: &str, count: usize) -> String {
    let args = [("lab", lab)];
    ngettext_f("Delete {n} machine of the lab {lab}", "Delete {n} machines of the lab {lab}", count, &args)
}

fn make_lab(lab: &str, count: usize) -> String {
    let args = [("lab", lab)];
    ngettext_f("Make the lab {lab} with {n} machine", "Make the lab {lab} with {n} machines", count, &args)
}

fn start(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Start {name}", &[("name", name)]),
        _ => ngettext_f("Start {n} machine and its network", "Start {n} machines and their networks", names.len(), &[]),
    }
}

fn move_nics(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Plug the running {name} into its new network", &[("name", name)]),
        _ => ngettext_f(
            "Plug {n} running machine into its new network",
            "Plug {n} running machines into their new network",
            names.len(),
            &[],
        ),
    }
}

fn change_nics(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Change the network of {name}", &[("name", name)]),
        _ => ngettext_f("Change the network of {n} machine", "Change the network of {n} machines", names.len(), &[]),
    }
}

fn add_nic(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Add a NIC to {name}", &[("name", name)]),
        _ => ngettext_f("Add a NIC to {n} machine", "Add a NIC to {n} machines", names.len(), &[]),
    }
}

fn delete(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Delete {name}", &[("name", name)]),
        _ => ngettext_f("Delete {n} machine", "Delete {n} machines", names.len(), &[]),
    }
}

fn undefine(names: &[String]) -> String {
    match names {
        [name] => gettext_f("Undefine {name}", &[("name", name)]),
        _ => ngettext_f("Undefine {n} machine", "Undefine {n} machines", names.len(), &[]),
    }
}

fn create_volume(pool: &str, name: &str, base: Option<&str>) -> String {
    let args = [("name", name), ("pool", pool), ("base", base.unwrap_or_default())];
    match base {
        None => gettext_f("Make the volume {name} in the pool {pool}", &args),
        Some(_) => gettext_f("Make {name} in the pool {pool}, an overlay of {base}", &args),
    }
}

fn act(action: DomainAction, name: &str) -> String {
    let args = [("name", name)];
    match action {
        DomainAction::Start => gettext_f("Start {name}", &args),
        DomainAction::ShutDown => gettext_f("Shut down {name}", &args),
        DomainAction::Reboot => gettext_f("Reboot {name}", &args),
        DomainAction::Reset => gettext_f("Reset {name}", &args),
        DomainAction::ForceOff => gettext_f("Force off {name}", &args),
        DomainAction::Pause => gettext_f("Pause {name}", &args),
        DomainAction::Resume => gettext_f("Resume {name}", &args),
        DomainAction::Save => gettext_f("Save the memory of {name}", &args),
    }
}

/// A share between 0 and 1 in per cent.
pub(crate) fn percent(share: f32) -> String {
    format!("{:.0}%", share * 100.0)
}

/// Bytes a second, in the unit that keeps it short.
pub(crate) fn rate(bytes: f64) -> String {
    const UNITS: [&str; 4] = ["B/s", "KiB/s", "MiB/s", "GiB/s"];
    let mut value = bytes;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 { format!("{value:.0} {}", UNITS[unit]) } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_stay_short() {
        assert_eq!(rate(0.0), "0 B/s");
        assert_eq!(rate(1536.0), "1.5 KiB/s");
        assert_eq!(rate(3.0 * 1024.0 * 1024.0), "3.0 MiB/s");
    }

    #[test]
    fn a_reason_is_said_only_where_it_tells_something() {
        assert_eq!(state_with_reason(DomainState::Running, StateReason::Booted), "Running");
        assert_eq!(state_with_reason(DomainState::ShutOff, StateReason::Saved), "Shut off (memory saved)");
    }
}
