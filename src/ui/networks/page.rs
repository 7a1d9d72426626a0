//! One network's page: what it is, its leases and static hosts, its names, who is attached.

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use lectern_model::network::{DhcpHost, Mode, Network, NetworkSpec, cure::Trouble, lease::Lease};
use lectern_services::host::Attachment;

use super::{Act, NetworksMsg, records, trouble::TroubleGroup, words};
use crate::{
    actions, buttons,
    i18n::{gettext, gettext_f, pgettext},
    rows::{Group, plain as row, property},
};

/// What the page shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) network: Network,
    pub(super) leases: Vec<Lease>,
    pub(super) attached: Vec<Attachment>,
    pub(super) trouble: Trouble,
    pub(super) can_change: bool,
}

/// The page and its parts that change.
pub(super) struct Page {
    pub(super) root: adw::NavigationPage,
    shown: Option<Shown>,
    banner: adw::Banner,
    start: gtk::Button,
    stop: gtk::Button,
    autostart: adw::SwitchRow,
    trouble: TroubleGroup,
    changes: gio::SimpleActionGroup,
    facts: Group,
    leases: Group,
    hosts: Group,
    names: Group,
    machines: Group,
    input: relm4::Sender<NetworksMsg>,
    /// Whether the switch is set by what the host says, not by the user.
    told: std::rc::Rc<std::cell::Cell<bool>>,
}

impl Page {
    pub(super) fn new(network: &Network, input: &relm4::Sender<NetworksMsg>) -> Self {
        let facts = Group::new("");
        let autostart = adw::SwitchRow::builder().title(gettext("Start With the Host")).build();
        facts.group.add(&autostart);
        let told = std::rc::Rc::new(std::cell::Cell::new(false));
        let (sender, quiet) = (input.clone(), std::rc::Rc::clone(&told));
        autostart.connect_active_notify(move |row| {
            if !quiet.get() {
                sender.emit(NetworksMsg::Act(Act::Autostart(row.is_active())));
            }
        });
        let start = button(&pgettext("action", "Start"), "media-playback-start-symbolic", Act::Start, input);
        let stop = button(&gettext("Stop Network"), "media-playback-stop-symbolic", Act::Stop, input);
        let banner = adw::Banner::builder()
            .title(gettext("Some changes take effect when the network starts next."))
            .button_label(gettext("Restart Network"))
            .build();
        let sender = input.clone();
        banner.connect_button_clicked(move |_| sender.emit(NetworksMsg::Act(Act::Restart)));
        let (leases, names) = (Group::new(&gettext("DHCP Leases")), Group::new(&gettext("DNS Names")));
        let hosts = Group::new(&gettext("Static Hosts"));
        let machines = Group::new(&gettext("Attached Machines"));
        let many = flat("system-users-symbolic", &gettext("Static Hosts of Many Machines"), Act::Roster, input);
        let one = flat("list-add-symbolic", &gettext("Add Static Host"), Act::AddHost, input);
        hosts.group.set_header_suffix(Some(&together(&[many.upcast_ref(), one.upcast_ref()])));
        let name = flat("list-add-symbolic", &gettext("Add DNS Name"), Act::AddName, input);
        names.group.set_header_suffix(Some(&together(&[name.upcast_ref(), records::more().upcast_ref()])));
        let trouble = TroubleGroup::new(input);
        let page = adw::PreferencesPage::new();
        for group in [&trouble.group, &facts, &leases, &hosts, &names, &machines] {
            page.add(&group.group);
        }
        let changes = group(input);
        let root = frame(&network.name, &[&start, &stop], &banner, &page, &changes, input);
        let (shown, input) = (None, input.clone());
        Self {
            root,
            shown,
            banner,
            start,
            stop,
            autostart,
            trouble,
            changes,
            facts,
            leases,
            hosts,
            names,
            machines,
            input,
            told,
        }
    }

