//! A network's XML: to read, to change, to take from a file and to keep in one.

use std::rc::Rc;

use relm4::{adw, adw::prelude::*, gtk, gtk::gio};

use lectern_model::{
    network::{NetworkSpec, known},
    xml::Document,
};

use crate::{
    dialogs,
    errors::UserText,
    i18n::{gettext, gettext_f},
};

/// Shows `xml` to be changed; `then` gets the text that the user applied, as libvirt's parser would read it.
pub(super) fn edit(
    title: &str,
    verb: &str,
    xml: &str,
    parent: &impl IsA<gtk::Widget>,
    then: impl Fn(&Document) + 'static,
) {
    let dialog = adw::Dialog::builder().title(title).content_width(720).content_height(560).build();
    let text = text_view(xml);
    let apply = gtk::Button::builder().label(verb).use_underline(true).sensitive(false).build();
    apply.add_css_class("suggested-action");
    let cancel = gtk::Button::builder().label(gettext("_Cancel")).use_underline(true).build();
    let header = adw::HeaderBar::builder().show_start_title_buttons(false).show_end_title_buttons(false).build();
    header.pack_start(&cancel);
    header.pack_end(&apply);
    let banner = adw::Banner::builder().use_markup(false).build();
    let view = adw::ToolbarView::new();
    view.add_top_bar(&header);
    view.add_top_bar(&banner);
    view.set_content(Some(&gtk::ScrolledWindow::builder().child(&text).build()));
    dialog.set_child(Some(&view));
    let weak = dialog.downgrade();
    cancel.connect_clicked(move |_| {
        if let Some(dialog) = weak.upgrade() {
            dialog.close();
        }
    });
    let look: Rc<dyn Fn(&str)> = {
        let (apply, banner) = (apply.clone(), banner.clone());
        Rc::new(move |text| look(text, &apply, &banner))
    };
    look(xml);
    text.buffer().connect_changed(move |buffer| look(&text_of(buffer)));
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

/// Says what is wrong; only what cannot be read at all stops.
fn look(text: &str, apply: &gtk::Button, banner: &adw::Banner) {
    let document = Document::parse(text);
    let problem = match &document {
        Err(error) => Some(gettext_f("This is no XML: {problem}", &[("problem", &error.to_string())])),
        Ok(document) => match NetworkSpec::read(document) {
            Err(error) => Some(gettext_f("This is no network: {problem}", &[("problem", &error.to_string())])),
            Ok(_) => None,
        },
    };
    apply.set_sensitive(problem.is_none());
    let unknown = document.as_ref().map(known::unknown).unwrap_or_default();
    let warning = (!unknown.is_empty()).then(|| {
        let names = unknown.join(", ");
        gettext_f("libvirt does not know this and may leave it out: {names}", &[("names", &names)])
    });
    let said = problem.or(warning);
    banner.set_title(said.as_deref().unwrap_or_default());
    banner.set_revealed(said.is_some());
}

/// Has the user choose a file, and gives what is in it.
pub(super) fn open(parent: &adw::ApplicationWindow, then: impl Fn(String) + 'static) {
    let dialog = gtk::FileDialog::builder().title(gettext("Network From a File")).build();
    let window = parent.clone();
    dialog.open(Some(parent), gio::Cancellable::NONE, move |chosen| {
        let Ok(file) = chosen else { return };
        file.load_contents_async(gio::Cancellable::NONE, move |loaded| match loaded {
            Ok((bytes, _)) => then(String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => dialogs::show_error(&unreadable(&error), &window),
        });
    });
}

/// Has the user choose a file, and writes `xml` into it.
pub(super) fn save(name: &str, xml: String, parent: &adw::ApplicationWindow) {
    let dialog =
        gtk::FileDialog::builder().title(gettext("Export Network")).initial_name(format!("{name}.xml")).build();
    let window = parent.clone();
    dialog.save(Some(parent), gio::Cancellable::NONE, move |chosen| {
        let Ok(file) = chosen else { return };
        let flags = gio::FileCreateFlags::REPLACE_DESTINATION;
        file.replace_contents_async(xml.into_bytes(), None, false, flags, gio::Cancellable::NONE, move |written| {
            if let Err((_, error)) = written {
                dialogs::show_error(&unreadable(&error), &window);
            }
        });
    });
}

fn unreadable(error: &gtk::glib::Error) -> UserText {
    UserText {
        title: gettext("The file cannot be used."),
        body: gettext("Look whether it is there, and who may read and write it."),
        raw: Some(error.to_string()),
    }
}
