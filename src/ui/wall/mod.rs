//! All machines of a lab or a selection side by side, each with its screen or its last lines.

mod member;
mod tile;
mod words;
mod work;

use std::{collections::HashMap, time::Duration};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, glib},
    prelude::*,
};

use lectern_model::{domain::Domain, id::DomainId, wall::Faces};
use lectern_services::host::{Console, DomainChanges, Host, HostError, Shot, Shots};

use self::{
    member::Seen,
    tile::{Face, Tile},
};
use crate::{group::Group, i18n::gettext, machine::Tab, shell::situation::Situation};

/// The tag of the page.
pub(crate) const TAG: &str = "wall";
/// How often it is looked whether a machine lacks its address by now.
const LOOK: Duration = Duration::from_secs(10);
/// How long consoles stay open once the wall is covered: the page that covers it may want one of them, with its past.
const LINGER: Duration = Duration::from_secs(2);

/// The page.
pub(crate) struct Wall {
    host: Host,
    group: Group,
    situation: Situation,
    members: HashMap<DomainId, Member>,
    shots: Option<Shots>,
    /// Whether nobody sees the window.
    suspended: bool,
    /// Whether another page has been over this one for a while.
    covered: bool,
    ticker: Option<glib::SourceId>,
    flow: gtk::FlowBox,
    scrolled: gtk::ScrolledWindow,
}

/// One machine of it.
struct Member {
    domain: Domain,
    tile: Tile,
    /// What it has, once that is known.
    faces: Option<Faces>,
    chosen: Option<Face>,
    /// Since when it runs, as far as it was seen.
    seen: Seen,
    line: Line,
}

/// A machine's console, as far as the wall has it.
#[derive(Debug, Default)]
enum Line {
    #[default]
    None,
    /// It was asked for.
    Asked,
    /// It is open, and closed when this is dropped.
    #[expect(dead_code, reason = "keeping it is its purpose")]
    Open(Console),
    /// It cannot be had until the machine is started again.
    Refused,
}

