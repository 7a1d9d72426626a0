//! The window's side of the connection: opening it, and following what it tells.

use relm4::{adw, prelude::*};

use lectern_model::{id::DomainId, uri::HostUri};
use lectern_services::host::{
    self, ConnectFailure, ConnectionState, DomainChanges, Host, HostError, HostUpdate, Interest,
};

use super::{
    App,
    chains::ChainsMsg,
    messages::{AppCmd, AppMsg, Show, ShowPage},
    networks::Section,
};
use crate::{
    broadcast::BroadcastMsg,
    errors,
    flavors::FlavorsMsg,
    host::HostMsg,
    labs::LabsMsg,
    machine::{MachineInit, MachineMsg, MachineOutput, MachinePage, Tab},
    machines::{MachinesMsg, MachinesOutput},
    networks::NetworksMsg,
    preferences,
    projects::ProjectsMsg,
    shell::{sidebar::SidebarMsg, situation::Situation},
    storage::StorageMsg,
    tell::Tell,
    wall::WallMsg,
};

impl App {
    /// Connects to the host that was named, or to the one that answers here.
    pub(super) fn begin(&mut self, named: Option<&str>, sender: &ComponentSender<Self>) {
        match named.map(HostUri::parse) {
            Some(Ok(uri)) => self.connect(uri, sender),
            Some(Err(error)) => {
                let text = errors::bad_uri(&error);
                self.situation = Situation::refused(named.unwrap_or_default(), text);
                self.tell_situation();
            }
            None if self.settings.first_host().is_some() => {
                if let Some(uri) = self.settings.first_host() {
                    self.connect(uri, sender);
                }
            }
            None => sender.spawn_oneshot_command(|| AppCmd::DefaultHost(host::default_host())),
        }
    }

    pub(super) fn connect(&mut self, uri: HostUri, sender: &ComponentSender<Self>) {
        self.situation = Situation::connecting(uri.as_str());
        self.stop_counting();
        self.connection = self.connection.wrapping_add(1);
        let number = self.connection;
        let host = Host::connect(uri);
        let (updates, input) = (host.updates(), sender.input_sender().clone());
        relm4::spawn_local(async move {
            while let Ok(update) = updates.recv().await {
                if input.send(AppMsg::Host(number, update)).is_err() {
                    break;
                }
            }
        });
        self.labs.tell(LabsMsg::Host(host.clone()));
        self.networks.tell(NetworksMsg::Host(host.clone()));
        self.storage.tell(StorageMsg::Host(host.clone()));
        self.projects.tell(ProjectsMsg::Host(host.clone()));
        self.flavors.tell(FlavorsMsg::Host(host.clone()));
        self.host = Some(host);
        self.set_pace();
        self.tell_situation();
        self.watch();
    }

    /// Connects to the host that answers here; where it then refuses this user, to the user's own session.
    pub(super) fn connect_unnamed(&mut self, uri: HostUri, sender: &ComponentSender<Self>) {
        self.unnamed = !uri.is_session();
        self.connect(uri, sender);
    }

    /// News of a host; what the one before still had to tell is of no interest.
    pub(super) fn host_told(&mut self, number: u32, update: HostUpdate, sender: &ComponentSender<Self>) {
        if number == self.connection {
            self.host_changed(update, sender);
        }
    }

    fn host_changed(&mut self, update: HostUpdate, sender: &ComponentSender<Self>) {
        match update {
            HostUpdate::State(state) => self.state_changed(state, sender),
            HostUpdate::Domains(changes) => self.domains_changed(changes, sender),
            HostUpdate::Load(load) => self.tell_host_page(|| HostMsg::Load(load)),
            HostUpdate::Networks(changes) => self.networks.tell(NetworksMsg::Changed(changes)),
            HostUpdate::Catalog(kept) => self.catalog_changed(&kept, sender),
            HostUpdate::Pools(pools) => self.storage.tell(StorageMsg::Changed(pools)),
            HostUpdate::Touched(ids) => self.touched(&ids),
            HostUpdate::Counters(id, counters, used) => {
                self.tell_page(id, || MachineMsg::Counters(counters, used));
            }
        }
    }

    fn state_changed(&mut self, state: ConnectionState, sender: &ComponentSender<Self>) {
        if self.unnamed && refuses_user(&state) {
            self.unnamed = false;
            return self.connect(HostUri::session(), sender);
        }
        if matches!(state, ConnectionState::Connected(_)) {
            self.remember_host();
            App::look_for_unfinished(sender);
        }
        self.note_failure(&state);
        self.situation.follow(state);
        self.count_down(sender);
        self.tell_situation();
    }

    fn remember_host(&self) {
        if let Some(host) = &self.host {
            self.settings.remember_host(host.uri());
        }
    }

