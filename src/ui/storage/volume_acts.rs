//! What is done with volumes: each act comes to a plan, after a question where something is lost.

use relm4::{adw::prelude::*, gtk, prelude::*};

use lectern_model::draft::volume::Facts;
use lectern_services::{
    disk::volumes::{self, Seen},
    host::Host,
    plan::{Plan, storage as plans},
};

use super::{Storage, StorageCmd, StorageMsg, VolumeAct, ask, copying, files, overlay};
use crate::{
    chain, delete, dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
};

impl Storage {
    pub(super) fn act_on_volume(&mut self, act: VolumeAct, sender: &ComponentSender<Self>) {
        let (Some(host), Some(seen)) = (self.host.clone(), self.opened_volume()) else { return };
        match act {
            VolumeAct::Grow => self.ask_size(host, &seen, sender),
            VolumeAct::Overlay => self.ask_overlay(host, &seen, sender),
            VolumeAct::Clone => Self::ask_copy(host, seen, false, sender),
            VolumeAct::Convert => Self::ask_copy(host, seen, true, sender),
            VolumeAct::Download => self.ask_download(host, seen, sender),
            VolumeAct::Wipe => self.confirm(Final::wipe(&host, &seen), sender),
            VolumeAct::Delete => self.confirm(Final::delete(&host, &seen), sender),
            VolumeAct::MakeSnapshot => self.ask_snapshot(host, seen, sender),
            VolumeAct::ApplySnapshot(name) => self.confirm(Final::apply(&host, &seen, &name), sender),
            VolumeAct::RemoveSnapshot(name) => self.confirm(Final::remove(&host, &seen, &name), sender),
        }
    }

    fn ask_size(&self, host: Host, seen: &Seen, sender: &ComponentSender<Self>) {
        let machines = self.stock.as_ref().map(|stock| stock.inventory.machines.clone()).unwrap_or_default();
        let (input, grown) = (sender.input_sender().clone(), seen.clone());
        ask::size(seen, &self.window, move |size| {
            input.emit(StorageMsg::Run(Box::new(plans::grow(host.uri(), &grown, &machines, size))));
        });
    }

    fn ask_overlay(&self, host: Host, seen: &Seen, sender: &ComponentSender<Self>) {
        let Some(pool) = self.opened().cloned() else { return };
        let input = sender.input_sender().clone();
        let facts = Facts { base: Some(seen.volume.capacity), ..self.facts(None) };
        overlay::show(seen, facts, &self.chain(seen), &self.window, move |new| {
            input.emit(StorageMsg::Run(Box::new(plans::make_overlay(host.uri(), &pool, new))));
        });
    }

    fn ask_copy(host: Host, seen: Seen, other: bool, sender: &ComponentSender<Self>) {
        sender.oneshot_command(async move {
            StorageCmd::CopiesHere(volumes::copies_here(&host, &seen.volume).await, other)
        });
    }

    pub(super) fn show_copy_form(&self, here: bool, other: bool, sender: &ComponentSender<Self>) {
        let (Some(host), Some(seen), Some(stock)) = (self.host.clone(), self.opened_volume(), &self.stock) else {
            return;
        };
        if !here && !stock.libvirt_knows(&seen.volume.path) {
            return sender.input(StorageMsg::Failed(UserText {
                title: gettext_f("libvirt cannot read {name}.", &[("name", &seen.volume.name)]),
                body: gettext("It does not know this format, and you may not read the file yourself. Download it, and convert it with qemu-img."),
                raw: None,
            }));
        }
        let copy = copying::Copy { here, other };
        let facts = self.facts(Some(seen.volume.allocation));
        let input = sender.input_sender().clone();
        let chain = self.chain(&seen);
        copying::show(&copy, &seen, (facts, chain), &self.window, move |seen, new, way| {
            input.emit(StorageMsg::Run(Box::new(plans::copy(host.uri(), seen, new, way))));
        });
    }

