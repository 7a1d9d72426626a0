//! The rows of the dialog, and what the plan of them comes to.

use std::{cell::Cell, rc::Rc};

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::nic::{Nic, NicSource};
use lectern_services::plan::{
    Plan,
    make::nics::{Effect, NicFacts, NicMachine, NicPlan},
};

use super::{NicsMsg, words};
use crate::{
    buttons,
    i18n::{gettext, gettext_f},
};

/// What guests know, the fastest first (QEMU: `-device help`).
const MODELS: [&str; 4] = ["virtio", "e1000e", "e1000", "rtl8139"];

/// The rows.
pub(super) struct Form {
    input: Sender<NicsMsg>,
    card: adw::ComboRow,
    source: adw::ComboRow,
    model: adw::ComboRow,
    now: adw::SwitchRow,
    effects: adw::PreferencesGroup,
    rows: Vec<adw::ActionRow>,
    commands: adw::ExpanderRow,
    text: gtk::Label,
    copy: Rc<std::cell::RefCell<String>>,
    /// What can be chosen; `None` leaves it as it is.
    sources: Rc<std::cell::RefCell<Vec<Option<NicSource>>>>,
    models: Rc<std::cell::RefCell<Vec<Option<String>>>>,
    /// Whether the rows are being filled, which is no choice of the user's.
    filling: Rc<Cell<bool>>,
}

impl Form {
    pub(super) fn new(page: &adw::PreferencesPage, input: &Sender<NicsMsg>) -> Self {
        let text = gtk::Label::builder()
            .selectable(true)
            .wrap(true)
            .wrap_mode(gtk::pango::WrapMode::WordChar)
            .xalign(0.0)
            .margin_top(9)
            .margin_bottom(9)
            .margin_start(12)
            .margin_end(12)
            .css_classes(["monospace"])
            .build();
        let form = Self {
            input: input.clone(),
            card: combo(&gettext("NIC")),
            source: combo(&gettext("Connected To")),
            model: combo(&gettext("Model")),
            now: adw::SwitchRow::builder()
                .title(gettext("Change Running Machines at Once"))
                .subtitle(gettext("The cable is out for two seconds, so that the guest asks for a new address"))
                .active(true)
                .build(),
            effects: adw::PreferencesGroup::builder().title(gettext("What Happens")).build(),
            rows: Vec::new(),
            commands: adw::ExpanderRow::builder().title(gettext("Commands")).build(),
            text,
            copy: Rc::default(),
            sources: Rc::default(),
            models: Rc::default(),
            filling: Rc::default(),
        };
        form.lay_out(page);
        form.listen();
        form
    }

    fn lay_out(&self, page: &adw::PreferencesPage) {
        self.model.set_tooltip_text(Some(&gettext("virtio is the fastest; old systems know e1000 and rtl8139")));
        let group = adw::PreferencesGroup::new();
        for row in [self.card.upcast_ref::<gtk::Widget>(), self.source.upcast_ref(), self.model.upcast_ref()] {
            group.add(row);
        }
        group.add(&self.now);
        page.add(&group);
        page.add(&self.effects);
        let lines = gtk::ListBoxRow::builder().activatable(false).child(&self.text).build();
        lines.update_property(&[gtk::accessible::Property::Label(&gettext("Commands"))]);
        self.commands.add_row(&lines);
        let copy = buttons::flat("edit-copy-symbolic", &gettext("Copy All"));
        let copied = Rc::clone(&self.copy);
        copy.connect_clicked(move |button| button.clipboard().set_text(&copied.borrow()));
        self.commands.add_suffix(&copy);
        let last = adw::PreferencesGroup::new();
        last.add(&self.commands);
        page.add(&last);
    }

    fn listen(&self) {
        let (input, filling) = (self.input.clone(), Rc::clone(&self.filling));
        let send = move |message: NicsMsg| {
            if !filling.get() {
                drop(input.send(message));
            }
        };
        let tell = send.clone();
        self.card.connect_selected_notify(move |row| tell(NicsMsg::Card(row.selected() as usize)));
        let (tell, sources) = (send.clone(), Rc::clone(&self.sources));
        self.source.connect_selected_notify(move |row| {
            let chosen = sources.borrow().get(row.selected() as usize).cloned().flatten();
            tell(NicsMsg::Source(chosen));
        });
        let (tell, models) = (send.clone(), Rc::clone(&self.models));
        self.model.connect_selected_notify(move |row| {
            let chosen = models.borrow().get(row.selected() as usize).cloned().flatten();
            tell(NicsMsg::Model(chosen));
        });
        self.now.connect_active_notify(move |row| send(NicsMsg::Now(row.is_active())));
    }

