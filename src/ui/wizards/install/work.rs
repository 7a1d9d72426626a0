//! What the wizard does with its pages: it asks the host, keeps the draft, and goes from page to page.

use relm4::{adw::prelude::*, gtk, prelude::*};

use lectern_model::{
    draft::{
        Bound, Severity,
        import::Source,
        install::{DiskChoice, Field, NewDisk, Origin, Page, Problem, next_page, pages, problems},
    },
    guest_os::Family,
    tree::{self, Telling},
};
use lectern_services::{
    host::StorageError,
    making::{self, Surroundings},
};

use super::{InstallMsg, InstallOutput, InstallWizard, installer::InstallerPage, messages::InstallCmd, tag, words};
use crate::{
    dialogs,
    errors::UserText,
    wizards::{
        frame::{FrameEvent, Line},
        machine::{self, MachineMsg},
        picker::{PickMsg, Picked},
    },
};

/// What the course's answers need of the installer's own kernel, so that its card is called eth0 as well.
const ETH0: &str = "net.ifnames=0 biosdevname=0";

impl InstallWizard {
    /// Asks for what the pages need, each off this thread.
    pub(super) fn load(&mut self, sender: &ComponentSender<Self>) {
        self.location.show_used(&self.used());
        self.ask(false, sender);
        sender.oneshot_command(async { InstallCmd::Systems(machine::systems().await) });
        if let Some(answers) = self.draft.answers.clone() {
            self.installer.write(&answers);
        }
        if self.kept {
            self.look(sender);
        }
    }