    /// Shows it, where it differs from what is shown.
    pub(super) fn show(&mut self, shown: Shown) {
        if self.shown.as_ref() == Some(&shown) {
            return;
        }
        let network = &shown.network;
        self.start.set_visible(!network.active);
        self.stop.set_visible(network.active);
        self.banner.set_revealed(network.pending);
        self.told.set(true);
        self.autostart.set_active(network.autostart);
        self.autostart.set_sensitive(network.persistent);
        self.told.set(false);
        let spec = network.spec.clone().unwrap_or_default();
        self.trouble.show(&shown.trouble, network.active, shown.can_change);
        if let Some(action) = self.changes.lookup_action("renew").and_downcast::<gio::SimpleAction>() {
            action.set_enabled(network.active && spec.mode.has_own_bridge());
        }
        self.facts.replace(facts(network, &spec));
        let serves = spec.mode.has_own_bridge();
        let leases: Vec<_> = shown.leases.iter().map(|lease| self.lease(lease, &spec)).collect();
        self.leases.group.set_visible(serves);
        self.leases
            .group
            .set_description(leases.is_empty().then(|| gettext("Nobody has got an address yet.")).as_deref());
        self.leases.replace(leases);
        let hosts = spec.subnets.iter().flat_map(|subnet| &subnet.hosts);
        self.hosts.replace(hosts.map(|host| self.host(host)).collect());
        self.hosts.group.set_visible(serves && !spec.subnets.is_empty());
        self.names.replace(self.records(&spec));
        self.names.group.set_visible(serves);
        self.machines.group.set_visible(!shown.attached.is_empty());
        self.machines.replace(shown.attached.iter().map(machine).collect());
        self.shown = Some(shown);
    }

    fn lease(&self, lease: &Lease, spec: &NetworkSpec) -> gtk::Widget {
        let name = lease.hostname.clone().unwrap_or_else(|| gettext("No name"));
        let mac = lease.mac.map(|mac| mac.to_string()).unwrap_or_default();
        let row = row(&lease.ip.to_string(), &format!("{name} · {mac}"));
        if lease.is_kept(spec) {
            let label = gtk::Label::new(Some(&gettext("static")));
            label.add_css_class("dimmed");
            row.add_suffix(&label);
        } else if let Some(host) = lease.keep() {
            let button = gtk::Button::builder().label(gettext("Make Static")).valign(gtk::Align::Center).build();
            let input = self.input.clone();
            button.connect_clicked(move |_| input.emit(NetworksMsg::Act(Act::Keep(host.clone()))));
            row.add_suffix(&button);
        }
        row.upcast()
    }

    fn host(&self, host: &DhcpHost) -> gtk::Widget {
        let ip = host.ip.map(|ip| ip.to_string()).unwrap_or_default();
        let who = host.mac.map(|mac| mac.to_string()).or_else(|| host.duid.clone()).unwrap_or_default();
        let parts: Vec<String> = host.name.clone().into_iter().chain([who]).collect();
        let row = row(&ip, &parts.join(" · "));
        self.removable(&row, &ip, Act::RemoveHost(host.clone()));
        row.upcast()
    }

    pub(super) fn removable(&self, row: &adw::ActionRow, what: &str, act: Act) {
        let button = buttons::flat("user-trash-symbolic", &gettext_f("Remove {what}", &[("what", what)]));
        let input = self.input.clone();
        button.connect_clicked(move |_| input.emit(NetworksMsg::Act(act.clone())));
        row.add_suffix(&button);
    }
}

fn facts(network: &Network, spec: &NetworkSpec) -> Vec<gtk::Widget> {
    let mut rows = vec![property(&gettext("State"), &words::state(network))];
    rows.push(property(&words::mode(spec.mode), &words::sketch(spec.mode)));
    if let Some(bridge) = &network.bridge {
        rows.push(property(&gettext("Bridge"), bridge));
    }
    if let Some(device) = &spec.device {
        rows.push(property(&gettext("Device of the Host"), device));
    }
    for subnet in &spec.subnets {
        let family = if subnet.address.addr().is_ipv4() { gettext("IPv4") } else { gettext("IPv6") };
        rows.push(property(&family, &words::range(subnet)));
    }
    let others = [
        (gettext("DNS Domain"), spec.domain.clone()),
        (gettext("MTU"), spec.mtu.map(|mtu| mtu.to_string())),
        (gettext("Received, KiB a Second"), spec.inbound.map(|limit| limit.average.to_string())),
        (gettext("Sent, KiB a Second"), spec.outbound.map(|limit| limit.average.to_string())),
    ];
    rows.extend(others.into_iter().filter_map(|(title, value)| Some(property(&title, &value?))));
    let servers: Vec<_> = spec.forwarders.iter().filter_map(|one| Some(one.address?.to_string())).collect();
    if !servers.is_empty() {
        rows.push(property(&gettext("Name Servers"), &servers.join(", ")));
    }
    for route in &spec.routes {
        let (to, gateway) = (route.to.to_string(), route.gateway.to_string());
        rows.push(property(&gettext("Route"), &gettext_f("{to} via {gateway}", &[("to", &to), ("gateway", &gateway)])));
    }
    if spec.mode == Mode::Nat {
        rows.push(property(&gettext("Ports From Outside"), &gettext("libvirt forwards none to machines behind NAT. Use a routed network or a bridge where others must reach in.")));
    }
    rows
}

