//! The page of storage: the list of pools, each pool's page with its volumes, each volume's page, and their dialogs.

mod acts;
mod ask;
mod copying;
mod files;
mod form;
mod overlay;
mod pool_page;
mod snapshots;
pub(crate) mod texts;
mod volume_acts;
mod volume_page;
mod words;
mod work;

use std::time::Instant;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::storage::{Pool, PoolId, pool::PoolKind};
use lectern_services::{
    disk::{snapshots::ImageSnapshot, volumes::Stock},
    host::{Host, StorageError},
    plan::Plan,
};

use self::{pool_page::PoolPage, volume_page::VolumePage};
use crate::{errors::UserText, i18n::gettext, shell::situation::Situation};

/// The page.
pub(crate) struct Storage {
    host: Option<Host>,
    situation: Situation,
    pools: Vec<Pool>,
    /// Whether there is a picture at all.
    met: bool,
    /// All volumes with who needs them, while a pool is open.
    stock: Option<Box<Stock>>,
    /// Why there is none.
    problem: Option<UserText>,
    /// When it was taken.
    taken: Option<Instant>,
    /// Whether the question for it is under way, and whether to ask again after it.
    asking: (bool, bool),
    open: Option<(PoolId, PoolPage)>,
    volume: Option<OpenVolume>,
    visible: bool,
    window: adw::ApplicationWindow,
    navigation: adw::NavigationView,
    list: gtk::ListBox,
    stack: gtk::Stack,
}

/// The volume whose page is open.
struct OpenVolume {
    name: String,
    page: VolumePage,
    snapshots: Option<Result<Vec<ImageSnapshot>, StorageError>>,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum StorageMsg {
    /// The host, which is another now.
    Host(Host),
    /// The connection is in another state.
    Situation(Situation),
    /// The pools as they are now.
    Changed(Vec<Pool>),
    /// Machines or files changed: who needs what may be another.
    Again,
    /// The page is looked at, or no longer.
    Visible(bool),
    /// Open a pool's page.
    Open(PoolId),
    /// Open the page of a volume of the open pool.
    OpenVolume(String),
    /// A page was left.
    Left,
    /// Make a new pool.
    New,
    /// Do something with the open pool.
    Pool(PoolAct),
    /// Do something with the open volume.
    Volume(VolumeAct),
    /// The plan of a dialog.
    Run(Box<Plan>),
    /// What went wrong before a plan was made.
    Failed(UserText),
}

/// What is done with the open pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PoolAct {
    /// Start it.
    Start,
    /// Stop it.
    Stop,
    /// Look into it anew.
    Refresh,
    /// Have it start with its host, or no longer.
    Autostart(bool),
    /// Delete its definition.
    Delete,
    /// Make a volume.
    NewVolume,
    /// Send a file into a new volume.
    Upload,
}

