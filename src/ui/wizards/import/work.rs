//! What the wizard does: it asks the host, keeps the draft, and goes from page to page.

use std::{rc::Rc, time::Duration};

use relm4::{adw::prelude::*, gtk::glib, prelude::*};

use lectern_model::{
    capabilities::VirtType,
    draft::{
        Bound, Severity,
        import::{DiskFacts, DiskFault, Field, ImportDraft, Page, Problem, Source, next_page, problems},
    },
    guest_os::{Date, GuestOs},
    storage::{PoolId, Volume},
};
use lectern_services::{
    disk::{Cancel, draft},
    host::StorageError,
    making::{self, Surroundings},
    osinfo::Osinfo,
    plan::Plan,
    probe::Verdict,
};

use super::{ImportMsg, ImportOutput, ImportWizard, messages::ImportCmd, review, tag, words};
use crate::{
    dialogs,
    errors::UserText,
    i18n::gettext,
    wizards::frame::{FrameEvent, Line},
};

/// All guest systems that are known, the likeliest first; without the database every system is unknown.
async fn systems() -> Vec<GuestOs> {
    let today = glib::DateTime::now_local().ok().and_then(|now| Date::parse(&now.format("%Y-%m-%d").ok()?));
    match (Osinfo::load().await, today) {
        (Ok(osinfo), Some(today)) => osinfo.search("", today).into_iter().cloned().collect(),
        (Ok(osinfo), None) => osinfo.all().to_vec(),
        (Err(error), _) => {
            tracing::info!(%error, "guest systems are unknown");
            Vec::new()
        }
    }
}

/// How long nothing may be typed before a path is looked at.
const TYPED: Duration = Duration::from_millis(400);

impl ImportWizard {
    /// Asks for what the pages need, each off this thread.
    pub(super) fn load(&mut self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            ImportCmd::Surroundings(making::surroundings(&host, false).await.map(Box::new))
        });
        sender.oneshot_command(async { ImportCmd::Systems(systems().await) });
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
        let first = self.facts.ways.is_empty();
        self.pools = told.pools;
        self.arch = told.arch;
        (self.facts.host, self.facts.networks, self.facts.pools) = (told.host, told.networks, told.facts);
        self.facts.ways = told.ways;
        self.facts.projects = told.projects;
        if first && !self.kept {
            self.begin();
        }
        if first {
            self.network.show_networks(&self.facts, &self.draft.network, sender.input_sender());
            self.system.show_ways(&self.facts, self.draft.way, sender.input_sender());
            self.ask_kvm(sender);
        }
        let place = self.pools.iter().position(|pool| Some(&pool.name) == self.draft.pool.as_ref());
        self.listed = place.unwrap_or(0).min(self.pools.len().saturating_sub(1));
        self.disk.show_pools(&self.pools, self.listed);
        self.usage.show_pools(&self.facts, self.draft.pool.as_deref());
        self.ask_volumes(sender);
    }

    /// That libvirt offers KVM does not mean that a guest boots with it: a small one is tried, once for each kernel and
    /// QEMU, unless the user said before that this host is to emulate.
    fn ask_kvm(&self, sender: &ComponentSender<Self>) {
        if self.kept || self.draft.way != VirtType::Kvm || !self.facts.ways.contains(&VirtType::Qemu) {
            return;
        }
        let (host, emulate) = (self.host.clone(), self.emulate);
        sender.oneshot_command(async move {
            let broken = emulate || host.probe(false).await.is_ok_and(|report| report.verdict == Verdict::Broken);
            ImportCmd::Probed(broken)
        });
    }

    /// Emulation is chosen where KVM boots nothing; KVM can still be chosen.
    pub(super) fn probed(&self, broken: bool) {
        if broken && self.draft.way == VirtType::Kvm {
            self.system.prefer(&self.facts, VirtType::Qemu);
        }
    }

    /// Suggests what could not be suggested before the host was known; what the user chose meanwhile stays.
    fn begin(&mut self) {
        let mut fresh = ImportDraft::new(&self.wishes, &self.facts);
        std::mem::swap(&mut fresh, &mut self.draft);
        let before = fresh;
        self.draft.choose_source(before.source, &self.facts);
        self.draft.os = before.os;
        self.draft.usage = before.usage;
        self.draft.chosen = before.chosen;
        if before.chosen.name {
            self.draft.name = before.name;
        }
        if before.chosen.memory {
            self.draft.memory = before.memory;
        }
        if before.chosen.vcpus {
            self.draft.vcpus = before.vcpus;
        }
    }

    pub(super) fn list(&mut self, nth: u32, sender: &ComponentSender<Self>) {
        let Ok(nth) = usize::try_from(nth) else { return };
        if nth < self.pools.len() && nth != self.listed {
            self.listed = nth;
            self.ask_volumes(sender);
        }
    }

    fn ask_volumes(&self, sender: &ComponentSender<Self>) {
        let Some(pool) = self.pools.get(self.listed).filter(|pool| pool.state.is_active()) else { return };
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
        let (host, draft, system) = (self.host.clone(), self.draft.clone(), self.system_chosen());
        sender.oneshot_command(async move {
            ImportCmd::Planned(making::plan_import(&host, draft, disk, system).await.map(Box::new))
        });
    }

    pub(super) fn planned(&mut self, plan: Result<Plan, StorageError>) {
        match plan {
            Ok(plan) => {
                let system = self.system_chosen();
                let name = if system.is_known() { system.name } else { gettext("Unknown") };
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
        self.system.show(&self.draft);
        self.network.show(&self.draft);
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
