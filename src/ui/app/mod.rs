//! The main window: it owns the connection, the pages and the jobs, and passes news between them.

mod catalog;
mod chains;
mod connection;
mod failures;
mod host;
mod hosts;
mod making;
mod messages;
mod networks;
mod nics;
mod picture;
mod place;
mod plans;
mod starting;
mod templates;
mod versions;
mod wall;
mod window;
mod work;

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, OnceLock},
};

use relm4::{
    adw,
    adw::prelude::*,
    gtk::{gio, glib},
    prelude::*,
};

use lectern_model::{domain::DomainAction, id::DomainId};
use lectern_services::{
    host::{ConnectFailure, Host, Watch},
    install::Scratch,
};

pub(crate) use self::messages::{AppInit, AppMsg};
pub use self::messages::{Options, Show, ShowPage};
use self::{
    chains::Chains, failures::Failures, host::Leaving, making::Draft, messages::AppCmd, networks::Section,
    picture::Picture, plans::Awake, starting::Starting,
};
use crate::{
    broadcast::Broadcast,
    clone::CloneDialog,
    delete::{DeleteDialog, DeleteOutput},
    flavors::Flavors,
    group::Group,
    host::HostPage,
    i18n::gettext,
    jobs::board::{Board, JobId},
    labs::Labs,
    machine::{MachinePage, Tab},
    machines::Machines,
    networks::Networks,
    nics::NicsDialog,
    place::PlaceDialog,
    present::{Presenting, Stage},
    projects::Projects,
    settings::Settings,
    shell::{
        sidebar::{Sidebar, SidebarOutput},
        situation::Situation,
    },
    storage::Storage,
    wall::Wall,
    wizards::{import::ImportWizard, install::InstallWizard, lab::LabWizard, xml::XmlDialog},
};

/// The window.
pub(crate) struct App {
    settings: Settings,
    host: Option<Host>,
    situation: Situation,
    picture: Picture,
    board: Board,
    /// What the command line asked for, until the first picture is there.
    wanted: Option<Show>,
    selected: Vec<DomainId>,
    page: Option<(DomainId, Tab, Controller<MachinePage>)>,
    host_page: Option<Controller<HostPage>>,
    wall: Option<Controller<Wall>>,
    broadcast: Option<Controller<Broadcast>>,
    /// Why the host was never connected, as far as it is known.
    why_not: Option<ConnectFailure>,
    /// Pages that were left, until they are off the screen: their widgets still talk to them.
    leaving: VecDeque<Leaving>,
    /// Whether the jobs button is to be told of news, once for all that come together.
    jobs_changed: bool,
    failures: Failures,
    /// What says what was done last.
    news: Option<adw::Toast>,
    /// Machines that wait for their networks.
    starting: Starting,
    /// What keeps the computer awake while plans are under way.
    awake: Awake,
    /// The number of this connection, so that late news of the one before are not taken for its.
    connection: u32,
    /// Counts down to the next try to connect.
    counting: Option<glib::SourceId>,
    /// Whether nobody named the host, so that another may serve instead.
    unnamed: bool,
    actions: HashMap<DomainAction, gio::SimpleAction>,
    open_action: gio::SimpleAction,
    tab_action: gio::SimpleAction,
    clone_action: gio::SimpleAction,
    lock_actions: Vec<gio::SimpleAction>,
    undefine_action: gio::SimpleAction,
    delete_action: gio::SimpleAction,
    nic_actions: Vec<gio::SimpleAction>,
    nics: Option<Controller<NicsDialog>>,
    deleting: Option<Controller<DeleteDialog>>,
    new_actions: Vec<gio::SimpleAction>,
    export_action: gio::SimpleAction,
    wall_actions: Vec<gio::SimpleAction>,
    move_action: gio::SimpleAction,
    resize_action: gio::SimpleAction,
    /// The dialog that moves or resizes machines.
    place: Option<Controller<PlaceDialog>>,
    /// The wizard that is open.
    import: Option<Controller<ImportWizard>>,
    install: Option<Controller<InstallWizard>>,
    xml: Option<Controller<XmlDialog>>,
    lab: Option<Controller<LabWizard>>,
    /// What the plans under way were made of, for another try.
    drafts: HashMap<JobId, Draft>,
    /// Folders that plans under way need.
    needs: HashMap<JobId, Arc<OnceLock<Scratch>>>,
    cloning: Option<Controller<CloneDialog>>,
    chains: Chains,
    suspended: bool,
    list_watch: Option<Watch>,
    networks_watch: Option<Watch>,
    page_watch: Option<Watch>,
    catalog_watch: Option<Watch>,
    window: adw::ApplicationWindow,
    presenting: Presenting,
    toasts: adw::ToastOverlay,
    split: adw::NavigationSplitView,
    navigation: adw::NavigationView,
    sidebar: Controller<Sidebar>,
    machines: Controller<Machines>,
    labs: Controller<Labs>,
    networks: Controller<Networks>,
    storage: Controller<Storage>,
    projects: Controller<Projects>,
    flavors: Controller<Flavors>,
    /// What of the host is shown.
    section: Section,
}

