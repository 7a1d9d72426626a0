//! What is done with a lab: each act comes to a plan, or to a dialog that ends in one.

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::{
    domain::{Domain, DomainAction},
    id::DomainId,
};
use lectern_services::plan::make::lab;

use super::{LabAct, Labs, LabsCmd, LabsMsg, LabsOutput, handout, words};
use crate::{
    dialogs,
    i18n::{gettext, gettext_f, ngettext_f},
};

impl Labs {
    pub(super) fn act(&self, act: LabAct, sender: &ComponentSender<Self>) {
        let Some((mark, page)) = &self.open else { return };
        let members = self.members_of(mark.id);
        let meant = page.targets(&members);
        match act {
            LabAct::Start => self.start(&mark.name, &meant, sender),
            LabAct::Machine(action) => {
                let ids = meant.iter().map(|domain| domain.id).collect();
                drop(sender.output(LabsOutput::Act(action, ids)));
            }
            LabAct::Move => {
                drop(sender.output(LabsOutput::Move(meant.iter().map(|domain| domain.id).collect())));
            }
            LabAct::Reset => self.ask_reset(&meant, sender),
            LabAct::Grow => {
                let template = members.iter().find_map(|domain| Some(domain.notes.as_ref()?.origin.as_ref()?.template));
                drop(sender.output(LabsOutput::Grow(mark.clone(), template)));
            }
            LabAct::Wall => drop(sender.output(LabsOutput::Wall(page.group(mark)))),
            LabAct::Broadcast => drop(sender.output(LabsOutput::Broadcast(page.group(mark)))),
            LabAct::HandOut => handout::ask(&mark.name, &meant, &self.settings, &self.window, sender.input_sender()),
            LabAct::Delete => self.ask_delete(&mark.name, &meant, members.len(), sender),
        }
    }

    fn start(&self, lab: &str, meant: &[Domain], sender: &ComponentSender<Self>) {
        let Some(host) = &self.host else { return };
        let off = meant.iter().filter(|domain| DomainAction::Start.allowed(domain.state));
        let machines: Vec<(DomainId, String)> = off.map(|domain| (domain.id, domain.name.clone())).collect();
        if !machines.is_empty() {
            let plan = lab::start(host.uri(), lab, machines);
            drop(sender.output(LabsOutput::Run(Box::new(plan))));
        }
    }

    fn ask_reset(&self, meant: &[Domain], sender: &ComponentSender<Self>) {
        let title =
            ngettext_f("Reset {n} machine to its template?", "Reset {n} machines to their template?", meant.len(), &[]);
        let body = gettext(
            "Each gets a fresh overlay, and fresh disks where its flavor gave it some: all that was written is gone. It keeps its name, UUID, MAC and IP address.",
        );
        let keep = adw::SwitchRow::builder().title(gettext("Keep the Old Overlays")).build();
        keep.set_subtitle(&gettext("They stay in the storage pool until you delete them"));
        let group = adw::PreferencesGroup::new();
        group.add(&keep);
        let (input, ids) = (sender.input_sender().clone(), meant.iter().map(|domain| domain.id).collect::<Vec<_>>());
        let verb = gettext("_Reset");
        dialogs::confirm((&title, &body, &verb), Some(group.upcast_ref()), &self.window, move || {
            input.emit(LabsMsg::Reset(ids, keep.is_active()));
        });
    }

    pub(super) fn reset(&self, members: Vec<DomainId>, keep: bool, sender: &ComponentSender<Self>) {
        let (Some(host), Some((mark, _))) = (self.host.clone(), &self.open) else { return };
        let lab = mark.name.clone();
        sender.oneshot_command(
            async move { LabsCmd::Planned(lab::reset(&host, &lab, &members, keep).await.map(Box::new)) },
        );
    }

    fn ask_delete(&self, lab: &str, meant: &[Domain], all: usize, sender: &ComponentSender<Self>) {
        let title = if meant.len() == all {
            gettext_f("Delete the lab {lab}?", &[("lab", lab)])
        } else {
            ngettext_f(
                "Delete {n} machine of the lab {lab}?",
                "Delete {n} machines of the lab {lab}?",
                meant.len(),
                &[("lab", lab)],
            )
        };
        let names: Vec<String> = meant.iter().map(|domain| domain.name.clone()).collect();
        let body = ngettext_f(
            "{machines} is deleted with its disks, and with the network and addresses that are its alone. If it is on, it is forced off. This cannot be undone. The template stays.",
            "{machines} are deleted with their disks, and with the networks and addresses that are theirs alone. What is on is forced off. This cannot be undone. The template stays.",
            names.len(),
            &[("machines", &words::some(&names))],
        );
        let (input, ids) = (sender.input_sender().clone(), meant.iter().map(|domain| domain.id).collect::<Vec<_>>());
        let verb = gettext("_Delete");
        dialogs::confirm((&title, &body, &verb), None, &self.window, move || input.emit(LabsMsg::Delete(ids)));
    }

    pub(super) fn delete(&self, members: Vec<DomainId>, sender: &ComponentSender<Self>) {
        let (Some(host), Some((mark, _))) = (self.host.clone(), &self.open) else { return };
        let lab = mark.name.clone();
        sender.oneshot_command(async move { LabsCmd::Planned(lab::delete(&host, &lab, &members).await.map(Box::new)) });
    }
}
