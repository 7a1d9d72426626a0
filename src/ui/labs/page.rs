//! One lab's page: its members with their state, and what can be done with those that are selected, or with all.

use relm4::{Sender, adw, adw::prelude::*, gtk, gtk::gio};

use lectern_model::{
    domain::{Domain, DomainAction},
    id::DomainId,
    metadata::LabMark,
};
use lectern_services::host::DomainChanges;

use super::{LabAct, LabsMsg, words};
use crate::{
    actions,
    group::Group,
    i18n::{gettext, ngettext_f, pgettext},
    machines::{List, fold_members, id_at, member_columns},
    texts,
};

/// The page and its parts that change.
pub(super) struct Page {
    pub(super) root: adw::NavigationPage,
    list: List,
    changes: gio::SimpleActionGroup,
    chosen: gtk::Label,
}

/// What is done, by the name of its action.
const ACTS: [(&str, LabAct); 11] = [
    ("start", LabAct::Start),
    ("shut-down", LabAct::Machine(DomainAction::ShutDown)),
    ("save", LabAct::Machine(DomainAction::Save)),
    ("force-off", LabAct::Machine(DomainAction::ForceOff)),
    ("reset", LabAct::Reset),
    ("move", LabAct::Move),
    ("grow", LabAct::Grow),
    ("wall", LabAct::Wall),
    ("broadcast", LabAct::Broadcast),
    ("hand-out", LabAct::HandOut),
    ("delete", LabAct::Delete),
];

impl Page {
    pub(super) fn new(mark: &LabMark, input: &Sender<LabsMsg>) -> Self {
        let list = List::with(member_columns);
        let view = list.view().clone();
        view.update_property(&[gtk::accessible::Property::Label(&gettext("The Machines"))]);
        let opened = input.clone();
        view.connect_activate(move |view, position| {
            if let Some(id) = id_at(view, position) {
                opened.emit(LabsMsg::Machine(id));
            }
        });
        for changed in [false, true] {
            let input = input.clone();
            let selection = list.selection();
            if changed {
                selection.connect_items_changed(move |_, _, _, _| drop(input.send(LabsMsg::Selected)));
            } else {
                selection.connect_selection_changed(move |_, _, _| drop(input.send(LabsMsg::Selected)));
            }
        }
        let (changes, chosen) = (group(input), gtk::Label::builder().xalign(0.0).build());
        let root = frame(&mark.name, &view, &chosen, &changes);
        Self { root, list, changes, chosen }
    }

    /// Puts a batch of changes into the rows.
    pub(super) fn apply(&mut self, changes: DomainChanges) {
        self.list.apply(changes);
    }

    /// Those of `members` that something is done with: the selected ones, or all.
    pub(super) fn targets(&self, members: &[Domain]) -> Vec<Domain> {
        let selected = self.list.selected();
        let is_meant = |domain: &&Domain| selected.is_empty() || selected.contains(&domain.id);
        let mut meant: Vec<Domain> = members.iter().filter(is_meant).cloned().collect();
        meant.sort_by_key(|domain| words::natural(&domain.name));
        meant
    }

    /// The selected ones, or the whole lab.
    pub(super) fn group(&self, mark: &LabMark) -> Group {
        let selected = self.list.selected();
        if selected.is_empty() { Group::Lab(mark.clone()) } else { Group::These(selected) }
    }

    /// Shows what can be done now.
    pub(super) fn show(&self, members: &[&Domain], connected: bool) {
        let selected: Vec<DomainId> = self.list.selected();
        let meant = || members.iter().filter(|domain| selected.is_empty() || selected.contains(&domain.id));
        let text = if selected.is_empty() {
            ngettext_f("All: {n} machine", "All {n} machines", members.len(), &[])
        } else {
            ngettext_f("{n} machine selected", "{n} machines selected", selected.len(), &[])
        };
        self.chosen.set_label(&text);
        for (name, act) in ACTS {
            let can = match act {
                LabAct::Start => meant().any(|domain| DomainAction::Start.allowed(domain.state)),
                LabAct::Machine(action) => meant().any(|domain| action.allowed(domain.state)),
                LabAct::Reset
                | LabAct::Move
                | LabAct::Grow
                | LabAct::Wall
                | LabAct::Broadcast
                | LabAct::HandOut
                | LabAct::Delete => true,
            };
            if let Some(action) = self.changes.lookup_action(name).and_downcast::<gio::SimpleAction>() {
                action.set_enabled(connected && can);
            }
        }
    }
}

fn group(input: &Sender<LabsMsg>) -> gio::SimpleActionGroup {
    let group = gio::SimpleActionGroup::new();
    for (name, act) in ACTS {
        let action = gio::SimpleAction::new(name, None);
        let input = input.clone();
        action.connect_activate(move |_, _| input.emit(LabsMsg::Act(act)));
        group.add_action(&action);
    }
    group
}

fn frame(
    name: &str,
    list: &gtk::ColumnView,
    chosen: &gtk::Label,
    changes: &gio::SimpleActionGroup,
) -> adw::NavigationPage {
    let header = adw::HeaderBar::new();
    let menu = gtk::MenuButton::builder()
        .icon_name("view-more-symbolic")
        .tooltip_text(gettext("More Actions"))
        .menu_model(&menu())
        .direction(gtk::ArrowType::Up)
        .build();
    actions::name_popover(&menu);
    let bar = gtk::ActionBar::new();
    bar.pack_start(chosen);
    bar.pack_end(&menu);
    for (label, icon, action) in [
        (texts::action(DomainAction::ShutDown), "system-shutdown-symbolic", "lab.shut-down"),
        (pgettext("action", "Start"), "media-playback-start-symbolic", "lab.start"),
    ] {
        bar.pack_end(&gtk::Button::builder().icon_name(icon).tooltip_text(label).action_name(action).build());
    }
    let grow = gtk::Button::builder().icon_name("list-add-symbolic").tooltip_text(gettext("Add Machines…")).build();
    grow.set_action_name(Some("lab.grow"));
    header.pack_start(&grow);
    let wall = gtk::Button::builder().icon_name("view-grid-symbolic").tooltip_text(gettext("Wall")).build();
    wall.set_action_name(Some("lab.wall"));
    header.pack_end(&wall);
    let keyboard =
        gtk::Button::builder().icon_name("input-keyboard-symbolic").tooltip_text(gettext("Broadcast")).build();
    keyboard.set_action_name(Some("lab.broadcast"));
    header.pack_end(&keyboard);
    let scrolled = gtk::ScrolledWindow::builder().child(list).vexpand(true).build();
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.set_content(Some(&fold_members(&scrolled, list)));
    view.add_bottom_bar(&bar);
    view.insert_action_group("lab", Some(changes));
    adw::NavigationPage::builder().title(name).tag("lab").child(&view).build()
}

fn menu() -> gio::Menu {
    let menu = gio::Menu::new();
    for entries in [
        vec![(texts::action(DomainAction::Save), "lab.save"), (texts::action(DomainAction::ForceOff), "lab.force-off")],
        vec![
            (gettext("Reset to the Template…"), "lab.reset"),
            (gettext("Move to a Template Version…"), "lab.move"),
            (gettext("Add Machines…"), "lab.grow"),
        ],
        vec![(gettext("Hand-Out…"), "lab.hand-out")],
        vec![(gettext("Delete…"), "lab.delete")],
    ] {
        let section = gio::Menu::new();
        for (label, action) in entries {
            section.append(Some(&label), Some(action));
        }
        menu.append_section(None, &section);
    }
    menu
}
