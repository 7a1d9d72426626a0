//! What the wizard does: it asks the host, keeps the draft, and goes from page to page.

use relm4::{adw::prelude::*, prelude::*};

use lectern_model::{
    draft::{
        Bound, Severity,
        lab::{Addresses, Field, Gateway, LabNetwork, NameSource, Problem, Size, Suggestion, preview, problems},
    },
    flavor::Flavor,
    id::DomainId,
    project::Standing,
    units::KiB,
};
use lectern_services::plan::{
    Plan,
    make::{
        clone::CloneError,
        lab::{self, LabSource, LabStock, Refused},
    },
};

use super::{LabOutput, LabWizard, MACHINES, PREVIEW, REVIEW, messages::LabCmd, network, review, words};
use crate::{
    clone::words as clone_words,
    dialogs, errors,
    i18n::gettext,
    wizards::frame::{FrameEvent, Line},
};

impl LabWizard {
    /// Asks for what the host has.
    pub(super) fn look(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move { LabCmd::Stock(lab::look(&host).await.map(Box::new)) });
    }

    pub(super) fn stock_known(&mut self, told: Result<Box<LabStock>, CloneError>, sender: &ComponentSender<Self>) {
        let stock = match told {
            Ok(stock) => stock,
            Err(error) => return self.cannot(&error),
        };
        self.bare = stock.facts();
        let wanted = self.draft.template.filter(|wanted| stock.templates.iter().any(|known| known.id == *wanted));
        let chosen = wanted.or_else(|| stock.templates.first().map(|template| template.id));
        let names: Vec<String> = stock.templates.iter().map(|template| template.name.clone()).collect();
        self.names.template.fill(&names, stock.templates.iter().position(|known| Some(known.id) == chosen));
        self.stock = Some(stock);
        self.draft.template = chosen;
        self.fill();
        self.ask_source(sender);
    }

    pub(super) fn choose_template(&mut self, nth: usize, sender: &ComponentSender<Self>) {
        let chosen = self.stock.as_ref().and_then(|stock| stock.templates.get(nth)).map(|template| template.id);
        if chosen != self.draft.template {
            self.draft.template = chosen;
            self.draft.network = LabNetwork::AsTemplate;
            self.draft.overlay = None;
            self.source = None;
            self.ask_source(sender);
        }
    }

    fn ask_source(&self, sender: &ComponentSender<Self>) {
        let (Some(stock), Some(id)) = (self.stock.clone(), self.draft.template) else { return };
        let mark = self.init.lab.clone();
        sender.oneshot_command(async move { LabCmd::Source(id, stock.source(id, mark).await.map(Box::new)) });
    }

    pub(super) fn source_known(&mut self, id: DomainId, told: Result<Box<LabSource>, CloneError>) {
        if self.draft.template != Some(id) {
            return;
        }
        let source = match told {
            Ok(source) => source,
            Err(error) => return self.cannot(&error),
        };
        let before: Suggestion = std::mem::take(&mut self.suggested);
        self.suggested = self.draft.suggest(&before, &source.facts, source.network().as_deref());
        self.source = Some(source);
        self.fill();
    }

    /// Offers what the host has.
    fn fill(&mut self) {
        self.offered = self.flavors();
        self.network.fill(&self.draft, self.facts());
        self.more.fill(&self.draft, self.facts(), &self.offered);
    }

    fn cannot(&self, error: &CloneError) {
        let text = match error {
            CloneError::Storage(error) => errors::plan::storage(error),
            CloneError::Xml(error) => clone_words::refused(error),
        };
        dialogs::show_error(&text, &self.dialog);
    }

    pub(super) fn names_are(&mut self, names: Vec<String>) {
        self.bare.names = names.into_iter().collect();
        if let Some(source) = &mut self.source {
            source.facts.names.clone_from(&self.bare.names);
        }
    }

    /// Those that the project may use, and the one that is chosen.
    fn flavors(&self) -> Vec<Flavor> {
        let (project, chosen) = (self.draft.counts_in(), self.flavor());
        let all = self.stock.iter().flat_map(|stock| &stock.flavors);
        let offered = all.filter(|flavor| flavor.is_for(project) && chosen.is_none_or(|chosen| chosen.id != flavor.id));
        chosen.into_iter().chain(offered).cloned().collect()
    }

    const fn flavor(&self) -> Option<&Flavor> {
        match &self.draft.size {
            Size::Flavor(flavor) => Some(flavor),
            Size::AsTemplate | Size::Own { .. } => None,
        }
    }

    pub(super) fn ask_places(&self, sender: &ComponentSender<Self>) {
        let host = self.host.clone();
        sender.oneshot_command(async move {
            let (projects, flavors) = host.places().await;
            LabCmd::Places(projects, flavors)
        });
    }

    /// Projects or flavors are others now; the draft stays.
    pub(super) fn places_are(&mut self, projects: Vec<Standing>, flavors: Vec<Flavor>) {
        self.bare.projects.clone_from(&projects);
        if let Some(source) = &mut self.source {
            source.facts.projects.clone_from(&projects);
        }
        if let Some(stock) = &mut self.stock {
            stock.set_places(projects, flavors);
        }
        self.fill();
    }

    pub(super) fn set_pattern(&mut self, text: String) {
        // Written into rows that may be others now.
        self.draft.edits.clear();
        let (NameSource::Pattern { pattern, .. } | NameSource::Roster { pattern, .. }) = &mut self.draft.names;
        *pattern = text;
    }

    pub(super) fn set_count(&mut self, text: String) {
        if let NameSource::Pattern { count, .. } = &mut self.draft.names {
            *count = text;
        }
    }

    pub(super) fn join(&mut self, nth: usize) {
        self.draft.edits.values_mut().for_each(|edit| edit.address = None);
        let networks = self.facts().networks.clone();
        match nth.checked_sub(1).map(|nth| networks.get(nth)) {
            None => self.draft.network = LabNetwork::AsTemplate,
            Some(Some(network)) => {
                let facts = self.facts().clone();
                self.draft.join(&network.name, &facts);
            }
            Some(None) => {
                let (pattern, gateway) = (network::PATTERN.to_owned(), Gateway::Last);
                self.draft.network = LabNetwork::Each { pattern, gateway };
            }
        }
    }

    pub(super) fn fix_addresses(&mut self, fixed: bool) {
        if let LabNetwork::One { addresses, .. } = &mut self.draft.network
            && fixed != (*addresses != Addresses::Any)
        {
            *addresses = if fixed { Addresses::Fixed { first: String::new() } } else { Addresses::Any };
        }
    }

    pub(super) fn set_addresses(&mut self, text: String) {
        match &mut self.draft.network {
            LabNetwork::One { addresses: Addresses::Fixed { first }, .. } => *first = text,
            LabNetwork::Each { pattern, .. } => *pattern = text,
            LabNetwork::AsTemplate | LabNetwork::One { .. } => {}
        }
    }

    /// As the template, a flavor with its disk, or other sizes, which begin as the template's.
    pub(super) fn choose_size(&mut self, nth: usize) {
        let template = self.facts().template.as_ref();
        let (memory, vcpus) = template.map_or((KiB(0), 1), |template| (template.memory, template.vcpus));
        let base = template.and_then(|template| template.disks.first()).map(|disk| disk.size).unwrap_or_default();
        let Some(nth) = nth.checked_sub(1) else {
            self.draft.size = Size::AsTemplate;
            return;
        };
        let flavor = self.offered.get(nth).cloned();
        self.draft.size = match flavor {
            Some(flavor) => {
                self.draft.overlay = Some(flavor.root_on(base));
                Size::Flavor(flavor)
            }
            None => Size::Own { memory, vcpus },
        };
    }

    pub(super) fn set_size(&mut self, new: Option<KiB>, count: Option<u32>) {
        if let Size::Own { memory, vcpus } = &mut self.draft.size {
            *memory = new.unwrap_or(*memory);
            *vcpus = count.unwrap_or(*vcpus);
        }
    }

    pub(super) fn choose_pool(&mut self, nth: usize) {
        self.draft.pool = self.facts().pools.get(nth).map(|pool| pool.name.clone());
    }

    pub(super) fn choose_project(&mut self, nth: usize) {
        self.draft.project = self.facts().projects.get(nth).map(|known| known.project.name.clone());
        // Other flavors may be for it.
        self.fill();
    }

    pub(super) fn frame_said(&mut self, event: FrameEvent, sender: &ComponentSender<Self>) {
        match event {
            FrameEvent::Next => self.next(sender),
            FrameEvent::Shown(page) if page == REVIEW => self.make_plan(sender),
            FrameEvent::Shown(_) => {}
            FrameEvent::Closed => drop(sender.output(LabOutput::Closed)),
        }
    }

    fn next(&mut self, sender: &ComponentSender<Self>) {
        let shown = self.frame.shown().unwrap_or_default();
        match shown.as_str() {
            MACHINES if self.passes(MACHINES) => self.frame.go_to(PREVIEW),
            PREVIEW if self.passes(PREVIEW) => self.frame.go_to(REVIEW),
            REVIEW => self.finish(sender),
            _ => {}
        }
    }

    /// Whether nothing on this page stops; else all of it is said, and the keyboard goes to the first.
    fn passes(&mut self, page: &'static str) -> bool {
        self.asked.insert(page);
        self.show();
        let lines = self.lines();
        let wrong = lines.iter().find(|(field, line)| line.severity == Severity::Error && page_of(*field) == page);
        if let Some((field, _)) = wrong {
            self.fields.focus(*field);
        }
        wrong.is_none()
    }

    /// Many machines are much XML: the plan is not made on this thread.
    fn make_plan(&mut self, sender: &ComponentSender<Self>) {
        let Some(source) = self.source.clone() else { return };
        self.plan = None;
        self.plans += 1;
        self.frame.set_ready(REVIEW, false);
        self.status.set_description(Some(&gettext("The plan is being made…")));
        let (number, draft) = (self.plans, self.draft.clone());
        sender.spawn_oneshot_command(move || LabCmd::Planned(number, lab::lab(&source, &draft).map(Box::new)));
    }

    pub(super) fn planned(&mut self, number: u64, plan: Result<Plan, Refused>) {
        if number != self.plans {
            return;
        }
        self.status.set_description(None);
        match plan {
            Ok(plan) => {
                self.review.show(&review::text(&self.draft, self.facts(), &plan));
                self.frame.set_ready(REVIEW, true);
                self.plan = Some(plan);
            }
            Err(refused) => self.status.set_description(Some(&words::refused(&refused))),
        }
    }

    fn finish(&mut self, sender: &ComponentSender<Self>) {
        // A name may have been taken while the review was read.
        for page in [MACHINES, PREVIEW] {
            if !self.passes(page) {
                return self.frame.back_to(page);
            }
        }
        if let (Some(plan), Some(source)) = (self.plan.take(), &self.source) {
            let needs = source.needs();
            self.keep_roster();
            drop(sender.output(LabOutput::Finish(Box::new(plan), needs)));
            self.frame.finish();
        }
    }

    /// Shows the draft, and what is wrong with it.
    pub(super) fn show(&mut self) {
        let made = preview(&self.draft, self.facts());
        let begun = self.draft.name != self.suggested.name && self.init.lab.is_none();
        self.frame.set_filled(begun || !made.rows.is_empty());
        self.names.show(&self.draft, &self.roster, &made);
        self.network.show(&self.draft, self.facts());
        self.more.show(&self.draft, self.facts(), &self.offered);
        self.guest.show(&self.draft, self.facts());
        self.table.show(&made.rows);
        let lines = self.lines();
        let under_more = |field: &Field| matches!(field, Field::Size | Field::Overlay | Field::Pool | Field::Project);
        if lines.iter().any(|(field, line)| under_more(field) && line.severity == Severity::Error) {
            self.more.expand();
        }
        if lines.iter().any(|(field, line)| *field == Field::Guest && line.severity == Severity::Error) {
            self.guest.expand();
        }
        self.fields.show(&lines);
    }

    fn lines(&self) -> Vec<(Field, Line)> {
        if self.stock.as_ref().is_some_and(|stock| stock.templates.is_empty()) {
            let text = gettext(
                "No machine is locked as a template yet. Choose “Lock as Template” in the menu of a machine that is off.",
            );
            return vec![(Field::Template, Line::new(Severity::Error, text))];
        }
        let all = problems(&self.draft, self.facts());
        let said = |problem: &&Problem| !words::waits(problem) || self.asked.contains(page_of(problem.field()));
        let lines = all.iter().filter(said).map(|problem| (problem.field(), words::line(problem, &self.input)));
        lines.chain(self.roster_lines()).collect()
    }
}

/// The page that a field is on.
const fn page_of(field: Field) -> &'static str {
    match field {
        Field::Rows => PREVIEW,
        _ => MACHINES,
    }
}