    /// Lists what can be chosen for the card of this place, or for one more; gives what is chosen to begin with.
    pub(super) fn fill(&self, facts: &NicFacts, nth: Option<usize>) -> (Option<NicSource>, Option<String>) {
        self.filling.set(true);
        self.fill_cards(&facts.machines, nth);
        let cards: Vec<Nic> = match nth {
            Some(nth) => facts.machines.iter().filter_map(|machine| machine.nics().get(nth).cloned()).collect(),
            None => Vec::new(),
        };
        let source = self.fill_sources(facts, &cards, nth.is_none());
        let model = self.fill_models(&cards, nth.is_none());
        self.now.set_visible(facts.machines.iter().any(NicMachine::is_on));
        if nth.is_none() {
            self.now.set_title(&gettext("Add to Running Machines at Once"));
            self.now.set_subtitle(&gettext("Else they have it when they are started next"));
        }
        self.filling.set(false);
        (source, model)
    }

    fn fill_cards(&self, machines: &[NicMachine], nth: Option<usize>) {
        let most = machines.iter().map(|machine| machine.nics().len()).max().unwrap_or(0);
        let names: Vec<String> = (0..most).map(|nth| card_name(machines, nth)).collect();
        set_choices(&self.card, &names, nth.unwrap_or(0));
        self.card.set_visible(nth.is_some() && most > 1);
    }

    fn fill_sources(&self, facts: &NicFacts, cards: &[Nic], new: bool) -> Option<NicSource> {
        let mut networks: Vec<&str> = facts.networks.iter().map(|network| network.name.as_str()).collect();
        networks.sort_unstable();
        let all = networks.into_iter().map(NicSource::network);
        let shared = |device: &String| NicSource::Direct { device: device.clone(), mode: "bridge".to_owned() };
        let all = all.chain(facts.bridges.iter().cloned().map(NicSource::Bridge));
        let all = all.chain(facts.devices.iter().map(shared)).chain([NicSource::User]);
        let mut choices: Vec<Option<NicSource>> = all.map(Some).collect();
        let same = same(cards.iter().map(|card| &card.source)).cloned();
        let chosen = if new {
            choices.first().cloned().flatten()
        } else {
            same.filter(|source| choices.contains(&Some(source.clone())))
        };
        if chosen.is_none() {
            choices.insert(0, None);
        }
        let names = |choice: &Option<NicSource>| match choice {
            Some(source) => words::choice(source, &facts.networks),
            None => gettext("As it is"),
        };
        let at = choices.iter().position(|choice| *choice == chosen).unwrap_or(0);
        set_choices(&self.source, &choices.iter().map(names).collect::<Vec<_>>(), at);
        self.sources.replace(choices);
        chosen
    }

    fn fill_models(&self, cards: &[Nic], new: bool) -> Option<String> {
        let mut choices: Vec<Option<String>> = MODELS.iter().map(|model| Some((*model).to_owned())).collect();
        let same = same(cards.iter().map(|card| &card.model)).cloned().flatten();
        let chosen = if new { choices.first().cloned().flatten() } else { same };
        if chosen.is_none() || !choices.contains(&chosen) {
            choices.insert(0, chosen.clone());
        }
        let name = |choice: &Option<String>| choice.clone().unwrap_or_else(|| gettext("As it is"));
        let at = choices.iter().position(|choice| *choice == chosen).unwrap_or(0);
        set_choices(&self.model, &choices.iter().map(name).collect::<Vec<_>>(), at);
        self.models.replace(choices);
        chosen
    }

    /// Shows what the plan comes to.
    pub(super) fn show(&mut self, made: &NicPlan) {
        for row in self.rows.drain(..) {
            self.effects.remove(&row);
        }
        let starts = made.starts.iter().map(|name| {
            let title = gettext_f("Virtual network {name}", &[("name", name)]);
            (title, gettext("It is stopped, so it is started first"), false)
        });
        let machines = made.effects.iter().map(|(name, effect)| {
            let odd = matches!(effect, Effect::NoCard | Effect::Never);
            (name.clone(), words::effect(*effect), odd)
        });
        for (title, text, odd) in starts.chain(machines) {
            let row = adw::ActionRow::builder().title(title).subtitle(text).use_markup(false).build();
            if odd {
                row.add_css_class("warning");
            }
            self.effects.add(&row);
            self.rows.push(row);
        }
        let lines: Vec<String> = made.plan.iter().flat_map(Plan::commands).map(|line| line.to_string()).collect();
        self.commands.set_visible(!lines.is_empty());
        self.text.set_label(&lines.join("\n"));
        self.copy.replace(lines.join("\n"));
    }
}

/// The one value of all, where they have one.
fn same<'a, T: PartialEq>(mut all: impl Iterator<Item = &'a T>) -> Option<&'a T> {
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// A machine's card by its address; of many machines only the place says which.
fn card_name(machines: &[NicMachine], nth: usize) -> String {
    let place = gettext_f("NIC {n}", &[("n", &(nth + 1).to_string())]);
    match machines {
        [one] => {
            let what = one.nics().get(nth).map(words::what).unwrap_or_default();
            format!("{place} · {what}")
        }
        _ => place,
    }
}

fn combo(title: &str) -> adw::ComboRow {
    adw::ComboRow::builder().title(title).use_markup(false).build()
}

fn set_choices(row: &adw::ComboRow, names: &[String], at: usize) {
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    row.set_model(Some(&gtk::StringList::new(&names)));
    row.set_selected(u32::try_from(at).unwrap_or(0));
}
