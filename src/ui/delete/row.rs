//! One file of a machine: a check box where there is a choice, a lock where there is none.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_services::disk::belongings::Belonging;

use super::{DeleteMsg, choice::Choice, words};

/// The row of one file.
pub(super) struct FileRow {
    machine: usize,
    file: usize,
    row: adw::ActionRow,
    check: gtk::CheckButton,
    lock: gtk::Image,
}

impl FileRow {
    /// The row of the file of this number of the machine of that number.
    pub(super) fn new(machine: usize, file: usize, belonging: &Belonging, input: &Sender<DeleteMsg>) -> Self {
        let path = belonging.path.clone().unwrap_or_default();
        let title = path.rsplit('/').next().unwrap_or_default().to_owned();
        let row = adw::ActionRow::builder().title(&title).use_markup(false).tooltip_text(&path).build();
        let check = gtk::CheckButton::builder().valign(gtk::Align::Center).build();
        check.update_property(&[gtk::accessible::Property::Label(&title)]);
        let lock = gtk::Image::from_icon_name("system-lock-screen-symbolic");
        row.add_prefix(&check);
        row.add_suffix(&lock);
        row.set_activatable_widget(Some(&check));
        let input = input.clone();
        check.connect_toggled(move |check| drop(input.send(DeleteMsg::Chosen(machine, file, check.is_active()))));
        Self { machine, file, row, check, lock }
    }

    pub(super) const fn widget(&self) -> &adw::ActionRow {
        &self.row
    }

    /// Shows what was decided; a box that changes by it tells so, which then changes nothing more.
    pub(super) fn show(&self, choice: &Choice) {
        let Some(machine) = choice.machines.get(self.machine) else { return };
        let Some(file) = machine.files.get(self.file) else { return };
        self.row.set_subtitle(&subtitle(file));
        self.lock.set_visible(file.decision.locked);
        self.check.set_sensitive(!file.decision.locked);
        self.check.set_active(choice.goes(file));
    }
}

fn subtitle(file: &Belonging) -> String {
    let why = file.decision.why.as_ref().map(words::why);
    let size = file.on_host.size.map(|size| size.to_string());
    let parts = [Some(words::role(file.file.role)), size, why];
    let first = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let folder = file.path.as_deref().and_then(|path| path.rsplit_once('/')).map(|(folder, _)| folder);
    folder.map_or_else(|| first.clone(), |folder| format!("{first}\n{folder}"))
}