    /// The volume and what it stands on.
    fn chain(&self, seen: &Seen) -> Vec<String> {
        let mut chain = vec![seen.volume.path.clone()];
        chain.extend(self.stock.iter().flat_map(|stock| stock.inventory.map.bases(&seen.volume.path)));
        chain
    }

    fn ask_download(&self, host: Host, seen: Seen, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        let name = seen.volume.name.clone();
        files::download(&name, &self.window, move |to, replaces| {
            input.emit(StorageMsg::Run(Box::new(plans::download(host.uri(), &seen, to, replaces))));
        });
    }

    fn ask_snapshot(&self, host: Host, seen: Seen, sender: &ComponentSender<Self>) {
        let known = match self.volume.as_ref().and_then(|open| open.snapshots.as_ref()) {
            Some(Ok(all)) => all.iter().map(|snapshot| snapshot.name.clone()).collect(),
            _ => Vec::new(),
        };
        let input = sender.input_sender().clone();
        ask::snapshot(known, &self.window, move |name| {
            input.emit(StorageMsg::Run(Box::new(plans::make_snapshot(host.uri(), &seen, name))));
        });
    }

    /// Asks before something for good.
    fn confirm(&self, last: Final, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        let Final { title, mut body, verb, plan, seen } = last;
        let blind = self.stock.iter().flat_map(|stock| stock.inventory.map.blind_spots());
        let places: Vec<String> = blind.map(delete::blind).collect();
        if !places.is_empty() {
            body.push_str("\n\n");
            body.push_str(&gettext_f(
                "Not everything could be looked into, and what is there may need these files: {places}",
                &[("places", &places.join("; "))],
            ));
        }
        let drawing: gtk::Widget = chain::drawing(&self.chain(&seen), !seen.above.is_empty()).upcast();
        dialogs::confirm((&title, &body, &verb), Some(&drawing), &self.window, move || {
            input.emit(StorageMsg::Run(Box::new(plan)));
        });
    }
}

/// Something that cannot be undone, and how it is asked about.
struct Final {
    title: String,
    body: String,
    verb: String,
    plan: Plan,
    seen: Seen,
}

impl Final {
    fn wipe(host: &Host, seen: &Seen) -> Self {
        Self {
            title: gettext_f("Wipe {name}?", &[("name", &seen.volume.name)]),
            body: gettext(
                "All that is in it is overwritten with zeros and cannot be read any more. An empty raw volume is left.",
            ),
            verb: gettext("_Wipe"),
            plan: plans::wipe(host.uri(), seen),
            seen: seen.clone(),
        }
    }

    fn delete(host: &Host, seen: &Seen) -> Self {
        let size = seen.volume.allocation.to_string();
        Self {
            title: gettext_f("Delete {name}?", &[("name", &seen.volume.name)]),
            body: gettext_f("Deleting cannot be undone. {size} are freed on the host.", &[("size", &size)]),
            verb: gettext("_Delete"),
            plan: plans::delete(host.uri(), seen),
            seen: seen.clone(),
        }
    }

    fn apply(host: &Host, seen: &Seen, name: &str) -> Self {
        Self {
            title: gettext_f("Go back to {name}?", &[("name", name)]),
            body: gettext("The disk becomes as it was then. What was written to it since is lost."),
            verb: gettext("_Go Back"),
            plan: plans::apply_snapshot(host.uri(), seen, name),
            seen: seen.clone(),
        }
    }

    fn remove(host: &Host, seen: &Seen, name: &str) -> Self {
        Self {
            title: gettext_f("Delete the snapshot {name}?", &[("name", name)]),
            body: gettext("The disk stays as it is now; nobody can go back to that snapshot any more."),
            verb: gettext("_Delete"),
            plan: plans::remove_snapshot(host.uri(), seen, name),
            seen: seen.clone(),
        }
    }
}
