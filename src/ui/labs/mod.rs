//! The page of labs: which there are, and what each one's members are doing.

mod acts;
mod handout;
mod page;
mod words;
mod work;

use std::collections::HashMap;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    domain::{Domain, DomainAction},
    id::DomainId,
    metadata::LabMark,
};
use lectern_services::{
    host::{DomainChanges, Host},
    plan::{Plan, make::lab::LabError},
};

use self::page::Page;
pub(crate) use self::words::{natural, some};
use crate::{errors::UserText, group::Group, i18n::gettext, settings::Settings, shell::situation::Situation};

/// The page.
pub(crate) struct Labs {
    host: Option<Host>,
    settings: Settings,
    situation: Situation,
    /// All members of labs.
    members: HashMap<DomainId, Domain>,
    /// Whether there is a picture at all.
    met: bool,
    open: Option<(LabMark, Page)>,
    window: adw::ApplicationWindow,
    navigation: adw::NavigationView,
    list: gtk::ListBox,
    stack: gtk::Stack,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum LabsMsg {
    /// The host, which is another now.
    Host(Host),
    /// The connection is in another state.
    Situation(Situation),
    /// Machines came, changed or went.
    Changed(DomainChanges),
    /// Open a lab's page.
    Open(DomainId),
    /// The lab's page was left.
    Left,
    /// Make a lab.
    New,
    /// Other members are selected.
    Selected,
    /// The page of this machine is wanted.
    Machine(DomainId),
    /// Do something with the lab.
    Act(LabAct),
    /// Reset these members; whether their old overlays are kept.
    Reset(Vec<DomainId>, bool),
    /// Delete these members.
    Delete(Vec<DomainId>),
    /// What went wrong before a plan was made.
    Failed(UserText),
}

/// What is done with the selected members of the open lab, or with all where none is selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LabAct {
    /// Start them, one after the other.
    Start,
    /// What is done to single machines.
    Machine(DomainAction),
    /// Give them fresh disks.
    Reset,
    /// Move them to a template version.
    Move,
    /// Make more.
    Grow,
    /// Show them side by side.
    Wall,
    /// Type to all of them.
    Broadcast,
    /// List them for the class.
    HandOut,
    /// Delete them with their disks.
    Delete,
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum LabsOutput {
    /// Run this plan.
    Run(Box<Plan>),
    /// Do this to these machines.
    Act(DomainAction, Vec<DomainId>),
    /// Open this machine's page.
    Open(DomainId),
    /// Show these side by side.
    Wall(Group),
    /// Type to these.
    Broadcast(Group),
    /// Make a lab.
    New,
    /// Move these machines to a template version.
    Move(Vec<DomainId>),
    /// Add machines to a lab, of this template.
    Grow(LabMark, Option<DomainId>),
    /// Say that something failed.
    Failed(UserText),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum LabsCmd {
    /// A plan, or why there is none.
    Planned(Result<Box<Plan>, LabError>),
}

#[relm4::component(pub(crate))]
impl Component for Labs {
    type Init = (adw::ApplicationWindow, Settings);
    type Input = LabsMsg;
    type Output = LabsOutput;
    type CommandOutput = LabsCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &gettext("Labs"),
            set_tag: Some("labs"),
            #[wrap(Some)]
            #[local_ref]
            set_child = navigation -> adw::NavigationView {
                add = &adw::NavigationPage {
                    set_title: &gettext("Labs"),
                    set_tag: Some("lab-list"),
                    adw::ToolbarView {
                        add_top_bar = &adw::HeaderBar {
                            pack_start = &gtk::Button {
                                set_icon_name: "list-add-symbolic",
                                set_tooltip_text: Some(&gettext("New Lab")),
                                #[watch]
                                set_sensitive: model.can_change(),
                                connect_clicked => LabsMsg::New,
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
                                set_icon_name: Some("system-users-symbolic"),
                                set_title: &gettext("No Labs"),
                                set_description: Some(&gettext("A lab is many machines of one template: named, addressed and handed out together, and reset to the template when the lesson is over.")),
                                gtk::Button {
                                    set_label: &gettext("New Lab"),
                                    set_halign: gtk::Align::Center,
                                    add_css_class: "pill",
                                    add_css_class: "suggested-action",
                                    #[watch]
                                    set_sensitive: model.can_change(),
                                    connect_clicked => LabsMsg::New,
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
                                        update_property: &[gtk::accessible::Property::Label(&gettext("Labs"))],
                                    },
                                },
                            },
                        },
                    },
                },
                connect_popped[sender] => move |_, _| sender.input(LabsMsg::Left),
            },
        }
    }

    fn init((window, settings): Self::Init, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self {
            host: None,
            settings,
            situation: Situation::default(),
            members: HashMap::new(),
            met: false,
            open: None,
            window,
            navigation: adw::NavigationView::new(),
            list: gtk::ListBox::new(),
            stack: gtk::Stack::new(),
        };
        let (navigation, list, stack) = (&model.navigation.clone(), &model.list.clone(), &model.stack.clone());
        let widgets = view_output!();
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: LabsMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            LabsMsg::Host(host) => self.set_host(host),
            LabsMsg::Situation(situation) => self.follow(situation),
            LabsMsg::Changed(changes) => self.changed(changes, &sender),
            LabsMsg::Open(id) => self.open(id, &sender),
            LabsMsg::Left => self.open = None,
            LabsMsg::New => drop(sender.output(LabsOutput::New)),
            LabsMsg::Selected => self.show_page(),
            LabsMsg::Machine(id) => drop(sender.output(LabsOutput::Open(id))),
            LabsMsg::Act(act) => self.act(act, &sender),
            LabsMsg::Reset(members, keep) => self.reset(members, keep, &sender),
            LabsMsg::Delete(members) => self.delete(members, &sender),
            LabsMsg::Failed(text) => drop(sender.output(LabsOutput::Failed(text))),
        }
    }

    fn update_cmd(&mut self, message: LabsCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        let LabsCmd::Planned(plan) = message;
        drop(sender.output(match plan {
            Ok(plan) => LabsOutput::Run(plan),
            Err(error) => LabsOutput::Failed(words::failure(&error)),
        }));
    }
}