fn machine(card: &Attachment) -> gtk::Widget {
    let mac = card.mac.map(|mac| mac.to_string());
    let state = if card.active { gettext("Running") } else { gettext("Shut off") };
    let parts: Vec<String> = [Some(state), mac, card.model.clone()].into_iter().flatten().collect();
    row(&card.name, &parts.join(" · ")).upcast()
}

fn button(label: &str, icon: &str, act: Act, input: &relm4::Sender<NetworksMsg>) -> gtk::Button {
    let button = gtk::Button::builder().icon_name(icon).tooltip_text(label).build();
    let input = input.clone();
    button.connect_clicked(move |_| input.emit(NetworksMsg::Act(act.clone())));
    button
}

fn flat(icon: &str, label: &str, act: Act, input: &relm4::Sender<NetworksMsg>) -> gtk::Button {
    let button = buttons::flat(icon, label);
    let input = input.clone();
    button.connect_clicked(move |_| input.emit(NetworksMsg::Act(act.clone())));
    button
}

fn together(buttons: &[&gtk::Widget]) -> gtk::Box {
    let all = gtk::Box::new(gtk::Orientation::Horizontal, 6);
    for button in buttons {
        all.append(*button);
    }
    all
}

fn frame(
    name: &str,
    starts: &[&gtk::Button],
    banner: &adw::Banner,
    page: &adw::PreferencesPage,
    changes: &gio::SimpleActionGroup,
    input: &relm4::Sender<NetworksMsg>,
) -> adw::NavigationPage {
    let header = adw::HeaderBar::new();
    let menu = gtk::MenuButton::builder()
        .icon_name("view-more-symbolic")
        .tooltip_text(gettext("More Actions"))
        .menu_model(&menu())
        .build();
    actions::name_popover(&menu);
    header.pack_end(&menu);
    for start in starts {
        header.pack_end(*start);
    }
    let edit = button(&gettext("Edit Network"), "document-edit-symbolic", Act::Edit, input);
    header.pack_end(&edit);
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.add_top_bar(banner);
    view.set_content(Some(page));
    view.insert_action_group("network", Some(changes));
    adw::NavigationPage::builder().title(name).tag("network").child(&view).build()
}

fn menu() -> gio::Menu {
    let menu = gio::Menu::new();
    for entries in [
        vec![
            (gettext("Copy Network"), "network.copy"),
            (gettext("Edit XML"), "network.xml"),
            (gettext("Export"), "network.export"),
        ],
        vec![(gettext("Renew Firewall Rules and DHCP"), "network.renew")],
        vec![(gettext("Delete Network"), "network.delete")],
    ] {
        let section = gio::Menu::new();
        for (label, action) in entries {
            section.append(Some(&label), Some(action));
        }
        menu.append_section(None, &section);
    }
    menu
}

fn group(input: &relm4::Sender<NetworksMsg>) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    for (name, act) in [
        ("copy", Act::Copy),
        ("xml", Act::Xml),
        ("export", Act::Export),
        ("renew", Act::Renew),
        ("delete", Act::Delete),
        ("add-text", Act::AddText),
        ("add-service", Act::AddService),
    ] {
        let action = gio::SimpleAction::new(name, None);
        let input = input.clone();
        action.connect_activate(move |_, _| input.emit(NetworksMsg::Act(act.clone())));
        group.add_action(&action);
    }
    group
}
