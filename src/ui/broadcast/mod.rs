//! One keyboard for many serial consoles: typed once, sent to all that are switched on, and the one that answers
//! differently is marked.

mod answer;
mod member;
mod words;
mod work;

use std::time::Duration;

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{self, glib},
    prelude::*,
};

use lectern_model::domain::Domain;
use lectern_services::host::{DomainChanges, Host};

use self::{answer::Answer, member::Member, work::Judge};
use crate::{
    group::Group,
    i18n::gettext,
    machine::serial::{paste, terminal},
    settings::Settings,
    shell::situation::Situation,
};

/// The tag of the page.
pub(crate) const TAG: &str = "broadcast";
/// How often it is looked whether all have answered.
const LOOK: Duration = Duration::from_millis(500);

/// The page.
pub(crate) struct Broadcast {
    host: Host,
    group: Group,
    settings: Settings,
    situation: Situation,
    members: Vec<One>,
    judge: Judge,
    ticker: Option<glib::SourceId>,
    flow: gtk::FlowBox,
    typewriter: vte4::Terminal,
}

/// One machine of it.
struct One {
    domain: Domain,
    on: bool,
    open: bool,
    answer: Answer,
    part: Controller<Member>,
}

/// What is needed to make the page.
pub(crate) struct BroadcastInit {
    /// The machines' host.
    pub(crate) host: Host,
    /// Which machines.
    pub(crate) group: Group,
    /// Those of them that are there.
    pub(crate) members: Vec<Domain>,
    /// How the connection stands.
    pub(crate) situation: Situation,
    /// The user's preferences.
    pub(crate) settings: Settings,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum BroadcastMsg {
    /// Machines came, changed or went.
    Changed(DomainChanges),
    /// The connection is in another state.
    Situation(Situation),
    /// The user typed or pasted.
    Typed(Vec<u8>),
    /// The clipboard's text goes to all.
    Paste {
        /// Whether it is what was selected last, and not what was copied.
        primary: bool,
    },
    /// Switch all off; all on, where none is.
    AllToggled,
    /// A machine was switched on, or off.
    On(lectern_model::id::DomainId, bool),
    /// A machine's line is open, or not.
    Open(lectern_model::id::DomainId, bool),
    /// Time went by.
    Tick,
    /// The keyboard is wanted where all are typed to.
    Focus,
    /// The page was left for good.
    Left,
}

#[relm4::component(pub(crate))]
impl SimpleComponent for Broadcast {
    type Init = BroadcastInit;
    type Input = BroadcastMsg;
    type Output = ();

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &words::title(model.group.lab()),
            set_tag: Some(TAG),
            connect_shown => BroadcastMsg::Focus,
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    pack_end = &gtk::Button {
                        #[watch]
                        set_label: &if model.count() > 0 { gettext("All Off") } else { gettext("All On") },
                        #[watch]
                        set_sensitive: !model.members.is_empty(),
                        connect_clicked => BroadcastMsg::AllToggled,
                    },
                },
                #[wrap(Some)]
                set_content = &gtk::Box {
                    set_orientation: gtk::Orientation::Vertical,
                    #[watch]
                    set_css_classes: if model.count() > 0 { &["broadcasting"] } else { &["broadcast"] },
                    gtk::Box {
                        set_css_classes: &["broadcast-banner"],
                        set_spacing: 12,
                        gtk::Image { set_icon_name: Some("input-keyboard-symbolic") },
                        gtk::Label {
                            set_hexpand: true,
                            set_xalign: 0.0,
                            set_wrap: true,
                            add_css_class: "heading",
                            #[watch]
                            set_label: &words::banner(model.count()),
                        },
                    },
                    gtk::ScrolledWindow {
                        set_hscrollbar_policy: gtk::PolicyType::Never,
                        set_vexpand: true,
                        #[local_ref]
                        flow -> gtk::FlowBox {
                            set_selection_mode: gtk::SelectionMode::None,
                            set_homogeneous: true,
                            set_valign: gtk::Align::Start,
                            set_max_children_per_line: 6,
                            set_margin_all: 6,
                            set_row_spacing: 6,
                            set_column_spacing: 6,
                            update_property: &[gtk::accessible::Property::Label(&gettext("The Machines"))],
                        },
                    },
                    gtk::Box {
                        set_css_classes: &["toolbar"],
                        set_spacing: 6,
                        gtk::Label { set_label: &gettext("Type here:") },
                        #[local_ref]
                        typewriter -> vte4::Terminal {},
                    },
                },
            },
        }
    }

    fn init(init: BroadcastInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self {
            host: init.host,
            group: init.group,
            settings: init.settings,
            situation: init.situation,
            members: Vec::new(),
            judge: Judge::default(),
            ticker: None,
            flow: gtk::FlowBox::new(),
            typewriter: typewriter(&sender),
        };
        let (flow, typewriter) = (&model.flow.clone(), &model.typewriter.clone());
        let widgets = view_output!();
        let changes = DomainChanges { complete: true, changed: init.members, removed: Vec::new() };
        model.changed(&changes, &sender);
        model.listen(&sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: BroadcastMsg, sender: ComponentSender<Self>) {
        match message {
            BroadcastMsg::Changed(changes) => self.changed(&changes, &sender),
            BroadcastMsg::Situation(situation) => self.follow(situation),
            BroadcastMsg::Typed(bytes) => self.typed(&bytes),
            BroadcastMsg::Paste { primary } => self.paste(primary),
            BroadcastMsg::AllToggled => self.switch_all(self.count() == 0),
            BroadcastMsg::On(id, on) => self.switched(id, on),
            BroadcastMsg::Open(id, open) => self.opened(id, open),
            BroadcastMsg::Tick => self.look(),
            BroadcastMsg::Focus => drop(self.typewriter.grab_focus()),
            BroadcastMsg::Left => self.leave(),
        }
    }
}

/// Where all are typed to: a terminal that shows nothing, so that every key becomes what a terminal sends for it.
fn typewriter(sender: &ComponentSender<Broadcast>) -> vte4::Terminal {
    use vte4::TerminalExt;
    let typewriter = vte4::Terminal::builder().hexpand(true).allow_hyperlink(false).scrollback_lines(0).build();
    // A terminal asks for 24 lines, or takes what it gets.
    typewriter.set_valign(gtk::Align::Center);
    typewriter.set_vexpand(false);
    typewriter.set_height_request(32);
    typewriter.set_size(20, 1);
    typewriter.add_css_class("serial-terminal");
    typewriter.update_property(&[gtk::accessible::Property::Label(&gettext("Type to all that are switched on"))]);
    let input = sender.input_sender().clone();
    terminal::connect_typed(&typewriter, move |bytes| drop(input.send(BroadcastMsg::Typed(bytes))));
    let actions: [crate::actions::LocalAction<BroadcastMsg>; 2] = [
        ("paste", || BroadcastMsg::Paste { primary: false }),
        ("paste-primary", || BroadcastMsg::Paste { primary: true }),
    ];
    crate::actions::local_group(&typewriter, "serial", &actions, sender.input_sender());
    typewriter.add_controller(terminal::keys());
    typewriter.add_controller(terminal::middle());
    typewriter
}

impl Broadcast {
    fn paste(&self, primary: bool) {
        use relm4::gtk::prelude::WidgetExt;
        let typewriter = &self.typewriter;
        let clipboard = if primary { typewriter.primary_clipboard() } else { typewriter.clipboard() };
        relm4::spawn_local(paste::paste(typewriter.clone(), clipboard));
    }
}
