//! The last page of every wizard: what will be made, what it costs, whether that fits, and the commands of the same
//! effect.

use relm4::{adw, adw::prelude::*, gtk};

use lectern_model::command::CommandLine;

use crate::{buttons, i18n::gettext};

/// What the page says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReviewText {
    /// What will be made: what it is called, and what it is.
    pub(crate) made: Vec<(String, String)>,
    /// What the host lacks for it.
    pub(crate) lacks: Vec<String>,
    /// What it costs.
    pub(crate) costs: Vec<Cost>,
    /// What will be done, in its order.
    pub(crate) steps: Vec<String>,
    /// The commands that do the same.
    pub(crate) commands: Vec<CommandLine>,
}

/// Something that the host gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    /// What: memory, disk.
    pub(crate) what: String,
    /// How much, of how much.
    pub(crate) much: String,
    /// Whether the host has it; `None` where nobody knows.
    pub(crate) fits: Option<bool>,
}

/// The page.
pub(crate) struct Review {
    page: adw::PreferencesPage,
    made: Group,
    costs: Group,
    steps: Group,
    commands: Group,
    copy: gtk::Button,
    copied: std::rc::Rc<std::cell::RefCell<String>>,
}

struct Group {
    group: adw::PreferencesGroup,
    rows: Vec<gtk::Widget>,
}

impl Review {
    /// An empty page; `more` stands between what it costs and how it is done.
    pub(crate) fn new(more: Option<&adw::PreferencesGroup>) -> Self {
        let page = adw::PreferencesPage::new();
        let made = Group::new(&gettext("What Will Be Made"));
        let costs = Group::new(&gettext("What It Costs"));
        let steps = Group::new(&gettext("What Will Be Done"));
        let commands = Group::new(&gettext("The Same as Commands"));
        let copied = std::rc::Rc::<std::cell::RefCell<String>>::default();
        let copy = buttons::flat("edit-copy-symbolic", &gettext("Copy All"));
        let text = std::rc::Rc::clone(&copied);
        copy.connect_clicked(move |button| button.clipboard().set_text(&text.borrow()));
        commands.group.set_header_suffix(Some(&copy));
        let groups = [&made, &costs].map(|group| &group.group).into_iter().chain(more);
        for group in groups.chain([&steps, &commands].map(|group| &group.group)) {
            page.add(group);
        }
        Self { page, made, costs, steps, commands, copy, copied }
    }

    /// The widget.
    pub(crate) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Shows this.
    pub(crate) fn show(&mut self, text: &ReviewText) {
        let made = text.made.iter().map(|(what, is)| property(what, is).upcast());
        self.made.fill(made.chain(text.lacks.iter().map(|words| lack_row(words).upcast())).collect());
        self.costs.fill(text.costs.iter().map(|cost| cost_row(cost).upcast()).collect());
        let steps = text.steps.iter().enumerate();
        self.steps.fill(steps.map(|(nth, step)| step_row(nth + 1, step).upcast()).collect());
        let lines: Vec<String> = text.commands.iter().map(ToString::to_string).collect();
        self.commands.fill(lines.iter().map(|line| command_row(line).upcast()).collect());
        self.copied.replace(lines.join("\n"));
        self.copy.set_visible(!lines.is_empty());
    }
}

impl Group {
    fn new(title: &str) -> Self {
        Self { group: adw::PreferencesGroup::builder().title(title).visible(false).build(), rows: Vec::new() }
    }

    fn fill(&mut self, rows: Vec<gtk::Widget>) {
        for row in self.rows.drain(..) {
            self.group.remove(&row);
        }
        for row in &rows {
            self.group.add(row);
        }
        self.group.set_visible(!rows.is_empty());
        self.rows = rows;
    }
}

fn property(what: &str, is: &str) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(what).subtitle(is).use_markup(false).subtitle_selectable(true).build();
    row.add_css_class("property");
    row
}

fn lack_row(words: &str) -> adw::ActionRow {
    let row = property(&gettext("Not on This Host"), words);
    let icon = gtk::Image::from_icon_name("dialog-warning-symbolic");
    icon.add_css_class("warning");
    row.add_suffix(&icon);
    row
}

fn cost_row(cost: &Cost) -> adw::ActionRow {
    let row = property(&cost.what, &cost.much);
    let (icon, words, class) = match cost.fits {
        Some(true) => ("object-select-symbolic", gettext("Fits"), "success"),
        Some(false) => ("dialog-warning-symbolic", gettext("Does not fit"), "warning"),
        None => return row,
    };
    let label = gtk::Label::new(Some(&words));
    let icon = gtk::Image::from_icon_name(icon);
    for widget in [label.upcast_ref::<gtk::Widget>(), icon.upcast_ref()] {
        widget.add_css_class(class);
        row.add_suffix(widget);
    }
    row
}

fn step_row(number: usize, step: &str) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(step).use_markup(false).build();
    let number = gtk::Label::new(Some(&number.to_string()));
    number.add_css_class("numeric");
    number.add_css_class("dimmed");
    row.add_prefix(&number);
    row
}

fn command_row(line: &str) -> adw::PreferencesRow {
    let label = gtk::Label::builder().label(line).wrap(true).selectable(true).xalign(0.0).hexpand(true).build();
    label.set_wrap_mode(gtk::pango::WrapMode::WordChar);
    label.add_css_class("monospace");
    label.add_css_class("caption");
    let content = gtk::Box::builder().margin_start(12).margin_end(6).margin_top(6).margin_bottom(6).spacing(6).build();
    let lines = gtk::ScrolledWindow::builder()
        .child(&label)
        .propagate_natural_height(true)
        .max_content_height(220)
        .hscrollbar_policy(gtk::PolicyType::Never)
        .hexpand(true)
        .build();
    content.append(&lines);
    content.append(&buttons::copy(line, &gettext("Copy Command")));
    adw::PreferencesRow::builder().title(line).use_markup(false).child(&content).activatable(false).build()
}
