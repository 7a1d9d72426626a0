//! The wizard's side of the roster: written, pasted, from a file, and kept for the next time.

use relm4::{Sender, adw, adw::prelude::*, gtk, gtk::gio, gtk::glib};

use lectern_model::{
    draft::{
        Severity,
        lab::{Field, NameSource},
    },
    metadata::Student,
    roster::{self, RosterFault},
};

use super::{LabMsg, LabWizard, words};
use crate::{dialogs, errors::UserText, i18n::gettext, wizards::frame::Line};

/// The key of the setting that keeps the last roster.
const KEPT: &str = "lab-roster";
/// What is read of a file: a class has a few kilobytes.
const MOST: usize = 1 << 20;
/// How many of a roster's problems are said.
const SAID: usize = 3;

/// Has the user choose a file, and sends its bytes.
pub(super) fn browse(dialog: &adw::Dialog, input: &Sender<LabMsg>) {
    let chooser = gtk::FileDialog::builder().title(gettext("Open a Roster")).build();
    let (window, weak, input) = (dialog.root().and_downcast::<gtk::Window>(), dialog.downgrade(), input.clone());
    relm4::spawn_local(async move {
        let Ok(file) = chooser.open_future(window.as_ref()).await else { return };
        match bytes(&file).await {
            Ok(bytes) => drop(input.send(LabMsg::RosterFile(bytes))),
            Err(error) => {
                if let Some(dialog) = weak.upgrade() {
                    let (title, body) = (gettext("The roster cannot be read."), gettext("Choose another file."));
                    dialogs::show_error(&UserText { title, body, raw: Some(error.to_string()) }, &dialog);
                }
            }
        }
    });
}

async fn bytes(file: &gio::File) -> Result<Vec<u8>, glib::Error> {
    let stream = file.read_future(glib::Priority::DEFAULT).await?;
    Ok(stream.read_bytes_future(MOST, glib::Priority::DEFAULT).await?.to_vec())
}

impl LabWizard {
    /// Counts by a roster, or by a number; what was written for either is kept meanwhile.
    pub(super) fn by_roster(&mut self, on: bool) {
        match (&self.draft.names, on) {
            (NameSource::Pattern { pattern, count }, true) => {
                self.count.clone_from(count);
                self.draft.names = NameSource::Roster { students: self.students(), pattern: pattern.clone() };
                if self.roster.rows.is_empty() {
                    let kept = self.settings.text(KEPT, "");
                    self.names.fill_roster(&kept);
                    self.read_roster(&kept);
                }
            }
            (NameSource::Roster { pattern, .. }, false) => {
                self.draft.names = NameSource::Pattern { pattern: pattern.clone(), count: self.count.clone() };
            }
            _ => {}
        }
    }

    pub(super) fn read_roster(&mut self, text: &str) {
        self.roster = roster::read_text(text);
        let all = self.students();
        if let NameSource::Roster { students, .. } = &mut self.draft.names {
            *students = all;
        }
    }

    /// Shows what is in a file as if it had been written.
    pub(super) fn take_file(&mut self, bytes: &[u8]) {
        let text = roster::text(bytes);
        self.names.fill_roster(&text);
        self.read_roster(&text);
        self.roster.problems.extend(roster::read_bytes(bytes).problems.into_iter().filter(|p| p.line == 0));
    }

    fn students(&self) -> Vec<Student> {
        self.roster.rows.iter().map(|row| row.student.clone()).collect()
    }

    /// What is wrong with the roster, said once there is one.
    pub(super) fn roster_lines(&self) -> Vec<(Field, Line)> {
        if !matches!(self.draft.names, NameSource::Roster { .. }) {
            return Vec::new();
        }
        let all = self.roster.problems.iter().filter(|problem| problem.kind != RosterFault::Empty);
        let line = |problem: &roster::RosterProblem| {
            let severity = if problem.kind.is_warning() { Severity::Warning } else { Severity::Error };
            (Field::Roster, Line::new(severity, words::roster(problem)))
        };
        all.map(line).take(SAID).collect()
    }

    /// Keeps the roster for the next time.
    pub(super) fn keep_roster(&self) {
        if let NameSource::Roster { students, .. } = &self.draft.names {
            let line = |student: &Student| format!("{}\t{}", student.number, student.name).trim_end().to_owned();
            self.settings.keep(KEPT, students.iter().map(line).collect::<Vec<_>>().join("\n"));
        }
    }
}
