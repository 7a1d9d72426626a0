//! Which language the program speaks: the user's choice, else the system's.

use std::{env, os::unix::process::CommandExt, process::Command};

use relm4::gtk::glib;

use crate::{config::Assets, i18n};

/// gettext's variable for the languages that a user reads, the best first.
const VARIABLE: &str = "LANGUAGE";

/// Chooses the language; to be called before the toolkit is started.
///
/// `choice` is a language code such as `zh_CN`, or empty for the system's. The toolkit's own texts follow the
/// environment, which is safely changed only for a new program: where the choice differs from it, this program
/// replaces itself once by itself.
pub(crate) fn init(choice: &str, assets: &Assets) {
    if !choice.is_empty() && env::var_os(VARIABLE).is_none_or(|now| now != choice) {
        begin_again(choice);
    }
    let system = glib::language_names().into_iter().map(Into::into);
    let languages: Vec<String> = Some(choice.to_owned()).filter(|c| !c.is_empty()).into_iter().chain(system).collect();
    i18n::load(assets.locale_dir, &languages);
}

/// Returns only where that is not possible: then our own texts alone follow the choice.
fn begin_again(choice: &str) {
    if let Ok(program) = env::current_exe() {
        let error = Command::new(program).args(env::args_os().skip(1)).env(VARIABLE, choice).exec();
        tracing::warn!(%error, "the toolkit's texts stay in the system's language");
    }
}
