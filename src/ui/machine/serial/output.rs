//! A terminal's output into files: all of it as text, a recording while it comes, a log that is kept for a machine.

use std::{cell::RefCell, path::PathBuf, rc::Rc};

use relm4::gtk::{self, gio, glib, prelude::*};
use vte4::TerminalExt;

use lectern_model::id::DomainId;
use lectern_services::tape::Tape;

use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
    settings::Settings,
};

/// The machines whose output is kept in a log, by their UUIDs.
const LOGGED: &str = "console-logs";

/// Where a console's output goes beside its terminal. Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct Tapes(Rc<RefCell<[Option<Tape>; 2]>>);

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Which {
    /// The log that is kept for the machine.
    Log = 0,
    /// A recording.
    Cast = 1,
}

impl Tapes {
    /// Passes a piece of output on; a file that takes no more is given up.
    pub(super) fn add(&self, piece: &[u8]) {
        for slot in self.0.borrow_mut().iter_mut() {
            if slot.as_ref().is_some_and(|tape| !tape.add(piece)) {
                *slot = None;
            }
        }
    }

    pub(super) fn set(&self, which: Which, tape: Option<Tape>) {
        self.0.borrow_mut()[which as usize] = tape;
    }

    pub(super) fn has(&self, which: Which) -> bool {
        self.0.borrow()[which as usize].is_some()
    }
}

/// Whether a machine's output is kept.
pub(super) fn is_logged(settings: &Settings, id: DomainId) -> bool {
    settings.texts(LOGGED).contains(&id.to_string())
}

/// Has a machine's output kept from now on, or no longer.
pub(super) fn keep_log(settings: &Settings, id: DomainId, on: bool) {
    let mut logged = settings.texts(LOGGED);
    logged.retain(|one| *one != id.to_string());
    if on {
        logged.push(id.to_string());
    }
    settings.keep(LOGGED, logged.to_variant());
}

/// The log of one console of a machine: named by both, and told apart from one of the same name by its UUID.
pub(super) fn log_path(machine: &str, id: DomainId, device: &str) -> PathBuf {
    let name = format!("{}-{device}-{id}.log", machine.replace('/', "-"));
    glib::user_state_dir().join("lectern").join("consoles").join(name)
}

/// Has the user choose a file for the terminal's whole output, and writes it as text.
pub(super) fn save(terminal: &vte4::Terminal, name: &str) {
    let dialog = chooser(&gettext("Save the Output"), &format!("{name}.txt"));
    let terminal = terminal.clone();
    let window = terminal.root().and_downcast::<gtk::Window>();
    dialog.save(window.as_ref(), gio::Cancellable::NONE, move |chosen| {
        let Ok(file) = chosen else { return };
        let stream = gio::MemoryOutputStream::new_resizable();
        // Into memory: the file itself is written elsewhere than on this thread.
        let packed = terminal.write_contents_sync(&stream, vte4::WriteFlags::Default, gio::Cancellable::NONE);
        if packed.and_then(|()| stream.close(gio::Cancellable::NONE)).is_ok() {
            relm4::spawn_local(write(stream.steal_as_bytes(), file, terminal));
        }
    });
}

async fn write(bytes: glib::Bytes, file: gio::File, terminal: vte4::Terminal) {
    let flags = gio::FileCreateFlags::REPLACE_DESTINATION;
    if let Err((_, error)) = file.replace_contents_future(bytes, None, false, flags).await {
        not_written(&file.parse_name(), &error.to_string(), &terminal);
    }
}

/// Has the user choose a file; `then` gets the recording that was begun in it.
pub(super) fn record(terminal: &vte4::Terminal, name: &str, then: impl FnOnce(Tape) + 'static) {
    let dialog = chooser(&gettext("Record"), &format!("{name}.cast"));
    let (terminal, title) = (terminal.clone(), name.to_owned());
    let window = terminal.root().and_downcast::<gtk::Window>();
    dialog.save(window.as_ref(), gio::Cancellable::NONE, move |chosen| {
        let Some(path) = chosen.ok().and_then(|file| file.path()) else { return };
        let cells = |count| u16::try_from(count).unwrap_or(u16::MAX);
        let size = (cells(terminal.column_count()), cells(terminal.row_count()));
        let shown = path.to_string_lossy().into_owned();
        relm4::spawn_local(async move {
            match gio::spawn_blocking(move || Tape::cast(&path, size, &title)).await {
                Ok(Ok(tape)) => then(tape),
                Ok(Err(error)) => not_written(&shown, &error.to_string(), &terminal),
                Err(_) => {}
            }
        });
    });
}

/// Begins the log at `path`; `then` gets it.
pub(super) fn log(path: PathBuf, terminal: &vte4::Terminal, then: impl FnOnce(Tape) + 'static) {
    let terminal = terminal.clone();
    relm4::spawn_local(async move {
        let shown = path.to_string_lossy().into_owned();
        match gio::spawn_blocking(move || Tape::log(&path)).await {
            Ok(Ok(tape)) => then(tape),
            Ok(Err(error)) => not_written(&shown, &error.to_string(), &terminal),
            Err(_) => {}
        }
    });
}

fn chooser(title: &str, name: &str) -> gtk::FileDialog {
    let dialog = gtk::FileDialog::builder().title(title).initial_name(name.replace('/', "-")).build();
    if let Some(folder) = glib::user_special_dir(glib::UserDirectory::Documents).filter(|folder| folder.is_dir()) {
        dialog.set_initial_folder(Some(&gio::File::for_path(folder)));
    }
    dialog
}

fn not_written(file: &str, error: &str, parent: &vte4::Terminal) {
    let title = gettext_f("{file} was not written.", &[("file", file)]);
    let body = gettext("The folder may be full, or closed to your user. Choose another place.");
    dialogs::show_error(&UserText::new(title, format!("{body}\n{error}")), parent);
}
