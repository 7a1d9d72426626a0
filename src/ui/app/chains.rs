//! The window's side of what disks lie on: looking whether it is sound, another base, machines that stand alone.

use std::collections::HashMap;

use relm4::{adw, adw::prelude::*, gtk::gio, prelude::*};

use lectern_model::{domain::Domain, id::DomainId, template::tree::Node};
use lectern_services::{
    disk::soundness::{self, Headers, Troubles},
    host::{DomainChanges, StorageError},
    plan::{
        Plan,
        make::{
            chains::{self, ChainError},
            versions::{VersionError, Wish},
        },
    },
};

use super::{
    App,
    messages::{AppCmd, AppMsg},
};
use crate::{
    actions::LocalAction,
    chains::{BaseDialog, BaseOutput, versions, words},
    dialogs, errors,
    i18n::{gettext, gettext_f, ngettext_f},
};

/// What the window knows of chains, and the dialogs about them.
#[derive(Default)]
pub(super) struct Chains {
    troubles: Troubles,
    headers: Headers,
    /// Whether somebody looks, and whether a look was asked for meanwhile.
    looking: bool,
    again: bool,
    actions: HashMap<&'static str, gio::SimpleAction>,
    base: Option<Controller<BaseDialog>>,
}

/// What is asked for.
#[derive(Debug)]
pub(crate) enum ChainsMsg {
    /// Another base for the machine in question.
    ChangeBase,
    /// The same for this machine.
    Mend(DomainId),
    /// From the dialog for that.
    Base(BaseOutput),
    /// Make the machines in question stand alone.
    Detach,
    /// The user agreed; whether the old overlays are kept.
    Detached(Vec<DomainId>, bool),
    /// Ask how the next version of the template in question begins.
    AskNewVersion,
    /// Make it.
    NewVersion(DomainId, Wish),
    /// Ask to which template the machines in question move.
    AskMove,
    /// The same for these machines.
    AskMoveOf(Vec<DomainId>),
    /// Ask which machines move to the template in question.
    AskTake,
    /// Move them; whether the old overlays are kept.
    MoveTo(Vec<DomainId>, DomainId, bool),
    /// Show what lies on the machine in question.
    Tree,
    /// Open this machine's page.
    Open(DomainId),
}

/// What came back.
#[derive(Debug)]
pub(crate) enum ChainsCmd {
    /// What is wrong on the host with this number.
    Seen(u32, Result<(Troubles, Headers), StorageError>),
    /// A plan, or why there is none.
    Planned(Box<Result<Plan, ChainError>>),
    /// The plan of a new version, or why there is none.
    Version(Box<Result<Plan, VersionError>>),
    /// What lies on a machine.
    Tree(Result<Node, StorageError>),
}

impl App {
    pub(super) fn add_chain_actions(&mut self, sender: &ComponentSender<Self>) {
        let wishes: [LocalAction<ChainsMsg>; 6] = [
            ("detach", || ChainsMsg::Detach),
            ("change-base", || ChainsMsg::ChangeBase),
            ("new-version", || ChainsMsg::AskNewVersion),
            ("move-version", || ChainsMsg::AskMove),
            ("take-members", || ChainsMsg::AskTake),
            ("dependents", || ChainsMsg::Tree),
        ];
        for (name, message) in wishes {
            let action = self.add_action(name, sender, move || AppMsg::Chains(message()));
            self.chains.actions.insert(name, action);
        }
    }

    /// Templates stay as they are; what lies on them is changed while it is off.
    pub(super) fn enable_chain_actions(&self, targets: &[DomainId], connected: bool) {
        let off = self.picture.shut_off(targets).len() == targets.len() && !targets.is_empty();
        let sealed = targets.iter().filter_map(|id| self.picture.get(*id)).any(Domain::is_template);
        for (name, action) in &self.chains.actions {
            let can = match *name {
                "detach" | "move-version" => off && !sealed,
                "new-version" | "take-members" => off && sealed && targets.len() == 1,
                "dependents" => targets.len() == 1,
                _ => off && !sealed && targets.len() == 1,
            };
            action.set_enabled(connected && can);
        }
    }

    pub(super) fn chains_told(&mut self, message: ChainsMsg, sender: &ComponentSender<Self>) {
        match message {
            ChainsMsg::ChangeBase => self.change_base_of_one(sender),
            ChainsMsg::Mend(id) => self.change_base(id, sender),
            ChainsMsg::Base(BaseOutput::Run(plan)) => drop(self.run_plan(*plan, sender)),
            ChainsMsg::Base(BaseOutput::Closed) => self.chains.base = None,
            ChainsMsg::Detach => self.ask_detach(sender),
            ChainsMsg::AskNewVersion => self.ask_new_version(sender),
            ChainsMsg::NewVersion(id, wish) => self.new_version(id, wish, sender),
            ChainsMsg::AskMove => self.ask_move_version(self.targets(), sender),
            ChainsMsg::AskMoveOf(ids) => self.ask_move_version(ids, sender),
            ChainsMsg::AskTake => self.ask_take_members(sender),
            ChainsMsg::MoveTo(ids, template, keep) => self.move_to(ids, template, keep, sender),
            ChainsMsg::Tree => self.look_at_tree(sender),
            ChainsMsg::Open(id) => self.open_instead(id, sender),
            ChainsMsg::Detached(ids, keep) => self.detach(ids, keep, sender),
        }
    }

