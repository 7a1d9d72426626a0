//! The sidebar: the host and its state at the top, the pages below.

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use super::situation::Situation;
use crate::{
    actions,
    i18n::{gettext, ngettext_f},
    jobs::{Jobs, JobsMsg, JobsOutput},
    tell::Tell,
};

/// The sidebar.
pub(crate) struct Sidebar {
    situation: Situation,
    machines: usize,
    running: usize,
    jobs: Controller<Jobs>,
}

/// What the sidebar is told.
#[derive(Debug)]
pub(crate) enum SidebarMsg {
    /// The connection is in another state.
    Situation(Situation),
    /// How many machines there are, and how many of them are on.
    Counts(usize, usize),
    /// The jobs changed.
    Jobs(JobsMsg),
    /// The host was chosen.
    HostChosen,
    /// A page was chosen.
    Chosen(SidebarOutput),
}

/// What the sidebar asks for.
#[derive(Debug)]
pub(crate) enum SidebarOutput {
    /// Show the machines.
    Machines,
    /// Show the host.
    Host,
    /// Show the labs.
    Labs,
    /// Show the virtual networks.
    Networks,
    /// Show the storage pools.
    Storage,
    /// Show the projects.
    Projects,
    /// Show the flavors.
    Flavors,
    /// From the jobs button.
    Jobs(JobsOutput),
}

#[relm4::component(pub(crate))]
impl SimpleComponent for Sidebar {
    type Init = ();
    type Input = SidebarMsg;
    type Output = SidebarOutput;

    view! {
        adw::NavigationPage {
            set_title: &gettext("Lectern"),
            adw::ToolbarView {
                add_top_bar = &adw::HeaderBar {
                    pack_start: model.jobs.widget(),
                    #[name = "menu"]
                    pack_end = &gtk::MenuButton {
                        set_icon_name: "open-menu-symbolic",
                        set_primary: true,
                        set_tooltip_text: Some(&gettext("Main Menu")),
                        set_menu_model: Some(&actions::main_menu()),
                    },
                },
                #[wrap(Some)]
                set_content = &gtk::Box {
                    set_orientation: gtk::Orientation::Vertical,
                    gtk::ListBox {
                        add_css_class: "navigation-sidebar",
                        set_selection_mode: gtk::SelectionMode::None,
                        update_property: &[gtk::accessible::Property::Label(&gettext("Host"))],
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("This host and its readiness"))],
                            set_tooltip_text: Some(&gettext("This host and its readiness")),
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_orientation: gtk::Orientation::Vertical,
                                set_spacing: 3,
                                set_margin_top: 6,
                                set_margin_bottom: 6,
                                gtk::Label {
                                    set_xalign: 0.0,
                                    set_ellipsize: gtk::pango::EllipsizeMode::End,
                                    add_css_class: "heading",
                                    #[watch]
                                    set_label: &model.name(),
                                },
                                gtk::Label {
                                    set_xalign: 0.0,
                                    set_ellipsize: gtk::pango::EllipsizeMode::Middle,
                                    add_css_class: "caption",
                                    add_css_class: "dimmed",
                                    #[watch]
                                    set_label: &model.situation.uri(),
                                    #[watch]
                                    set_tooltip_text: Some(&model.situation.uri()),
                                },
                                gtk::Label {
                                    set_xalign: 0.0,
                                    set_wrap: true,
                                    add_css_class: "caption",
                                    #[watch]
                                    set_label: &model.state(),
                                },
                            },
                        },
                        connect_row_activated[sender] => move |_, _| sender.input(SidebarMsg::HostChosen),
                    },
                    gtk::Separator {},
                    gtk::ListBox {
                        add_css_class: "navigation-sidebar",
                        update_property: &[gtk::accessible::Property::Label(&gettext("Pages"))],
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("Machines"))],
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_spacing: 12,
                                gtk::Image { set_icon_name: Some("computer-symbolic") },
                                gtk::Label { set_label: &gettext("Machines"), set_hexpand: true, set_xalign: 0.0 },
                                gtk::Label {
                                    add_css_class: "dimmed",
                                    add_css_class: "numeric",
                                    #[watch]
                                    set_label: &model.count(),
                                },
                            },
                        },
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("Labs"))],
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_spacing: 12,
                                gtk::Image { set_icon_name: Some("system-users-symbolic") },
                                gtk::Label { set_label: &gettext("Labs"), set_hexpand: true, set_xalign: 0.0 },
                            },
                        },
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("Virtual Networks"))],
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_spacing: 12,
                                gtk::Image { set_icon_name: Some("network-wired-symbolic") },
                                gtk::Label { set_label: &gettext("Virtual Networks"), set_hexpand: true, set_xalign: 0.0 },
                            },
                        },
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("Storage"))],
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_spacing: 12,
                                gtk::Image { set_icon_name: Some("drive-harddisk-symbolic") },
                                gtk::Label { set_label: &gettext("Storage"), set_hexpand: true, set_xalign: 0.0 },
                            },
                        },
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("Projects"))],
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_spacing: 12,
                                gtk::Image { set_icon_name: Some("folder-symbolic") },
                                gtk::Label { set_label: &gettext("Projects"), set_hexpand: true, set_xalign: 0.0 },
                            },
                        },
                        append = &gtk::ListBoxRow {
                            update_property: &[gtk::accessible::Property::Label(&gettext("Flavors"))],
                            #[wrap(Some)]
                            set_child = &gtk::Box {
                                set_spacing: 12,
                                gtk::Image { set_icon_name: Some("view-grid-symbolic") },
                                gtk::Label { set_label: &gettext("Flavors"), set_hexpand: true, set_xalign: 0.0 },
                            },
                        },
                        set_header_func: head,
                        connect_row_activated[sender] => move |_, row| {
                            sender.input(SidebarMsg::Chosen(page_of(row)));
                        },
                    },
                },
            },
        }
    }

    fn init((): (), root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let output = sender.output_sender().clone();
        let jobs = Jobs::builder().launch(()).forward(&output, SidebarOutput::Jobs);
        let model = Self { situation: Situation::default(), machines: 0, running: 0, jobs };
        let widgets = view_output!();
        actions::name_popover(&widgets.menu);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: SidebarMsg, sender: ComponentSender<Self>) {
        match message {
            SidebarMsg::Situation(situation) => self.situation = situation,
            SidebarMsg::Counts(machines, running) => (self.machines, self.running) = (machines, running),
            SidebarMsg::Jobs(message) => self.jobs.tell(message),
            SidebarMsg::HostChosen => drop(sender.output(SidebarOutput::Host)),
            SidebarMsg::Chosen(output) => drop(sender.output(output)),
        }
    }
}

