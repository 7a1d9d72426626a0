//! Machines that did not start as their networks are stopped or not there: one question for all of them, and the way out.

use std::{collections::BTreeSet, time::Duration};

use relm4::{adw, adw::prelude::*, gtk::glib, prelude::*};

use lectern_model::id::DomainId;
use lectern_services::{host::HostError, readiness};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f, ngettext_f},
    nics::NicPurpose,
};

/// How long failures are gathered before the question: a whole class is started at once.
const TOGETHER: Duration = Duration::from_millis(400);

/// What did not start yet.
#[derive(Debug, Default)]
pub(super) struct Starting {
    machines: Vec<(DomainId, String)>,
    stopped: BTreeSet<String>,
    missing: BTreeSet<String>,
}

/// What the user answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StartWith {
    /// Start these networks, make the usual one where that is wanted, and start the machines.
    Networks(Vec<String>, bool, Vec<(DomainId, String)>),
    /// Plug the machines into another network.
    Change(Vec<(DomainId, String)>),
}

impl App {
    /// Notes a machine that its networks kept from starting; whether that was it.
    pub(super) fn lacks_network(
        &mut self,
        machine: DomainId,
        result: &Result<(), HostError>,
        sender: &ComponentSender<Self>,
    ) -> bool {
        let (Err(HostError::NoNetwork { stopped, missing, .. }), Some(domain)) = (result, self.picture.get(machine))
        else {
            return false;
        };
        if self.starting.machines.is_empty() {
            let input = sender.input_sender().clone();
            glib::timeout_add_local_once(TOGETHER, move || drop(input.send(AppMsg::OfferNetworks)));
        }
        self.starting.machines.push((machine, domain.name.clone()));
        self.starting.stopped.extend(stopped.iter().cloned());
        self.starting.missing.extend(missing.iter().cloned());
        true
    }

    /// Asks once for all that wait.
    pub(super) fn offer_networks(&mut self, sender: &ComponentSender<Self>) {
        let Starting { machines, stopped, missing } = std::mem::take(&mut self.starting);
        let networks: Vec<String> = missing.iter().chain(&stopped).cloned().collect();
        if machines.is_empty() {
            return;
        }
        let usual = missing.iter().all(|name| name == readiness::NAME);
        let can_start = missing.is_empty() || usual;
        let dialog = dialog(&networks, missing.is_empty(), &machines);
        dialog.add_response("cancel", &gettext("_Cancel"));
        dialog.add_response("change", &gettext("Change _Network…"));
        if can_start {
            let verb = if missing.is_empty() { gettext("_Start Both") } else { gettext("_Make and Start") };
            dialog.add_response("start", &verb);
            dialog.set_response_appearance("start", adw::ResponseAppearance::Suggested);
            dialog.set_default_response(Some("start"));
        }
        dialog.set_close_response("cancel");
        let (input, makes) = (sender.input_sender().clone(), !missing.is_empty());
        let stopped: Vec<String> = stopped.into_iter().collect();
        dialog.connect_response(None, move |_, response| {
            let answer = match response {
                "start" => StartWith::Networks(stopped.clone(), makes, machines.clone()),
                "change" => StartWith::Change(machines.clone()),
                _ => return,
            };
            input.emit(AppMsg::StartWith(answer));
        });
        dialog.present(Some(&self.window));
    }

    pub(super) fn start_with(&mut self, answer: StartWith, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        match answer {
            StartWith::Networks(stopped, makes, machines) => sender
                .oneshot_command(async move { AppCmd::Planned(host.plan_start_with(stopped, makes, machines).await) }),
            StartWith::Change(machines) => self.change_nics_of(machines, NicPurpose::Change(None), sender),
        }
    }
}

fn dialog(networks: &[String], stopped: bool, machines: &[(DomainId, String)]) -> adw::AlertDialog {
    let names = networks.join(", ");
    let args = [("name", names.as_str())];
    let UserText { title, body, .. } = match (stopped, networks) {
        (true, [_]) => UserText {
            title: gettext_f("Start the Virtual Network {name} Too?", &args),
            body: gettext("It is stopped, and machines that are plugged into it do not start without it."),
            raw: None,
        },
        (true, _) => UserText {
            title: gettext("Start Their Virtual Networks Too?"),
            body: gettext_f("{name} are stopped, and machines that are plugged into them do not start.", &args),
            raw: None,
        },
        (false, _) => UserText {
            title: gettext_f("There Is No Virtual Network {name}", &args),
            body: gettext("Machines that are plugged into it do not start. Plug them into another one, or make it."),
            raw: None,
        },
    };
    let waiting = match machines {
        [(_, name)] => gettext_f("{name} waits for it.", &[("name", name)]),
        all => ngettext_f("{n} machine waits for it.", "{n} machines wait for it.", all.len(), &[]),
    };
    adw::AlertDialog::new(Some(&title), Some(&format!("{body} {waiting}")))
}
