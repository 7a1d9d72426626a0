//! A network's XML: to read, to change, to take from a file and to keep in one.

use std::{cell::RefCell, rc::Rc};

use relm4::{adw, adw::prelude::*, gtk, gtk::gio, gtk::glib};

use lectern_model::{
    network::{NetworkSpec, known},
    units::Bytes,
    xml::Document,
};

use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
    paths::{PathDialog, There, browse},
};

/// What is longer is no network's XML.
const LONGEST: Bytes = Bytes(1 << 20);

/// What else is wrong with a network's document: whether it stops, what is said, and the text that mends it.
pub(super) struct Word {
    pub(super) stops: bool,
    pub(super) text: String,
    pub(super) mended: Option<String>,
}

/// Shows `xml` to be changed, under the title and with the button of `titles`; `look` says what the host has against it.
/// `then` gets the text that the user applied, as libvirt's parser would read it.
pub(super) fn edit(
    titles: &(String, String),
    xml: &str,
    look: impl Fn(&Document) -> Option<Word> + 'static,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(&Document) + 'static,
) {
    let dialog = adw::Dialog::builder().title(&titles.0).content_width(720).content_height(560).build();
    let text = text_view(xml);
    let apply = gtk::Button::builder().label(&titles.1).use_underline(true).sensitive(false).build();
    apply.add_css_class("suggested-action");
    let banner = adw::Banner::builder().use_markup(false).build();
    dialog.set_child(Some(&frame(&dialog, &apply, &banner, &text)));
    let mended = Rc::new(RefCell::new(None));
    let judge: Rc<dyn Fn(&str)> = {
        let (apply, banner, mended) = (apply.clone(), banner.clone(), Rc::clone(&mended));
        Rc::new(move |text| {
            let word = judge(text, &look);
            apply.set_sensitive(word.as_ref().is_none_or(|word| !word.stops));
            banner.set_title(word.as_ref().map(|word| word.text.as_str()).unwrap_or_default());
            let mends = word.as_ref().and_then(|word| word.mended.clone());
            banner.set_button_label(mends.is_some().then(|| gettext("Use What Is Free")).as_deref());
            banner.set_revealed(word.is_some());
            mended.replace(mends);
        })
    };
    judge(xml);
    text.buffer().connect_changed(move |buffer| judge(&text_of(buffer)));
    let buffer = text.buffer();
    banner.connect_button_clicked(move |_| {
        let text = mended.borrow().clone();
        if let Some(text) = text {
            buffer.set_text(&text);
        }
    });
    let (buffer, weak) = (text.buffer(), dialog.downgrade());
    apply.connect_clicked(move |_| {
        if let (Ok(document), Some(dialog)) = (Document::parse(&text_of(&buffer)), weak.upgrade()) {
            then(&document);
            dialog.force_close();
        }
    });
    dialog.present(Some(parent));
    text.grab_focus();
}

fn frame(dialog: &adw::Dialog, apply: &gtk::Button, banner: &adw::Banner, text: &gtk::TextView) -> adw::ToolbarView {
    let cancel = gtk::Button::builder().label(gettext("_Cancel")).use_underline(true).build();
    let header = adw::HeaderBar::builder().show_start_title_buttons(false).show_end_title_buttons(false).build();
    header.pack_start(&cancel);
    header.pack_end(apply);
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.add_top_bar(banner);
    view.set_content(Some(&gtk::ScrolledWindow::builder().child(text).build()));
    let weak = dialog.downgrade();
    cancel.connect_clicked(move |_| {
        if let Some(dialog) = weak.upgrade() {
            dialog.close();
        }
    });
    view
}

fn text_view(xml: &str) -> gtk::TextView {
    let text = gtk::TextView::builder()
        .monospace(true)
        .left_margin(12)
        .right_margin(12)
        .top_margin(12)
        .bottom_margin(12)
        .build();
    text.update_property(&[gtk::accessible::Property::Label(&gettext("XML"))]);
    text.buffer().set_text(xml);
    text
}

fn text_of(buffer: &gtk::TextBuffer) -> String {
    buffer.text(&buffer.start_iter(), &buffer.end_iter(), true).into()
}

/// Says what is wrong; what libvirt only leaves out does not stop.
fn judge(text: &str, look: &impl Fn(&Document) -> Option<Word>) -> Option<Word> {
    let stop = |text: String| Some(Word { stops: true, text, mended: None });
    let document = match Document::parse(text) {
        Err(error) => return stop(gettext_f("This is no XML: {problem}", &[("problem", &error.to_string())])),
        Ok(document) => document,
    };
    if let Err(error) = NetworkSpec::read(&document) {
        return stop(gettext_f("This is no network: {problem}", &[("problem", &error.to_string())]));
    }
    look(&document).or_else(|| {
        let unknown = known::unknown(&document);
        let names = unknown.join(", ");
        let text = gettext_f("libvirt does not know this and may leave it out: {names}", &[("names", &names)]);
        (!unknown.is_empty()).then_some(Word { stops: false, text, mended: None })
    })
}

/// Asks for a file, and gives what is in it.
pub(super) fn open(parent: &adw::ApplicationWindow, then: impl Fn(String) + 'static) {
    let body = gettext("A file with the XML of a network, as “virsh net-dumpxml” writes it.");
    let asked = PathDialog::new((&gettext("Network From a File"), &body, &gettext("_Open")), "");
    asked.path.add_suffix(&browse(&asked.path, false, parent));
    asked.follow(&[], |there| match there {
        There::Nothing => Some((gettext("There is no such file."), false)),
        There::Other => Some((gettext("The path of a file, beginning with a slash."), false)),
        There::File(length) if length > LONGEST => Some((gettext("The file is too long for a network."), false)),
        There::Unknown | There::File(_) => None,
    });
    let window = parent.clone();
    asked.present(parent, move |path, _| {
        gio::File::for_path(path).load_contents_async(gio::Cancellable::NONE, move |loaded| match loaded {
            Ok((bytes, _)) => then(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => dialogs::show_error(&unreadable(&error), &window),
        });
    });
}

/// Asks for a file, and writes `xml` into it.
pub(super) fn save(name: &str, xml: String, parent: &adw::ApplicationWindow) {
    let title = gettext_f("Export {name}", &[("name", name)]);
    let body = gettext("The network's XML, by which it can be made again, here or on another host.");
    let documents = glib::user_special_dir(glib::UserDirectory::Documents).filter(|folder| folder.is_dir());
    let place = documents.unwrap_or_else(glib::home_dir).join(format!("{name}.xml"));
    let asked = PathDialog::new((&title, &body, &gettext("_Save")), &place.to_string_lossy());
    asked.path.add_suffix(&browse(&asked.path, true, parent));
    asked.follow(&[], |there| match there {
        There::Unknown | There::Nothing => None,
        There::File(_) => Some((gettext("This file is there already. It is replaced, for good."), true)),
        There::Other => Some((gettext("The path of a file, beginning with a slash."), false)),
    });
    let window = parent.clone();
    asked.present(parent, move |path, _| {
        let flags = gio::FileCreateFlags::REPLACE_DESTINATION;
        let file = gio::File::for_path(path);
        file.replace_contents_async(xml.into_bytes(), None, false, flags, gio::Cancellable::NONE, move |written| {
            if let Err((_, error)) = written {
                dialogs::show_error(&unreadable(&error), &window);
            }
        });
    });
}

pub(super) fn unreadable(error: &glib::Error) -> UserText {
    UserText {
        title: gettext("The file cannot be used."),
        body: gettext("Look whether it is there, and who may read and write it."),
        raw: Some(error.to_string()),
    }
}