/// What is done with the open volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum VolumeAct {
    /// Make it larger.
    Grow,
    /// Make an overlay that stands on it.
    Overlay,
    /// Copy it in its format.
    Clone,
    /// Copy it into another format.
    Convert,
    /// Fetch it into a file.
    Download,
    /// Overwrite it.
    Wipe,
    /// Delete it.
    Delete,
    /// Make a snapshot inside it.
    MakeSnapshot,
    /// Take it back to a snapshot.
    ApplySnapshot(String),
    /// Delete a snapshot.
    RemoveSnapshot(String),
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum StorageOutput {
    /// Run this plan.
    Run(Box<Plan>),
    /// Say that something failed.
    Failed(UserText),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum StorageCmd {
    /// The kinds of pools that the host offers.
    Kinds(Result<Vec<PoolKind>, StorageError>),
    /// All volumes with who needs them.
    Stock(Result<Box<Stock>, StorageError>),
    /// The XML of the open pool, for what is done with it.
    Definition(PoolAct, Result<String, StorageError>),
    /// Whether qemu-img here can copy the open volume; and whether another format is wanted.
    CopiesHere(bool, bool),
    /// The snapshots inside the volume of this name.
    Snapshots(String, Result<Vec<ImageSnapshot>, StorageError>),
}

#[relm4::component(pub(crate))]
impl Component for Storage {
    type Init = adw::ApplicationWindow;
    type Input = StorageMsg;
    type Output = StorageOutput;
    type CommandOutput = StorageCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &gettext("Storage"),
            set_tag: Some("storage"),
            #[wrap(Some)]
            #[local_ref]
            set_child = navigation -> adw::NavigationView {
                add = &adw::NavigationPage {
                    set_title: &gettext("Storage"),
                    set_tag: Some("pool-list"),
                    adw::ToolbarView {
                        add_top_bar = &adw::HeaderBar {
                            pack_start = &gtk::Button {
                                set_icon_name: "list-add-symbolic",
                                set_tooltip_text: Some(&gettext("New Storage Pool")),
                                #[watch]
                                set_sensitive: model.can_change(),
                                connect_clicked => StorageMsg::New,
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
                                set_icon_name: Some("drive-harddisk-symbolic"),
                                set_title: &gettext("No Storage Pools"),
                                set_description: Some(&gettext("The disks of machines are kept in storage pools: folders, disks, or what a server gives out.")),
                                gtk::Button {
                                    set_label: &gettext("New Storage Pool"),
                                    set_halign: gtk::Align::Center,
                                    add_css_class: "pill",
                                    add_css_class: "suggested-action",
                                    #[watch]
                                    set_sensitive: model.can_change(),
                                    connect_clicked => StorageMsg::New,
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
                                        update_property: &[gtk::accessible::Property::Label(&gettext("Storage Pools"))],
                                    },
                                },
                            },
                        },
                    },
                },
                connect_popped[sender] => move |_, _| sender.input(StorageMsg::Left),
            },
        }
    }

    fn init(window: adw::ApplicationWindow, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self {
            host: None,
            situation: Situation::default(),
            pools: Vec::new(),
            met: false,
            stock: None,
            problem: None,
            taken: None,
            asking: (false, false),
            open: None,
            volume: None,
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

    fn update(&mut self, message: StorageMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            StorageMsg::Host(host) => self.set_host(host),
            StorageMsg::Situation(situation) => self.set_situation(situation),
            StorageMsg::Changed(pools) => self.changed(pools, &sender),
            StorageMsg::Again => self.ask_stock(&sender),
            StorageMsg::Visible(visible) => self.set_visible(visible, &sender),
            StorageMsg::Open(id) => self.open(id, &sender),
            StorageMsg::OpenVolume(name) => self.open_volume(name, &sender),
            StorageMsg::Left => self.left(),
            StorageMsg::New => self.ask_kinds(&sender),
            StorageMsg::Pool(act) => self.act(act, &sender),
            StorageMsg::Volume(act) => self.act_on_volume(act, &sender),
            StorageMsg::Run(plan) => drop(sender.output(StorageOutput::Run(plan))),
            StorageMsg::Failed(text) => drop(sender.output(StorageOutput::Failed(text))),
        }
    }

    fn update_cmd(&mut self, message: StorageCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            StorageCmd::Kinds(Ok(kinds)) => self.show_pool_form(&kinds, &sender),
            StorageCmd::Stock(answer) => self.take_stock(answer, &sender),
            StorageCmd::Definition(act, Ok(xml)) => self.act_with(&act, &xml, &sender),
            StorageCmd::CopiesHere(here, other) => self.show_copy_form(here, other, &sender),
            StorageCmd::Snapshots(name, answer) => self.take_snapshots(&name, answer),
            StorageCmd::Kinds(Err(error)) | StorageCmd::Definition(_, Err(error)) => {
                sender.input(StorageMsg::Failed(UserText::from(&error)));
            }
        }
    }
}