/// The row of labs.
const LABS: i32 = 1;
/// The first row of the settings.
const SETTINGS: i32 = 2;
/// The row of storage.
const STORAGE: i32 = 3;
/// The row of projects.
const PROJECTS: i32 = 4;
/// The row of flavors.
const FLAVORS: i32 = 5;

/// The page that a row stands for.
fn page_of(row: &gtk::ListBoxRow) -> SidebarOutput {
    match row.index() {
        LABS => SidebarOutput::Labs,
        SETTINGS => SidebarOutput::Networks,
        STORAGE => SidebarOutput::Storage,
        PROJECTS => SidebarOutput::Projects,
        FLAVORS => SidebarOutput::Flavors,
        _ => SidebarOutput::Machines,
    }
}

/// The heading over the first of the settings.
fn head(row: &gtk::ListBoxRow, _before: Option<&gtk::ListBoxRow>) {
    if row.index() == SETTINGS && row.header().is_none() {
        let label = gtk::Label::builder().label(gettext("Settings")).xalign(0.0).build();
        label.set_margin_start(12);
        label.set_margin_top(12);
        label.set_margin_bottom(6);
        label.set_css_classes(&["caption-heading", "dimmed"]);
        row.set_header(Some(&label));
    }
}

impl Sidebar {
    fn name(&self) -> String {
        self.situation.info().map_or_else(|| gettext("Host"), |info| info.hostname.clone())
    }

    /// The connection's state, and what the host has.
    fn state(&self) -> String {
        let Some(info) = self.situation.info().filter(|_| self.situation.is_connected()) else {
            return self.situation.line();
        };
        let cpus = usize::try_from(info.cpus).unwrap_or(usize::MAX);
        let memory = info.memory.to_string();
        let load = ngettext_f("{n} CPU, {memory} memory", "{n} CPUs, {memory} memory", cpus, &[("memory", &memory)]);
        let on = ngettext_f("{n} machine on", "{n} machines on", self.running, &[]);
        format!("{} · {load}\n{on}", self.situation.line())
    }

    fn count(&self) -> String {
        if self.machines == 0 { String::new() } else { self.machines.to_string() }
    }
}
