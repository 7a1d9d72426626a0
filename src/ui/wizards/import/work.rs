//! What the wizard does: it asks the host, keeps the draft, and goes from page to page.

use std::{rc::Rc, time::Duration};

use relm4::{adw::prelude::*, gtk::glib, prelude::*};

use lectern_model::{
    draft::{
        Bound, Severity,
        import::{DiskFacts, DiskFault, Field, Page, Problem, Source, next_page, problems},
    },
    storage::{PoolId, Volume},
};
use lectern_services::{
    disk::{Cancel, draft},
    host::StorageError,
    making::{self, Surroundings},
    plan::{Plan, storage},
};

use super::{ImportMsg, ImportOutput, ImportWizard, messages::ImportCmd, review, tag, words};
use crate::{
    dialogs,
    errors::UserText,
    i18n::gettext,
    wizards::{
        frame::{FrameEvent, Line},
        machine,
    },
};

/// How long nothing may be typed before a path is looked at.
const TYPED: Duration = Duration::from_millis(400);

impl ImportWizard {
    /// Asks for what the pages need, each off this thread.
    pub(super) fn load(&mut self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            ImportCmd::Surroundings(making::surroundings(&host, false).await.map(Box::new))
        });
        sender.oneshot_command(async { ImportCmd::Systems(machine::systems().await) });
        if self.draft.source.is_some() {
            self.probe(sender);
        }
    }

    pub(super) fn look_again(&mut self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            ImportCmd::Surroundings(making::surroundings(&host, true).await.map(Box::new))
        });
        if self.draft.source.is_some() {
            self.probe(sender);
        }
    }

    pub(super) fn surroundings(
        &mut self,
        told: Result<Box<Surroundings>, StorageError>,
        sender: &ComponentSender<Self>,
    ) {
        let told = match told {
            Ok(told) => *told,
            Err(error) => return dialogs::show_error(&UserText::from(&error), &self.dialog),
        };
        self.pools.clone_from(&told.pools);
        if self.machine.told(told, &mut self.draft.machine, &mut self.facts, self.kept) {
            self.begin(sender);
        }
        let place = self.pools.iter().position(|pool| Some(&pool.name) == self.draft.pool.as_ref());
        self.listed = place.unwrap_or(0).min(self.pools.len().saturating_sub(1));
        self.disk.show_pools(&self.pools, self.listed);
        self.usage.show_pools(&self.facts, self.draft.pool.as_deref());
        self.ask_volumes(sender);
    }

    /// What could not be suggested before the host was known.
    fn begin(&mut self, sender: &ComponentSender<Self>) {
        if self.kept {
            return;
        }
        self.draft.pool = self.machine.wishes.place(&self.facts);
        if let Some(source) = &self.draft.source {
            self.draft.machine.suggest_name(source.path(), &self.facts);
        }
        if let Some(question) = self.machine.kvm_question(&self.host, &self.draft.machine, &self.facts) {
            sender.oneshot_command(async { ImportCmd::Probed(question.await) });
        }
    }

    pub(super) fn list(&mut self, nth: u32, sender: &ComponentSender<Self>) {
        let Ok(nth) = usize::try_from(nth) else { return };
        if nth < self.pools.len() && nth != self.listed {
            self.listed = nth;
            self.ask_volumes(sender);
        }
    }

    /// Starts the pool that is listed: its own plan, as it may hold the disk that is looked for.
    pub(super) fn start_pool(&self, sender: &ComponentSender<Self>) {
        if let Some(pool) = self.pools.get(self.listed) {
            let plan = storage::start_pool(self.host.uri(), pool);
            drop(sender.output(ImportOutput::Prepare(Box::new(plan))));
        }
    }

    fn ask_volumes(&mut self, sender: &ComponentSender<Self>) {
        let Some(pool) = self.pools.get(self.listed) else { return };
        if !pool.state.is_active() {
            return self.disk.show_stopped();
        }
        let (host, id) = (self.host.clone(), pool.id);
        sender.oneshot_command(async move { ImportCmd::Volumes(id, host.volumes(id, true).await) });
    }

    pub(super) fn volumes(&mut self, id: PoolId, told: Result<Vec<Volume>, StorageError>) {
        let Some(pool) = self.pools.get(self.listed).filter(|pool| pool.id == id) else { return };
        match told {
            Ok(volumes) => self.disk.show_volumes(&pool.name, &volumes, self.draft.source.as_ref()),
            Err(error) => dialogs::show_error(&UserText::from(&error), &self.dialog),
        }
    }

    pub(super) fn choose(&mut self, source: Option<Source>, sender: &ComponentSender<Self>) {
        if self.draft.source == source {
            return;
        }
        self.typed.set(self.typed.get() + 1);
        self.draft.choose_source(source, &self.facts);
        self.facts.disk = None;
        self.disk.show_source(self.draft.source.as_ref());
        self.probe(sender);
    }

    /// Looks at a path once it has been typed.
    pub(super) fn typed(&mut self, path: String, sender: &ComponentSender<Self>) {
        let now = self.typed.get() + 1;
        self.typed.set(now);
        if path.is_empty() {
            // A volume was chosen, or the path was taken back.
            if matches!(self.draft.source, Some(Source::File(_))) {
                self.draft.choose_source(None, &self.facts);
                self.facts.disk = None;
            }
            return;
        }
        if self.draft.source.as_ref().is_some_and(|source| source.path() == path) {
            return;
        }
        let (typed, input) = (Rc::clone(&self.typed), sender.input_sender().clone());
        glib::timeout_add_local_once(TYPED, move || {
            if typed.get() == now {
                drop(input.send(ImportMsg::Source(Source::File(path))));
            }
        });
    }

    fn probe(&self, sender: &ComponentSender<Self>) {
        let Some(source) = self.draft.source.clone() else { return };
        if !source.path().starts_with('/') {
            return;
        }
        let host = self.host.clone();
        sender.oneshot_command(async move {
            let disk = draft::disk(&host, source.path(), &Cancel::default()).await;
            ImportCmd::Disk(disk.unwrap_or_else(|error| DiskFacts {
                path: source.path().to_owned(),
                found: Err(DiskFault::Unreachable(UserText::from(&error).title)),
            }))
        });
    }

    pub(super) fn disk_known(&mut self, disk: DiskFacts) {
        if self.draft.source.as_ref().is_none_or(|source| source.path() != disk.path) {
            return;
        }
        self.facts.disk = Some(disk);
        if !self.kept {
            self.draft.suggest_usage(&self.facts);
        }
    }

    pub(super) fn frame_said(&mut self, event: FrameEvent, sender: &ComponentSender<Self>) {
        match event {
            FrameEvent::Next => self.next(sender),
            FrameEvent::Shown(page) if page == tag(Page::Review) => self.make_plan(sender),
            FrameEvent::Shown(_) => {}
            FrameEvent::Closed => drop(sender.output(ImportOutput::Closed)),
        }
    }

    fn page(&self) -> Option<Page> {
        let shown = self.frame.shown()?;
        Page::ALL.into_iter().find(|page| tag(*page) == shown)
    }

    fn next(&mut self, sender: &ComponentSender<Self>) {
        let Some(page) = self.page() else { return };
        if page == Page::Review {
            return self.finish(sender);
        }
        match next_page(&self.draft, &self.facts, page) {
            Some(next) => self.frame.go_to(tag(next)),
            None => self.stop_at(page),
        }
    }

    /// Says everything that is wrong on this page, and gives the keyboard to the first of it.
    fn stop_at(&mut self, page: Page) {
        self.asked.insert(page);
        self.show();
        let problems = page.problems(&self.draft, &self.facts);
        if let Some(problem) = problems.iter().find(|problem| problem.severity() == Severity::Error) {
            self.fields.focus(problem.field());
        }
    }

    fn make_plan(&mut self, sender: &ComponentSender<Self>) {
        self.plan = None;
        self.frame.set_ready(tag(Page::Review), false);
        self.status.set_description(Some(&gettext("The plan is being made…")));
        let Some(disk) = self.facts.usable_disk().cloned() else { return };
        let (host, draft, system) =
            (self.host.clone(), self.draft.clone(), self.machine.system_chosen(&self.draft.machine));
        sender.oneshot_command(async move {
            ImportCmd::Planned(making::plan_import(&host, draft, disk, system).await.map(Box::new))
        });
    }

    pub(super) fn planned(&mut self, plan: Result<Plan, StorageError>) {
        match plan {
            Ok(plan) => {
                let name = self.machine.system_name(&self.draft.machine);
                self.review.show(&review::text(&self.draft, &self.facts, &name, &plan));
                self.status.set_description(None);
                self.frame.set_ready(tag(Page::Review), true);
                self.plan = Some(plan);
            }
            Err(error) => {
                self.status.set_description(None);
                dialogs::show_error(&UserText::from(&error), &self.dialog);
            }
        }
    }

    fn finish(&mut self, sender: &ComponentSender<Self>) {
        // A name may have been taken while the review was read.
        if let Some(problem) = problems(&self.draft, &self.facts).iter().find(|p| p.severity() == Severity::Error) {
            let page = Page::of(problem.field());
            self.frame.back_to(tag(page));
            return self.stop_at(page);
        }
        if let Some(plan) = self.plan.take() {
            drop(sender.output(ImportOutput::Finish(Box::new(plan), Box::new(self.draft.clone()))));
            self.frame.finish();
        }
    }

    /// Shows the draft, and what is wrong with it.
    pub(super) fn show(&mut self) {
        self.frame.set_filled(self.draft.is_filled());
        let looking = self.draft.source.is_some() && self.facts.disk.is_none();
        self.disk.show_found(self.facts.disk.as_ref(), looking && self.may_look());
        self.usage.show(&self.draft, &self.facts);
        self.machine.show(&self.draft.machine);
        let lines = self.lines();
        self.fields.show(&lines);
    }

    fn may_look(&self) -> bool {
        self.draft.source.as_ref().is_some_and(|source| source.path().starts_with('/'))
    }

    fn lines(&self) -> Vec<(Field, Line)> {
        let said = |problem: &Problem| !words::waits(problem) || self.asked.contains(&Page::of(problem.field()));
        let all = problems(&self.draft, &self.facts);
        all.iter().filter(|p| said(p)).map(|p| (p.field(), words::line(p, &self.input))).collect()
    }
}
