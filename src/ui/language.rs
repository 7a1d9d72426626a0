//! Which language the program speaks: the user's choice, else the system's.
#![expect(unsafe_code, reason = "the environment is set once, before any thread is started")]

use relm4::gtk::glib;

use crate::{config::Assets, i18n};

/// Chooses the language; to be called once, first thing in `main`, before any thread is started.
///
/// `choice` is a language code such as `zh_CN`, or empty for the system's.
pub(crate) fn init(choice: &str, assets: &Assets) {
    if !choice.is_empty() {
        // For the toolkit's own texts.
        // SAFETY: `init` runs first in `main`, on the only thread, so nobody reads the environment meanwhile.
        unsafe { std::env::set_var("LANGUAGE", choice) };
    }
    let system = glib::language_names().into_iter().map(Into::into);
    let languages: Vec<String> = Some(choice.to_owned()).filter(|c| !c.is_empty()).into_iter().chain(system).collect();
    i18n::load(assets.locale_dir, &languages);
}
