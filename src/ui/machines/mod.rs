//! The page with all machines of a host: search, filter, selection, and what to do with it.

mod cell;
mod columns;
mod list;
mod menu;
mod narrow;
mod projects;
mod query;
mod rest;
mod row;
mod work;

use relm4::{adw, adw::prelude::*, gtk, gtk::glib, prelude::*};

use lectern_model::id::DomainId;
use lectern_services::host::DomainChanges;

pub(crate) use self::{columns::members as member_columns, list::List, narrow::members as fold_members, row::id_at};
use crate::{
    actions,
    i18n::{gettext, ngettext_f},
    shell::situation::Situation,
};

/// The page.
pub(crate) struct Machines {
    list: List,
    situation: Situation,
    search: bool,
    /// The position in [`StateFilter::ALL`].
    filter: u32,
    selected: Vec<DomainId>,
    entry: gtk::SearchEntry,
    /// The names of the projects that machines count in.
    projects: Vec<String>,
    project: gtk::DropDown,
    /// The columns that show something on some hosts only, with their places.
    spare: Vec<(u32, gtk::ColumnViewColumn)>,
}

/// What the page is told.
#[derive(Debug)]
pub(crate) enum MachinesMsg {
    /// Machines came, changed or went.
    Changed(DomainChanges),
    /// The connection is in another state.
    Situation(Situation),
    /// The search bar is to be shown or hidden.
    SearchToggled(bool),
    /// Words to look for.
    SearchChanged(String),
    /// One of [`StateFilter::ALL`] was chosen.
    FilterChosen(u32),
    /// A project was chosen; the first stands for all.
    ProjectChosen(u32),
    /// Put the machines of each project together, or no longer.
    Grouped(bool),
    /// The user selected something else.
    SelectionChanged,
    /// The user opened a machine.
    Activated(DomainId),
    /// The button of the page that says what is wrong.
    Retry,
    /// The button for the raw error.
    Details,
    /// The user wants to know whether the host is ready.
    Readiness,
    /// The user wants another host.
    OtherHost,
}

/// What the page reports.
#[derive(Debug)]
pub(crate) enum MachinesOutput {
    /// These machines are selected.
    Selected(Vec<DomainId>),
    /// Open this machine's page.
    Open(DomainId),
    /// Try to connect again.
    Retry,
    /// Show what libvirt said.
    Details,
    /// Show whether the host is ready.
    Readiness,
    /// The user wants another host.
    OtherHost,
}

#[relm4::component(pub(crate))]
impl SimpleComponent for Machines {
    type Init = ();
    type Input = MachinesMsg;
    type Output = MachinesOutput;

