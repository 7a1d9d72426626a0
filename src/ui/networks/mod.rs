//! The page of virtual networks: the list, each network's own page, and the dialogs that make and change them.

mod acts;
mod clash;
mod entry;
pub(crate) mod form;
mod many;
mod page;
mod records;
mod roster;
pub(crate) mod texts;
mod trouble;
mod words;
mod work;
mod xml;

use std::collections::HashMap;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    draft::network::Facts,
    network::{DhcpHost, DnsHost, DnsService, DnsText, Network, NetworkId, cure::Trouble, lease::Lease},
};
use lectern_services::{
    host::{Attachment, Host, HostError, NetworkChanges},
    plan::Plan,
};

use self::page::Page;
use crate::{errors::UserText, i18n::gettext, shell::situation::Situation};

/// The page.
pub(crate) struct Networks {
    host: Option<Host>,
    situation: Situation,
    known: HashMap<NetworkId, Network>,
    /// Whether there is a picture at all.
    met: bool,
    attached: Vec<Attachment>,
    /// Whether the question who is attached is under way, and whether to ask again after it.
    asking: (bool, bool),
    leases: Vec<Lease>,
    trouble: Trouble,
    open: Option<(NetworkId, Page)>,
    visible: bool,
    window: adw::ApplicationWindow,
    navigation: adw::NavigationView,
    list: gtk::ListBox,
    stack: gtk::Stack,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum NetworksMsg {
    /// The host, which is another now.
    Host(Host),
    /// The connection is in another state.
    Situation(Situation),
    /// Networks came, changed or went.
    Changed(NetworkChanges),
    /// Machines changed: who is attached may be another.
    MachinesChanged,
    /// The page is looked at, or no longer.
    Visible(bool),
    /// Open a network's page.
    Open(NetworkId),
    /// The network's page was left.
    Left,
    /// Ask for the leases again.
    Tick,
    /// Make a new network.
    New,
    /// Make many.
    Many,
    /// Make one of an XML file.
    FromFile,
    /// Make one of this text.
    File(String),
    /// Do something with the open network.
    Act(Act),
    /// The plan of a dialog.
    Run(Box<Plan>),
    /// What went wrong before a plan was made.
    Failed(UserText),
}

/// What is done with the open network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Stop it and start it again.
    Restart,
    /// Have it start with its host, or no longer.
    Autostart(bool),
    /// Change it in the form.
    Edit,
    /// Make another like it.
    Copy,
    /// Change its XML.
    Xml,
    /// Write its XML into a file.
    Export,
    /// Delete it.
    Delete,
    /// Keep an address for a machine.
    Keep(DhcpHost),
    /// Ask for a static host.
    AddHost,
    /// No longer keep an address.
    RemoveHost(DhcpHost),
    /// Ask for a DNS name.
    AddName,
    /// Remove a DNS name.
    RemoveName(DnsHost),
    /// Ask for static hosts of many machines.
    Roster,
    /// Ask for a text that its name server knows.
    AddText,
    /// Remove one.
    RemoveText(DnsText),
    /// Ask for a service that its name server knows.
    AddService,
    /// Remove one.
    RemoveService(DnsService),
    /// Mend what is in its way.
    Mend,
    /// Set its firewall rules and DHCP server up anew.
    Renew,
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum NetworksOutput {
    /// Run this plan.
    Run(Box<Plan>),
    /// Say that something failed.
    Failed(UserText),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum NetworksCmd {
    /// Who is attached.
    Attached(Result<Vec<Attachment>, HostError>),
    /// The leases of a network.
    Leases(NetworkId, Result<Vec<Lease>, HostError>),
    /// What is wrong with a network.
    Trouble(NetworkId, Result<Trouble, HostError>),
    /// What a form must know.
    Facts(form::Purpose, Result<Facts, HostError>),
}

#[relm4::component(pub(crate))]
impl Component for Networks {
    type Init = adw::ApplicationWindow;
    type Input = NetworksMsg;
    type Output = NetworksOutput;
    type CommandOutput = NetworksCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &gettext("Virtual Networks"),
            set_tag: Some("networks"),
            #[wrap(Some)]
            #[local_ref]
            set_child = navigation -> adw::NavigationView {
                add = &adw::NavigationPage {
                    set_title: &gettext("Virtual Networks"),
                    set_tag: Some("network-list"),
                    adw::ToolbarView {
                        add_top_bar = &adw::HeaderBar {
                            pack_start = &gtk::Button {
                                set_icon_name: "list-add-symbolic",
                                set_tooltip_text: Some(&gettext("New Network")),
                                #[watch]
                                set_sensitive: model.can_change(),
                                connect_clicked => NetworksMsg::New,
                            },
                            pack_start = &gtk::Button {
                                set_icon_name: "view-app-grid-symbolic",
                                set_tooltip_text: Some(&gettext("Several Networks")),
                                #[watch]
                                set_sensitive: model.can_change(),
                                connect_clicked => NetworksMsg::Many,
                            },
                            pack_end = &gtk::Button {
                                set_icon_name: "document-open-symbolic",
                                set_tooltip_text: Some(&gettext("Network From a File")),
                                #[watch]
                                set_sensitive: model.can_change(),
                                connect_clicked => NetworksMsg::FromFile,
                            },
                        },
                        #[wrap(Some)]
                        #[local_ref]
                        set_content = stack -> gtk::Stack {
                            add_named[Some("waiting")] = &adw::StatusPage {
                                #[watch]
                                set_title: &model.waiting(),
                            },
                            add_named[Some("empty")] = &adw::StatusPage {
                                set_icon_name: Some("network-wired-symbolic"),
                                set_title: &gettext("No Virtual Networks"),
                                set_description: Some(&gettext("Machines reach each other and the outside through virtual networks.")),
                                gtk::Button {
                                    set_label: &gettext("New Network"),
                                    set_halign: gtk::Align::Center,
                                    add_css_class: "pill",
                                    add_css_class: "suggested-action",
                                    #[watch]
                                    set_sensitive: model.can_change(),
                                    connect_clicked => NetworksMsg::New,
                                },
                            },
                            add_named[Some("list")] = &gtk::ScrolledWindow {
                                set_hscrollbar_policy: gtk::PolicyType::Never,
                                adw::Clamp {
                                    set_maximum_size: 800,
                                    #[local_ref]
                                    list -> gtk::ListBox {
                                        set_selection_mode: gtk::SelectionMode::None,
                                        set_valign: gtk::Align::Start,
                                        set_margin_all: 18,
                                        add_css_class: "boxed-list",
                                        update_property: &[gtk::accessible::Property::Label(&gettext("Virtual Networks"))],
                                    },
                                },
                            },
                        },
                    },
                },
                connect_popped[sender] => move |_, _| sender.input(NetworksMsg::Left),
            },
        }
    }

