//! The jobs button: what was done and is being done, each with its commands.

pub(crate) mod board;
mod transcript;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use self::board::{Board, Job, JobId, JobState};
pub(crate) use self::transcript::show as show_transcript;
use crate::{
    buttons,
    errors::UserText,
    i18n::{gettext, ngettext_f},
    texts,
};

/// How many jobs the popover lists.
const SHOWN: usize = 30;

/// The button and its popover.
pub(crate) struct Jobs {
    rows: gtk::ListBox,
    newest: Vec<Job>,
    running: usize,
    open: bool,
}

/// What the button is told.
#[derive(Debug)]
pub(crate) enum JobsMsg {
    /// The board changed; these are the newest jobs, and how many of all are under way.
    Changed(Vec<Job>, usize),
    /// The popover was opened or closed.
    Opened(bool),
    /// The user asks for all commands.
    AllRequested,
    /// The user asks what went wrong with a job.
    DetailsRequested(JobId),
}

/// What the button asks for.
#[derive(Debug)]
pub(crate) enum JobsOutput {
    /// Show all commands.
    All,
    /// Show the error of a job.
    Details(JobId),
}

impl JobsMsg {
    /// The message for the board as it is now.
    pub(crate) fn from_board(board: &Board) -> Self {
        Self::Changed(board.jobs().iter().take(SHOWN).cloned().collect(), board.running())
    }
}

#[relm4::component(pub(crate))]
impl SimpleComponent for Jobs {
    type Init = ();
    type Input = JobsMsg;
    type Output = JobsOutput;

    view! {
        gtk::MenuButton {
            #[watch]
            set_tooltip_text: Some(&model.tooltip()),
            #[wrap(Some)]
            set_child = &gtk::Stack {
                add_named[Some("idle")] = &gtk::Image { set_icon_name: Some("utilities-terminal-symbolic") },
                add_named[Some("busy")] = &adw::Spinner {},
                #[watch]
                set_visible_child_name: if model.running > 0 { "busy" } else { "idle" },
            },
            #[wrap(Some)]
            set_popover = &gtk::Popover {
                set_halign: gtk::Align::Start,
                connect_map[sender] => move |_| sender.input(JobsMsg::Opened(true)),
                connect_unmap[sender] => move |_| sender.input(JobsMsg::Opened(false)),
                gtk::Box {
                    set_orientation: gtk::Orientation::Vertical,
                    set_spacing: 6,
                    set_width_request: 420,
                    gtk::Label {
                        #[watch]
                        set_visible: model.newest.is_empty(),
                        set_margin_all: 12,
                        set_wrap: true,
                        set_label: &gettext("What you do appears here, with the commands that do the same."),
                    },
                    gtk::ScrolledWindow {
                        #[watch]
                        set_visible: !model.newest.is_empty(),
                        set_propagate_natural_height: true,
                        set_max_content_height: 420,
                        set_hscrollbar_policy: gtk::PolicyType::Never,
                        #[local_ref]
                        rows -> gtk::ListBox {
                            set_selection_mode: gtk::SelectionMode::None,
                            add_css_class: "boxed-list",
                            set_margin_all: 6,
                            update_property: &[gtk::accessible::Property::Label(&gettext("Jobs"))],
                        },
                    },
                    gtk::Button {
                        #[watch]
                        set_visible: !model.newest.is_empty(),
                        set_label: &gettext("Show All Commands"),
                        add_css_class: "flat",
                        connect_clicked[sender] => move |button| {
                            if let Some(popover) = button.ancestor(gtk::Popover::static_type()).and_downcast::<gtk::Popover>() {
                                popover.popdown();
                            }
                            sender.input(JobsMsg::AllRequested);
                        },
                    },
                },
            },
        }
    }

    fn init((): (), root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self { rows: gtk::ListBox::new(), newest: Vec::new(), running: 0, open: false };
        let rows = model.rows.clone();
        let widgets = view_output!();
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: JobsMsg, sender: ComponentSender<Self>) {
        match message {
            JobsMsg::Changed(jobs, running) => self.change(jobs, running, &sender),
            JobsMsg::Opened(open) => self.opened(open, &sender),
            JobsMsg::AllRequested => drop(sender.output(JobsOutput::All)),
            JobsMsg::DetailsRequested(id) => drop(sender.output(JobsOutput::Details(id))),
        }
    }
}

impl Jobs {
    fn change(&mut self, jobs: Vec<Job>, running: usize, sender: &ComponentSender<Self>) {
        (self.newest, self.running) = (jobs, running);
        if self.open {
            self.show(sender);
        }
    }

    fn tooltip(&self) -> String {
        if self.running == 0 {
            return gettext("Jobs and Commands");
        }
        ngettext_f("Jobs and Commands: {n} under way", "Jobs and Commands: {n} under way", self.running, &[])
    }

    fn opened(&mut self, open: bool, sender: &ComponentSender<Self>) {
        self.open = open;
        if open {
            self.show(sender);
        }
    }

    /// Makes the rows; only for somebody who looks.
    fn show(&self, sender: &ComponentSender<Self>) {
        self.rows.remove_all();
        for job in &self.newest {
            self.rows.append(&row(job, sender));
        }
    }
}

fn row(job: &Job, sender: &ComponentSender<Jobs>) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(texts::step(&job.step)).use_markup(false).build();
    let lines: Vec<_> = job.commands.iter().map(ToString::to_string).collect();
    let lines = lines.join("\n");
    let mut subtitle = lines.clone();
    row.add_css_class("property");
    match &job.state {
        JobState::Running => row.add_prefix(&adw::Spinner::new()),
        JobState::Done => row.add_prefix(&icon("object-select-symbolic", &gettext("Done"))),
        JobState::Failed(error) => {
            row.add_prefix(&icon("dialog-error-symbolic", &gettext("Failed")));
            row.add_suffix(&details_button(job.id, sender));
            subtitle = format!("{}\n{subtitle}", UserText::from(error).title);
        }
    }
    row.set_subtitle(&subtitle);
    row.add_suffix(&buttons::copy(&lines, &gettext("Copy Command")));
    row
}

fn icon(name: &str, label: &str) -> gtk::Image {
    let icon = gtk::Image::from_icon_name(name);
    icon.set_tooltip_text(Some(label));
    icon
}

fn details_button(id: JobId, sender: &ComponentSender<Jobs>) -> gtk::Button {
    let button = buttons::flat("dialog-information-symbolic", &gettext("What Went Wrong"));
    let input = sender.input_sender().clone();
    button.connect_clicked(move |_| drop(input.send(JobsMsg::DetailsRequested(id))));
    button
}