/// What is needed to make the page.
pub(crate) struct WallInit {
    /// The machines' host.
    pub(crate) host: Host,
    /// Which machines.
    pub(crate) group: Group,
    /// Those of them that are there.
    pub(crate) members: Vec<Domain>,
    /// How the connection stands.
    pub(crate) situation: Situation,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum WallMsg {
    /// Machines came, changed or went.
    Changed(DomainChanges),
    /// The connection is in another state.
    Situation(Situation),
    /// Nobody sees the window, or somebody does again.
    Suspended(bool),
    /// Other tiles may be on the screen now.
    Look,
    /// The page is on the screen, or was covered a while ago.
    Covered(bool),
    /// Time went by.
    Tick,
    /// A picture of a screen.
    Shot(Shot),
    /// No more pictures come.
    ShotsEnded,
    /// The last lines of a console.
    Lines(DomainId, Vec<String>),
    /// A console closed.
    Closed(DomainId),
    /// The user wants a machine's other face.
    Turned(DomainId),
    /// The user opens a machine.
    Activated(DomainId),
    /// The user wants to type to all.
    Broadcast,
    /// The page was left for good.
    Left,
}

/// What the page asks for.
#[derive(Debug)]
pub(crate) enum WallOutput {
    /// Open this part of this machine's page.
    Open(DomainId, Tab),
    /// Type to these.
    Broadcast(Group),
    /// Connect again.
    Retry,
}

/// What came back from the host.
#[derive(Debug)]
pub(crate) enum WallCmd {
    /// What the machines have.
    Faces(Result<Vec<(DomainId, Faces)>, HostError>),
    /// A console was opened, or not.
    Opened(DomainId, Result<Console, HostError>),
}

#[relm4::component(pub(crate))]
impl Component for Wall {
    type Init = WallInit;
    type Input = WallMsg;
    type Output = WallOutput;
    type CommandOutput = WallCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &words::title(model.group.lab()),
            set_tag: Some(TAG),
            connect_map[sender] => move |_| sender.input(WallMsg::Covered(false)),
            connect_unmap[sender] => move |_| {
                let input = sender.input_sender().clone();
                glib::timeout_add_local_once(LINGER, move || drop(input.send(WallMsg::Covered(true))));
            },
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    #[wrap(Some)]
                    set_title_widget = &adw::WindowTitle {
                        set_title: &words::title(model.group.lab()),
                        #[watch]
                        set_subtitle: &model.summary(),
                    },
                    pack_end = &gtk::Button {
                        set_icon_name: "input-keyboard-symbolic",
                        set_tooltip_text: Some(&gettext("Broadcast")),
                        #[watch]
                        set_sensitive: model.situation.is_connected() && !model.members.is_empty(),
                        connect_clicked => WallMsg::Broadcast,
                    },
                },
                add_top_bar = &adw::Banner {
                    set_use_markup: false,
                    #[watch]
                    set_title: &model.situation.banner().unwrap_or_default(),
                    #[watch]
                    set_revealed: model.situation.banner().is_some(),
                    #[watch]
                    set_button_label: model.situation.banner_button().as_deref(),
                    connect_button_clicked[sender] => move |_| drop(sender.output(WallOutput::Retry)),
                },
                #[wrap(Some)]
                set_content = &gtk::Stack {
                    #[local_ref]
                    add_named[Some("tiles")] = scrolled -> gtk::ScrolledWindow {
                        set_hscrollbar_policy: gtk::PolicyType::Never,
                        #[watch]
                        set_css_classes: if model.situation.is_stale() { &["stale"] } else { &[] },
                        #[local_ref]
                        flow -> gtk::FlowBox {
                            set_selection_mode: gtk::SelectionMode::None,
                            set_homogeneous: true,
                            set_valign: gtk::Align::Start,
                            set_max_children_per_line: 12,
                            set_margin_all: 12,
                            set_row_spacing: 12,
                            set_column_spacing: 12,
                            update_property: &[gtk::accessible::Property::Label(&gettext("The Machines"))],
                            connect_child_activated[sender] => move |_, child| {
                                if let Some(id) = DomainId::parse(&child.widget_name()) {
                                    sender.input(WallMsg::Activated(id));
                                }
                            },
                        },
                    },
                    add_named[Some("empty")] = &adw::StatusPage {
                        set_icon_name: Some("computer-symbolic"),
                        set_title: &gettext("No Virtual Machines"),
                        set_description: Some(&gettext("The machines of this wall are no longer on the host.")),
                    },
                    #[watch]
                    set_visible_child_name: if model.members.is_empty() { "empty" } else { "tiles" },
                },
            },
        }
    }

    fn init(init: WallInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self {
            host: init.host,
            group: init.group,
            situation: init.situation,
            members: HashMap::new(),
            shots: None,
            suspended: false,
            covered: false,
            ticker: None,
            flow: gtk::FlowBox::new(),
            scrolled: gtk::ScrolledWindow::new(),
        };
        let (flow, scrolled) = (&model.flow.clone(), &model.scrolled.clone());
        let widgets = view_output!();
        let changes = DomainChanges { complete: true, changed: init.members, removed: Vec::new() };
        model.changed(changes, &sender);
        model.listen(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: WallMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            WallMsg::Changed(changes) => self.changed(changes, &sender),
            WallMsg::Situation(situation) => self.follow(situation, &sender),
            WallMsg::Suspended(suspended) => self.suspend(suspended, &sender),
            WallMsg::Look => self.look(&sender),
            WallMsg::Covered(covered) => self.cover(covered, &sender),
            WallMsg::Tick => self.show_all(),
            WallMsg::Shot((id, picture)) => self.show_picture(id, picture.as_ref()),
            WallMsg::ShotsEnded => self.shots = None,
            WallMsg::Lines(id, lines) => self.show_lines(id, &lines),
            WallMsg::Closed(id) => self.closed(id),
            WallMsg::Turned(id) => self.turn(id, &sender),
            WallMsg::Activated(id) => self.open(id, &sender),
            WallMsg::Broadcast => drop(sender.output(WallOutput::Broadcast(self.group.clone()))),
            WallMsg::Left => self.leave(),
        }
    }

    fn update_cmd(&mut self, message: WallCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            WallCmd::Faces(faces) => self.faced(faces, &sender),
            WallCmd::Opened(id, console) => self.opened(id, console, &sender),
        }
    }
}
