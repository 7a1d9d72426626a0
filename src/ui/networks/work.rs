//! How the page of networks follows its host: networks, leases, and who is attached.

use std::time::Duration;

use relm4::{adw, adw::prelude::*, gtk, gtk::glib, prelude::*};

use lectern_model::network::{Network, NetworkId, cure::Trouble, lease::Lease};
use lectern_services::host::{Attachment, Host, HostError, NetworkChanges};

use super::{
    Networks, NetworksCmd, NetworksMsg,
    page::{Page, Shown},
    words,
};
use crate::i18n::gettext;

/// Between two questions for leases: libvirt tells nobody when it gives one.
const LEASES: Duration = Duration::from_secs(3);

impl Networks {
    /// Whether something can be made or changed now.
    pub(super) fn can_change(&self) -> bool {
        self.met && self.situation.is_connected()
    }

    pub(super) fn waiting(&self) -> String {
        if self.situation.is_connected() { gettext("Loading…") } else { gettext("The Host Is Not Connected") }
    }

    pub(super) fn set_host(&mut self, host: Host) {
        self.host = Some(host);
        self.known.clear();
        self.met = false;
        self.navigation.pop_to_tag("network-list");
        self.show_list();
    }

    pub(super) fn changed(&mut self, changes: NetworkChanges, sender: &ComponentSender<Self>) {
        if changes.complete {
            self.known.clear();
        }
        for id in &changes.removed {
            self.known.remove(id);
        }
        self.known.extend(changes.changed.into_iter().map(|network| (network.id, network)));
        self.met = true;
        self.list_again(sender);
        self.show_page();
        self.ask_page(sender);
    }

    fn show_list(&self) {
        let shown = match (self.met, self.known.is_empty()) {
            (false, _) => "waiting",
            (true, true) => "empty",
            (true, false) => "list",
        };
        self.stack.set_visible_child_name(shown);
    }

    /// Makes the rows anew: a host has few networks, and they change seldom.
    fn list_again(&self, sender: &ComponentSender<Self>) {
        let had = self.list.focus_child().map(|row| row.widget_name());
        self.list.remove_all();
        let mut all: Vec<&Network> = self.known.values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        for network in all {
            let row = self.row(network, sender);
            self.list.append(&row);
            if had.as_deref() == Some(network.name.as_str()) {
                row.grab_focus();
            }
        }
        self.show_list();
    }

    fn row(&self, network: &Network, sender: &ComponentSender<Self>) -> adw::ActionRow {
        let row = adw::ActionRow::builder()
            .title(&network.name)
            .subtitle(words::summary(network, self.attached_to(network).count()))
            .use_markup(false)
            .activatable(true)
            .build();
        row.set_widget_name(&network.name);
        let icon = if network.active { "media-playback-start-symbolic" } else { "media-playback-stop-symbolic" };
        let icon = gtk::Image::from_icon_name(icon);
        icon.set_css_classes(if network.active { &["state-icon", "running"] } else { &["state-icon", "dimmed"] });
        row.add_prefix(&icon);
        row.add_suffix(&gtk::Image::from_icon_name("go-next-symbolic"));
        let (input, id) = (sender.input_sender().clone(), network.id);
        row.connect_activated(move |_| input.emit(NetworksMsg::Open(id)));
        row
    }

    pub(super) fn attached_to<'a>(&'a self, network: &'a Network) -> impl Iterator<Item = &'a Attachment> {
        self.attached.iter().filter(|card| card.network.as_deref() == Some(network.name.as_str()))
    }

    pub(super) fn set_visible(&mut self, visible: bool, sender: &ComponentSender<Self>) {
        self.visible = visible;
        self.ask_attached(sender);
    }

    /// Asks who is attached, one question at a time.
    pub(super) fn ask_attached(&mut self, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone().filter(|_| self.visible) else { return };
        if self.asking.0 {
            self.asking.1 = true;
            return;
        }
        self.asking = (true, false);
        sender.oneshot_command(async move { NetworksCmd::Attached(host.attachments().await) });
    }

    pub(super) fn take_attached(&mut self, answer: Result<Vec<Attachment>, HostError>, sender: &ComponentSender<Self>) {
        let again = std::mem::take(&mut self.asking).1;
        if let Ok(attached) = answer
            && attached != self.attached
        {
            self.attached = attached;
            self.list_again(sender);
            self.show_page();
        }
        if again {
            self.ask_attached(sender);
        }
    }

    pub(super) fn open(&mut self, id: NetworkId, sender: &ComponentSender<Self>) {
        let Some(network) = self.known.get(&id).filter(|_| self.open.is_none()) else { return };
        let page = Page::new(network, sender.input_sender());
        self.navigation.push(&page.root);
        self.leases.clear();
        self.trouble = Trouble::default();
        self.open = Some((id, page));
        self.show_page();
        self.ask_page(sender);
        let (input, weak) = (sender.input_sender().clone(), self.open.as_ref().map(|(_, page)| page.root.downgrade()));
        glib::timeout_add_local(LEASES, move || {
            let alive = weak.as_ref().and_then(glib::WeakRef::upgrade).is_some_and(|root| root.parent().is_some());
            if alive && input.send(NetworksMsg::Tick).is_ok() {
                glib::ControlFlow::Continue
            } else {
                glib::ControlFlow::Break
            }
        });
    }

    /// Shows the open network as it is now; one that is gone has no page.
    fn show_page(&mut self) {
        let Some((id, mut page)) = self.open.take() else { return };
        let Some(network) = self.known.get(&id).cloned() else {
            self.navigation.pop_to_tag("network-list");
            return;
        };
        let attached = self.attached_to(&network).cloned().collect();
        let (leases, trouble) = (self.leases.clone(), self.trouble.clone());
        page.show(Shown { network, leases, attached, trouble, can_change: self.can_change() });
        self.open = Some((id, page));
    }

    /// Asks what libvirt tells nobody of the open network, while somebody sees it: its leases, and its trouble.
    pub(super) fn ask_page(&self, sender: &ComponentSender<Self>) {
        let (Some(host), Some(network)) = (self.host.clone(), self.opened()) else { return };
        if !self.visible || self.window.is_suspended() {
            return;
        }
        let (id, name) = (network.id, network.name.clone());
        if network.active {
            let (host, name) = (host.clone(), name.clone());
            sender.oneshot_command(async move { NetworksCmd::Leases(id, host.leases(name).await) });
        }
        sender.oneshot_command(async move { NetworksCmd::Trouble(id, host.network_trouble(name).await) });
    }

    pub(super) fn take_trouble(&mut self, id: NetworkId, answer: Result<Trouble, HostError>) {
        let is_open = self.open.as_ref().is_some_and(|(open, _)| *open == id);
        if let Ok(mut trouble) = answer
            && is_open
        {
            // A free place found before stays offered: what is offered must not change under the pointer.
            if trouble.traps == self.trouble.traps {
                trouble = self.trouble.clone();
            }
            self.trouble = trouble;
            self.show_page();
        }
    }

    pub(super) fn take_leases(&mut self, id: NetworkId, answer: Result<Vec<Lease>, HostError>) {
        let is_open = self.open.as_ref().is_some_and(|(open, _)| *open == id);
        if let Ok(mut leases) = answer
            && is_open
        {
            leases.sort_by_key(|lease| lease.ip);
            self.leases = leases;
            self.show_page();
        }
    }

    /// The open network.
    pub(super) fn opened(&self) -> Option<&Network> {
        self.known.get(&self.open.as_ref()?.0)
    }
}
