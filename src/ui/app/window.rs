//! The window itself: its actions, its size, and moving between its pages.

use relm4::{adw::prelude::*, gtk, gtk::gio, prelude::*};

use lectern_model::{domain::DomainAction, draft::install::Origin};

use super::{App, host::Leaving, messages::AppMsg, networks::Section};
use crate::{
    actions,
    machine::{MachineMsg, Tab},
    machines::MachinesMsg,
    nics::NicPurpose,
    preferences,
    tell::Tell,
    wall::WallMsg,
};

/// Longer than any transition between pages. Without animations `hidden` comes before `popped`, so it cannot be used.
pub(super) const OFF_SCREEN: std::time::Duration = std::time::Duration::from_secs(1);

impl App {
    /// Restores the size, adds the actions, and listens to what becomes of the window.
    pub(super) fn set_up_window(&mut self, sender: &ComponentSender<Self>) {
        self.restore_size();
        self.guard_close(sender);
        self.add_actions(sender);
        actions::set_accelerators(false);
        crate::frames::measure(&self.window);
        self.toasts.set_child(Some(self.presenting.stage().root()));
        self.presenting.stage().set_pages(&self.split);
        self.split.set_show_content(true);
        let input = sender.input_sender().clone();
        self.settings.follow(&self.window, preferences::PACE_KEYS, move |_| drop(input.send(AppMsg::PaceChanged)));
        let input = sender.input_sender().clone();
        self.window.connect_suspended_notify(move |w| drop(input.send(AppMsg::Suspended(w.is_suspended()))));
        let (input, before) = (sender.input_sender().clone(), std::cell::Cell::new(false));
        self.window.connect_focus_widget_notify(move |w| {
            let terminal = gtk::prelude::GtkWindowExt::focus(w).is_some_and(|widget| takes_keys(&widget));
            if before.replace(terminal) != terminal {
                drop(input.send(AppMsg::TerminalFocus(terminal)));
            }
        });
    }

    fn restore_size(&self) {
        let settings = &self.settings;
        self.window.set_default_size(settings.number("window-width", 1100), settings.number("window-height", 720));
        if settings.flag("window-maximized", false) {
            self.window.maximize();
        }
        let settings = settings.clone();
        self.window.connect_close_request(move |window| {
            settings.keep("window-width", window.default_width());
            settings.keep("window-height", window.default_height());
            settings.keep("window-maximized", window.is_maximized());
            gtk::glib::Propagation::Proceed
        });
    }

    fn add_actions(&mut self, sender: &ComponentSender<Self>) {
        for action in DomainAction::ALL {
            let handle = self.add_action(actions::name(action), sender, move || AppMsg::Act(action));
            handle.set_enabled(false);
            self.actions.insert(action, handle);
        }
        self.open_action = self.add_action("open", sender, || AppMsg::OpenSelected);
        self.tab_action = self.add_action("other-tab", sender, || AppMsg::OtherTab);
        self.clone_action = self.add_action("clone", sender, || AppMsg::Clone);
        self.lock_actions = vec![
            self.add_action("lock", sender, || AppMsg::Lock(true)),
            self.add_action("unlock", sender, || AppMsg::Lock(false)),
        ];
        self.nic_actions = vec![
            self.add_action("change-network", sender, || AppMsg::ChangeNics(NicPurpose::Change(None))),
            self.add_action("add-nic", sender, || AppMsg::ChangeNics(NicPurpose::Add)),
        ];
        self.add_chain_actions(sender);
        self.wall_actions = vec![
            self.add_action("wall", sender, || AppMsg::ShowWall),
            self.add_action("broadcast", sender, || AppMsg::ShowBroadcast),
        ];
        self.move_action = self.add_action("move-to-project", sender, || AppMsg::MoveToProject);
        self.resize_action = self.add_action("resize-to-flavor", sender, || AppMsg::ResizeToFlavor);
        self.undefine_action = self.add_action("undefine", sender, || AppMsg::Undefine);
        self.delete_action = self.add_action("delete", sender, || AppMsg::Delete);
        self.new_actions = vec![
            self.add_action("new-install", sender, || AppMsg::NewInstall(Origin::Tree)),
            self.add_action("new-from-disc", sender, || AppMsg::NewInstall(Origin::Disc)),
            self.add_action("new-import", sender, || AppMsg::NewImport),
            self.add_action("new-lab", sender, || AppMsg::NewLab),
            self.add_action("new-from-xml", sender, || AppMsg::NewFromXml),
        ];
        self.export_action = self.add_action("export-xml", sender, || AppMsg::ExportXml);
        self.add_action("back", sender, || AppMsg::Back);
        self.add_action("search", sender, || AppMsg::Search);
        let (present, own) = (gio::SimpleAction::new("present", None), self.presenting.clone());
        present.connect_activate(move |_, _| own.toggle());
        self.window.add_action(&present);
        self.add_action("commands", sender, || AppMsg::Commands);
        self.add_action("connect", sender, || AppMsg::AskHost);
        self.add_action("preferences", sender, || AppMsg::Preferences);
        self.add_action("shortcuts", sender, || AppMsg::Shortcuts);
        self.add_action("about", sender, || AppMsg::About);
    }

    pub(super) fn add_action(
        &self,
        name: &str,
        sender: &ComponentSender<Self>,
        message: impl Fn() -> AppMsg + 'static,
    ) -> gio::SimpleAction {
        let action = gio::SimpleAction::new(name, None);
        let input = sender.input_sender().clone();
        action.connect_activate(move |_, _| drop(input.send(message())));
        self.window.add_action(&action);
        action
    }

    /// Statistics rest while nobody sees the window.
    pub(super) fn suspend(&mut self, suspended: bool) {
        self.suspended = suspended;
        self.tell_wall(|| WallMsg::Suspended(suspended));
        self.watch();
    }

    pub(super) fn open_selected(&mut self, sender: &ComponentSender<Self>) {
        if let (None, [id]) = (&self.page, self.selected.as_slice()) {
            self.open(*id, Tab::default(), sender);
        }
    }

    pub(super) fn search(&self) {
        if self.page.is_none() {
            self.machines.tell(MachinesMsg::SearchToggled(true));
        }
    }

    /// Back to the list, which in a narrow window hides the sidebar.
    pub(super) fn show_list(&mut self) {
        self.show_section(Section::Machines);
        self.navigation.pop_to_tag("machines");
        self.split.set_show_content(true);
    }

    /// The page gives up its console at once, and goes when nobody can touch it any more.
    pub(super) fn page_left(&mut self, sender: &ComponentSender<Self>) {
        if let Some((_, _, page)) = self.page.take() {
            page.tell(MachineMsg::Left);
            self.leaving.push_back(Leaving::Machine(page));
            let input = sender.input_sender().clone();
            gtk::glib::timeout_add_local_once(OFF_SCREEN, move || drop(input.send(AppMsg::PageHidden)));
        }
        self.enable_actions();
        self.watch();
    }
}

/// Whether a widget passes keys on to a guest.
fn takes_keys(widget: &gtk::Widget) -> bool {
    widget.is::<vte4::Terminal>() || widget.has_css_class(crate::machine::GUEST_SCREEN)
}
