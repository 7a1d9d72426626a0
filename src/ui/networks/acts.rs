//! What is done with networks: each act comes to a plan, or to a dialog that ends in one.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, prelude::*};

use lectern_model::{
    draft::network::{Facts, NetworkDraft},
    network::{DhcpHost, Network, NetworkSpec, static_hosts::Attached},
    xml::{Document, EditError},
};
use lectern_services::{
    host::{Attachment, Host},
    plan::{Plan, networks as plans},
};

use super::{Act, Networks, NetworksCmd, NetworksMsg, clash, entry, form, many, roster, xml};
use crate::{
    errors::UserText,
    i18n::{gettext, gettext_f, ngettext_f},
};

impl Networks {
    pub(super) fn ask_facts(&self, purpose: form::Purpose, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        let edited = match &purpose {
            form::Purpose::Edit(name) => Some(name.clone()),
            _ => None,
        };
        sender.oneshot_command(async move { NetworksCmd::Facts(purpose, host.network_facts(edited).await) });
    }

    pub(super) fn show_form(&self, purpose: &form::Purpose, facts: Facts, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        match purpose {
            form::Purpose::Many => return self.show_many(host, facts, sender),
            form::Purpose::File(text) => return self.show_file(host, text, facts, sender),
            _ => {}
        }
        let network = self.opened().cloned();
        let spec = network.as_ref().and_then(|network| network.spec.clone());
        let draft = match (purpose, &spec) {
            (form::Purpose::New, _) => NetworkDraft::suggested(&facts, plans::random()),
            (form::Purpose::Copy(_), Some(spec)) => NetworkDraft::copy_of(spec, &facts, plans::random()),
            (form::Purpose::Edit(_), Some(spec)) => NetworkDraft::of(spec),
            _ => return,
        };
        let (input, kind) = (sender.input_sender().clone(), purpose.clone());
        form::show(purpose, &draft, facts, &self.window, move |draft| {
            let spec = draft.spec();
            let plan = match (&kind, &network) {
                (form::Purpose::Edit(_), Some(network)) => {
                    with_document(&network.xml, |document| plans::change(host.uri(), network, &spec.apply(document)?))
                }
                (form::Purpose::Copy(_), Some(network)) => with_document(&network.xml, |document| {
                    plans::create(host.uri(), &spec.copy_document(document)?, draft.autostart, draft.start).map(Some)
                }),
                _ => spec
                    .document()
                    .and_then(|document| plans::create(host.uri(), &document, draft.autostart, draft.start))
                    .map(Some),
            };
            told(plan, &input);
        });
    }

    fn show_many(&self, host: Host, facts: Facts, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        many::show(facts, &self.window, move |draft, specs| {
            told(plans::create_many(host.uri(), specs, draft.autostart, draft.start).map(Some), &input);
        });
    }

    pub(super) fn take_file(&self, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        xml::open(&self.window, move |text| input.emit(NetworksMsg::File(text)));
    }

    /// A network of another host, or an exported one, may clash with what is here: that is said, and gone around.
    fn show_file(&self, host: Host, text: &str, facts: Facts, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        let known = Rc::new(clash::Known { networks: self.known.values().cloned().collect(), taken: facts.taken });
        let looked = Rc::clone(&known);
        let look = move |document: &Document| looked.look(document);
        let titles = (gettext("Network From a File"), gettext("_Create"));
        xml::edit(&titles, text, look, &self.window, move |document| {
            told(plans::create(host.uri(), document, true, known.may_start(document)).map(Some), &input);
        });
    }

    pub(super) fn act(&self, act: Act, sender: &ComponentSender<Self>) {
        let (Some(host), Some(network)) = (self.host.clone(), self.opened().cloned()) else { return };
        let uri = host.uri();
        let run = |plan| sender.input(NetworksMsg::Run(Box::new(plan)));
        match act {
            Act::Start => run(plans::start(uri, &network)),
            Act::Stop => self.ask_to_stop(&network, plans::stop(uri, &network), sender),
            Act::Restart => self.ask_to_stop(&network, plans::restart(uri, &network), sender),
            Act::Autostart(on) if on != network.autostart => run(plans::autostart(uri, &network, on)),
            Act::Autostart(_) => {}
            Act::Edit => self.ask_facts(form::Purpose::Edit(network.name), sender),
            Act::Copy => self.ask_facts(form::Purpose::Copy(network.name), sender),
            Act::Xml => self.edit_xml(host, network, sender),
            Act::Export => xml::save(&network.name, network.xml, &self.window),
            Act::Delete => self.ask_to_stop(&network, plans::delete(uri, &network), sender),
            Act::Keep(lease) => change(&host, &network, |spec| keep(spec, lease.clone()), sender.input_sender()),
            Act::RemoveHost(gone) => {
                let remove = |spec: &mut NetworkSpec| {
                    spec.subnets.iter_mut().for_each(|subnet| subnet.hosts.retain(|host| *host != gone));
                };
                change(&host, &network, remove, sender.input_sender());
            }
            Act::RemoveName(gone) => {
                let remove = |spec: &mut NetworkSpec| spec.dns_hosts.retain(|host| *host != gone);
                change(&host, &network, remove, sender.input_sender());
            }
            Act::AddHost => self.add_host(host, network, sender),
            Act::AddName => self.add_name(host, network, sender),
            Act::Roster => self.add_hosts(host, network, sender),
            Act::Mend | Act::Renew => self.mend(&host, &network, sender),
            Act::AddText | Act::RemoveText(_) | Act::AddService | Act::RemoveService(_) => {
                self.change_record(act, host, network, sender);
            }
        }
    }