#[relm4::component(pub(crate))]
impl Component for App {
    type Init = AppInit;
    type Input = AppMsg;
    type Output = ();
    type CommandOutput = AppCmd;

    view! {
        #[root]
        adw::ApplicationWindow {
            set_title: Some(&gettext("Lectern")),
            set_size_request: (360, 320),
            #[local_ref]
            toasts -> adw::ToastOverlay {
                #[wrap(Some)]
                #[local_ref]
                set_child = split -> adw::NavigationSplitView {
                    set_min_sidebar_width: 220.0,
                    set_max_sidebar_width: 280.0,
                    set_sidebar: Some(model.sidebar.widget()),
                    #[wrap(Some)]
                    set_content = &adw::NavigationPage {
                        set_title: &gettext("Virtual Machines"),
                        #[local_ref]
                        navigation -> adw::NavigationView {
                            add: model.machines.widget(),
                            add: model.labs.widget(),
                            add: model.networks.widget(),
                            add: model.storage.widget(),
                            add: model.projects.widget(),
                            add: model.flavors.widget(),
                            connect_popped[sender] => move |_, page| {
                                sender.input(AppMsg::left(page.tag().as_deref()));
                            },
                        },
                    },
                },
            },
        }
    }

    fn init(init: AppInit, root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let sidebar = Sidebar::builder().launch(()).forward(sender.input_sender(), AppMsg::Sidebar);
        let machines = Machines::builder().launch(()).forward(sender.input_sender(), AppMsg::Machines);
        let labs = Labs::builder().launch((root.clone(), init.settings.clone()));
        let labs = labs.forward(sender.input_sender(), AppMsg::Labs);
        let networks = Networks::builder().launch(root.clone()).forward(sender.input_sender(), AppMsg::Networks);
        let storage = Storage::builder().launch(root.clone()).forward(sender.input_sender(), AppMsg::Storage);
        let projects = Projects::builder().launch(root.clone()).forward(sender.input_sender(), AppMsg::Catalog);
        let flavors = Flavors::builder().launch(root.clone()).forward(sender.input_sender(), AppMsg::Catalog);
        let split = adw::NavigationSplitView::new();
        let presenting = Presenting::new(&root, Stage::new(), &split, &init.settings);
        let mut model = Self {
            settings: init.settings,
            host: None,
            situation: Situation::default(),
            picture: Picture::default(),
            board: Board::default(),
            wanted: init.options.show,
            selected: Vec::new(),
            page: None,
            host_page: None,
            wall: None,
            broadcast: None,
            why_not: None,
            leaving: VecDeque::new(),
            jobs_changed: false,
            failures: Failures::default(),
            news: None,
            starting: Starting::default(),
            awake: Awake::default(),
            connection: 0,
            counting: None,
            unnamed: false,
            actions: HashMap::new(),
            open_action: gio::SimpleAction::new("open", None),
            tab_action: gio::SimpleAction::new("other-tab", None),
            lock_actions: Vec::new(),
            clone_action: gio::SimpleAction::new("clone", None),
            undefine_action: gio::SimpleAction::new("undefine", None),
            delete_action: gio::SimpleAction::new("delete", None),
            nic_actions: Vec::new(),
            nics: None,
            deleting: None,
            new_actions: Vec::new(),
            export_action: gio::SimpleAction::new("export-xml", None),
            wall_actions: Vec::new(),
            move_action: gio::SimpleAction::new("move-to-project", None),
            resize_action: gio::SimpleAction::new("resize-to-flavor", None),
            place: None,
            import: None,
            install: None,
            xml: None,
            lab: None,
            drafts: HashMap::new(),
            needs: HashMap::new(),
            cloning: None,
            chains: Chains::default(),
            suspended: false,
            list_watch: None,
            networks_watch: None,
            page_watch: None,
            catalog_watch: None,
            window: root.clone(),
            presenting,
            toasts: adw::ToastOverlay::new(),
            split,
            navigation: adw::NavigationView::new(),
            sidebar,
            machines,
            labs,
            networks,
            storage,
            projects,
            flavors,
            section: Section::default(),
        };
        let (toasts, split, navigation) = (&model.toasts.clone(), &model.split.clone(), &model.navigation.clone());
        let widgets = view_output!();
        model.set_up_window(&sender);
        model.begin(init.options.connect.as_deref(), &sender);
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: AppMsg, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            AppMsg::Host(number, update) => self.host_told(number, update, &sender),
            AppMsg::Machines(output) => self.machines_said(output, &sender),
            AppMsg::Machine(output) => self.machine_said(output, &sender),
            AppMsg::Labs(output) => self.labs_said(output, &sender),
            AppMsg::Networks(output) => self.networks_said(output, &sender),
            AppMsg::Storage(output) => self.storage_said(output, &sender),
            AppMsg::Sidebar(SidebarOutput::Machines) => self.show_list(),
            AppMsg::Sidebar(SidebarOutput::Host) => self.open_host(&sender),
            AppMsg::HostPage(output) => self.host_page_said(output, &sender),
            AppMsg::HostLeft => self.host_left(&sender),
            AppMsg::ShowWall => self.show_wall(Group::These(self.targets()), &sender),
            AppMsg::Wall(output) => self.wall_said(output, &sender),
            AppMsg::WallLeft => self.wall_left(&sender),
            AppMsg::ShowBroadcast => self.show_broadcast(Group::These(self.targets())),
            AppMsg::BroadcastLeft => self.broadcast_left(&sender),
            AppMsg::AskHost => self.ask_host(&sender),
            AppMsg::HostWanted(wanted) => self.host_wanted(wanted, &sender),
            AppMsg::Tick => self.tick(),
            AppMsg::Emulate(id) => self.emulate(id, &sender),
            AppMsg::GiveScreen(id) => self.give_screen(id, &sender),
            AppMsg::Sidebar(SidebarOutput::Labs) => self.show_settings(Section::Labs),
            AppMsg::Sidebar(SidebarOutput::Networks) => self.show_settings(Section::Networks),
            AppMsg::Sidebar(SidebarOutput::Storage) => self.show_settings(Section::Storage),
            AppMsg::Sidebar(SidebarOutput::Projects) => self.show_settings(Section::Projects),
            AppMsg::Sidebar(SidebarOutput::Flavors) => self.show_settings(Section::Flavors),
            AppMsg::Catalog(output) => self.catalog_said(output, &sender),
            AppMsg::Edit(edit) => self.run_edit(*edit, &sender),
            AppMsg::Sidebar(SidebarOutput::Jobs(output)) => sender.input(output.into()),
            AppMsg::Act(action) => self.asked(action, &sender),
            AppMsg::Agreed(action, machines) => self.act(action, &machines, &sender),
            AppMsg::OpenSelected => self.open_selected(&sender),
            AppMsg::Search => self.search(),
            AppMsg::PageLeft => self.page_left(&sender),
            AppMsg::PageHidden => drop(self.leaving.pop_front()),
            AppMsg::JobsChanged => self.show_jobs(),
            AppMsg::Back => drop(self.navigation.pop()),
            AppMsg::OtherTab => self.other_tab(),
            AppMsg::Commands => self.show_commands(),
            AppMsg::JobDetails(id) => self.show_job_error(id),
            AppMsg::Plan(id, event) => self.plan_told(id, event, &sender),
            AppMsg::CancelPlan(id) => self.cancel_plan(id),
            AppMsg::UndoPlan(id) => self.undo_plan(id, &sender),
            AppMsg::UndoAgreed(id) => self.undo_agreed(id, &sender),
            AppMsg::Resume(plan, finish) => self.resume_plan(*plan, finish, &sender),
            AppMsg::CloseAsked => self.ask_to_close(),
            AppMsg::Chains(message) => self.chains_told(message, &sender),
            AppMsg::Lock(on) => self.lock_one(on, &sender),
            AppMsg::Seal(id, service) => self.seal(id, service, &sender),
            AppMsg::Clone => self.clone_one(&sender),
            AppMsg::Cloning(output) => self.clone_said(output, &sender),
            AppMsg::OfferNetworks => self.offer_networks(&sender),
            AppMsg::StartWith(answer) => self.start_with(answer, &sender),
            AppMsg::ChangeNics(purpose) => self.change_nics(purpose, &sender),
            AppMsg::Nics(output) => self.nics_said(output, &sender),
            AppMsg::MoveToProject => self.move_to_project(&sender),
            AppMsg::ResizeToFlavor => self.resize_to_flavor(&sender),
            AppMsg::Raise(refusal, then) => self.raise(*refusal, then, &sender),
            AppMsg::Place(output) => self.place_said(output, &sender),
            AppMsg::Delete => self.delete(&sender),
            AppMsg::Deleting(DeleteOutput::Run(plan)) => self.planned(plan, &sender),
            AppMsg::Undefine => self.undefine(&sender),
            AppMsg::NewImport => self.new_import(None, &sender),
            AppMsg::Import(output) => self.import_said(output, &sender),
            AppMsg::NewInstall(origin) => self.new_install(origin, None, &sender),
            AppMsg::Install(output) => self.install_said(output, &sender),
            AppMsg::NewLab => self.new_lab(None, &sender),
            AppMsg::Lab(output) => self.lab_said(output, &sender),
            AppMsg::NewFromXml => self.new_from_xml(&sender),
            AppMsg::Xml(output) => self.xml_said(output, &sender),
            AppMsg::ExportXml => self.ask_export(&sender),
            AppMsg::Export(id, export) => self.export_xml(id, export, &sender),
            AppMsg::TryAgain(draft) => self.try_again(*draft, &sender),
            AppMsg::Preferences => crate::preferences::show(&self.settings, &self.window),
            AppMsg::PaceChanged => self.set_pace(),
            AppMsg::Shortcuts => crate::help::shortcuts(&self.window),
            AppMsg::About => crate::help::about(&self.window),
            AppMsg::Suspended(suspended) => self.suspend(suspended),
            AppMsg::TerminalFocus(focused) => crate::actions::set_accelerators(focused),
        }
    }

    fn update_cmd(&mut self, message: AppCmd, sender: ComponentSender<Self>, _root: &Self::Root) {
        match message {
            AppCmd::DefaultHost(uri) => self.connect_unnamed(uri, &sender),
            AppCmd::JobEnded(id, machine, result) => self.job_ended(id, machine, result, &sender),
            AppCmd::Locking(plan) => self.locking(*plan, &sender),
            AppCmd::Sealing(id, lack) => self.ask_to_lock(id, lack, &sender),
            AppCmd::Chains(message) => self.chains_came(message, &sender),
            AppCmd::Planned(plan) => self.planned(plan, &sender),
            AppCmd::Exported(export, result) => self.exported(&export, result),
            AppCmd::Edited(id, edit, result) => self.edited(id, &edit, *result, &sender),
            AppCmd::Raised(id, project, result, then) => self.raised(id, &project, *result, then, &sender),
            AppCmd::EditPlanned(plan) => self.edit_planned(*plan, &sender),
            AppCmd::Unfinished(plans) => self.ask_about(plans, &sender),
        }
    }
}