    view! {
        #[root]
        adw::NavigationPage {
            set_title: &gettext("Virtual Machines"),
            set_tag: Some("machines"),
            #[name = "toolbars"]
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    #[name = "new"]
                    pack_start = &gtk::MenuButton {
                        set_icon_name: "list-add-symbolic",
                        set_tooltip_text: Some(&gettext("New Machine")),
                        set_menu_model: Some(&actions::new_menu()),
                    },
                    pack_end = &gtk::ToggleButton {
                        set_icon_name: "system-search-symbolic",
                        set_tooltip_text: Some(&gettext("Search and Filter")),
                        #[watch]
                        #[block_signal(toggled)]
                        set_active: model.search,
                        #[watch]
                        set_sensitive: model.situation.has_machines(),
                        connect_toggled[sender] => move |b| sender.input(MachinesMsg::SearchToggled(b.is_active())) @toggled,
                    },
                },
                #[name = "search_bar"]
                add_top_bar = &gtk::SearchBar {
                    #[watch]
                    #[block_signal(search_shown)]
                    set_search_mode: model.search,
                    connect_search_mode_enabled_notify[sender] => move |bar| {
                        sender.input(MachinesMsg::SearchToggled(bar.is_search_mode()));
                    } @search_shown,
                    #[wrap(Some)]
                    set_child = &gtk::Box {
                        set_spacing: 6,
                        #[local_ref]
                        entry -> gtk::SearchEntry {
                            set_hexpand: true,
                            set_placeholder_text: Some(&gettext("Search by name, address, lab or student")),
                            update_property: &[gtk::accessible::Property::Label(&gettext("Search machines"))],
                            connect_search_changed[sender] => move |entry| {
                                sender.input(MachinesMsg::SearchChanged(entry.text().into()));
                            },
                        },
                        gtk::DropDown {
                            set_model: Some(&work::filter_names()),
                            set_tooltip_text: Some(&gettext("Which Machines Are Shown")),
                            #[watch]
                            #[block_signal(chosen)]
                            set_selected: model.filter,
                            connect_selected_notify[sender] => move |choice| {
                                sender.input(MachinesMsg::FilterChosen(choice.selected()));
                            } @chosen,
                        },
                        #[local_ref]
                        project -> gtk::DropDown {
                            set_tooltip_text: Some(&gettext("Which Project Is Shown")),
                            #[watch]
                            set_visible: model.projects.len() > 1,
                            connect_selected_notify[sender] => move |choice| {
                                sender.input(MachinesMsg::ProjectChosen(choice.selected()));
                            },
                        },
                        gtk::ToggleButton {
                            set_icon_name: "view-list-symbolic",
                            set_tooltip_text: Some(&gettext("Group by Project")),
                            #[watch]
                            set_visible: model.projects.len() > 1,
                            connect_toggled[sender] => move |b| sender.input(MachinesMsg::Grouped(b.is_active())),
                        },
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
                    connect_button_clicked => MachinesMsg::Retry,
                },
                #[wrap(Some)]
                set_content = &gtk::Stack {
                    add_named[Some("connecting")] = &adw::StatusPage {
                        set_title: &gettext("Connecting…"),
                        #[watch]
                        set_description: Some(&glib::markup_escape_text(&model.situation.uri())),
                        #[wrap(Some)]
                        set_paintable = &adw::SpinnerPaintable::new(None::<&gtk::Widget>) {},
                    },
                    add_named[Some("failed")] = &adw::StatusPage {
                        set_icon_name: Some("network-offline-symbolic"),
                        #[watch]
                        set_title: &model.situation.problem_title(),
                        #[watch]
                        set_description: Some(&glib::markup_escape_text(&model.situation.problem_body())),
                        gtk::Box {
                            set_halign: gtk::Align::Center,
                            set_spacing: 12,
                            gtk::Button {
                                set_label: &gettext("Try Again"),
                                add_css_class: "pill",
                                add_css_class: "suggested-action",
                                #[watch]
                                set_visible: model.situation.can_retry(),
                                connect_clicked => MachinesMsg::Retry,
                            },
                            gtk::Button {
                                set_label: &gettext("Readiness"),
                                add_css_class: "pill",
                                #[watch]
                                set_visible: model.situation.can_retry(),
                                connect_clicked => MachinesMsg::Readiness,
                            },
                            gtk::Button {
                                set_label: &gettext("Another Host…"),
                                add_css_class: "pill",
                                connect_clicked => MachinesMsg::OtherHost,
                            },
                            gtk::Button {
                                set_label: &gettext("Details"),
                                add_css_class: "pill",
                                #[watch]
                                set_visible: model.situation.has_details(),
                                connect_clicked => MachinesMsg::Details,
                            },
                        },
                    },
                    add_named[Some("empty")] = &adw::StatusPage {
                        set_icon_name: Some("computer-symbolic"),
                        set_title: &gettext("No Virtual Machines"),
                        set_description: Some(&gettext("This host has no virtual machine yet. One that is made with virsh or another program appears here at once.")),
                        gtk::Box {
                            set_orientation: gtk::Orientation::Vertical,
                            set_halign: gtk::Align::Center,
                            set_spacing: 12,
                            gtk::Button {
                                set_label: &gettext("Import an Existing Disk…"),
                                add_css_class: "pill",
                                add_css_class: "suggested-action",
                                set_action_name: Some("win.new-import"),
                            },
                            gtk::Button {
                                set_label: &gettext("Install over the Network…"),
                                add_css_class: "pill",
                                set_action_name: Some("win.new-install"),
                            },
                            gtk::Button {
                                set_label: &gettext("From an XML File…"),
                                add_css_class: "pill",
                                set_action_name: Some("win.new-from-xml"),
                            },
                        },
                    },
                    add_named[Some("nothing")] = &adw::StatusPage {
                        set_icon_name: Some("system-search-symbolic"),
                        set_title: &gettext("No Results Found"),
                        set_description: Some(&gettext("Try other words, or show machines in any state.")),
                    },
                    #[name = "narrow"]
                    add_named[Some("list")] = &adw::BreakpointBin {
                        set_size_request: (200, 100),
                        #[name = "scrolled"]
                        #[wrap(Some)]
                        set_child = &gtk::ScrolledWindow {
                            set_hscrollbar_policy: gtk::PolicyType::Automatic,
                            #[watch]
                            set_css_classes: if model.situation.is_stale() { &["stale"] } else { &[] },
                            #[local_ref]
                            view -> gtk::ColumnView {
                                update_property: &[gtk::accessible::Property::Label(&gettext("Virtual machines"))],
                                connect_activate[sender] => move |view, position| {
                                    if let Some(id) = row::id_at(view, position) {
                                        sender.input(MachinesMsg::Activated(id));
                                    }
                                },
                            },
                        },
                    },
                    #[watch]
                    set_visible_child_name: model.shown(),
                },
                add_bottom_bar = &gtk::ActionBar {
                    #[watch]
                    set_revealed: !model.selected.is_empty() && model.shown() == "list",
                    pack_start = &gtk::Label {
                        set_ellipsize: gtk::pango::EllipsizeMode::End,
                        #[watch]
                        set_label: &ngettext_f("{n} machine selected", "{n} machines selected", model.selected.len(), &[]),
                    },
                    #[name = "more"]
                    pack_end = &gtk::MenuButton {
                        set_icon_name: "view-more-symbolic",
                        set_tooltip_text: Some(&gettext("More Actions")),
                        set_menu_model: Some(&actions::menu(false)),
                        set_direction: gtk::ArrowType::Up,
                    },
                    pack_end: &actions::buttons(),
                    pack_end = &gtk::Button {
                        set_icon_name: "view-grid-symbolic",
                        set_tooltip_text: Some(&gettext("Wall")),
                        set_action_name: Some("win.wall"),
                    },
                    pack_end = &gtk::Button {
                        set_icon_name: "input-keyboard-symbolic",
                        set_tooltip_text: Some(&gettext("Broadcast")),
                        set_action_name: Some("win.broadcast"),
                    },
                },
            },
        }
    }

    fn init((): (), root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let mut model = Self {
            list: List::new(),
            situation: Situation::default(),
            search: false,
            filter: 0,
            selected: Vec::new(),
            entry: gtk::SearchEntry::new(),
            projects: Vec::new(),
            project: gtk::DropDown::builder().model(&gtk::StringList::new(&[])).build(),
            spare: Vec::new(),
        };
        let (entry, project) = (model.entry.clone(), model.project.clone());
        let view = model.list.view().clone();
        let changed = sender.input_sender().clone();
        let selection = model.list.selection();
        selection.connect_selection_changed(move |_, _, _| drop(changed.send(MachinesMsg::SelectionChanged)));
        // What a filter or a removal takes from the list leaves the selection without another word.
        let changed = sender.input_sender().clone();
        selection.connect_items_changed(move |_, _, _, _| drop(changed.send(MachinesMsg::SelectionChanged)));
        menu::attach(&model.list);
        let widgets = view_output!();
        rest::while_scrolling(&widgets.scrolled, model.list.view());
        narrow::fold(&widgets.narrow, model.list.view());
        model.take_spare_columns();
        actions::name_popover(&widgets.more);
        actions::name_popover(&widgets.new);
        widgets.search_bar.connect_entry(&model.entry);
        widgets.search_bar.set_key_capture_widget(Some(&widgets.toolbars));
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: MachinesMsg, sender: ComponentSender<Self>) {
        match message {
            MachinesMsg::Changed(changes) => self.change(changes),
            MachinesMsg::Situation(situation) => self.follow(situation),
            MachinesMsg::SearchToggled(on) => self.toggle_search(on),
            MachinesMsg::SearchChanged(text) => self.list.narrow(|query| query.set_text(&text)),
            MachinesMsg::FilterChosen(nth) => self.filter(nth),
            MachinesMsg::ProjectChosen(nth) => self.choose_project(nth),
            MachinesMsg::Grouped(on) => self.list.group_projects(on),
            MachinesMsg::SelectionChanged => self.report_selection(&sender),
            MachinesMsg::Activated(id) => drop(sender.output(MachinesOutput::Open(id))),
            MachinesMsg::Retry => drop(sender.output(MachinesOutput::Retry)),
            MachinesMsg::OtherHost => drop(sender.output(MachinesOutput::OtherHost)),
            MachinesMsg::Readiness => drop(sender.output(MachinesOutput::Readiness)),
            MachinesMsg::Details => drop(sender.output(MachinesOutput::Details)),
        }
    }
}
