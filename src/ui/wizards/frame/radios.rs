//! A choice among a few, each in a plain sentence.

use relm4::{adw, adw::prelude::*, gtk};

/// Adds a row for each of `texts` to `group`: a title, and a sentence. The first is chosen.
pub(crate) fn radios(group: &adw::PreferencesGroup, texts: &[(String, String)]) -> Vec<gtk::CheckButton> {
    let mut choices: Vec<gtk::CheckButton> = Vec::new();
    for (title, sentence) in texts {
        let radio = gtk::CheckButton::builder().valign(gtk::Align::Center).active(choices.is_empty()).build();
        radio.set_group(choices.first());
        radio.update_property(&[gtk::accessible::Property::Label(title)]);
        let row = adw::ActionRow::builder().title(title).subtitle(sentence).use_markup(false).build();
        row.add_prefix(&radio);
        row.set_activatable_widget(Some(&radio));
        group.add(&row);
        choices.push(radio);
    }
    choices
}
