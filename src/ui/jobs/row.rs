//! One job in the popover: what it does, how far it is, its commands, and what can be done about it.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::command::CommandLine;

use super::{
    JobsMsg, JobsOutput,
    board::{Job, JobState},
};
use crate::{
    buttons,
    i18n::{gettext, gettext_f},
};

/// How much of the commands a row shows; all of them are one click away.
const LINES: usize = 4;

/// The row of `job`.
pub(super) fn row(job: &Job, input: &Sender<JobsMsg>) -> adw::ActionRow {
    let row = adw::ActionRow::builder().title(&job.title).use_markup(false).build();
    row.add_css_class("property");
    row.add_prefix(&sign(&job.state));
    row.set_subtitle(&subtitle(job));
    if job.run.is_some() && job.state == JobState::Running {
        row.add_suffix(&button("process-stop-symbolic", &gettext("Cancel"), JobsOutput::Cancel(job.id), input));
    }
    if job.undoable().is_some() {
        row.add_suffix(&button("edit-undo-symbolic", &gettext("Undo"), JobsOutput::Undo(job.id), input));
    }
    if matches!(job.state, JobState::Failed(_)) {
        let details = gettext("What Went Wrong");
        row.add_suffix(&button("dialog-information-symbolic", &details, JobsOutput::Details(job.id), input));
    }
    let lines: Vec<_> = lines(job).iter().map(ToString::to_string).collect();
    row.add_suffix(&buttons::copy(&lines.join("\n"), &gettext("Copy Command")));
    row
}

/// Shows how far `job` is now in its row.
pub(super) fn update(row: &adw::ActionRow, job: &Job) {
    row.set_subtitle(&subtitle(job));
}

fn sign(state: &JobState) -> gtk::Widget {
    match state {
        JobState::Running => adw::Spinner::new().upcast(),
        JobState::Done => icon("object-select-symbolic", &gettext("Done")),
        JobState::Undone => icon("edit-undo-symbolic", &gettext("Undone")),
        JobState::Failed(_) => icon("dialog-error-symbolic", &gettext("Failed")),
    }
}

fn icon(name: &str, label: &str) -> gtk::Widget {
    let icon = gtk::Image::from_icon_name(name);
    icon.set_tooltip_text(Some(label));
    icon.upcast()
}

fn subtitle(job: &Job) -> String {
    let progress = job.progress().map(|(share, step)| {
        let percent = format!("{:.0}", share * 100.0);
        gettext_f("{percent} %: {step}", &[("percent", &percent), ("step", &step)])
    });
    let failure = match &job.state {
        JobState::Failed(text) => Some(text.title.clone()),
        _ => None,
    };
    let commands = lines(job).iter().map(ToString::to_string);
    let lines: Vec<String> = commands.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let more = (lines.len() > LINES).then(|| "…".to_owned());
    let shown = lines.into_iter().take(LINES);
    progress.into_iter().chain(failure).chain(shown).chain(more).collect::<Vec<_>>().join("\n")
}

/// A change of the catalogue is read more easily in OpenStack's words; the dialog has both.
fn lines(job: &Job) -> &[CommandLine] {
    if job.openstack.is_empty() { &job.commands } else { &job.openstack }
}

fn button(icon: &str, tooltip: &str, output: JobsOutput, input: &Sender<JobsMsg>) -> gtk::Button {
    let button = buttons::flat(icon, tooltip);
    let input = input.clone();
    button.connect_clicked(move |_| drop(input.send(JobsMsg::Requested(output))));
    button
}
