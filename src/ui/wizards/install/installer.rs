//! The page with what the installer is told: arguments, console, and the answers to its questions.

use relm4::{Sender, adw, adw::prelude::*, gtk};

use lectern_model::{
    draft::install::{Field, InstallDraft, InstallFacts},
    tree::AnswerKind,
};

use super::InstallMsg;
use crate::{
    i18n::{gettext, gettext_f},
    wizards::frame::{Fields, Quietly, radios},
};

/// Where the answers come from, in the order of the choices.
const SOURCES: [fn() -> InstallMsg; 3] =
    [|| InstallMsg::Answers(None), || InstallMsg::Template, || InstallMsg::AnswerFile];

/// The page.
pub(super) struct InstallerPage {
    page: adw::PreferencesPage,
    arguments: adw::EntryRow,
    quietly: Quietly,
    serial: adw::SwitchRow,
    line: adw::ActionRow,
    group: adw::PreferencesGroup,
    choices: Vec<gtk::CheckButton>,
    text: gtk::TextView,
    editor: gtk::ScrolledWindow,
}

impl InstallerPage {
    /// The page, with its fields added to `fields`.
    pub(super) fn new(input: &Sender<InstallMsg>, fields: &mut Fields<Field>) -> Self {
        let arguments =
            adw::EntryRow::builder().title(gettext("More Kernel Arguments")).activates_default(true).build();
        let serial = adw::SwitchRow::builder()
            .title(gettext("Text Install on the Serial Console"))
            .subtitle(gettext("Adds console=tty0 console=ttyS0, and opens the page Serial"))
            .build();
        let line = adw::ActionRow::builder().title(gettext("The Whole Line")).use_markup(false).build();
        line.set_subtitle_selectable(true);
        line.add_css_class("property");
        let kernel = adw::PreferencesGroup::builder().title(gettext("Installer's Kernel")).build();
        kernel.add(&serial);
        fields.add(Field::Arguments, &arguments, &kernel);
        kernel.add(&line);
        let group = adw::PreferencesGroup::builder().title(gettext("Answers to the Installer's Questions")).build();
        let choices = choices(&group);
        if let Some(first) = choices.first() {
            fields.note(Field::Answers, first, &group);
        }
        let (text, editor) = editor();
        group.add(&editor);
        let page = adw::PreferencesPage::new();
        page.add(&kernel);
        page.add(&group);
        let this = Self { page, arguments, quietly: Quietly::default(), serial, line, group, choices, text, editor };
        this.listen(input);
        this
    }

    fn listen(&self, input: &Sender<InstallMsg>) {
        let sender = input.clone();
        self.quietly.connect(&self.arguments, move |text| drop(sender.send(InstallMsg::Arguments(text))));
        let sender = input.clone();
        self.serial.connect_active_notify(move |row| drop(sender.send(InstallMsg::Serial(row.is_active()))));
        for (radio, source) in self.choices.iter().zip(SOURCES) {
            let sender = input.clone();
            self.quietly.connect_choice(radio, move |chosen| {
                if chosen {
                    drop(sender.send(source()));
                }
            });
        }
        let sender = input.clone();
        self.text.buffer().connect_changed(move |buffer| {
            let (start, end) = buffer.bounds();
            drop(sender.send(InstallMsg::Answers(Some(buffer.text(&start, &end, true).into()))));
        });
    }

    /// The widget.
    pub(super) const fn widget(&self) -> &adw::PreferencesPage {
        &self.page
    }

    /// Puts a text into the editor: a template, or what a file holds.
    pub(super) fn write(&self, text: &str) {
        self.text.buffer().set_text(text);
    }

    /// Goes back to none, where a file was not chosen.
    pub(super) fn no_answers(&self) {
        if let Some(none) = self.choices.first() {
            self.quietly.choose(none);
        }
    }

    /// Shows the draft; `line` is what the kernel gets.
    pub(super) fn show(&self, draft: &InstallDraft, facts: &InstallFacts, line: &str) {
        self.quietly.set(&self.arguments, &draft.arguments);
        if self.serial.is_active() != draft.serial {
            self.serial.set_active(draft.serial);
        }
        self.line.set_subtitle(line);
        self.editor.set_visible(draft.answers.is_some());
        self.group.set_description(about(facts.answer_kind()).as_deref());
    }

    /// Opens the desktop's own dialog for a file with answers; `read` gets its path, or nothing.
    pub(super) fn browse(parent: &impl IsA<gtk::Widget>, read: impl FnOnce(Option<std::path::PathBuf>) + 'static) {
        let dialog = gtk::FileDialog::builder().title(gettext("Choose a File with Answers")).build();
        let window = parent.root().and_downcast::<gtk::Window>();
        dialog.open(window.as_ref(), None::<&relm4::gtk::gio::Cancellable>, move |file| {
            read(file.ok().and_then(|file| file.path()));
        });
    }
}

fn choices(group: &adw::PreferencesGroup) -> Vec<gtk::CheckButton> {
    let texts = [
        (gettext("None"), gettext("The installer asks.")),
        (
            gettext("For the Course"),
            gettext("One partition, no swap, no kdump, cards called eth0, a serial console. Can be changed below."),
        ),
        (gettext("From a File…"), gettext("A kickstart, preseed, AutoYaST or autoinstall file of yours.")),
    ];
    radios(group, &texts)
}

fn editor() -> (gtk::TextView, gtk::ScrolledWindow) {
    let text = gtk::TextView::builder()
        .monospace(true)
        .left_margin(12)
        .right_margin(12)
        .top_margin(9)
        .bottom_margin(9)
        .accepts_tab(false)
        .build();
    text.update_property(&[gtk::accessible::Property::Label(&gettext("Answers"))]);
    let editor = gtk::ScrolledWindow::builder().child(&text).min_content_height(240).visible(false).build();
    editor.add_css_class("card");
    editor.set_margin_top(12);
    (text, editor)
}

fn about(kind: Option<AnswerKind>) -> Option<String> {
    let name = match kind? {
        AnswerKind::Kickstart => gettext("Kickstart"),
        AnswerKind::Preseed => gettext("Preseed"),
        AnswerKind::AutoYast => gettext("AutoYaST"),
        AnswerKind::Autoinstall => gettext("Autoinstall"),
    };
    let args = [("kind", name.as_str()), ("file", kind?.file())];
    Some(if kind?.is_on_disc() {
        gettext_f("{kind}: the text is put onto the boot disc as {file}; the disc is labelled CIDATA.", &args)
    } else {
        gettext_f("{kind}: the text is put into the installer's RAM disk as {file}.", &args)
    })
}