    pub(super) fn chains_came(&mut self, message: ChainsCmd, sender: &ComponentSender<Self>) {
        match message {
            ChainsCmd::Seen(number, seen) => self.chains_seen(number, seen, sender),
            ChainsCmd::Version(plan) => match *plan {
                Ok(plan) => drop(self.run_plan(plan, sender)),
                Err(error) => self.failures.add(versions::failure(&error), &self.toasts, &self.window),
            },
            ChainsCmd::Tree(Ok(root)) => self.show_tree(&root, sender),
            ChainsCmd::Tree(Err(error)) => {
                self.failures.add(errors::plan::storage(&error), &self.toasts, &self.window);
            }
            ChainsCmd::Planned(plan) => match *plan {
                Ok(plan) => drop(self.run_plan(plan, sender)),
                Err(error) => self.failures.add(words::failure(&error), &self.toasts, &self.window),
            },
        }
    }

    /// Looks whether what disks lie on is sound; one look at a time.
    pub(super) fn look_at_chains(&mut self, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone().filter(|_| self.situation.is_connected()) else { return };
        if std::mem::replace(&mut self.chains.looking, true) {
            self.chains.again = true;
            return;
        }
        let (number, headers) = (self.connection, std::mem::take(&mut self.chains.headers));
        sender.oneshot_command(async move {
            AppCmd::Chains(ChainsCmd::Seen(number, soundness::look(&host, headers).await))
        });
    }

    fn chains_seen(
        &mut self,
        number: u32,
        seen: Result<(Troubles, Headers), StorageError>,
        sender: &ComponentSender<Self>,
    ) {
        self.chains.looking = false;
        match seen {
            Ok((troubles, headers)) if number == self.connection => {
                self.chains.headers = headers;
                self.chains.troubles = troubles;
                let news = self.picture.all().filter_map(|domain| self.noted(domain)).collect();
                let news = DomainChanges { changed: news, ..DomainChanges::default() };
                if !news.is_empty() {
                    self.domains_noted(news, sender);
                }
            }
            Ok(_) => {}
            Err(error) => tracing::info!(%error, "chains were not looked at"),
        }
        if std::mem::take(&mut self.chains.again) {
            self.look_at_chains(sender);
        }
    }

    /// A machine with what is wrong with it, where that is something else than it shows.
    fn noted(&self, domain: Domain) -> Option<Domain> {
        let known = self.chains.troubles.get(&domain.id);
        let shown = domain.troubles.as_deref();
        (known != shown).then(|| {
            let troubles = known.map(|troubles| std::sync::Arc::new(troubles.clone()));
            Domain { troubles, ..domain }
        })
    }

    /// News of the host know nothing of chains: what is known of them is added.
    pub(super) fn with_troubles(&self, mut changes: DomainChanges) -> DomainChanges {
        for domain in &mut changes.changed {
            domain.troubles =
                self.chains.troubles.get(&domain.id).map(|troubles| std::sync::Arc::new(troubles.clone()));
        }
        changes
    }

    fn change_base_of_one(&mut self, sender: &ComponentSender<Self>) {
        if let [id] = self.targets().as_slice() {
            self.change_base(*id, sender);
        }
    }

    fn change_base(&mut self, id: DomainId, sender: &ComponentSender<Self>) {
        let (Some(host), Some(domain)) = (self.host.clone(), self.picture.get(id)) else { return };
        let dialog = BaseDialog::builder().launch((host, id, domain.name.clone()));
        let dialog = dialog.forward(sender.input_sender(), |output| AppMsg::Chains(ChainsMsg::Base(output)));
        dialog.widget().present(Some(&self.window));
        self.chains.base = Some(dialog);
    }

    fn ask_detach(&self, sender: &ComponentSender<Self>) {
        let off = self.picture.shut_off(&self.targets());
        let named: Vec<String> =
            off.iter().filter_map(|id| self.picture.get(*id)).map(|domain| domain.name.clone()).collect();
        let title = match named.as_slice() {
            [] => return,
            [name] => gettext_f("Detach {name} from its template?", &[("name", name)]),
            all => ngettext_f(
                "Detach {n} machine from its template?",
                "Detach {n} machines from their template?",
                all.len(),
                &[],
            ),
        };
        let body = gettext(
            "All that is seen on the disk is copied into an image of its own, so that it needs the template no longer. It takes as much room as the template and the changes together.",
        );
        let keep = adw::SwitchRow::builder().title(gettext("Keep the Old Overlays")).build();
        keep.set_subtitle(&gettext("Only then can it be undone"));
        let group = adw::PreferencesGroup::new();
        group.add(&keep);
        let input = sender.input_sender().clone();
        dialogs::confirm((&title, &body, &gettext("_Detach")), Some(group.upcast_ref()), &self.window, move || {
            drop(input.send(AppMsg::Chains(ChainsMsg::Detached(off, keep.is_active()))));
        });
    }

    fn detach(&self, ids: Vec<DomainId>, keep: bool, sender: &ComponentSender<Self>) {
        let Some(host) = self.host.clone() else { return };
        sender.oneshot_command(async move {
            AppCmd::Chains(ChainsCmd::Planned(Box::new(chains::detach(&host, &ids, keep).await)))
        });
    }
}
