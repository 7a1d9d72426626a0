//! What the wizard does: it asks the host, keeps the draft, and goes from page to page.

use relm4::{adw::prelude::*, gtk, prelude::*};

use lectern_model::draft::{
    Bound, Severity,
    import::{DiskFacts, Field, Page, Problem, next_page, problems},
};
use lectern_services::{
    host::StorageError,
    making::{self, Planned, Surroundings},
    osinfo::Osinfo,
};

use super::{ImportOutput, ImportWizard, Kept, messages::ImportCmd, review, tag, words};
use crate::{
    dialogs,
    errors::UserText,
    i18n::gettext,
    wizards::{
        frame::{FrameEvent, Line},
        machine,
        picker::{PickMsg, Picked},
    },
};

impl ImportWizard {
    /// Asks for what the pages need, each off this thread.
    pub(super) fn load(&mut self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            ImportCmd::Surroundings(making::surroundings(&host, false).await.map(Box::new))
        });
        sender.oneshot_command(async { ImportCmd::Systems(machine::systems().await) });
        if let Some(source) = &self.draft.source {
            self.picker.probe(source);
        }
    }

    pub(super) fn look_again(&mut self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            ImportCmd::Surroundings(making::surroundings(&host, true).await.map(Box::new))
        });
        if let Some(source) = &self.draft.source {
            self.picker.probe(source);
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
        let pools = told.pools.clone();
        if self.machine.told(told, &mut self.draft.machine, &mut self.facts, self.kept) {
            self.begin(sender);
        }
        self.picker.show_pools(&pools, self.draft.pool.as_deref());
        self.usage.show_pools(&self.facts, self.draft.pool.as_deref());
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

    pub(super) fn picked(&mut self, message: PickMsg, sender: &ComponentSender<Self>) {
        let parent: gtk::Widget = self.dialog.clone().upcast();
        match self.picker.act(message, self.draft.source.as_ref(), &parent) {
            Some(Picked::Source(source)) => {
                self.draft.choose_source(source, &self.facts);
                self.facts.disk = None;
            }
            Some(Picked::Found(disk)) => self.disk_known(disk, sender),
            Some(Picked::Listed(pool, names)) => self.facts.listed(&pool, names),
            Some(Picked::Prepare(plan)) => drop(sender.output(ImportOutput::Prepare(plan))),
            Some(Picked::Refresh) => self.look_again(sender),
            Some(Picked::Failed(error)) => dialogs::show_error(&UserText::from(&error), &self.dialog),
            None => {}
        }
    }

    fn disk_known(&mut self, disk: DiskFacts, sender: &ComponentSender<Self>) {
        self.facts.disk = Some(disk);
        if !self.kept {
            self.draft.suggest_usage(&self.facts);
            self.take_appliance(sender);
        }
        self.draft.fit_flavor(&self.facts);
    }

    /// An appliance says what hardware it had, and in its own words which system is in it.
    fn take_appliance(&mut self, sender: &ComponentSender<Self>) {
        let known = self.facts.disk.as_ref().and_then(|disk| Some((disk.path.clone(), disk.found.clone().ok()?)));
        let Some((path, disk)) = known else { return };
        self.draft.suggest_appliance(&disk, &self.facts);
        let Some(appliance) = disk.appliance else { return };
        sender.oneshot_command(async move {
            let osinfo = Osinfo::load().await.ok();
            let system = osinfo.as_ref().and_then(|osinfo| osinfo.by_appliance(&appliance));
            ImportCmd::Appliance(path, system.and_then(|system| system.id.clone()))
        });
    }

    pub(super) fn appliance_known(&mut self, path: &str, system: Option<&str>) {
        let is_it = self.facts.disk.as_ref().is_some_and(|disk| disk.path == path);
        if is_it && self.draft.machine.os.is_none() && system.is_some() {
            self.machine.choose_system(system, &mut self.draft.machine, &mut self.facts);
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

    pub(super) fn planned(&mut self, planned: Result<Planned, StorageError>) {
        match planned {
            Ok(planned) => {
                let name = self.machine.system_name(&self.draft.machine);
                self.review.show(&review::text(&self.draft, &self.facts, &name, &planned));
                self.status.set_description(None);
                self.frame.set_ready(tag(Page::Review), true);
                self.plan = Some(planned.plan);
                self.seed = planned.needs;
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
            let kept = Kept { draft: self.draft.clone(), _seed: self.seed.take() };
            drop(sender.output(ImportOutput::Finish(Box::new(plan), Box::new(kept))));
            self.frame.finish();
        }
    }

    /// Shows the draft, and what is wrong with it.
    pub(super) fn show(&mut self) {
        self.frame.set_filled(self.draft.is_filled());
        self.picker.show(self.draft.source.as_ref(), self.facts.disk.as_ref());
        self.usage.show(&self.draft, &self.facts);
        self.cloud.show(&self.draft);
        self.machine.show(&self.draft.machine, &self.facts);
        let lines = self.lines();
        self.fields.show(&lines);
    }

    fn lines(&self) -> Vec<(Field, Line)> {
        let said = |problem: &Problem| !words::waits(problem) || self.asked.contains(&Page::of(problem.field()));
        let all = problems(&self.draft, &self.facts);
        all.iter().filter(|p| said(p)).map(|p| (p.field(), words::line(p, &self.input))).collect()
    }
}