    fn init(window: adw::ApplicationWindow, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self {
            host: None,
            situation: Situation::default(),
            known: HashMap::new(),
            met: false,
            attached: Vec::new(),
            asking: (false, false),
            leases: Vec::new(),
            trouble: Trouble::default(),
            open: None,
            visible: false,
            window,
            navigation: adw::NavigationView::new(),
            list: gtk::ListBox::new(),
            stack: gtk::Stack::new(),
        };
        let (navigation, list, stack) = (&model.navigation.clone(), &model.list.clone(), &model.stack.clone());
        let widgets = view_output!();
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: NetworksMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            NetworksMsg::Host(host) => self.set_host(host),
            NetworksMsg::Situation(situation) => self.situation = situation,
            NetworksMsg::Changed(changes) => self.changed(changes, &sender),
            NetworksMsg::MachinesChanged => self.ask_attached(&sender),
            NetworksMsg::Visible(visible) => self.set_visible(visible, &sender),
            NetworksMsg::Open(id) => self.open(id, &sender),
            NetworksMsg::Left => self.open = None,
            NetworksMsg::Tick => self.ask_page(&sender),
            NetworksMsg::New => self.ask_facts(form::Purpose::New, &sender),
            NetworksMsg::Many => self.ask_facts(form::Purpose::Many, &sender),
            NetworksMsg::FromFile => self.take_file(&sender),
            NetworksMsg::File(text) => self.ask_facts(form::Purpose::File(text), &sender),
            NetworksMsg::Act(act) => self.act(act, &sender),
            NetworksMsg::Run(plan) => drop(sender.output(NetworksOutput::Run(plan))),
            NetworksMsg::Failed(text) => drop(sender.output(NetworksOutput::Failed(text))),
        }
    }

    fn update_cmd(&mut self, message: NetworksCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            NetworksCmd::Attached(answer) => self.take_attached(answer, &sender),
            NetworksCmd::Leases(id, answer) => self.take_leases(id, answer),
            NetworksCmd::Trouble(id, answer) => self.take_trouble(id, answer),
            NetworksCmd::Facts(purpose, Ok(facts)) => self.show_form(&purpose, facts, &sender),
            NetworksCmd::Facts(_, Err(error)) => sender.input(NetworksMsg::Failed(UserText::from(&error))),
        }
    }
}