    fn change_record(&self, act: Act, host: Host, network: Network, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        match act {
            Act::AddText => entry::text(&self.window, move |new| {
                change(&host, &network, |spec| spec.dns_texts.push(new.clone()), &input);
            }),
            Act::AddService => entry::service(&self.window, move |new| {
                change(&host, &network, |spec| spec.dns_services.push(new.clone()), &input);
            }),
            Act::RemoveText(gone) => change(&host, &network, |spec| spec.dns_texts.retain(|one| *one != gone), &input),
            Act::RemoveService(gone) => {
                change(&host, &network, |spec| spec.dns_services.retain(|one| *one != gone), &input);
            }
            _ => {}
        }
    }

    /// Mends what is in its way; a started network without DHCP can only be started anew.
    fn mend(&self, host: &Host, network: &Network, sender: &ComponentSender<Self>) {
        match plans::mend(host.uri(), network, &self.trouble.cures) {
            Ok(None) => self.ask_to_stop(network, plans::restart(host.uri(), network), sender),
            plan => told(plan, sender.input_sender()),
        }
    }

    fn add_hosts(&self, host: Host, network: Network, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        let spec = network.spec.clone().unwrap_or_default();
        let Some(subnet) = spec.subnets.into_iter().find(|subnet| subnet.address.addr().is_ipv4()) else { return };
        let card = |card: &Attachment| {
            Some(Attached { name: card.name.clone(), student: card.student.clone(), mac: card.mac? })
        };
        let mut attached: Vec<Attached> = self.attached_to(&network).filter_map(card).collect();
        // node2 before node10.
        attached.sort_by_key(|one| (one.name.len(), one.name.clone()));
        roster::show(&subnet, attached, &self.window, move |entries| {
            let keep_all = |spec: &mut NetworkSpec| entries.iter().for_each(|entry| keep(spec, entry.clone()));
            change(&host, &network, keep_all, &input);
        });
    }

    fn add_host(&self, host: Host, network: Network, sender: &ComponentSender<Self>) {
        let (spec, input) = (network.spec.clone().unwrap_or_default(), sender.input_sender().clone());
        entry::host(&spec, &self.window, move |entry| {
            change(&host, &network, |spec| keep(spec, entry.clone()), &input);
        });
    }

    fn add_name(&self, host: Host, network: Network, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        entry::name(&self.window, move |entry| {
            change(&host, &network, |spec| spec.dns_hosts.push(entry.clone()), &input);
        });
    }

    fn edit_xml(&self, host: Host, network: Network, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        let title = gettext_f("XML of {name}", &[("name", &network.name)]);
        let text = network.xml.clone();
        xml::edit(
            &(title, gettext("_Apply")),
            &text,
            |_| None,
            &self.window,
            move |document| {
                told(plans::change(host.uri(), &network, document), &input);
            },
        );
    }

    /// Asks first where machines that are on would lose their connection.
    fn ask_to_stop(&self, network: &Network, plan: Plan, sender: &ComponentSender<Self>) {
        let on = self.attached_to(network).filter(|card| card.active).count();
        let input = sender.input_sender().clone();
        if on == 0 || !network.active {
            input.emit(NetworksMsg::Run(Box::new(plan)));
            return;
        }
        let title = gettext_f("Stop the network {name}?", &[("name", &network.name)]);
        let body = ngettext_f(
            "{n} NIC of a running machine loses its connection until the machine is started again.",
            "{n} NICs of running machines lose their connection until the machines are started again.",
            on,
            &[],
        );
        let dialog = adw::AlertDialog::new(Some(&title), Some(&body));
        dialog.add_responses(&[("cancel", &gettext("_Cancel")), ("stop", &gettext("_Stop Network"))]);
        dialog.set_response_appearance("stop", adw::ResponseAppearance::Destructive);
        dialog.set_default_response(Some("cancel"));
        dialog.set_close_response("cancel");
        let plan = std::cell::Cell::new(Some(plan));
        dialog.connect_response(Some("stop"), move |_, _| {
            if let Some(plan) = plan.take() {
                input.emit(NetworksMsg::Run(Box::new(plan)));
            }
        });
        dialog.present(Some(&self.window));
    }
}

type Planned = Result<Option<Plan>, EditError>;

fn with_document(text: &str, make: impl FnOnce(&Document) -> Planned) -> Planned {
    make(&Document::parse(text)?)
}

/// Changes what the network is, and runs the plan of it.
fn change(host: &Host, network: &Network, change: impl FnOnce(&mut NetworkSpec), input: &relm4::Sender<NetworksMsg>) {
    let mut spec = network.spec.clone().unwrap_or_default();
    change(&mut spec);
    let plan = with_document(&network.xml, |document| plans::change(host.uri(), network, &spec.apply(document)?));
    told(plan, input);
}

/// Keeps an address for a machine, in place of what was kept for it or under its name before.
fn keep(spec: &mut NetworkSpec, entry: DhcpHost) {
    let Some(ip) = entry.ip else { return };
    let Some(subnet) = spec.subnets.iter_mut().find(|subnet| subnet.address.contains(&ip)) else { return };
    let other = |host: &DhcpHost| {
        let same_name = host.name.is_some() && host.name == entry.name;
        host.mac != entry.mac && host.ip != entry.ip && !same_name
    };
    subnet.hosts.retain(other);
    subnet.hosts.push(entry);
}

/// Runs a plan that was made; says why there is none. Nothing to change is no news.
fn told(plan: Planned, input: &relm4::Sender<NetworksMsg>) {
    match plan {
        Ok(Some(plan)) => input.emit(NetworksMsg::Run(Box::new(plan))),
        Ok(None) => {}
        Err(error) => input.emit(NetworksMsg::Failed(UserText {
            title: gettext("The network's XML cannot be made."),
            body: gettext("A text in it has a character that XML cannot hold. Take it out and try again."),
            raw: Some(error.to_string()),
        })),
    }
}