    pub(super) fn ask(&self, refresh: bool, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            InstallCmd::Surroundings(making::surroundings(&host, refresh).await.map(Box::new))
        });
    }

    pub(super) fn ask_places(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            let (projects, flavors) = host.places().await;
            InstallCmd::Places(projects, flavors)
        });
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
        let (pools, facts) = (told.pools.clone(), &mut self.facts.host);
        if self.machine.told(told, &mut self.draft.machine, facts, self.kept) && !self.kept {
            self.draft.machine.start = true;
            self.draft.new.pool = self.machine.wishes.place(facts).unwrap_or_default();
            self.draft.suggest_name(&self.facts);
            let host = &self.facts.host;
            if let Some(question) = self.machine.kvm_question(&self.host, &self.draft.machine, host) {
                sender.oneshot_command(async { InstallCmd::Probed(question.await) });
            }
        }
        let first = Some(self.draft.new.pool.as_str());
        self.picker.show_pools(&pools, first);
        self.discs.show_pools(&pools, first);
        self.storage.show_pools(&self.facts.host, &self.draft.new.pool);
        if let Some(source) = self.draft.existing() {
            self.picker.probe(source);
        }
    }

    pub(super) fn machine_said(&mut self, message: MachineMsg) {
        let kind = self.facts.answer_kind();
        let course = |name: &str| kind.map(|kind| tree::course_answers(kind, name));
        let before = course(&self.draft.machine.name).filter(|text| Some(text) == self.draft.answers.as_ref());
        self.machine.act(message, &mut self.draft.machine, &mut self.facts.host);
        self.draft.suggest_size(&self.facts.host);
        // The guest is called as the machine is, as long as nobody has changed the course's answers.
        if let (Some(before), Some(now)) = (before, course(&self.draft.machine.name))
            && before != now
        {
            self.installer.write(&now);
            self.draft.answers = Some(now);
        }
    }

    pub(super) fn picked(&mut self, message: PickMsg, sender: &ComponentSender<Self>) {
        let parent: gtk::Widget = self.dialog.clone().upcast();
        let chosen = self.draft.existing().cloned();
        match self.picker.act(message, chosen.as_ref(), &parent) {
            Some(Picked::Source(source)) => self.take(source),
            Some(Picked::Found(disk)) => self.facts.host.disk = Some(disk),
            Some(Picked::Listed(pool, names)) => self.facts.host.listed(&pool, names),
            Some(Picked::Prepare(plan)) => drop(sender.output(InstallOutput::Prepare(plan))),
            Some(Picked::Refresh) => self.ask(true, sender),
            Some(Picked::Failed(error)) => dialogs::show_error(&UserText::from(&error), &self.dialog),
            None => {}
        }
    }

    pub(super) fn disc_picked(&mut self, message: PickMsg, sender: &ComponentSender<Self>) {
        let parent: gtk::Widget = self.dialog.clone().upcast();
        match self.discs.act(message, self.draft.disc.as_ref(), &parent) {
            Some(Picked::Source(source)) => {
                self.draft.disc = source;
                self.facts.disc = None;
                self.draft.suggest_name(&self.facts);
            }
            Some(Picked::Found(disc)) => self.disc_found(disc, sender),
            Some(Picked::Listed(pool, names)) => self.facts.host.listed(&pool, names),
            Some(Picked::Prepare(plan)) => drop(sender.output(InstallOutput::Prepare(plan))),
            Some(Picked::Refresh) => self.ask(true, sender),
            Some(Picked::Failed(error)) => dialogs::show_error(&UserText::from(&error), &self.dialog),
            None => {}
        }
    }

    fn take(&mut self, source: Option<Source>) {
        if matches!(self.draft.disk, DiskChoice::Existing(_)) {
            self.draft.disk = DiskChoice::Existing(source);
            self.facts.host.disk = None;
            self.draft.suggest_name(&self.facts);
        }
    }

    pub(super) fn choose_disk(&mut self, nth: usize) {
        self.draft.disk = match nth {
            0 => DiskChoice::New,
            1 => DiskChoice::Existing(None),
            _ => DiskChoice::None,
        };
        self.facts.host.disk = None;
        self.draft.suggest_name(&self.facts);
    }

    pub(super) fn shape(&mut self, disk: NewDisk) {
        self.draft.sized |= disk.size != self.draft.new.size;
        self.draft.new = disk;
    }

    pub(super) fn take_template(&mut self) {
        let kind = self.facts.answer_kind();
        let Some(text) = kind.map(|kind| tree::course_answers(kind, &self.draft.machine.name)) else {
            return self.installer.no_answers();
        };
        let arguments = self.draft.arguments.trim().to_owned();
        if !arguments.contains(ETH0) {
            format!("{arguments} {ETH0}").trim().clone_into(&mut self.draft.arguments);
        }
        self.installer.write(&text);
        self.draft.answers = Some(text);
    }

    pub(super) fn choose_answers(&self, sender: &ComponentSender<Self>) {
        let input = sender.input_sender().clone();
        InstallerPage::browse(&self.dialog, move |path| {
            let Some(path) = path else { return drop(input.send(InstallMsg::AnswerRead(Ok(String::new())))) };
            relm4::spawn_blocking(move || drop(input.send(InstallMsg::AnswerRead(making::read_text(&path)))));
        });
    }

    pub(super) fn answers_read(&mut self, told: Result<String, StorageError>) {
        match told {
            Ok(text) if text.is_empty() => self.installer.no_answers(),
            Ok(text) => {
                self.installer.write(&text);
                self.draft.answers = Some(text);
            }
            Err(error) => {
                self.installer.no_answers();
                dialogs::show_error(&UserText::from(&error), &self.dialog);
            }
        }
    }

    pub(super) fn frame_said(&mut self, event: FrameEvent, sender: &ComponentSender<Self>) {
        match event {
            FrameEvent::Next => self.next(sender),
            FrameEvent::Shown(page) if page == tag(Page::Review) => self.make_plan(sender),
            FrameEvent::Shown(_) => {}
            FrameEvent::Closed => {
                self.stop();
                drop(sender.output(InstallOutput::Closed));
            }
        }
    }

    pub(super) fn page(&self) -> Option<Page> {
        let shown = self.frame.shown()?;
        Page::ALL.into_iter().find(|page| tag(*page) == shown)
    }

    fn next(&mut self, sender: &ComponentSender<Self>) {
        let Some(page) = self.page() else { return };
        if page == Page::Review {
            return self.finish(sender);
        }
        let is_tree = self.draft.origin == Origin::Tree;
        if page == Page::Location && is_tree && self.facts.sight.is_none() {
            return self.look(sender);
        }
        match next_page(&self.draft, &self.facts, page) {
            Some(next) => {
                if page == Page::Location && is_tree {
                    self.fetch(sender);
                }
                self.frame.go_to(tag(next));
            }
            None => self.stop_at(page),
        }
    }

    /// Says everything that is wrong on this page, and gives the keyboard to the first of it.
    pub(super) fn stop_at(&mut self, page: Page) {
        self.asked.insert(page);
        self.show();
        let problems = page.problems(&self.draft, &self.facts);
        if let Some(problem) = problems.iter().find(|problem| problem.severity() == Severity::Error) {
            self.fields.focus(problem.field());
        }
    }

    /// Goes back to what is wrong yet: a name may have been taken while the review was read.
    pub(super) fn goes_back(&mut self) -> bool {
        let all = problems(&self.draft, &self.facts);
        let Some(problem) = all.iter().find(|problem| problem.severity() == Severity::Error) else { return false };
        let page = Page::of(problem.field());
        self.frame.back_to(tag(page));
        self.stop_at(page);
        true
    }

    /// The whole line that the installer's kernel gets, as it may be shown: without a password.
    fn line(&self) -> String {
        self.line_with(self.place().and_then(|place| place.for_guest()).as_deref())
    }

    /// The same as the boot disc has it.
    pub(super) fn full_line(&self) -> String {
        let address = self.place().and_then(|place| place.for_installer());
        self.line_with(address.as_ref().map(tree::Secret::expose))
    }

    fn line_with(&self, address: Option<&str>) -> String {
        let Some(tree) = self.facts.tree() else { return self.draft.arguments.clone() };
        let answer = self.facts.answer_kind().filter(|_| self.draft.answers.is_some());
        tree::arguments(tree, &Telling { address, serial: self.draft.serial, answer, more: &self.draft.arguments })
    }

    /// Shows the draft, and what is wrong with it.
    pub(super) fn show(&mut self) {
        self.frame.set_filled(self.draft.is_filled());
        self.frame.number(&pages(&self.draft).into_iter().map(tag).collect::<Vec<_>>());
        let is_windows = self.machine.system_chosen(&self.draft.machine).family == Family::Windows;
        self.origins.show(&self.draft, &self.facts, is_windows);
        self.discs.show(self.draft.disc.as_ref(), self.facts.disc.as_ref());
        self.location.show(&self.draft, self.facts.sight.as_ref());
        self.installer.show(&self.draft, &self.facts, &self.line());
        self.machine.show(&self.draft.machine, &self.facts.host);
        self.picker.show(self.draft.existing(), self.facts.host.disk.as_ref());
        self.storage.show(&self.draft, &self.facts.host);
        let lines = self.lines();
        self.fields.show(&lines);
    }

    fn lines(&self) -> Vec<(Field, Line)> {
        let said = |problem: &Problem| !words::waits(problem) || self.asked.contains(&Page::of(problem.field()));
        let all = problems(&self.draft, &self.facts);
        let line = |problem: &Problem| (problem.field(), words::line(problem, self.failure.as_ref(), &self.input));
        all.iter().filter(|problem| said(problem)).map(line).collect()
    }
}