    /// Tells every page how the connection stands.
    pub(super) fn tell_situation(&mut self) {
        self.sidebar.tell(SidebarMsg::Situation(self.situation.clone()));
        self.machines.tell(MachinesMsg::Situation(self.situation.clone()));
        self.labs.tell(LabsMsg::Situation(self.situation.clone()));
        self.networks.tell(NetworksMsg::Situation(self.situation.clone()));
        self.storage.tell(StorageMsg::Situation(self.situation.clone()));
        self.projects.tell(ProjectsMsg::Situation(self.situation.clone()));
        self.flavors.tell(FlavorsMsg::Situation(self.situation.clone()));
        if let Some((_, _, page)) = &self.page {
            page.tell(MachineMsg::Situation(self.situation.clone()));
        }
        self.tell_wall(|| WallMsg::Situation(self.situation.clone()));
        self.tell_broadcast(|| BroadcastMsg::Situation(self.situation.clone()));
        self.tell_host_page(|| HostMsg::Situation(self.situation.clone(), self.why_not.clone()));
        self.enable_actions();
    }

    pub(super) fn domains_changed(&mut self, changes: DomainChanges, sender: &ComponentSender<Self>) {
        let others = changes.complete || changes.changed.iter().any(|domain| self.picture.get(domain.id).is_none());
        self.domains_noted(self.with_troubles(changes), sender);
        if others {
            self.look_at_chains(sender);
        }
    }

    /// Machines are others now, with what is wrong with them.
    pub(super) fn domains_noted(&mut self, changes: DomainChanges, sender: &ComponentSender<Self>) {
        let before = self.shows_places().then(|| self.picture.projects());
        let changes = self.picture.apply(changes);
        self.tell_open_page(&changes);
        self.tell_wall(|| WallMsg::Changed(changes.clone()));
        self.tell_broadcast(|| BroadcastMsg::Changed(changes.clone()));
        self.tell_wizard();
        // What is there counts.
        if before.is_some_and(|before| before != self.picture.projects()) {
            self.tell_wizards_of_places();
        }
        self.flavors.tell(FlavorsMsg::Users(self.picture.flavor_users()));
        self.labs.tell(LabsMsg::Changed(changes.clone()));
        self.machines.tell(MachinesMsg::Changed(changes));
        self.networks.tell(NetworksMsg::MachinesChanged);
        self.storage.tell(StorageMsg::Again);
        self.projects.tell(ProjectsMsg::MachinesChanged);
        let (machines, on) = self.picture.counts();
        self.sidebar.tell(SidebarMsg::Counts(machines, on));
        self.enable_actions();
        self.open_wanted(sender);
    }

    fn tell_open_page(&self, changes: &DomainChanges) {
        let Some((id, _, page)) = &self.page else { return };
        if self.picture.get(*id).is_none() {
            page.tell(MachineMsg::Gone);
        } else if let Some(domain) = changes.changed.iter().find(|domain| domain.id == *id) {
            page.tell(MachineMsg::Changed(domain.clone()));
        }
    }

    fn tell_page(&self, id: DomainId, message: impl FnOnce() -> MachineMsg) {
        if let Some((open, _, page)) = &self.page
            && *open == id
        {
            page.tell(message());
        }
    }

    /// Has the page of `id` read again what it shows.
    pub(super) fn refresh_page(&self, id: DomainId) {
        self.tell_page(id, || MachineMsg::Refresh);
    }

    /// Has the page of `id` show again what is, as a change was refused.
    pub(super) fn refuse_page(&self, id: DomainId) {
        self.tell_page(id, || MachineMsg::Refused);
    }

    /// Shows the other part of the machine's page.
    pub(super) fn other_tab(&self) {
        if let Some((_, _, page)) = &self.page {
            page.tell(MachineMsg::TabToggled);
        }
    }

    /// Opens what the command line asked for, once there is a picture.
    fn open_wanted(&mut self, sender: &ComponentSender<Self>) {
        if !self.situation.is_connected() {
            return;
        }
        match self.wanted.take() {
            None => {}
            Some(Show::Machine(name, part)) => self.open_named(&name, part, sender),
            Some(Show::Creator) => self.new_import(None, sender),
            Some(Show::Host) => self.open_host(sender),
        }
    }

    fn open_named(&mut self, name: &str, part: ShowPage, sender: &ComponentSender<Self>) {
        match self.picture.find(name).map(|domain| domain.id) {
            Some(id) => {
                self.open(id, part.into(), sender);
                if part == ShowPage::Settings {
                    self.tell_page(id, || MachineMsg::SettingsWanted);
                }
            }
            None => crate::dialogs::show_error(&errors::no_such_machine(name), &self.window),
        }
    }

