//! The page of projects: the list with what each uses, each project's own page, and the form that makes and changes them.

mod form;
mod page;
pub(crate) mod usage;
mod words;
mod work;

use std::sync::Arc;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use lectern_model::catalog::Edit;
use lectern_services::{
    catalog::{CatalogError, Kept, Usage},
    host::Host,
};

use self::page::Page;
pub(crate) use self::words::summary;
use crate::{
    actions,
    catalog::{CatalogOutput, Known},
    i18n::gettext,
    rows::Group,
    shell::situation::Situation,
};

/// The page.
pub(crate) struct Projects {
    known: Known,
    /// What each uses, once it was counted.
    usage: Option<Usage>,
    /// Whether the question for it is under way, and whether to ask again after it.
    asking: (bool, bool),
    visible: bool,
    open: Option<(String, Page)>,
    list: Group,
    window: adw::ApplicationWindow,
    navigation: adw::NavigationView,
    input: relm4::Sender<ProjectsMsg>,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum ProjectsMsg {
    /// The host, which is another now.
    Host(Host),
    /// The connection is in another state.
    Situation(Situation),
    /// The catalogue as it is now.
    Changed(Arc<Kept>),
    /// Machines came, changed or went: another amount may be used.
    MachinesChanged,
    /// The page is looked at, or no longer.
    Visible(bool),
    /// Ask again after a failure.
    Again,
    /// Open the page of this project.
    Open(String),
    /// A project's page was left.
    Left,
    /// Make a new one.
    New,
    /// Change the open one.
    Edit,
    /// Delete the open one.
    Delete,
    /// Take in a file.
    Import,
    /// Write a file.
    Export,
    /// A dialog came to this change.
    Do(Edit),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum ProjectsCmd {
    /// The catalogue.
    Read(Box<Result<Kept, CatalogError>>),
    /// What each uses.
    Used(Box<Result<Usage, CatalogError>>),
}

#[relm4::component(pub(crate))]
impl Component for Projects {
    type Init = adw::ApplicationWindow;
    type Input = ProjectsMsg;
    type Output = CatalogOutput;
    type CommandOutput = ProjectsCmd;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &gettext("Projects"),
            set_tag: Some("projects"),
            #[wrap(Some)]
            #[local_ref]
            set_child = navigation -> adw::NavigationView {
                add = &adw::NavigationPage {
                    set_title: &gettext("Projects"),
                    set_tag: Some("project-list"),
                    adw::ToolbarView {
                        add_top_bar = &adw::HeaderBar {
                            pack_start = &gtk::Button {
                                set_icon_name: "list-add-symbolic",
                                set_tooltip_text: Some(&gettext("New Project")),
                                #[watch]
                                set_sensitive: model.can_change(),
                                connect_clicked => ProjectsMsg::New,
                            },
                            #[name = "more"]
                            pack_end = &gtk::MenuButton {
                                set_icon_name: "view-more-symbolic",
                                set_tooltip_text: Some(&gettext("More Actions")),
                                set_menu_model: Some(&actions::file_menu("projects")),
                            },
                        },
                        add_top_bar = &adw::Banner {
                            set_use_markup: false,
                            #[watch]
                            set_title: &model.banner().unwrap_or_default(),
                            #[watch]
                            set_revealed: model.banner().is_some(),
                        },
                        #[wrap(Some)]
                        set_content = &gtk::Stack {
                            add_named[Some("waiting")] = &adw::StatusPage {
                                #[watch]
                                set_title: &model.known.waiting(),
                            },
                            add_named[Some("problem")] = &adw::StatusPage {
                                set_icon_name: Some("dialog-error-symbolic"),
                                #[watch]
                                set_title: &model.known.problem().title,
                                #[watch]
                                set_description: Some(&gtk::glib::markup_escape_text(&model.known.problem().body)),
                                gtk::Button {
                                    set_label: &gettext("Try Again"),
                                    set_halign: gtk::Align::Center,
                                    add_css_class: "pill",
                                    connect_clicked => ProjectsMsg::Again,
                                },
                            },
                            #[local_ref]
                            add_named[Some("list")] = page -> adw::PreferencesPage {
                                set_description: &gettext("A project says who may use how much of this host; a lab is one batch of machines that were made together. Machines that are off count too, as in OpenStack."),
                            },
                            #[watch]
                            set_visible_child_name: model.known.shown(),
                        },
                    },
                },
                connect_popped[sender] => move |_, _| sender.input(ProjectsMsg::Left),
            },
        }
    }

    fn init(window: adw::ApplicationWindow, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let page = adw::PreferencesPage::new();
        let list = Group::new("");
        page.add(&list.group);
        let model = Self {
            known: Known::default(),
            usage: None,
            asking: (false, false),
            visible: false,
            open: None,
            list,
            window,
            navigation: adw::NavigationView::new(),
            input: sender.input_sender().clone(),
        };
        let (page, navigation) = (&page, &model.navigation.clone());
        let widgets = view_output!();
        actions::name_popover(&widgets.more);
        actions::local_group(
            &root,
            "projects",
            &[("import", || ProjectsMsg::Import), ("export", || ProjectsMsg::Export)],
            sender.input_sender(),
        );
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: ProjectsMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            ProjectsMsg::Host(host) => self.set_host(host),
            ProjectsMsg::Situation(situation) => self.follow(situation),
            ProjectsMsg::Changed(kept) => self.changed(kept, &sender),
            ProjectsMsg::MachinesChanged => self.ask_usage(&sender),
            ProjectsMsg::Visible(visible) => self.set_visible(visible, &sender),
            ProjectsMsg::Again => self.ask(&sender),
            ProjectsMsg::Open(name) => self.open(name),
            ProjectsMsg::Left => self.open = None,
            ProjectsMsg::New => self.show_form(None),
            ProjectsMsg::Edit => self.edit(),
            ProjectsMsg::Delete => self.ask_delete(),
            ProjectsMsg::Import => self.import(),
            ProjectsMsg::Export => self.export(),
            ProjectsMsg::Do(edit) => drop(sender.output(CatalogOutput::Edit(Box::new(edit)))),
        }
    }

    fn update_cmd(&mut self, message: ProjectsCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            ProjectsCmd::Read(answer) => self.known.answer(*answer),
            ProjectsCmd::Used(answer) => self.used(*answer, &sender),
        }
        self.show();
    }
}
