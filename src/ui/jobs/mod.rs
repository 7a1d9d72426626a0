//! The jobs button: what was done and is being done, each with its commands.

pub(crate) mod board;
mod row;
mod transcript;

use relm4::{adw, adw::prelude::*, gtk, prelude::*};

use self::board::{Board, Job, JobId, JobState};
pub(crate) use self::transcript::show as show_transcript;
use crate::i18n::{gettext, ngettext_f};

/// How many jobs the popover lists.
const SHOWN: usize = 30;

/// The button and its popover.
pub(crate) struct Jobs {
    rows: gtk::ListBox,
    newest: Vec<Job>,
    /// The rows that are shown, with the state that each was made for.
    shown: Vec<(JobId, JobState, adw::ActionRow)>,
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
    /// The user asks for something about a job.
    Requested(JobsOutput),
}

/// What the button asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum JobsOutput {
    /// Show all commands.
    All,
    /// Show the error of a job.
    Details(JobId),
    /// Cancel a plan under way.
    Cancel(JobId),
    /// Undo a plan that is done.
    Undo(JobId),
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
        let model = Self { rows: gtk::ListBox::new(), newest: Vec::new(), shown: Vec::new(), running: 0, open: false };
        let rows = model.rows.clone();
        let widgets = view_output!();
        ComponentParts { model, widgets }
    }

    fn update(&mut self, message: JobsMsg, sender: ComponentSender<Self>) {
        match message {
            JobsMsg::Changed(jobs, running) => self.change(jobs, running, &sender),
            JobsMsg::Opened(open) => self.opened(open, &sender),
            JobsMsg::AllRequested => drop(sender.output(JobsOutput::All)),
            JobsMsg::Requested(output) => drop(sender.output(output)),
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

    /// Makes the rows; only for somebody who looks. While only a progress changes, the rows stay, with their buttons.
    fn show(&mut self, sender: &ComponentSender<Self>) {
        let same = |(job, (id, state, _)): (&Job, &(JobId, JobState, _))| job.id == *id && job.state == *state;
        if self.shown.len() == self.newest.len() && self.newest.iter().zip(&self.shown).all(same) {
            for (job, (_, _, row)) in self.newest.iter().zip(&self.shown) {
                row::update(row, job);
            }
            return;
        }
        self.rows.remove_all();
        self.shown.clear();
        for job in &self.newest {
            let row = row::row(job, sender.input_sender());
            self.rows.append(&row);
            self.shown.push((job.id, job.state.clone(), row));
        }
    }
}