    pub(super) fn machines_said(&mut self, output: MachinesOutput, sender: &ComponentSender<Self>) {
        match output {
            MachinesOutput::Selected(selected) => self.select(selected),
            MachinesOutput::Open(id) => self.open(id, Tab::default(), sender),
            MachinesOutput::Retry => self.retry(),
            MachinesOutput::Details => self.show_problem(),
            MachinesOutput::Readiness => self.open_host(sender),
            MachinesOutput::OtherHost => self.ask_host(sender),
        }
    }

    fn select(&mut self, selected: Vec<DomainId>) {
        self.selected = selected;
        self.enable_actions();
    }

    pub(super) fn retry(&mut self) {
        if let Some(host) = &self.host {
            host.retry();
        }
        self.situation.retry();
        self.tell_situation();
    }

    fn show_problem(&self) {
        if let Some(text) = self.situation.problem() {
            crate::dialogs::show_error(text, &self.window);
        }
    }

    pub(super) fn machine_said(&mut self, output: MachineOutput, sender: &ComponentSender<Self>) {
        match output {
            MachineOutput::Edit(id, edit) => self.edit(id, edit, sender),
            MachineOutput::Retry => self.retry(),
            MachineOutput::Emulate(id) => self.ask_to_emulate(id, sender),
            MachineOutput::GiveClipboard(id) => self.give_clipboard(id, sender),
            MachineOutput::GiveScreen(id) => self.ask_to_give_screen(id, sender),
            MachineOutput::Mend(id) => self.chains_told(ChainsMsg::Mend(id), sender),
            MachineOutput::Tab(tab) => self.tab_shown(tab),
        }
    }

    fn tab_shown(&mut self, tab: Tab) {
        if let Some((_, shown, _)) = &mut self.page {
            *shown = tab;
        }
        self.watch();
    }

    /// Opens the page of a machine over the list.
    pub(super) fn open(&mut self, id: DomainId, tab: Tab, sender: &ComponentSender<Self>) {
        // A second Enter while the first page is still coming.
        if self.page.is_some() {
            return;
        }
        let (Some(host), Some(domain)) = (&self.host, self.picture.get(id)) else { return };
        let init = MachineInit {
            host: host.clone(),
            domain: domain.clone(),
            situation: self.situation.clone(),
            settings: self.settings.clone(),
            tab,
        };
        let page = MachinePage::builder().launch(init).forward(sender.input_sender(), AppMsg::Machine);
        let root: &adw::NavigationPage = page.widget();
        self.navigation.push(root);
        self.page = Some((id, tab, page));
        self.look_at_chains(sender);
        self.enable_actions();
        self.watch();
    }

    /// Has the host asked for what the user wants, as often as the user wants.
    pub(super) fn set_pace(&self) {
        if let Some(host) = &self.host {
            host.set_pace(preferences::pace(&self.settings));
        }
    }

    /// Statistics are asked for only while somebody looks at them.
    pub(super) fn watch(&mut self) {
        self.list_watch = None;
        self.networks_watch = None;
        self.page_watch = None;
        let host = self.host.as_ref().filter(|_| !self.suspended);
        // Always: which project a machine counts in is shown everywhere, and events tell of changes. The new watch is there
        // before the old one goes, so nothing is read again.
        self.catalog_watch = host.map(|host| host.watch(Interest::Catalog));
        let Some(host) = host else { return };
        match &self.page {
            None if self.shows_host() => self.page_watch = Some(host.watch(Interest::Host)),
            None if self.section == Section::Networks => self.networks_watch = Some(host.watch(Interest::Networks)),
            None if self.section == Section::Storage => self.networks_watch = Some(host.watch(Interest::Storage)),
            None if matches!(self.section, Section::Projects | Section::Flavors) => {}
            None => self.list_watch = Some(host.watch(Interest::List)),
            Some((id, Tab::Overview, _)) => self.page_watch = Some(host.watch(Interest::Domain(*id))),
            Some((_, Tab::Screen | Tab::Serial | Tab::Console, _)) => {}
        }
    }
}

impl App {
    /// Whether something is open that offers projects and flavors.
    const fn shows_places(&self) -> bool {
        let makes = self.import.is_some() || self.install.is_some() || self.lab.is_some() || self.xml.is_some();
        makes || self.cloning.is_some() || self.place.is_some()
    }
}

/// Whether the host is there but not for this user, who then has a session of their own.
fn refuses_user(state: &ConnectionState) -> bool {
    let ConnectionState::Failed { error: HostError::Connect { why, .. }, .. } = state else { return false };
    matches!(
        why,
        ConnectFailure::SocketDenied(_)
            | ConnectFailure::NoPolkitAgent
            | ConnectFailure::NoSystemBus
            | ConnectFailure::AuthRefused
    )
}
