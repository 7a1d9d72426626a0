//! The jobs button: what was done and is being done, each with its commands.

pub(crate) mod board;
mod transcript;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use self::board::{Board, Job, JobId, JobState};
pub(crate) use self::transcript::show as show_transcript;
use crate::{errors::UserText, i18n::gettext, texts};

/// How many jobs the popover lists.
const SHOWN: usize = 30;

/// The button and its popover.
pub(crate) struct Jobs {
    rows: gtk::ListBox,
    running: usize,
    empty: bool,
}

/// What the button is told.
#[derive(Debug)]
pub(crate) enum JobsMsg {
    /// The board changed; these are the newest jobs.
    Changed(Vec<Job>),
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
        Self::Changed(board.jobs().iter().take(SHOWN).cloned().collect())
    }
}

#[relm4::component(pub(crate))]
impl SimpleComponent for Jobs {
    type Init = ();
    type Input = JobsMsg;
    type Output = JobsOutput;

    view! {
        gtk::MenuButton {
            set_tooltip_text: Some(&gettext("Jobs and Commands")),
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
                gtk::Box {
                    set_orientation: gtk::Orientation::Vertical,
                    set_spacing: 6,
                    set_width_request: 420,
                    gtk::Label {
                        #[watch]
                        set_visible: model.empty,
                        set_margin_all: 12,
                        set_wrap: true,
                        set_label: &gettext("What you do appears here, with the commands that do the same."),
                    },
                    gtk::ScrolledWindow {
                        #[watch]
                        set_visible: !model.empty,
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
                        set_visible: !model.empty,
                        set_label: &gettext("Show All Commands"),
                        add_css_class: "flat",
                        connect_clicked => JobsMsg::AllRequested,
                    },
                },
            },
        }
    }

    fn init((): (), root: Self::Root, sender: ComponentSender<Self>) -> ComponentParts<Self> {
        let model = Self { rows: gtk::ListBox::new(), running: 0, empty: true };
        let rows = model.rows.clone();
        let widgets = view_output!();
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: JobsMsg, sender: ComponentSender<Self>) {
        match message {
            JobsMsg::Changed(jobs) => self.show(&jobs, &sender),
            JobsMsg::AllRequested => drop(sender.output(JobsOutput::All)),
            JobsMsg::DetailsRequested(id) => drop(sender.output(JobsOutput::Details(id))),
        }
    }
}

impl Jobs {
    fn show(&mut self, jobs: &[Job], sender: &ComponentSender<Self>) {
        self.rows.remove_all();
        for job in jobs {
            self.rows.append(&row(job, sender));
        }
        self.running = jobs.iter().filter(|job| matches!(job.state, JobState::Running)).count();
        self.empty = jobs.is_empty();
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
    row.add_suffix(&copy_button(lines));
    row
}

fn icon(name: &str, label: &str) -> gtk::Image {
    let icon = gtk::Image::from_icon_name(name);
    icon.set_tooltip_text(Some(label));
    icon
}

fn details_button(id: JobId, sender: &ComponentSender<Jobs>) -> gtk::Button {
    let button = flat_button("dialog-information-symbolic", &gettext("What Went Wrong"));
    let input = sender.input_sender().clone();
    button.connect_clicked(move |_| input.emit(JobsMsg::DetailsRequested(id)));
    button
}

fn copy_button(text: String) -> gtk::Button {
    let button = flat_button("edit-copy-symbolic", &gettext("Copy Command"));
    button.connect_clicked(move |button| button.clipboard().set_text(&text));
    button
}

fn flat_button(icon: &str, tooltip: &str) -> gtk::Button {
    let button = gtk::Button::builder().icon_name(icon).tooltip_text(tooltip).valign(gtk::Align::Center).build();
    button.add_css_class("flat");
    button
}
